import type { VerificationAsk } from '../../server/contract/verifications.ts'

export type TypedRecord = { readonly number: string; readonly date: string; readonly amount: string }
export type RecordField = keyof TypedRecord

export type ReadRecord =
  | { readonly kind: 'empty' }
  | { readonly kind: 'record'; readonly record: NonNullable<VerificationAsk['record']> }
  | { readonly kind: 'faulty'; readonly fields: readonly RecordField[] }

/** What was typed, as people copy it from a face: `¥-1,234.50`, full-width digits, spaces in the number. */
export function readRecord({ number, date, amount }: TypedRecord): ReadRecord {
  if ([number, date, amount].every((text) => text.trim() === '')) return { kind: 'empty' }
  const digits = plain(number)
  const amountFen = readFen(plain(amount))
  const day = date.trim()
  const fields = [
    ...(/^\d{20}$/.test(digits) ? [] : ['number' as const]),
    ...(/^\d{4}-\d{2}-\d{2}$/.test(day) ? [] : ['date' as const]),
    ...(amountFen === null ? ['amount' as const] : []),
  ]
  if (amountFen === null || fields.length > 0) return { kind: 'faulty', fields }
  return { kind: 'record', record: { number: digits, date: day, amountFen } }
}

function plain(text: string): string {
  return text.normalize('NFKC').replace(/[\s¥￥,元]/g, '')
}

/** Fen out of `-1234.5`, digit by digit: no floating point touches an amount. Null: not an amount. */
function readFen(text: string): number | null {
  const found = /^([-−]?)(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text)
  if (found === null) return null
  const [, sign = '', whole = '', part = ''] = found
  const fen = Number.parseInt(whole + part.padEnd(2, '0'), 10)
  return sign === '' ? fen : -fen
}
