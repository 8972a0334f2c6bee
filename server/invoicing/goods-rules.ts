import type { OrderLine } from '../orders/order.ts'
import type { TaxTreatment } from './invoice.ts'

/** The merchant's own configuration: which tax code and rate goods carry, from when until when. */
export type GoodsRule = {
  readonly shopId: string | null
  readonly matcher: 'sku' | 'title' | 'any'
  readonly pattern: string
  readonly taxCode: string
  readonly shortName: string
  readonly treatment: TaxTreatment
  readonly rateBp: number
  readonly unit: string | null
  /** Business dates, `YYYY-MM-DD`; until is exclusive, null is open. */
  readonly validFrom: string
  readonly validUntil: string | null
}

export type LineTax = Pick<GoodsRule, 'taxCode' | 'shortName' | 'treatment' | 'rateBp' | 'unit'>

const STRENGTH = { sku: 3, title: 2, any: 1 } as const

/**
 * The tax of one line on one business date: what the order itself says, else the strongest rule (the
 * shop's before the merchant's, SKU before title before any, longer pattern first). Null: nobody
 * said, and the line blocks; there is no default rate (S0-24).
 */
export function findLineTax(
  line: OrderLine,
  { rules, shopId, on }: { rules: readonly GoodsRule[]; shopId: string; on: string },
): LineTax | null {
  const matching = rules
    .filter((rule) => rule.shopId === null || rule.shopId === shopId)
    .filter(({ validFrom, validUntil }) => validFrom <= on && (validUntil === null || on < validUntil))
    .filter((rule) => matches(rule, line))
    .sort(byStrength)
  const rule = matching[0]
  if (line.taxCode !== null && line.rateBp !== null) {
    const shortName = line.shortName ?? rule?.shortName
    if (shortName === undefined) return null
    return { taxCode: line.taxCode, shortName, treatment: 'taxed', rateBp: line.rateBp, unit: line.unit }
  }
  return rule === undefined ? null : { ...rule, unit: line.unit ?? rule.unit }
}

function matches({ matcher, pattern }: GoodsRule, line: OrderLine): boolean {
  if (matcher === 'any') return line.kind !== 'freight'
  if (matcher === 'sku') return line.skuCode === pattern
  return line.title.includes(pattern)
}

function byStrength(a: GoodsRule, b: GoodsRule): number {
  const shop = Number(b.shopId !== null) - Number(a.shopId !== null)
  if (shop !== 0) return shop
  const kind = STRENGTH[b.matcher] - STRENGTH[a.matcher]
  return kind === 0 ? b.pattern.length - a.pattern.length : kind
}
