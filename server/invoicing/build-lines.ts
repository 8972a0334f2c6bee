import type { Presentation } from '../contract/invoicing.ts'
import type { LineNaming } from '../contract/merchants.ts'
import type { FieldFault } from '../contract/problem.ts'
import type { IssuerCapabilities } from '../issuers/issuer.ts'
import type { Order, OrderLine } from '../orders/order.ts'
import { invoiceableFen } from '../orders/order.ts'
import { findLineTax, type GoodsRule, type LineTax } from './goods-rules.ts'
import type { InvoiceLine } from './invoice.ts'
import { allocate, divideRounded, type Fen } from './money.ts'
import { nameSales, type Sale } from './name-sales.ts'
import { priceLines } from './price-lines.ts'

/** What an invoice of this issuer may look like. */
export type FaceLimits = Pick<IssuerCapabilities, 'decimals' | 'canShowGifts'>

export type LineRules = {
  readonly rules: readonly GoodsRule[]
  /** Business date. */
  readonly on: string
  readonly presentation: Presentation
  readonly naming: LineNaming
  readonly limits: FaceLimits
}

export type BuiltLines = { lines: InvoiceLine[]; faults: FieldFault[] }

/**
 * What is left of an order, as invoice lines. The lines' gross sums to the order's remainder to the
 * fen: refunds of a line come off that line, everything else (refunds without a line, platform 红包,
 * what is invoiced already) is shared by largest remainder. Tax is computed per line on the amount after
 * discount; presentation and naming decide only what is shown (S2-07, S1-04).
 */
export function buildLines(order: Order, rules: LineRules): BuiltLines {
  const amounts = remainingByLine(order)
  if (amounts.every((amount) => amount === 0n)) return { lines: [], faults: [] } // gifts alone are no invoice
  const { sales, faults } = findSales(order, amounts, rules)
  const lines: InvoiceLine[] = []
  for (const { goods, ...price } of nameSales(sales, rules.naming)) {
    const made = priceLines(goods, { ...price, decimals: rules.limits.decimals })
    if (made === null) faults.push({ code: 'line_quantity_invalid', field: `/lines/${goods.origin.lineNo}` })
    for (const part of made ?? []) lines.push({ lineNo: lines.length + 1, ...part })
  }
  return { lines, faults }
}

/** What of an order stands on the invoice, by line, with its tax. */
function findSales(
  order: Order,
  amounts: readonly Fen[],
  rules: LineRules,
): { sales: Sale[]; faults: FieldFault[] } {
  const faults: FieldFault[] = []
  const sales: Sale[] = []
  for (const [index, line] of order.lines.entries()) {
    const shown = showLine(order, line, { afterFen: amounts[index] ?? 0n, ...rules })
    if (shown === null) continue
    const tax = findTaxOf(line, order, rules)
    if (tax === null) faults.push({ code: 'line_rate_missing', field: `/lines/${line.lineNo}` })
    else sales.push({ goods: goodsOf(order, line, tax), quantity: line.quantity, ...shown })
  }
  return { sales, faults }
}

type Showing = { afterFen: Fen; presentation: Presentation; limits: FaceLimits }

/**
 * The amounts of a line before and after discount; null: it does not stand on the invoice. Where only
 * part of the line is left, its discount is in proportion. What was given away stands on the first
 * invoice of its order, as a price and −100 %, and only where it has a price.
 */
function showLine(
  { claimedFen }: Order,
  line: OrderLine,
  { afterFen, presentation, limits }: Showing,
): { beforeFen: Fen; afterFen: Fen } | null {
  const { showGifts, showDiscounts } = presentation
  if (afterFen > 0n) {
    const discountFen = showDiscounts ? divideRounded(line.discountFen * afterFen, line.paidFen) : 0n
    return { beforeFen: afterFen + discountFen, afterFen }
  }
  const isGivenAway = line.paidFen === 0n && line.discountFen > 0n && claimedFen === 0n
  const isShown = line.kind === 'gift' ? showGifts : showDiscounts
  if (!isGivenAway || !isShown || !limits.canShowGifts) return null
  return { beforeFen: line.discountFen, afterFen: 0n }
}

/** Freight belongs to the goods it comes with (价外费用): their code and rate, unless a rule names it. */
function findTaxOf(line: OrderLine, order: Order, { rules, on }: LineRules): LineTax | null {
  const own = findLineTax(line, { rules, shopId: order.shopId, on })
  if (own !== null || line.kind !== 'freight') return own
  const [first, ...others] = order.lines.filter(({ kind }) => kind === 'goods')
  const largest = others.reduce((a, b) => (b.paidFen > (a?.paidFen ?? 0n) ? b : a), first)
  return largest === undefined ? null : findLineTax(largest, { rules, shopId: order.shopId, on })
}

function goodsOf({ id }: Order, { lineNo, title, spec }: OrderLine, tax: LineTax): Sale['goods'] {
  const { shortName, unit, taxCode, treatment } = tax
  const rateBp = treatment === 'taxed' ? tax.rateBp : 0
  return { origin: { orderId: id, lineNo }, title, shortName, spec, unit, taxCode, treatment, rateBp }
}

/** Per line what may still be invoiced; Σ is `invoiceableFen`. */
export function remainingByLine(order: Order): Fen[] {
  const afterOwnRefunds = order.lines.map((line) => {
    const own = order.refunds
      .filter(({ state, lineNo }) => state === 'completed' && lineNo === line.lineNo)
      .reduce((a, { amountFen }) => a + amountFen, 0n)
    return own < line.paidFen ? line.paidFen - own : 0n
  })
  const rest = afterOwnRefunds.reduce((a, b) => a + b, 0n)
  const target = invoiceableFen(order)
  if (target >= rest) return afterOwnRefunds
  const cuts = allocate(rest - target, afterOwnRefunds)
  return afterOwnRefunds.map((amount, index) => amount - (cuts[index] ?? 0n))
}

/**
 * The line whose share of the discount is a cent off what rounding it alone would give, so that the
 * shares add up (TM-1002: 17.62 where 17.625 rounds to 17.63). Null where no line had to give way.
 */
export function roundingLineOf(order: Order): number | null {
  const goods = order.lines.filter(({ kind }) => kind === 'goods')
  const total = goods.reduce((a, { amountFen }) => a + amountFen, 0n)
  const shared = goods.reduce((a, { discountFen }) => a + discountFen, 0n)
  if (total === 0n) return null
  const alone = (line: OrderLine): Fen => divideRounded(shared * line.amountFen, total)
  return goods.find((line) => line.discountFen !== alone(line))?.lineNo ?? null
}
