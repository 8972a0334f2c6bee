/** What a spreadsheet says about a cell beyond its text. A cell not listed is text. */
export type CellKind = 'number' | 'formula'

/** Why a record could not be cut into cells. */
export type RecordFault = 'broken_quotes' | 'row_too_long' | 'row_cut_short'

/** One record of a table, as it stands in the file. */
export type RawRow = {
  /** As a spreadsheet numbers it: the first record is 1, a quoted line break does not count. */
  readonly sheetRow: number
  readonly cells: readonly string[]
  /** By column index; null where all cells are text, as in every CSV. */
  readonly kinds: ReadonlyMap<number, CellKind> | null
  readonly fault: RecordFault | null
}

const SUM_WORDS = /^(合计|总计|小计)[:：]?$/
const GRAND_SUM_WORDS = /^(合计|总计)[:：]?$/

/** Nothing stands in it. */
export function isBlank(row: RawRow): boolean {
  return row.fault === null && row.kinds === null && row.cells.every((cell) => cell.trim() === '')
}

/** A row of sums, which is no order: 合计, 总计, 小计 as its first word. */
export function isSumRow(row: RawRow): boolean {
  return row.fault === null && SUM_WORDS.test(firstWord(row))
}

/** The sum of the whole file, not of a page. */
export function isGrandSum(row: RawRow): boolean {
  return row.fault === null && GRAND_SUM_WORDS.test(firstWord(row))
}

function firstWord(row: RawRow): string {
  return row.cells.find((cell) => cell.trim() !== '')?.trim() ?? ''
}
