import type { Fen } from '../../invoicing/money.ts'
import { cleanCell, readMoney } from './cells.ts'
import { readCsv } from './csv.ts'
import { decodeText, type FileInspection, inspectFile, type TextEncodingName } from './decode.ts'
import { createGrouper, createSurveyor, type Survey } from './group-rows.ts'
import type { AcceptedOrder, RejectedRow } from './imported-order.ts'
import { type FoundLayout, HEADER_ROWS, type LayoutId } from './layouts.ts'
import { isBlank, isGrandSum, isSumRow, type RawRow } from './raw-row.ts'
import { readNumberOnly } from './read-row.ts'
import { IMPORT_LIMITS, type ImportLimits, type ImportSource } from './source.ts'
import { readXlsx, type XlsxNotes } from './xlsx.ts'

/** What the file turned out to be; comes first. */
export type ImportOpened = {
  readonly kind: 'opened'
  readonly format: 'csv' | 'xlsx'
  /** Null for a workbook. */
  readonly encoding: TextEncodingName | null
  readonly layout: LayoutId
  readonly headers: readonly string[]
  readonly sha256: string
  /** Data records, blank ones and 合计 rows aside. */
  readonly totalRows: number
}

/** `checking` finds the rows of each order, `reading` reads them; `totalRows` is known after the first. */
export type ImportProgress = {
  readonly kind: 'progress'
  readonly phase: 'checking' | 'reading'
  readonly rows: number
  readonly totalRows: number | null
  readonly bytesRead: number
  readonly sizeBytes: number
}

/** Comes last. `sumFen` is what the file's own 合计 row says, next to what its rows sum to by row and by order. */
export type ImportFinished = {
  readonly kind: 'finished'
  readonly rows: number
  readonly acceptedOrders: number
  readonly acceptedRows: number
  readonly rejectedRows: number
  readonly sumCheck: SumCheck | null
}

export type SumCheck = {
  readonly isEqual: boolean
  readonly statedFen: Fen
  readonly rowsFen: Fen
  readonly ordersFen: Fen
}

export type ImportOutcome = ImportOpened | ImportProgress | AcceptedOrder | RejectedRow | ImportFinished

export type ReadOrdersOptions = {
  readonly limits?: Partial<ImportLimits>
}

const PROGRESS_ROWS = 1_000

/**
 * Reads the orders of an export file, in flat memory at any length. Three passes over the source: its bytes (encoding,
 * sha256), its order numbers, its orders. The second pass finds the orders whose rows are apart; in the third only
 * those wait, in memory, for their last row. So rows that belong together are one order wherever they stand, and
 * an order is never handed out while one of its rows is still to come. Over `scatteredRows` such rows each gets
 * `rows_scattered` instead.
 *
 * Outcomes come as they are decided: an order when its last row is there, so not strictly by row number.
 * A bad row is an outcome and blocks nothing. The file as a whole is refused, by a Problem before the first outcome
 * or during it, with `import_file_unreadable`, `import_file_too_large` or `import_layout_unknown`; the sentence is
 * `describeFile(problem.facts, locale)`.
 */
export async function* readOrders(
  source: ImportSource,
  options: ReadOrdersOptions = {},
): AsyncGenerator<ImportOutcome> {
  const limits: ImportLimits = { ...IMPORT_LIMITS, ...options.limits }
  const inspection = await inspectFile(source, limits)
  const file: OpenFile = { source, inspection, limits, notes: { is1904: false }, bytesRead: 0 }

  const survey = yield* surveyRows(file)
  const { found, totalRows } = survey
  yield {
    kind: 'opened',
    format: inspection.format,
    encoding: inspection.format === 'csv' ? inspection.encoding : null,
    layout: found.layout.id,
    headers: found.headers,
    sha256: inspection.sha256,
    totalRows,
  }

  yield* readSurveyed(file, survey)
}

async function* readSurveyed(file: OpenFile, survey: Survey): AsyncGenerator<ImportOutcome> {
  const { found, totalRows } = survey
  const context = () => ({ found, is1904: file.notes.is1904 })
  const grouper = createGrouper({ survey, limits: file.limits, context })
  const tally = createTally(found)
  for await (const batch of openRows(file)) {
    for (const row of batch.filter(tally.take)) {
      for (const outcome of grouper.place(row)) yield tally.count(outcome)
    }
    if (tally.isDue()) yield progressOf(file, { rows: tally.rows(), totalRows })
  }
  for (const outcome of grouper.flush()) yield tally.count(outcome)
  yield progressOf(file, { rows: tally.rows(), totalRows })
  yield tally.finish()
}

