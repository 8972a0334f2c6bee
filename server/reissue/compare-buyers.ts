import type { FieldChange } from '../contract/reissues.ts'
import type { InvoiceKind, Party } from '../invoicing/invoice.ts'
import { type Fen, yuan } from '../invoicing/money.ts'

/** What a person can change about an invoice, as it is or shall be. */
export type Face = {
  readonly kind: InvoiceKind
  readonly buyer: Party
  readonly isPerson: boolean
  readonly email: string | null
  /** Null: no invoice is left. */
  readonly grossFen: Fen | null
}

/** Fields that differ, as they are written, in the order of the form. */
export function listChanges(before: Face, after: Face): FieldChange[] {
  const [old, fresh] = [fieldsOf(before), fieldsOf(after)]
  return FIELDS.flatMap((field) =>
    old[field] === fresh[field] ? [] : [{ field, before: old[field], after: fresh[field] }],
  )
}

const FIELDS = [
  'name',
  'taxId',
  'kind',
  'address',
  'phone',
  'bankName',
  'bankAccount',
  'email',
  'amount',
] as const satisfies readonly FieldChange['field'][]

function fieldsOf({ kind, buyer, email, grossFen }: Face): Record<(typeof FIELDS)[number], string | null> {
  const { name, taxId, address, phone, bankName, bankAccount } = buyer
  const amount = grossFen === null ? null : yuan(grossFen)
  return { name, taxId, kind, address, phone, bankName, bankAccount, email, amount }
}

/**
 * True where the new invoice would say what the old one says: another width, space or bracket is no
 * reason for a red and a blue. Where it is mailed to does not stand on it.
 */
export function saysTheSame(before: Face, after: Face): boolean {
  const [old, fresh] = [fieldsOf(before), fieldsOf(after)]
  return (
    before.isPerson === after.isPerson &&
    FIELDS.every(
      (field) => field === 'email' || comparable(field, old[field]) === comparable(field, fresh[field]),
    )
  )
}

/** Matching only, never what is printed (facts/invoicing.md §5). */
function comparable(field: FieldChange['field'], text: string | null): string {
  const folded = (text ?? '').normalize('NFKC').replace(/\s+/gu, '').toUpperCase()
  if (field === 'taxId' || field === 'bankAccount') return folded.replace(/[-‐-―]/gu, '')
  return folded
    .replace(/[【〔[{〖]/gu, '(')
    .replace(/[】〕\]}〗]/gu, ')')
    .replace(/[\p{P}\s]+$/u, keepClosing)
}

/** A closing bracket belongs to the name; a full stop behind it does not. */
function keepClosing(end: string): string {
  return end.startsWith(')') ? ')' : ''
}
