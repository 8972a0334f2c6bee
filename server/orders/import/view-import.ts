import type { ImportView } from '../../contract/imports.ts'
import { writeCsvRow } from '../../reports/csv.ts'
import { cleanCell } from './cells.ts'
import type { Rejection, StoredImport } from './import.store.ts'
import { describeRejection, type Locale } from './import-texts.ts'

/** How many rejected rows the view itself carries. */
export const VIEWED_REJECTIONS = 100

export function viewImport(
  stored: StoredImport,
  rejections: readonly Rejection[],
  locale: Locale,
): ImportView {
  const { id, fileName, isDryRun, layout, rowsRead, created, updated, unchanged, rejected } = stored
  return {
    ...{ id, fileName, isDryRun, layout, rowsRead, created, updated, unchanged, rejected },
    state: stored.state as ImportView['state'], // CHECK import_state_known
    bytesRead: Number(stored.bytesRead),
    bytesTotal: Number(stored.bytesTotal),
    rejections: rejections.map((rejection) => ({
      rowNumber: rejection.rowNumber,
      column: rejection.column,
      value: rejection.value ?? '',
      code: rejection.code,
      detail: describeRejection(rejection.text, locale),
    })),
    problemCode: stored.problemCode,
    detail: stored.detail,
    startedAt: stored.startedAt.toISOString(),
    finishedAt: stored.finishedAt?.toISOString() ?? null,
  }
}

const HEADINGS = {
  zh: ['行号', '未导入原因', '原因代码', '所在列', '单元格内容'],
  en: ['Row', 'Reason', 'Code', 'Column', 'Value'],
} as const satisfies Record<Locale, readonly string[]>

/** The file's own columns follow the reasons, so a corrected download can be uploaded as it is. */
export function writeRejectionHeader(headers: readonly string[], locale: Locale): string {
  return writeCsvRow([...HEADINGS[locale], ...headers])
}

export function writeRejection(rejection: Rejection, locale: Locale): string {
  const { rowNumber, text, code, column, value, cells } = rejection
  const reasons = [String(rowNumber), describeRejection(text, locale), code, column ?? '', value ?? '']
  return writeCsvRow([...reasons, ...cells].map(keepDigits))
}

/** Excel shows 3.0E+18 for a long number and saves that; behind an apostrophe it stays text. */
function keepDigits(cell: string): string {
  const plain = cleanCell(cell)
  return /^\d{16,}$/.test(plain) ? `'${plain}` : plain
}
