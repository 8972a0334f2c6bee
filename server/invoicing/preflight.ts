import { checkTitle, type NormalisedTitle } from '../../widget/title/check-title.ts'
import type { Title } from '../contract/invoicing.ts'
import type { FieldFault } from '../contract/problem.ts'
import type { InvoiceContent, InvoiceKind, Party } from './invoice.ts'
import type { Subject } from './rules/rule.ts'
import { runRules } from './rules/rules.ts'

/** Where a field of the title stands in the request. */
const POINTER: Readonly<Record<keyof NormalisedTitle, string>> = {
  kind: '/title/kind',
  name: '/title/name',
  taxId: '/title/taxId',
  email: '/email',
  phone: '/phone',
}

export type TitleCheck = {
  faults: FieldFault[]
  buyer: Party
  isPerson: boolean
  email: string | null
  phone: string | null
}

type Typed = { title: Title; kind: InvoiceKind; email: string | null; phone: string | null }

/** The server's decision about a title; the page runs the same check for hints. */
export function checkBuyer({ title, kind, email, phone }: Typed): TitleCheck {
  const company = title.kind === 'person' || title.kind === 'foreign' ? null : title
  const { faults, normalised } = checkTitle({
    kind: title.kind,
    invoiceKind: kind,
    name: title.name ?? '',
    taxId: company?.taxId ?? '',
    email: email ?? undefined,
    phone: phone ?? undefined,
  })
  return {
    faults: faults.map(({ code, field }) => ({ code, field: POINTER[field] })),
    buyer: {
      name: normalised.name,
      taxId: normalised.taxId,
      address: presence(company?.address),
      phone: presence(company?.phone),
      bankName: presence(company?.bankName),
      bankAccount: presence(company?.bankAccount),
    },
    isPerson: title.kind === 'person',
    email: normalised.email,
    phone: normalised.phone,
  }
}

/** Where a content comes from, and what it is held against. `titleFaults` are those of `checkBuyer`. */
export type Circumstances = Omit<Subject, 'content'>

/** Everything that stands against a finished content, its title included (server/invoicing/rules). */
export function checkContent(content: InvoiceContent, circumstances: Circumstances): FieldFault[] {
  return runRules({ content, ...circumstances })
}

function presence(text: string | null | undefined): string | null {
  const trimmed = text?.trim()
  return trimmed === undefined || trimmed === '' ? null : trimmed
}
