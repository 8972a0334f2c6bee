import type { RedReason } from '../contract/reissues.ts'
import { type Decimals, writeDecimal } from './decimal.ts'
import { type InvoiceContent, type InvoiceLine, totalsOf } from './invoice.ts'
import { allocate, divideRounded, type Fen, splitGross } from './money.ts'
import { findOpenSales, isFrom, lessThan, type OpenSale } from './open-sales.ts'
import { priceOf } from './price-lines.ts'

/** What every red is made from: the reason decides whether quantities go back too. */
export type RedAsk = {
  readonly reason: RedReason
  readonly decimals: Decimals
  /** Reds of this blue that are issued already. */
  readonly reds?: readonly InvoiceContent[]
}

/** Money that went back. A null names no line, or no order: it is shared by what is left of each line. */
export type RefundShare = {
  readonly orderId: string | null
  readonly lineNo: number | null
  readonly grossFen: Fen
}

export type PartRed = {
  red: InvoiceContent
  /** What stays valid, as the lines of a new blue; null: nothing does. Its tax and the red's are the blue's. */
  remaining: InvoiceContent | null
}

/**
 * The red that takes back all that is left of a blue. Reds carry only normal lines (SIM11): each line and
 * its discount become one net line, gifts none. Quantities are negative where goods go back or the blue
 * was a mistake; an allowance and an ended service take back the amount alone (facts/invoicing.md §6.2).
 * Throws RangeError when nothing is left.
 */
export function fullRed(blue: InvoiceContent, ask: RedAsk): InvoiceContent {
  const sales = findOpenSales(blue, ask.reds)
  return redOf(
    blue,
    sales.map((sale) => ({ sale, after: lessThan(sale, sale.grossFen) })),
    ask,
  )
}

/**
 * The red for refunds, and what stays. A refund of an order's line comes off that line, and off the
 * order's others where the line has less left; one without a line is shared by largest remainder. Of a
 * `return` goes back as many pieces as the amount buys, where it buys whole pieces. Throws RangeError for
 * a mistake (always whole), for more than is left, and for an order that is not on the invoice.
 */
export function partRed(blue: InvoiceContent, ask: RedAsk & { refunds: readonly RefundShare[] }): PartRed {
  if (ask.reason === 'mistake') throw new RangeError('a mistake is taken back whole')
  const steps = takeRefunds(blue, ask)
  const left = steps.map(({ after }) => after)
  return { red: redOf(blue, steps, ask), remaining: remainingOf(blue, left, ask.decimals) }
}

/**
 * What a new blue carries instead of one that is taken back whole: what its reds and these refunds leave
 * of it, with the same tax. Null: nothing.
 */
export function restOf(
  blue: InvoiceContent,
  ask: RedAsk & { refunds: readonly RefundShare[] },
): InvoiceContent | null {
  const left = takeRefunds(blue, ask).map(({ after }) => after)
  return remainingOf(blue, left, ask.decimals)
}

function takeRefunds(blue: InvoiceContent, ask: RedAsk & { refunds: readonly RefundShare[] }): Step[] {
  const sales = findOpenSales(blue, ask.reds)
  const taken = shareRefunds(sales, ask.refunds)
  const steps = sales.map((sale, index) => ({ sale, after: lessThan(sale, taken[index] ?? 0n) }))
  return steps.map((step) => ({ ...step, after: { ...step.after, ...piecesLeft(step, ask) } }))
}

/** What of a blue is still valid after its reds, tax included; 0n: all of it was taken back. */
export function openFen(blue: InvoiceContent, reds: readonly InvoiceContent[]): Fen {
  return totalsOf(findOpenSales(blue, reds)).grossFen
}

/** Line by line; lines with a name first, so that what has no name does not use them up. */
function shareRefunds(sales: readonly OpenSale[], refunds: readonly RefundShare[]): Fen[] {
  const taken = sales.map(() => 0n)
  const take = (amount: Fen, isMeant: (sale: OpenSale) => boolean): Fen => {
    const left = sales.map((sale, index) => (isMeant(sale) ? sale.grossFen - (taken[index] ?? 0n) : 0n))
    const all = left.reduce((a, b) => a + b, 0n)
    const part = amount < all ? amount : all
    if (part === 0n) return amount
    allocate(part, left).forEach((fen, index) => {
      taken[index] = (taken[index] ?? 0n) + fen
    })
    return amount - part
  }
  const knowsOrders = sales.every(({ line }) => line.origin !== undefined)
  const byLine = (a: RefundShare, b: RefundShare) => Number(a.lineNo === null) - Number(b.lineNo === null)
  for (const { orderId, lineNo, grossFen } of [...refunds].sort(byLine)) {
    if (grossFen <= 0n) throw new RangeError('a refund is more than nothing')
    const isOrder = ({ line }: OpenSale) =>
      !knowsOrders || orderId === null || line.origin?.orderId === orderId
    const rest =
      lineNo === null || orderId === null
        ? grossFen
        : take(grossFen, ({ line }) => isFrom(line, { orderId, lineNo }))
    if (take(rest, isOrder) !== 0n) throw new RangeError('more goes back than is left of the invoice')
  }
  return taken
}

