import { CSV_BOM, writeCsvRow } from '../../reports/csv.ts'
import type { RejectedRow } from './imported-order.ts'
import { describeRow } from './row-faults.ts'

const ADDED = {
  zh: ['行号', '表格行', '列', '原因'],
  en: ['Row', 'Sheet row', 'Column', 'Reason'],
} as const

type RejectedRows = AsyncIterable<RejectedRow> | Iterable<RejectedRow>

/**
 * The rows that were not imported, as a table to repair and import again: the file's own columns, then where the row
 * stood and why it was left out. Streams UTF-8 text with a mark; no cell can start a formula.
 */
export async function* writeRejectedRows(
  headers: readonly string[],
  rows: RejectedRows,
  locale: 'zh' | 'en' = 'zh',
): AsyncGenerator<string> {
  yield CSV_BOM + writeCsvRow([...headers, ...ADDED[locale]])
  for await (const row of rows) {
    const own = headers.map((_, index) => exportCell(row.cells[index] ?? ''))
    const faults = [row, ...row.others]
    const columns = faults.map(({ column }) => column).filter((column) => column !== null && column !== '')
    const reasons = [...new Set(faults.map(({ text }) => describeRow(text, locale)))]
    yield writeCsvRow([
      ...own,
      String(row.rowNumber),
      String(row.sheetRow),
      [...new Set(columns)].join(locale === 'zh' ? '、' : ', '),
      reasons.join(' '),
    ])
  }
}

// `="300…"` is how Taobao keeps Excel from counting, and the reader takes it back: it holds digits, so it is no danger,
// but as a formula it would get a quote in front and no longer be read.
const KEPT_DIGITS = /^="([\d-]+)"$/

function exportCell(cell: string): string {
  const digits = KEPT_DIGITS.exec(cell.trim())?.[1]
  return digits === undefined ? cell : `'${digits}`
}
