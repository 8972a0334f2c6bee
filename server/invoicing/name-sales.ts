import type { LineNaming } from '../contract/merchants.ts'
import type { LineOrigin } from './invoice.ts'
import { splitGross } from './money.ts'
import type { LineGoods, LinePrice } from './price-lines.ts'

/** One line of an order, before it is priced. */
export type Sale = Pick<LinePrice, 'beforeFen' | 'afterFen' | 'quantity'> & {
  readonly goods: LineGoods & { readonly origin: LineOrigin }
}

/** The sales of one order as they are called; neither a total nor the tax of a rate moves. */
export function nameSales(sales: readonly Sale[], naming: LineNaming): Sale[] {
  if (naming === 'detail') return [...sales]
  const named = sales.map((sale) => ({
    ...sale,
    goods: { ...sale.goods, title: sale.goods.shortName, spec: null },
  }))
  return naming === 'category' ? named : joinSales(named)
}

function joinSales(sales: readonly Sale[]): Sale[] {
  const joined: Sale[] = []
  for (const sale of sales) {
    const at = joined.findIndex((other) => canJoin(other, sale))
    const other = joined[at]
    if (other === undefined) joined.push(sale)
    else joined[at] = join(other, sale)
  }
  return joined
}

/**
 * Of one category and rate, and only where the tax of the sum is the sum of the taxes: a cent that
 * rounding would move keeps two lines apart. A gift stays beside what was paid for, or nobody would see it.
 */
function canJoin(one: Sale, other: Sale): boolean {
  const isAlike = (['shortName', 'taxCode', 'treatment', 'rateBp'] as const).every(
    (key) => one.goods[key] === other.goods[key],
  )
  if (!isAlike || one.afterFen === 0n || other.afterFen === 0n) return false
  const { rateBp } = one.goods
  const taxOf = (fen: bigint) => splitGross(fen, rateBp).taxFen
  return taxOf(one.afterFen + other.afterFen) === taxOf(one.afterFen) + taxOf(other.afterFen)
}

/** Pieces of different goods have no common number. */
function join(one: Sale, other: Sale): Sale {
  const { origin } = one.goods
  const others = [...(origin.others ?? []), other.goods.origin.lineNo]
  return {
    goods: { ...one.goods, unit: null, origin: { ...origin, others } },
    beforeFen: one.beforeFen + other.beforeFen,
    afterFen: one.afterFen + other.afterFen,
    quantity: null,
  }
}
