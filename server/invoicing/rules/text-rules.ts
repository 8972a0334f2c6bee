import type { InvoiceLine } from '../invoice.ts'
import { lengthOf, limitsOf, type Rule, type Subject } from './rule.ts'
import type { IssuingTerms, TextLimits } from './settings.ts'

const LIMITS = '诺诺开放平台 requestBillingNew 字段长度；乐企字节长度'

/** 630 bytes and 6 lines fit on the face; beyond that it prints dots (宁波税务, facts/invoicing.md §1.4). */
const FACE_REMARK_BYTES = 630
const FACE_REMARK_LINES = 6

function isLonger(subject: Subject, text: string | null, limit: keyof TextLimits): boolean {
  return text !== null && lengthOf(text, subject.terms) > limitsOf(subject.terms)[limit]
}

/** Does a remark keep every limit, of the face and of the issuer? */
export function remarkFits(remark: string, terms: IssuingTerms): boolean {
  return (
    Buffer.byteLength(remark) <= FACE_REMARK_BYTES &&
    remark.split(/\r\n|\r|\n/).length <= FACE_REMARK_LINES &&
    lengthOf(remark, terms) <= limitsOf(terms).remark
  )
}

const LIMIT_OF = {
  title: 'itemName',
  spec: 'spec',
  unit: 'unit',
  quantity: 'number',
  unitPrice: 'number',
} as const satisfies Readonly<Record<string, keyof TextLimits>>

type Part = keyof typeof LIMIT_OF

/** The name as the face prints it, the others as they are. */
function partOf(line: InvoiceLine, part: Part): string | null {
  return part === 'title' ? `*${line.shortName}*${line.title}` : line[part]
}

/** `/lines/N/<part>` for each line whose part is too long. */
function longParts(subject: Subject, parts: readonly Part[]): string[] {
  return subject.content.lines.flatMap((line) =>
    parts
      .filter((part) => isLonger(subject, partOf(line, part), LIMIT_OF[part]))
      .map((part) => `/lines/${line.lineNo}/${part}`),
  )
}

function longParticulars(subject: Subject): string[] {
  const { address, phone, bankName, bankAccount } = subject.content.buyer
  const bank = `${bankName ?? ''}${bankAccount ?? ''}`
  const found: string[] = []
  if (isLonger(subject, address, 'address')) found.push('/title/address')
  if (isLonger(subject, phone, 'phone')) found.push('/title/phone')
  if (isLonger(subject, bank, 'bank')) found.push('/title/bankName')
  return found
}

/** Lengths, in what the issuer counts. */
export const TEXT_RULES: readonly Rule[] = [
  {
    id: 'buyer-name-fits',
    code: 'text_too_long',
    since: '1',
    basis: LIMITS,
    check: (subject) => (isLonger(subject, subject.content.buyer.name, 'buyerName') ? ['/title/name'] : []),
  },
  {
    id: 'buyer-particulars-fit',
    code: 'text_too_long',
    since: '1',
    basis: LIMITS,
    isConfigurable: true,
    check: longParticulars,
  },
  {
    id: 'item-name-fits',
    code: 'text_too_long',
    since: '1',
    basis: LIMITS,
    check: (subject) => longParts(subject, ['title']),
  },
  {
    id: 'item-texts-fit',
    code: 'text_too_long',
    since: '1',
    basis: LIMITS,
    isConfigurable: true,
    check: (subject) => longParts(subject, ['spec', 'unit']),
  },
  {
    id: 'item-numbers-fit',
    code: 'text_too_long',
    since: '1',
    basis: LIMITS,
    check: (subject) => longParts(subject, ['quantity', 'unitPrice']),
  },
  {
    id: 'drawer-fits',
    code: 'seller_incomplete',
    since: '1',
    basis: LIMITS,
    check: (subject) => (isLonger(subject, subject.content.drawer, 'drawer') ? ['/orderIds'] : []),
  },
  {
    id: 'remark-bytes',
    code: 'remark_too_long',
    since: '1',
    basis: LIMITS,
    check: ({ content }) => (Buffer.byteLength(content.remark) > FACE_REMARK_BYTES ? ['/remark'] : []),
  },
  {
    id: 'remark-lines',
    code: 'remark_too_long',
    since: '1',
    basis: LIMITS,
    check: ({ content }) =>
      content.remark.split(/\r\n|\r|\n/).length > FACE_REMARK_LINES ? ['/remark'] : [],
  },
  {
    id: 'remark-fits',
    code: 'remark_too_long',
    since: '1',
    basis: LIMITS,
    check: (subject) => (isLonger(subject, subject.content.remark, 'remark') ? ['/remark'] : []),
  },
]
