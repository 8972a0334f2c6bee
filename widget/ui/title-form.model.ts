import type { InvoiceAsk, Title, TitleKind, TypedAsk } from '../../server/contract/invoicing.ts'
import type { OrderView } from '../../server/contract/orders.ts'
import type { ProblemCode } from '../../server/contract/problems.ts'
import { checkTitle, type NormalisedTitle, PERSON_NAME } from '../title/check-title.ts'
import type { PastedField } from '../title/glued.ts'
import type { ParsedPaste } from '../title/parse-pasted.ts'
import { normaliseTaxId } from '../title/tax-id.ts'

/** What stands in the form, as typed. Company fields survive a look at 个人 and back. */
export type TitleDraft = {
  readonly kind: TitleKind
  readonly invoiceKind: 'ordinary' | 'special'
  readonly name: string
  readonly personName: string
  readonly taxId: string
  readonly email: string
  readonly address: string
  readonly phone: string
  readonly bankName: string
  readonly bankAccount: string
}

export type TitleField = keyof TitleDraft

/** A fault beside its field; `detail` is what the server said, for a code this page does not know. */
export type FormFault = { field: TitleField; code: ProblemCode; detail: string }

export const EMPTY_DRAFT: TitleDraft = {
  kind: 'company',
  invoiceKind: 'ordinary',
  name: '',
  personName: '',
  taxId: '',
  email: '',
  address: '',
  phone: '',
  bankName: '',
  bankAccount: '',
}

/** The title that came with the order, if any, as the beginning of a form. */
export function draftFromHint(hint: OrderView['titleHint']): TitleDraft {
  if (hint === null) return EMPTY_DRAFT
  const name = hint.name ?? ''
  return hint.kind === 'person'
    ? { ...EMPTY_DRAFT, kind: 'person', personName: name }
    : { ...EMPTY_DRAFT, name, taxId: hint.taxId ?? '' }
}

/** What was typed for a request that was taken back, as the beginning of a form (F6). */
export function draftFromTyped(typed: TypedAsk): TitleDraft {
  const isPerson = typed.titleKind === 'person'
  return {
    kind: typed.titleKind,
    invoiceKind: typed.kind,
    name: isPerson ? '' : typed.name,
    personName: isPerson ? typed.name : '',
    taxId: typed.taxId ?? '',
    email: typed.email ?? '',
    address: typed.address ?? '',
    phone: typed.companyPhone ?? '',
    bankName: typed.bankName ?? '',
    bankAccount: typed.bankAccount ?? '',
  }
}

/** The kind of invoice this draft can have: a person and a buyer abroad have no choice. */
export function invoiceKindOf({ kind, invoiceKind }: TitleDraft): TitleDraft['invoiceKind'] {
  return kind === 'person' || kind === 'foreign' ? 'ordinary' : invoiceKind
}

function check(draft: TitleDraft) {
  return checkTitle({
    kind: draft.kind,
    invoiceKind: invoiceKindOf(draft),
    name: draft.kind === 'person' ? draft.personName : draft.name,
    taxId: draft.taxId,
    email: draft.email,
  })
}

/** The same check as the server's (widget/title), so that most mistakes cost no round trip. */
export function findFaults(draft: TitleDraft): FormFault[] {
  const { faults } = check(draft)
  return faults.map(({ code, field }) => ({ code, detail: '', field: ownField(draft, field) }))
}

/** Where the server's faults belong in this form; whatever has no field here is shown above it. */
export function placeFaults(
  draft: TitleDraft,
  errors: readonly { code: ProblemCode; field: string; detail: string }[],
): { faults: FormFault[]; others: { code: ProblemCode; detail: string }[] } {
  const faults: FormFault[] = []
  const others: { code: ProblemCode; detail: string }[] = []
  for (const { code, field, detail } of errors) {
    const last = field.split('/').pop() ?? ''
    const own = FIELDS.find((known) => known === last)
    if (own === undefined) others.push({ code, detail })
    else faults.push({ code, detail, field: ownField(draft, own) })
  }
  return { faults, others }
}

const FIELDS: readonly TitleField[] = [
  'kind',
  'name',
  'taxId',
  'email',
  'address',
  'phone',
  'bankName',
  'bankAccount',
]

function ownField(draft: TitleDraft, field: TitleField): TitleField {
  return field === 'name' && draft.kind === 'person' ? 'personName' : field
}

/** What is sent: trimmed and normalised, without the fields of the other kinds. */
export function askFromDraft(orderIds: readonly string[], draft: TitleDraft): InvoiceAsk {
  const { normalised } = check(draft)
  return {
    orderIds: [...orderIds],
    kind: invoiceKindOf(draft),
    title: titleFromDraft(draft, normalised),
    email: normalised.email,
  }
}

function titleFromDraft(draft: TitleDraft, { kind, name, taxId }: NormalisedTitle): Title {
  if (kind === 'person' || kind === 'foreign') return { kind, name }
  const particulars = {
    address: orNull(draft.address),
    phone: orNull(draft.phone),
    bankName: orNull(draft.bankName),
    bankAccount: orNull(draft.bankAccount),
  }
  if (kind === 'public_body') return { kind, name, taxId, ...particulars }
  return { kind, name, taxId: taxId ?? '', ...particulars } // Empty is the server's to refuse: `title_tax_id_missing`.
}

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim()
}

/** A pasted message fills what it holds and leaves the rest of the form alone. */
export function draftFromPaste(draft: TitleDraft, { fields, kind }: ParsedPaste): TitleDraft {
  const value = (field: PastedField) => fields[field]?.value ?? draft[field]
  return {
    ...draft,
    kind: kindOf(draft, { fields, kind }),
    name: value('name'),
    personName: kind === 'person' ? (fields.name?.value ?? draft.personName) : draft.personName,
    taxId: fields.taxId === undefined ? draft.taxId : normaliseTaxId(fields.taxId.value),
    email: value('email'),
    address: value('address'),
    phone: value('phone'),
    bankName: value('bankName'),
    bankAccount: value('bankAccount'),
  }
}

/** A text says person or organisation, never which: a sole trader that was chosen stays one. */
function kindOf(
  { kind: chosen }: TitleDraft,
  { fields, kind }: Pick<ParsedPaste, 'fields' | 'kind'>,
): TitleKind {
  if (kind === 'person' && fields.taxId === undefined) return 'person'
  return chosen === 'sole_trader' || chosen === 'public_body' ? chosen : 'company'
}

/** More than a name: worth taking apart instead of leaving it in the field it was put into. */
export function isWorthParsing({ fields, titles, source }: ParsedPaste): boolean {
  if (source !== 'text' || titles.length > 1 || fields.taxId !== undefined) return true
  return Object.keys(fields).some((field) => field !== 'name' && field !== 'phone')
}

/** The name under which a person is invoiced who gives none. */
export const DEFAULT_PERSON = PERSON_NAME
