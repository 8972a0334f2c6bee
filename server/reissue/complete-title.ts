import { maskTaxId } from '../../widget/title/mask.ts'
import type { Title } from '../contract/invoicing.ts'
import type { Party } from '../invoicing/invoice.ts'

/**
 * A title as it shall be printed. A tax id that comes back as an agent sees it is the one behind the mask.
 * Of the same buyer, particulars that are left out stay; those of another buyer never stay.
 */
export function completeTitle(title: Title, before: Party): Title {
  if (title.kind === 'person' || title.kind === 'foreign') return title
  const isMasked = before.taxId !== null && title.taxId === maskTaxId(before.taxId)
  const taxId = isMasked ? before.taxId : (title.taxId ?? null)
  const isSame = taxId !== null && taxId === before.taxId
  const { address, phone, bankName, bankAccount } = before
  const kept = isSame ? { address, phone, bankName, bankAccount } : {}
  if (title.kind === 'public_body') return { ...kept, ...title, taxId }
  return { ...kept, ...title, taxId: taxId ?? '' } // Empty is the pre-flight's to refuse.
}
