import type { RefusalName } from './refusals.ts'

/** A JSON object of a stranger. */
export type Fields = Readonly<Record<string, unknown>>

export type Fault = { readonly why: RefusalName; readonly field: string }

export type LineGoods = {
  readonly property: 'normal' | 'discounted' | 'discount'
  readonly title: string
  readonly taxCode: string
}

export type LineAmounts = {
  readonly rateBp: number
  readonly netFen: number
  readonly taxFen: number
  readonly grossFen: number
}

export type Line = LineGoods & LineAmounts

type Buyer = { readonly buyerName: string; readonly buyerTaxId: string | null }

const TAX_TOLERANCE_FEN = 6 // SIM11
const RATE_BASE = 10_000

// 10,000,000,000.00 yuan. 2,000 lines of it still sum exactly in a JSON integer.
const MAX_FEN = 1_000_000_000_000

// facts/invoicing.md §1.4 (Aisino's list), with 1.5 % and 0.5 % of §4.
const RATES_BP = new Set([0, 50, 100, 150, 300, 400, 500, 600, 900, 1_100, 1_300, 1_700])

export const TAX_ID = /^(?:[0-9A-Z]{15}|[0-9A-Z]{17,18}|[0-9A-Z]{20})$/
export const SERIAL = /^[0-9A-Za-z_-]{8,64}$/

/** Net and tax give gross, and tax is the rate's share of net to within the tolerance (SIM11). */
export function sumFault({ rateBp, netFen, taxFen, grossFen }: LineAmounts): RefusalName | null {
  if (netFen + taxFen !== grossFen) return 'line_sum_wrong'
  // Times the base on both sides: no division, no fraction.
  const isOff = Math.abs(netFen * rateBp - taxFen * RATE_BASE) > TAX_TOLERANCE_FEN * RATE_BASE
  return isOff ? 'line_tax_wrong' : null
}

export function readBuyer(value: unknown, kind: 'ordinary' | 'special'): Buyer | Fault {
  const buyer = readFields(value)
  const name = buyer?.name
  const taxId = buyer?.taxId ?? null
  if (!isText(name, 100)) return { why: 'buyer_name_missing', field: '/buyer/name' }
  if (taxId === null) {
    if (kind === 'special') return { why: 'buyer_tax_id_missing', field: '/buyer/taxId' }
    return { buyerName: name, buyerTaxId: null }
  }
  if (typeof taxId !== 'string' || !TAX_ID.test(taxId))
    return { why: 'buyer_tax_id_wrong', field: '/buyer/taxId' }
  return { buyerName: name, buyerTaxId: taxId }
}

export function readOrderNumbers(value: unknown): string[] | null {
  if (!Array.isArray(value) || value.length === 0 || value.length > 500) return null
  const numbers = value.filter((item): item is string => isText(item, 64))
  return numbers.length === value.length ? numbers : null
}

export function readGoods({ property, title, taxCode }: Fields, field: string): LineGoods | Fault {
  if (property !== 'normal' && property !== 'discounted' && property !== 'discount') {
    return { why: 'shape_wrong', field: `${field}/property` }
  }
  if (!isText(title, 90)) return { why: 'shape_wrong', field: `${field}/title` }
  if (typeof taxCode !== 'string' || !/^\d{19}$/.test(taxCode)) {
    return { why: 'goods_code_wrong', field: `${field}/taxCode` }
  }
  return { property, title, taxCode }
}

export function readAmounts(line: Fields, field: string): LineAmounts | Fault {
  const { rateBp, treatment, netFen, taxFen, grossFen } = line
  if (!isFen(netFen)) return { why: 'shape_wrong', field: `${field}/netFen` }
  if (!isFen(taxFen)) return { why: 'shape_wrong', field: `${field}/taxFen` }
  if (!isFen(grossFen)) return { why: 'shape_wrong', field: `${field}/grossFen` }
  if (typeof rateBp !== 'number' || !RATES_BP.has(rateBp) || (treatment !== 'taxed' && rateBp !== 0)) {
    return { why: 'rate_unknown', field: `${field}/rateBp` }
  }
  return { rateBp, netFen, taxFen, grossFen }
}

export function sumOf(lines: readonly LineAmounts[]) {
  const sum = { netFen: 0, taxFen: 0, grossFen: 0 }
  for (const line of lines) {
    sum.netFen += line.netFen
    sum.taxFen += line.taxFen
    sum.grossFen += line.grossFen
  }
  return sum
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export function readFields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
}

export function isFault(value: object): value is Fault {
  return 'why' in value
}

export function isText(value: unknown, maxChars: number): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= maxChars && value.isWellFormed()
}

export function isFen(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) <= MAX_FEN
}
