import { readDecimal } from './decimal.ts'
import { type InvoiceContent, type InvoiceLine, totalsOf } from './invoice.ts'
import { type Fen, splitGross } from './money.ts'

/** One sale on a blue invoice, a line with its discount, and what reds have left of it. */
export type OpenSale = {
  readonly line: InvoiceLine
  readonly discount: InvoiceLine | null
  /** After discount, as it was issued. */
  readonly soldFen: Fen
  /** What is left. */
  readonly netFen: Fen
  readonly taxFen: Fen
  readonly grossFen: Fen
  /** Scaled quantity that is left; null on a service without one. */
  readonly pieces: { readonly digits: bigint; readonly decimals: number } | null
  /** A price and its −100 %: it has nothing to take back. */
  readonly isGift: boolean
}

/** Each line of a blue with its discount, less what its reds took. Throws RangeError for a red of no line. */
export function findOpenSales(blue: InvoiceContent, reds: readonly InvoiceContent[] = []): OpenSale[] {
  const gone = reds.flatMap(({ lines }) => lines)
  const known = new Set(blue.lines.map(({ lineNo }) => lineNo))
  for (const { blueLineNo } of gone) {
    if (blueLineNo === undefined || !known.has(blueLineNo))
      throw new RangeError('a red line names its blue line')
  }
  return blue.lines.flatMap((line, index) => {
    if (line.property === 'discount') return []
    const next = blue.lines[index + 1]
    const discount = next?.property === 'discount' ? next : null
    return [
      openSale(
        { line, discount },
        gone.filter(({ blueLineNo }) => blueLineNo === line.lineNo),
      ),
    ]
  })
}

function openSale(
  { line, discount }: Pick<OpenSale, 'line' | 'discount'>,
  gone: readonly InvoiceLine[],
): OpenSale {
  const sold = totalsOf(discount === null ? [line] : [line, discount])
  const left = totalsOf([sold, ...gone])
  return {
    ...{ line, discount, soldFen: sold.grossFen, isGift: sold.grossFen === 0n },
    ...left,
    pieces: piecesOf(line, gone),
  }
}

/** Does an invoice line stand for this line of this order, alone or with others of its category? */
export function isFrom({ origin }: InvoiceLine, of: { orderId: string; lineNo: number }): boolean {
  if (origin?.orderId !== of.orderId) return false
  return [origin.lineNo, ...(origin.others ?? [])].includes(of.lineNo)
}

/** Reds write `-2`: their pieces are given back. */
function piecesOf(line: InvoiceLine, gone: readonly InvoiceLine[]): OpenSale['pieces'] {
  const sold = line.quantity === null ? null : readDecimal(line.quantity)
  if (sold === null) return null
  const counts = [
    sold,
    ...gone.flatMap(({ quantity }) => readDecimal(quantity?.replace('-', '') ?? '') ?? []),
  ]
  const decimals = Math.max(...counts.map((count) => count.decimals))
  const [first = 0n, ...others] = counts.map(
    (count) => count.digits * 10n ** BigInt(decimals - count.decimals),
  )
  return { digits: others.reduce((a, b) => a - b, first), decimals }
}

/**
 * The sale with `takenFen` less. What stays is split as if it alone had been sold, and the difference is
 * the red: so any number of small reds adds up to the blue's net and tax. Throws RangeError above the rest.
 */
export function lessThan(sale: OpenSale, takenFen: Fen): OpenSale {
  const grossFen = sale.grossFen - takenFen
  if (grossFen < 0n || takenFen < 0n) throw new RangeError('a red takes no more than is left of its line')
  if (grossFen === 0n) return { ...sale, netFen: 0n, taxFen: 0n, grossFen, pieces: emptied(sale.pieces) }
  const { netFen: ideal } = splitGross(grossFen, sale.line.rateBp)
  // A line whose net was rounded elsewhere (a part of a split) may be a fen off: neither side goes below zero.
  const least = grossFen > sale.taxFen ? grossFen - sale.taxFen : 0n
  const most = sale.netFen < grossFen ? sale.netFen : grossFen
  const netFen = ideal < least ? least : ideal > most ? most : ideal
  return { ...sale, netFen, taxFen: grossFen - netFen, grossFen }
}

const emptied = (pieces: OpenSale['pieces']) => (pieces === null ? null : { ...pieces, digits: 0n })
