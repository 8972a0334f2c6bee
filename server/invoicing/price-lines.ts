import { type Decimals, fitQuantity, isPriceOf, unitPrice } from './decimal.ts'
import type { InvoiceLine } from './invoice.ts'
import { type Fen, splitGross } from './money.ts'

/** What a line is, without its amounts and its place. */
export type LineGoods = Omit<
  InvoiceLine,
  'lineNo' | 'property' | 'quantity' | 'unitPrice' | 'netFen' | 'taxFen' | 'grossFen'
>

export type LinePrice = {
  /** Before and after discount; equal: there is none, or it is not shown. */
  readonly beforeFen: Fen
  readonly afterFen: Fen
  readonly quantity: string | null
  readonly decimals: Decimals
}

/**
 * One sale as it stands on an invoice: one line, or the line before discount with its discount right
 * behind. The discount takes the difference of what both amounts are in net and in tax, so that showing
 * it moves no fen. Null where quantity and amount cannot be written as the issuer wants them.
 */
export function priceLines(goods: LineGoods, price: LinePrice): Omit<InvoiceLine, 'lineNo'>[] | null {
  const { beforeFen, afterFen, quantity, decimals } = price
  const before = { grossFen: beforeFen, ...splitGross(beforeFen, goods.rateBp) }
  const priced = priceOf({ ...before, rateBp: goods.rateBp }, { quantity, decimals })
  if (priced === null) return null
  if (beforeFen === afterFen) return [{ ...goods, property: 'normal', ...priced, ...before }]
  const after = splitGross(afterFen, goods.rateBp)
  return [
    { ...goods, property: 'discounted', ...priced, ...before },
    {
      ...goods,
      property: 'discount',
      spec: null,
      unit: null,
      quantity: null,
      unitPrice: null,
      netFen: after.netFen - before.netFen,
      taxFen: after.taxFen - before.taxFen,
      grossFen: afterFen - beforeFen,
    },
  ]
}

type Priced = Pick<InvoiceLine, 'quantity' | 'unitPrice'>

/** Neither where there is no quantity (a service): a price alone says nothing. Null: it cannot be written. */
export function priceOf(
  amount: { grossFen: Fen; netFen: Fen; rateBp: number },
  { quantity, decimals }: { quantity: string | null; decimals: Decimals },
): Priced | null {
  if (quantity === null || /^[0.]+$/.test(quantity)) return { quantity: null, unitPrice: null }
  const fitting = fitQuantity(quantity, decimals)
  if (fitting === null) return null
  const price = unitPrice(amount, { quantity: fitting, decimals })
  if (price === null || !isPriceOf(amount.netFen, fitting, price)) return null
  return { quantity: fitting, unitPrice: price }
}