type OpenFile = {
  readonly source: ImportSource
  readonly inspection: FileInspection
  readonly limits: ImportLimits
  readonly notes: XlsxNotes
  bytesRead: number
}

function openRows(file: OpenFile): AsyncGenerator<readonly RawRow[]> {
  const { source, inspection, limits } = file
  file.bytesRead = 0
  if (inspection.format === 'xlsx') return readXlsx(source, limits, file.notes)
  const text = decodeText(source, inspection.encoding, (bytes) => {
    file.bytesRead += bytes
  })
  return readCsv(text, limits)
}

/** A workbook is unpacked out of sight, so its progress is that of its rows. */
function progressOf(file: OpenFile, of: { rows: number; totalRows: number | null }): ImportProgress {
  const { size: sizeBytes } = file.source
  const phase = of.totalRows === null ? 'checking' : 'reading'
  const share = of.totalRows === null || of.totalRows === 0 ? 0 : of.rows / of.totalRows
  const bytesRead = file.inspection.format === 'csv' ? file.bytesRead : Math.round(sizeBytes * share)
  return { kind: 'progress', phase, ...of, bytesRead, sizeBytes }
}

async function* surveyRows(file: OpenFile): AsyncGenerator<ImportProgress, Survey> {
  const head: RawRow[] = []
  let surveyor: ReturnType<typeof createSurveyor> | null = null
  for await (const batch of openRows(file)) {
    for (const row of batch) {
      if (surveyor === null && row.sheetRow <= HEADER_ROWS) {
        head.push(row)
        continue
      }
      surveyor ??= createSurveyor(head, file.limits)
      surveyor.add(row)
      if (surveyor.rows() % PROGRESS_ROWS === 0)
        yield progressOf(file, { rows: surveyor.rows(), totalRows: null })
    }
  }
  surveyor ??= createSurveyor(head, file.limits)
  return surveyor.finish()
}

/** Counts, and compares the file's own sum with its rows. */
function createTally(found: FoundLayout) {
  let rows = 0
  let acceptedOrders = 0
  let acceptedRows = 0
  let rejectedRows = 0
  let rowsFen = 0n
  let ordersFen = 0n
  let statedFen: Fen | null = null
  let lastNumber: string | null = null
  let reported = 0

  const count = (paidFen: Fen, number: string | null): void => {
    rows += 1
    rowsFen += paidFen
    if (number === null || number !== lastNumber) ordersFen += paidFen
    lastNumber = number
  }

  return {
    rows: () => rows,
    /** Every thousand rows or so, since it was last true. */
    isDue(): boolean {
      if (rows - reported < PROGRESS_ROWS) return false
      reported = rows
      return true
    },
    /** Whether the row is a record of an order. */
    take(row: RawRow): boolean {
      if (row.sheetRow <= found.headerRow || isBlank(row)) return false
      const paidFen = paidOf(row, found)
      if (isGrandSum(row)) statedFen = paidFen ?? statedFen
      if (isSumRow(row)) return false
      count(paidFen ?? 0n, readNumberOnly(row, found))
      return true
    },
    count<Outcome extends AcceptedOrder | RejectedRow>(outcome: Outcome): Outcome {
      if (outcome.kind === 'accepted') {
        acceptedOrders += 1
        acceptedRows += outcome.rows.length
      } else rejectedRows += 1
      return outcome
    },
    finish(): ImportFinished {
      const isEqual = statedFen === rowsFen || statedFen === ordersFen
      const sumCheck = statedFen === null ? null : { isEqual, statedFen, rowsFen, ordersFen }
      return { kind: 'finished', rows, acceptedOrders, acceptedRows, rejectedRows, sumCheck }
    },
  }
}

function paidOf(row: RawRow, found: FoundLayout): Fen | null {
  const index = found.columns.get('paid') ?? -1
  return readMoney(cleanCell(row.cells[index] ?? ''), row.kinds?.get(index))
}
