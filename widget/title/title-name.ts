import type { ProblemCode } from '../../server/contract/problems.ts'
import { dropZeroWidth, hasForbidden, hasHan } from './characters.ts'
import { looksLikeTaxId, normaliseTaxId } from './tax-id.ts'

/** Code points; the strictest of the issuers' limits (facts/invoicing.md §1.4). */
export const TITLE_NAME_MAX = 100

export type NameChange = 'brackets_widened' | 'invisible_removed'

/**
 * A name as it goes on the invoice: as typed, but NFC, trimmed, without invisible marks, and with the
 * full-width brackets that Chinese names are registered under. Whatever a person could miss is named
 * in `changes`, so that the page shows it.
 */
export function normaliseTitleName(text: string): { name: string; changes: NameChange[] } {
  const changes: NameChange[] = []
  const visible = dropZeroWidth(text)
  if (visible !== text) changes.push('invisible_removed')

  const trimmed = visible.normalize('NFC').trim()
  const name = hasHan(trimmed) ? trimmed.replace(/\(/g, '（').replace(/\)/g, '）') : trimmed
  if (name !== trimmed) changes.push('brackets_widened')
  return { name, changes }
}

/** The faults of a normalised name, in the order in which a person would mend them. */
export function checkTitleName(name: string): ProblemCode[] {
  if (name.trim() === '') return ['title_name_missing']

  const faults: ProblemCode[] = []
  if (hasForbidden(name) || dropZeroWidth(name) !== name) faults.push('text_not_allowed')
  // Code points are at most code units: a short string needs no counting.
  if (name.length > TITLE_NAME_MAX && [...name].length > TITLE_NAME_MAX) faults.push('title_name_too_long')
  if (name.length <= TITLE_NAME_MAX && looksLikeTaxId(normaliseTaxId(name))) {
    faults.push('title_name_is_tax_id')
  }
  return faults
}

/**
 * What two spellings of one name have in common, for comparing only, never for printing: NFKC also mends
 * the Kangxi radicals that bureau PDFs give for characters (facts/invoicing.md §5).
 */
export function titleNameKey(name: string): string {
  const plain = dropZeroWidth(name).normalize('NFKC').replace(/\s+/g, '').toUpperCase()
  const folded = plain.replace(/[【〔[{〖]/g, '(').replace(/[】〕\]}〗]/g, ')')
  let end = folded.length
  while (end > 0 && /[.,;:!?。，、；：！？·~\-_/]/.test(folded.charAt(end - 1))) end--
  return folded.slice(0, end)
}
