import type { Fen } from '../../invoicing/money.ts'
import { cleanCell, readMoney, readOrderNumber, readQuantity, readText, readTime } from './cells.ts'
import type { RowFault, RowPlace } from './imported-order.ts'
import {
  type Field,
  type FoundLayout,
  MONEY_FIELDS,
  type MoneyField,
  TEXT_FIELDS,
  type TextField,
  TIME_FIELDS,
  type TimeField,
} from './layouts.ts'
import type { CellKind, RawRow } from './raw-row.ts'
import { codeOf, type RowTextKey } from './row-faults.ts'
import { readStatus, type StatusReading } from './statuses.ts'

/** One record, its cells read by the meaning of their columns. A blank cell is absent from the maps. */
export type OrderRow = RowPlace & {
  /** Null when it cannot be read; such a row belongs to no order. */
  readonly number: string | null
  readonly status: StatusReading
  readonly rawStatus: string
  readonly money: ReadonlyMap<MoneyField, Fen>
  readonly times: ReadonlyMap<TimeField, Date>
  readonly texts: ReadonlyMap<TextField, string>
  readonly quantity: string | null
  readonly faults: readonly RowFault[]
  readonly cells: readonly string[]
}

export type RowContext = { readonly found: FoundLayout; readonly is1904: boolean }

const MAX_VALUE_CHARS = 200

type Cell = { readonly column: string; readonly value: string; readonly kind: CellKind | undefined }

/** Reads a record; every fault of it is listed, and none stops the reading. */
export function readOrderRow(raw: RawRow, context: RowContext): OrderRow {
  const { found } = context
  const faults: RowFault[] = []
  const cellOf = (field: Field): Cell | null => {
    const index = found.columns.get(field)
    if (index === undefined) return null
    const value = cleanCell(raw.cells[index] ?? '')
    const kind = raw.kinds?.get(index)
    return value === '' && kind === undefined ? null : { column: found.headers[index] ?? '', value, kind }
  }
  const reader: RowReader = { cellOf, blame: (cell, text) => faults.push(faultOf(text, cell)) }

  const number = readNumberCell(cellOf('number'), { found, faults })
  const texts = readTexts(reader)
  const money = readValues(reader, { fields: MONEY_FIELDS, text: 'bad_amount', read: readMoneyCell })
  const { is1904 } = context
  const readTimeCell = (cell: Cell) => readTime(cell.value, { kind: cell.kind, is1904 })
  const times = readValues(reader, { fields: TIME_FIELDS, text: 'bad_time', read: readTimeCell })
  const quantities = readValues(reader, { fields: QUANTITY, text: 'bad_quantity', read: readQuantityCell })
  const quantity = quantities.get('quantity') ?? null

  const rawStatus = texts.get('status') ?? ''
  const status = readStatus(found.layout.platform, rawStatus, texts.get('afterSale') ?? '')
  const place = { rowNumber: raw.sheetRow - found.headerRow, sheetRow: raw.sheetRow }
  const row = { ...place, number, status, rawStatus, money, times, texts, quantity, cells: raw.cells }
  const damage = recordFaults(raw, found)
  // In a damaged record every cell may be another one's: naming more faults would mislead.
  return { ...row, faults: damage.length > 0 ? damage : [...faults, ...absences(row, found)] }
}

type RowReader = {
  readonly cellOf: (field: Field) => Cell | null
  readonly blame: (cell: Cell, text: RowTextKey) => void
}

const QUANTITY = ['quantity'] as const
const readMoneyCell = (cell: Cell) => readMoney(cell.value, cell.kind)
const readQuantityCell = (cell: Cell) => readQuantity(cell.value, cell.kind)

type Reading<Name extends Field, Value> = {
  readonly fields: readonly Name[]
  readonly text: RowTextKey
  readonly read: (cell: Cell) => Value | null
}

/** Cells that must hold a value: a formula in one is blamed as such, in a CSV too. A lone hyphen is a blank. */
function readValues<Name extends Field, Value>(
  { cellOf, blame }: RowReader,
  { fields, text, read }: Reading<Name, Value>,
): Map<Name, Value> {
  const values = new Map<Name, Value>()
  for (const field of fields) {
    const cell = cellOf(field)
    if (cell === null || isNothing(cell)) continue
    const value = isFormula(cell) ? null : read(cell)
    if (value === null) blame(cell, isFormula(cell) ? 'formula_cell' : text)
    else values.set(field, value)
  }
  return values
}

function isNothing(cell: Cell): boolean {
  return !isFormula(cell) && (cell.value === '' || cell.value === '-')
}

/** A fault with what stood in the cell, cut to a readable length. */
export function faultOf(text: RowTextKey, cell: { column: string; value: string } | null): RowFault {
  return {
    code: codeOf(text),
    text,
    column: cell === null ? null : cell.column,
    value: cell === null ? null : cell.value.slice(0, MAX_VALUE_CHARS),
  }
}

/** The order number alone, for finding the rows of an order before anything is read. */
export function readNumberOnly(raw: RawRow, found: FoundLayout): string | null {
  const index = found.columns.get('number')
  if (index === undefined) return null
  const kind = raw.kinds?.get(index)
  if (kind === 'formula') return null
  const reading = readOrderNumber(cleanCell(raw.cells[index] ?? ''), kind, found.layout.platform === 'other')
  return 'number' in reading ? reading.number : null
}

function readNumberCell(cell: Cell | null, to: { found: FoundLayout; faults: RowFault[] }): string | null {
  if (cell === null || (cell.value === '' && cell.kind !== 'formula')) {
    const column = to.found.headers[to.found.columns.get('number') ?? -1] ?? ''
    to.faults.push(faultOf('missing_order_no', { column, value: '' }))
    return null
  }
  if (isFormula(cell)) {
    to.faults.push(faultOf('formula_cell', cell))
    return null
  }
  const reading = readOrderNumber(cell.value, cell.kind, to.found.layout.platform === 'other')
  if ('number' in reading) return reading.number
  to.faults.push(faultOf(reading.bad === 'excel' ? 'bad_order_no.excel' : 'bad_order_no', cell))
  return null
}

/** Words may begin with `=` in a CSV; in a workbook a formula is marked, and what it would show is not believed. */
function readTexts({ cellOf, blame }: RowReader): Map<TextField, string> {
  const texts = new Map<TextField, string>()
  for (const field of TEXT_FIELDS) {
    const cell = cellOf(field)
    if (cell === null) continue
    const reading = readText(cell.value)
    if (cell.kind === 'formula') blame(cell, 'formula_cell')
    else if (reading === 'control') blame(cell, 'text_not_allowed')
    else if (reading.text !== null) texts.set(field, reading.text)
  }
  return texts
}

function isFormula(cell: Cell): boolean {
  return cell.kind === 'formula' || cell.value.startsWith('=')
}

function recordFaults(raw: RawRow, found: FoundLayout): RowFault[] {
  if (raw.fault !== null) return [faultOf(raw.fault, null)]
  const surplus = raw.cells.slice(found.headers.length).find((cell) => cell.trim() !== '')
  return surplus === undefined ? [] : [faultOf('too_many_cells', { column: '', value: surplus })]
}

/** A platform always says the status. Whether a payment may be blank is known only when the order is complete. */
function absences(row: Omit<OrderRow, 'faults'>, found: FoundLayout): RowFault[] {
  const columnOf = (field: Field) => found.headers[found.columns.get(field) ?? -1] ?? ''
  const isBlamed = found.layout.platform !== 'other' && row.rawStatus === ''
  return isBlamed ? [faultOf('bad_status', { column: columnOf('status'), value: '' })] : []
}
