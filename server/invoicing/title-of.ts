import type { Title, TitleKind } from '../contract/invoicing.ts'
import type { Party } from './invoice.ts'

/** A title as a request or an invoice keeps it: the buyer as printed, and what kind of buyer it is. */
export type StoredTitle = { readonly kind?: TitleKind; readonly buyer: Party; readonly isPerson: boolean }

/**
 * The title to ask with again, from what was stored: drafting it gives the same buyer. Without a kind it
 * is a company's, or a person's where it says so; without a tax id it was neither.
 */
export function titleOf({ kind, buyer, isPerson }: StoredTitle): Title {
  const { name, taxId, address, phone, bankName, bankAccount } = buyer
  const particulars = { address, phone, bankName, bankAccount }
  switch (kind ?? kindOf(taxId, isPerson)) {
    case 'person':
      return { kind: 'person', name }
    case 'foreign':
      return { kind: 'foreign', name }
    case 'public_body':
      return { kind: 'public_body', name, taxId, ...particulars }
    case 'sole_trader':
      return { kind: 'sole_trader', name, taxId: taxId ?? '', ...particulars }
    default:
      return { kind: 'company', name, taxId: taxId ?? '', ...particulars }
  }
}

function kindOf(taxId: string | null, isPerson: boolean): TitleKind {
  if (isPerson) return 'person'
  return taxId === null ? 'public_body' : 'company'
}