type Step = { readonly sale: OpenSale; readonly after: OpenSale }

/** How many pieces stay where goods go back: a whole number goes, or all of them, or none. */
function piecesLeft({ sale, after }: Step, { reason }: RedAsk): Partial<OpenSale> {
  const { pieces, grossFen } = sale
  if (reason !== 'return' || pieces === null || after.grossFen === grossFen) return { pieces }
  const goneFen = grossFen - after.grossFen
  const scale = 10n ** BigInt(pieces.decimals)
  const isWhole = (pieces.digits * goneFen) % (grossFen * scale) === 0n
  if (after.grossFen > 0n && !isWhole) return { pieces }
  return { pieces: { ...pieces, digits: divideRounded(pieces.digits * after.grossFen, grossFen) } }
}

function redOf(blue: InvoiceContent, steps: readonly Step[], ask: RedAsk): InvoiceContent {
  const lines = steps
    .filter(({ sale, after }) => sale.grossFen > after.grossFen)
    .map((step, index) => redLine(step, { ...ask, lineNo: index + 1 }))
  if (lines.length === 0) throw new RangeError('nothing is left to take back')
  return { ...blue, colour: 'red', lines, ...totalsOf(lines), remark: '' }
}

function redLine(
  { sale, after }: Step,
  { reason, decimals, lineNo }: RedAsk & { lineNo: number },
): InvoiceLine {
  const { spec, unit, origin, title, shortName, taxCode, treatment, rateBp } = sale.line
  const netFen = sale.netFen - after.netFen
  const grossFen = sale.grossFen - after.grossFen
  const quantity = reason === 'return' || reason === 'mistake' ? piecesGone(sale, after) : null
  const price = priceOf({ netFen, grossFen, rateBp }, { quantity, decimals })
  return {
    lineNo,
    ...(origin === undefined ? {} : { origin }),
    blueLineNo: sale.line.lineNo,
    property: 'normal',
    ...{ title, shortName, spec, unit, taxCode, treatment, rateBp },
    quantity: price === null || price.quantity === null ? null : `-${price.quantity}`,
    unitPrice: price?.unitPrice ?? null,
    netFen: -netFen,
    taxFen: -(sale.taxFen - after.taxFen),
    grossFen: -grossFen,
  }
}

function piecesGone({ pieces }: OpenSale, after: OpenSale): string | null {
  if (pieces === null || after.pieces === null) return null
  const digits = pieces.digits - after.pieces.digits
  return digits === 0n ? null : writeDecimal(digits, pieces.decimals)
}

/** Lines that nothing was taken from stay as they are; a gift stays while something of its order does. */
function remainingOf(
  blue: InvoiceContent,
  sales: readonly OpenSale[],
  decimals: Decimals,
): InvoiceContent | null {
  const living = new Set(
    sales.filter(({ grossFen }) => grossFen > 0n).map(({ line }) => line.origin?.orderId ?? null),
  )
  if (living.size === 0) return null
  const lines = sales
    .filter((sale) => sale.grossFen > 0n || (sale.isGift && living.has(sale.line.origin?.orderId ?? null)))
    .flatMap((sale) => remainingLines(sale, decimals))
    .map((line, index) => ({ ...line, lineNo: index + 1 }))
  return { ...blue, lines, ...totalsOf(lines) }
}

function remainingLines(sale: OpenSale, decimals: Decimals): InvoiceLine[] {
  const { line, discount, grossFen, netFen, taxFen, soldFen } = sale
  if (grossFen === soldFen) return discount === null ? [line] : [line, discount]
  const quantity = sale.pieces === null ? null : writeDecimal(sale.pieces.digits, sale.pieces.decimals)
  const withPrice = (amount: { grossFen: Fen; netFen: Fen; taxFen: Fen }) => ({
    ...line,
    ...(priceOf({ ...amount, rateBp: line.rateBp }, { quantity, decimals }) ?? {
      quantity: null,
      unitPrice: null,
    }),
    ...amount,
  })
  const alone = [{ ...withPrice({ grossFen, netFen, taxFen }), property: 'normal' as const }]
  if (discount === null) return alone
  const beforeFen = grossFen + divideRounded(-discount.grossFen * grossFen, soldFen)
  const before = splitGross(beforeFen, line.rateBp)
  // A discount that has become smaller than a fen of net and tax each is none.
  if (beforeFen === grossFen || before.netFen < netFen || before.taxFen < taxFen) return alone
  const cut = {
    netFen: netFen - before.netFen,
    taxFen: taxFen - before.taxFen,
    grossFen: grossFen - beforeFen,
  }
  return [withPrice({ ...before, grossFen: beforeFen }), { ...discount, ...cut }]
}
