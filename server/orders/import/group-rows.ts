import { assembleOrder, type RowOutcome, reject } from './assemble-order.ts'
import { tooLarge } from './decode.ts'
import { type FoundLayout, recogniseLayout } from './layouts.ts'
import { isBlank, isSumRow, type RawRow } from './raw-row.ts'
import { faultOf, type OrderRow, type RowContext, readNumberOnly, readOrderRow } from './read-row.ts'
import type { ImportLimits } from './source.ts'

/** What one pass over the order numbers tells. */
export type Survey = {
  readonly found: FoundLayout
  readonly totalRows: number
  /** Orders whose rows are apart, each with the sheet row of its last one. */
  readonly scattered: ReadonlyMap<string, number>
  readonly scatteredRows: number
}

type Seen = { run: number; isScattered: boolean; rowCount: number; lastRow: number }

/** Finds the header, then notes for each order number whether its rows stand together. About 100 bytes an order. */
export function createSurveyor(head: readonly RawRow[], limits: ImportLimits) {
  const found = recogniseLayout(head)
  const seen = new Map<string, Seen>()
  let totalRows = 0
  let run = 0
  let current: string | null = null

  const add = (row: RawRow): void => {
    if (row.sheetRow <= found.headerRow || isBlank(row) || isSumRow(row)) return
    totalRows += 1
    if (totalRows > limits.rows) throw tooLarge('rows', limits.rows)
    const number = readNumberOnly(row, found)
    // A row without a readable number belongs to no order, so it parts none.
    if (number === null) return
    if (number !== current) {
      run += 1
      current = number
    }
    const before = seen.get(number)
    if (before === undefined) {
      seen.set(detached(number), { run, isScattered: false, rowCount: 1, lastRow: row.sheetRow })
      return
    }
    before.isScattered ||= before.run !== run
    before.rowCount += 1
    before.run = run
    before.lastRow = row.sheetRow
  }

  for (const row of head) add(row)
  return {
    add,
    rows: () => totalRows,
    finish(): Survey {
      const scattered = [...seen].filter(([, order]) => order.isScattered)
      return {
        found,
        totalRows,
        scattered: new Map(scattered.map(([number, order]) => [number, order.lastRow])),
        scatteredRows: scattered.reduce((sum, [, order]) => sum + order.rowCount, 0),
      }
    },
  }
}

/** A cut of a text keeps the whole text alive, here 64 KiB for an order number. Numbers are ASCII when they are read. */
function detached(number: string): string {
  return Buffer.from(number, 'latin1').toString('latin1')
}

function detachedRow(row: RawRow): RawRow {
  return { ...row, cells: row.cells.map((cell) => Buffer.from(cell, 'utf16le').toString('utf16le')) }
}

type GrouperDeps = {
  readonly survey: Survey
  readonly limits: ImportLimits
  readonly context: () => RowContext
}

type Group = { readonly number: string; readonly rows: RawRow[]; isOverfull: boolean }

/** Puts rows into orders: neighbours as they come, scattered ones when their last row is there. */
export function createGrouper({ survey, limits, context }: GrouperDeps) {
  const { found, scattered } = survey
  const isTooScattered = survey.scatteredRows > limits.scatteredRows
  const waiting = new Map<string, Group>()
  let neighbours: Group | null = null

  const close = (group: Group | null): RowOutcome[] => {
    if (group === null || group.rows.length === 0) return []
    const rows = group.rows.map((row) => readOrderRow(row, context()))
    return assembleOrder(rows, found)
  }

  /** An order that outgrows the bound gives up its rows at once, and every later one as it comes. */
  const join = (group: Group, row: RawRow): RowOutcome[] => {
    group.rows.push(row)
    if (group.rows.length > limits.linesPerOrder) group.isOverfull = true
    if (!group.isOverfull) return []
    return group.rows
      .splice(0)
      .map((one) => reject(soleFault(readOrderRow(one, context())), faultOf('too_many_lines', null)))
  }

  const placeScattered = (number: string, row: RawRow): RowOutcome[] => {
    const before = close(neighbours)
    neighbours = null
    return [...before, ...joinScattered(number, row)]
  }

  const joinScattered = (number: string, row: RawRow): RowOutcome[] => {
    if (isTooScattered) {
      return [reject(soleFault(readOrderRow(row, context())), faultOf('rows_scattered', null))]
    }
    const group = waiting.get(number) ?? { number: detached(number), rows: [], isOverfull: false }
    waiting.set(group.number, group)
    const outcomes = join(group, detachedRow(row))
    if (scattered.get(number) !== row.sheetRow) return outcomes
    waiting.delete(number)
    return [...outcomes, ...close(group)]
  }

  const placeNeighbour = (number: string, row: RawRow): RowOutcome[] => {
    if (neighbours?.number === number) return join(neighbours, row)
    const outcomes = close(neighbours)
    neighbours = { number, rows: [row], isOverfull: false }
    return outcomes
  }

  return {
    place(row: RawRow): RowOutcome[] {
      const number = readNumberOnly(row, found)
      if (number === null) return [reject(readOrderRow(row, context()))]
      return scattered.has(number) ? placeScattered(number, row) : placeNeighbour(number, row)
    },
    flush(): RowOutcome[] {
      const left = [...waiting.values()]
      waiting.clear()
      return [...close(neighbours), ...left.flatMap(close)]
    },
  }
}

function soleFault(row: OrderRow): OrderRow {
  return { ...row, faults: [] }
}
