import type { TitleKind } from '../../server/contract/invoicing.ts'
import type { ProblemCode } from '../../server/contract/problems.ts'
import { hasForbidden, hasHan } from './characters.ts'
import { readEmail, readPhone } from './contact.ts'
import { checkTaxId, normaliseTaxId } from './tax-id.ts'
import { checkTitleName, normaliseTitleName } from './title-name.ts'

/** 个人: what stands for a person who gives no name. */
export const PERSON_NAME = '个人'

export type TypedTitle = {
  readonly kind: TitleKind
  readonly invoiceKind: 'ordinary' | 'special'
  readonly name: string
  readonly taxId: string
  readonly email?: string | undefined
  readonly phone?: string | undefined
}

export type NormalisedTitle = {
  readonly kind: TitleKind
  readonly name: string
  readonly taxId: string | null
  readonly email: string | null
  readonly phone: string | null
}

/** `field` names the form's field; who answers a request turns it into a JSON pointer. */
export type TitleFault = {
  readonly code: ProblemCode
  readonly field: 'kind' | 'name' | 'taxId' | 'email' | 'phone'
}

/** Who gets no 专票, and what says so. */
const SPECIAL_REFUSED: { readonly [kind in TitleKind]?: ProblemCode } = {
  person: 'title_person_special',
  foreign: 'title_foreign_special',
}

function needsTaxId({ kind, invoiceKind }: TypedTitle): boolean {
  return !SPECIAL_REFUSED[kind] && (kind !== 'public_body' || invoiceKind === 'special')
}

/** A tax id as a fault code, or null. The ways to be wrong need different sentences. */
function faultOfTaxId(taxId: string): ProblemCode | null {
  if (taxId === '') return null
  if (hasHan(taxId)) return 'title_tax_id_is_name'
  if (hasForbidden(taxId)) return 'text_not_allowed'
  const check = checkTaxId(taxId)
  if (check.kind !== 'faulty') return null
  if (check.fault === 'looks_like_invoice_number') return 'title_tax_id_is_invoice_number'
  return check.fault === 'check_character' ? 'title_tax_id_check_failed' : 'title_tax_id_invalid'
}

/** An optional field: absent, readable, or kept as typed for its fault to be shown beside it. */
function readOptional(typed: string | undefined, read: (text: string) => string | null) {
  const text = typed?.trim() ?? ''
  if (text === '') return { value: null, isFaulty: false }
  const value = read(text)
  return { value: value ?? text, isFaulty: value === null }
}

/**
 * The one check of a title: the page runs it for hints, the server for the decision (S0-22). All faults
 * at once. A company and a sole trader give name and tax id on 普票 and 专票 alike (notice 2017-16); a
 * public body may have none, which is enough for a 普票; a person needs neither, a buyer abroad a name,
 * and both get no 专票 (facts/invoicing.md §5). E-mail and phone are optional, but wrong ones are faults.
 * `normalised` is what to keep when there is no fault; a faulty value stands in it as typed.
 */
export function checkTitle(typed: TypedTitle): { faults: TitleFault[]; normalised: NormalisedTitle } {
  const { kind, invoiceKind } = typed
  const noSpecial = SPECIAL_REFUSED[kind]
  const name = normaliseTitleName(typed.name).name || (kind === 'person' ? PERSON_NAME : '')
  // Whoever gets no 专票 has no tax id either.
  const taxId = noSpecial ? '' : normaliseTaxId(typed.taxId)
  const email = readOptional(typed.email, readEmail)
  const phone = readOptional(typed.phone, readPhone)

  const faults: TitleFault[] = []
  if (noSpecial && invoiceKind === 'special') faults.push({ code: noSpecial, field: 'kind' })
  for (const code of checkTitleName(name)) faults.push({ code, field: 'name' })
  const taxIdFault = needsTaxId(typed) && taxId === '' ? 'title_tax_id_missing' : faultOfTaxId(taxId)
  if (taxIdFault) faults.push({ code: taxIdFault, field: 'taxId' })
  if (email.isFaulty) faults.push({ code: 'email_invalid', field: 'email' })
  if (phone.isFaulty) faults.push({ code: 'phone_invalid', field: 'phone' })

  return { faults, normalised: { kind, name, taxId: taxId || null, email: email.value, phone: phone.value } }
}
