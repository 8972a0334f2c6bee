import type { InvoiceAsk } from '../../server/contract/invoicing.ts'
import type { TitleEntry, TitleSave } from '../../server/contract/titles.ts'
import type { TitleDraft, TitleField } from '../ui/title-form.model.ts'

/** As the form has it; imported, it would part the scripts of the first load and cost 300 bytes. */
const NAMELESS = '个人'

/**
 * A kept title in the form. All of its fields are taken over, also empty ones: the address of one company
 * under the name of another would be wrong. An e-mail address that was typed stays (U4).
 */
export function draftFromEntry(draft: TitleDraft, { title, kind, email }: TitleEntry): TitleDraft {
  const common = { kind: title.kind, email: draft.email.trim() === '' ? (email ?? '') : draft.email }
  if (title.kind === 'person') {
    return { ...draft, ...common, personName: title.name === NAMELESS ? '' : title.name }
  }
  return {
    ...draft,
    ...common,
    invoiceKind: kind,
    name: title.name,
    taxId: title.taxId ?? '',
    address: title.address ?? '',
    phone: title.phone ?? '',
    bankName: title.bankName ?? '',
    bankAccount: title.bankAccount ?? '',
  }
}

const TYPED: readonly TitleField[] = [
  'name',
  'personName',
  'taxId',
  'email',
  'address',
  'phone',
  'bankName',
  'bankAccount',
]

/** Whether something that stood in the form is no longer there: then there is a way back to it. */
export function losesTyped(before: TitleDraft, after: TitleDraft): boolean {
  return TYPED.some((field) => before[field].trim() !== '' && before[field] !== after[field])
}

export function isSameDraft(one: TitleDraft, other: TitleDraft): boolean {
  const fields: readonly TitleField[] = ['kind', 'invoiceKind', ...TYPED]
  return fields.every((field) => one[field] === other[field])
}

/** Whether a request is for this kept title: by kind, name and tax id, as the server compares them. */
export function isOf({ title }: InvoiceAsk, entry: TitleEntry): boolean {
  const taxId = 'taxId' in title ? (title.taxId ?? null) : null
  return (
    title.kind === entry.title.kind &&
    (title.name ?? NAMELESS) === entry.title.name &&
    taxId === entry.title.taxId
  )
}

export function saveFromAsk({ title, kind, email }: InvoiceAsk): TitleSave {
  return { title, kind, email: email ?? null }
}
