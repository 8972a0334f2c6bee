import type { IssuerCapabilities } from '../issuers/issuer.ts'
import { type Decimals, readDecimal } from './decimal.ts'
import { type InvoiceContent, type InvoiceLine, totalsOf } from './invoice.ts'
import { divideRounded, type Fen } from './money.ts'
import { priceOf } from './price-lines.ts'

export type SplitLimits = Pick<IssuerCapabilities, 'maxLines' | 'maxNetFen' | 'decimals'>

export type Split = {
  /** Each legal by itself, in the order of the lines; one: nothing had to be split. */
  parts: InvoiceContent[]
  /** Which order has how much on which part (0-based). Rows add up to orders, columns to parts. */
  matrix: { orderId: string; part: number; amountFen: Fen }[]
}

/**
 * A draft as one or more invoices that keep to the issuer's lines and tax-exclusive amount (F25). A line
 * and its discount stay together, a gift stays beside something that costs money. A sale above the
 * amount limit is divided by whole pieces, and by amount where it has no quantity. Null with nothing
 * possible: one piece costs more than an invoice may carry, or gifts fill an invoice.
 */
export function splitContent(
  content: InvoiceContent,
  limits: SplitLimits,
  remarkOf: (orderIds: readonly string[]) => string = () => content.remark,
): Split | null {
  const sales = salesOf(content).flatMap((sale) => divideSale(sale, limits) ?? [null])
  const groups = withGifts(
    sales.filter((sale) => sale !== null),
    limits.maxLines,
  )
  if (groups === null || sales.includes(null)) return null
  const bins = pack(groups, limits)
  if (bins === null) return null
  const parts = bins.map((lines) => partOf(content, lines, bins.length === 1 ? null : remarkOf))
  return { parts, matrix: parts.flatMap((part, index) => rowsOf(part, index)) }
}

/** A line, with its discount where it has one. */
type Sale = readonly InvoiceLine[]

function salesOf({ lines }: InvoiceContent): Sale[] {
  return lines.flatMap((line, index) => {
    if (line.property === 'discount') return []
    const next = lines[index + 1]
    return [next?.property === 'discount' ? [line, next] : [line]]
  })
}

/** In pieces that fit; null: not even one does. */
function divideSale(sale: Sale, { maxNetFen, decimals }: SplitLimits): Sale[] | null {
  const { netFen } = totalsOf(sale)
  const [line] = sale
  if (maxNetFen === null || netFen <= maxNetFen || line === undefined) return [sale]
  const read = line.quantity === null ? null : readDecimal(line.quantity)
  // Without a quantity the fen are the pieces.
  const pieces = read === null ? netFen : wholePieces(read)
  // One fen of rounding stays free, so that a share never comes out above the limit.
  const fitting = pieces === null ? 0n : ((maxNetFen - 1n) * pieces) / netFen
  if (pieces === null || fitting === 0n) return null
  const made: Sale[] = []
  for (let from = 0n; from < pieces; from += fitting) {
    const to = from + fitting < pieces ? from + fitting : pieces
    const quantity = read === null ? null : (to - from).toString()
    made.push(shareOf(sale, { from, to, pieces, quantity, decimals }))
  }
  return made
}

function wholePieces({ digits, decimals }: { digits: bigint; decimals: number }): bigint | null {
  const scale = 10n ** BigInt(decimals)
  return digits % scale === 0n ? digits / scale : null
}

type Share = { from: bigint; to: bigint; pieces: bigint; quantity: string | null; decimals: Decimals }

/** Some of the pieces: net and tax, of the sale and of its discount, each to the fen of their sum. */
function shareOf([line, discount]: Sale, { from, to, pieces, quantity, decimals }: Share): Sale {
  if (line === undefined) return []
  const part = (fen: Fen) => divideRounded(fen * to, pieces) - divideRounded(fen * from, pieces)
  const amountsOf = (of: { netFen: Fen; taxFen: Fen }) => {
    const netFen = part(of.netFen)
    const taxFen = part(of.taxFen)
    return { netFen, taxFen, grossFen: netFen + taxFen }
  }
  const cut = discount === undefined ? null : amountsOf(discount)
  const after = amountsOf(totalsOf(discount === undefined ? [line] : [line, discount]))
  const before = cut === null ? after : totalsOf([after, negative(cut)])
  const price = priceOf({ ...before, rateBp: line.rateBp }, { quantity, decimals })
  const priced = { ...line, ...(price ?? { quantity: null, unitPrice: null }), ...before }
  if (discount === undefined || cut === null) return [priced]
  return cut.grossFen === 0n && cut.netFen === 0n
    ? [{ ...priced, property: 'normal' }]
    : [priced, { ...discount, ...cut }]
}

const negative = ({ netFen, taxFen, grossFen }: { netFen: Fen; taxFen: Fen; grossFen: Fen }) => ({
  netFen: -netFen,
  taxFen: -taxFen,
  grossFen: -grossFen,
})

/** A part of gifts alone would be an invoice of 0.00: each gift goes with its neighbour that costs money. */
function withGifts(sales: readonly Sale[], maxLines: number): InvoiceLine[][] | null {
  const groups: InvoiceLine[][] = []
  let waiting: InvoiceLine[] = []
  for (const sale of sales) {
    const isGift = totalsOf(sale).grossFen === 0n
    const last = groups.at(-1)
    if (!isGift) {
      groups.push([...waiting, ...sale])
      waiting = []
    } else if (last !== undefined && last.length + sale.length <= maxLines) last.push(...sale)
    else waiting.push(...sale)
  }
  return waiting.length > 0 || groups.some(({ length }) => length > maxLines) ? null : groups
}

/** First come, first in: the invoices keep the order of the lines. Null: something fits nowhere. */
function pack(
  groups: readonly InvoiceLine[][],
  { maxLines, maxNetFen }: SplitLimits,
): InvoiceLine[][] | null {
  const bins: InvoiceLine[][] = []
  let netFen = 0n
  for (const group of groups) {
    const added = totalsOf(group).netFen
    if (group.length > maxLines || (maxNetFen !== null && added > maxNetFen)) return null
    const bin = bins.at(-1)
    const fits =
      bin !== undefined &&
      bin.length + group.length <= maxLines &&
      (maxNetFen === null || netFen + added <= maxNetFen)
    if (fits) bin.push(...group)
    else bins.push([...group])
    netFen = fits ? netFen + added : added
  }
  return bins
}

function partOf(
  content: InvoiceContent,
  own: readonly InvoiceLine[],
  remarkOf: ((orderIds: readonly string[]) => string) | null,
): InvoiceContent {
  const lines = own.map((line, index) => ({ ...line, lineNo: index + 1 }))
  const remark = remarkOf === null ? content.remark : remarkOf([...sharesOf(lines).keys()])
  return { ...content, lines, ...totalsOf(lines), remark }
}

function rowsOf({ lines }: InvoiceContent, part: number): Split['matrix'] {
  return [...sharesOf(lines)].map(([orderId, amountFen]) => ({ orderId, part, amountFen }))
}

/** Gross of each order, in the order of the lines. Throws RangeError for a line of no order: not a draft. */
function sharesOf(lines: readonly InvoiceLine[]): Map<string, Fen> {
  const shares = new Map<string, Fen>()
  for (const { origin, grossFen } of lines) {
    if (origin === undefined) throw new RangeError('a drafted line knows its order')
    shares.set(origin.orderId, (shares.get(origin.orderId) ?? 0n) + grossFen)
  }
  return shares
}
