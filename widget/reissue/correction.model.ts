import type { InvoiceView, Title } from '../../server/contract/invoicing.ts'
import type { ReissueAsk, ReissueOffer } from '../../server/contract/reissues.ts'
import { readEmail } from '../title/contact.ts'
import { EMPTY_DRAFT, type FormFault, findFaults, type TitleDraft } from '../ui/title-form.model.ts'

/** What a person wants to change. `shown` is what stood in the form when it opened: the rest is a change. */
export type Correction = {
  readonly cause: 'title' | 'kind' | 'refund'
  readonly draft: TitleDraft
  readonly shown: TitleDraft
  /** The tax id behind the mask, which stays when the field is left empty; null where the form shows all. */
  readonly maskedTaxId: string | null
  /** Of a refund: the way to correct it; null takes the one that the server proposes. */
  readonly method: ReissueAsk['method'] | null
}

type Original = Pick<InvoiceView, 'buyerName' | 'buyerTaxId' | 'kind'>

/** The form as it opens: with what the invoice says, as far as this reader may see it. */
export function beginCorrection(cause: Correction['cause'], invoice: Original): Correction {
  const isPerson = invoice.buyerTaxId === null
  const maskedTaxId = invoice.buyerTaxId?.includes('*') ? invoice.buyerTaxId : null
  const shown: TitleDraft = {
    ...EMPTY_DRAFT,
    kind: isPerson ? 'person' : 'company',
    invoiceKind: invoice.kind,
    // Without a tax id it may be a public body as well: who says so finds the name in place.
    name: invoice.buyerName,
    personName: isPerson ? invoice.buyerName : '',
    taxId: maskedTaxId === null ? (invoice.buyerTaxId ?? '') : '',
  }
  const kind = invoice.kind === 'special' ? 'ordinary' : 'special'
  const draft = cause === 'kind' ? { ...shown, invoiceKind: kind as TitleDraft['invoiceKind'] } : shown
  return { cause, draft, shown, maskedTaxId, method: null }
}

/** Nothing was typed that differs: there is nothing to plan. */
export function isUnchanged({ cause, draft, shown }: Correction): boolean {
  if (cause !== 'title') return false
  return TITLE_FIELDS.every((field) => draft[field].trim() === shown[field].trim())
}

const TITLE_FIELDS = [
  'kind',
  'name',
  'personName',
  'taxId',
  'email',
  'address',
  'phone',
  'bankName',
  'bankAccount',
] as const

/** As in the form for a first invoice, save that a tax id behind its mask may be left as it is. */
export function findCorrectionFaults({ cause, draft, maskedTaxId }: Correction): FormFault[] {
  if (cause !== 'title') return []
  const keepsTaxId = maskedTaxId !== null && draft.taxId.trim() === ''
  return findFaults(draft).filter(({ code }) => !(keepsTaxId && code === 'title_tax_id_missing'))
}

/** What is sent: what changes, and nothing else. */
export function askFromCorrection(correction: Correction): ReissueAsk {
  const { cause, draft, method } = correction
  if (cause === 'refund') return method === null ? { cause } : { cause, method: method ?? 'replace' }
  if (cause === 'kind') return { cause, kind: draft.invoiceKind }
  const email = readEmail(draft.email)
  const ask: ReissueAsk = { cause, ...(email === null ? {} : { email }) }
  return isTitleChanged(correction) ? { ...ask, title: titleOf(correction) } : ask
}

function isTitleChanged({ draft, shown }: Correction): boolean {
  return TITLE_FIELDS.some((field) => field !== 'email' && draft[field].trim() !== shown[field].trim())
}

function titleOf({ draft, maskedTaxId }: Correction): Title {
  const { kind } = draft
  if (kind === 'person') return { kind, name: draft.personName.trim() }
  const name = draft.name.trim()
  if (kind === 'foreign') return { kind, name }
  const { address, phone, bankName, bankAccount } = draft
  const typed = { address, phone, bankName, bankAccount }
  // Left out stays as it was: only what was typed is sent.
  const given = Object.entries(typed).flatMap(([field, text]) =>
    text.trim() === '' ? [] : [[field, text.trim()]],
  )
  const taxId = draft.taxId.trim() === '' ? (maskedTaxId ?? '') : draft.taxId.trim()
  const particulars = Object.fromEntries(given)
  if (kind === 'public_body') return { kind, name, taxId: taxId === '' ? null : taxId, ...particulars }
  return { kind, name, taxId, ...particulars }
}

export type CorrectableField = ReissueOffer['fields'][number]
