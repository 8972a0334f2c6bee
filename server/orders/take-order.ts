import type { Static } from 'typebox'
import type { Actor } from '../audit/record.ts'
import type { NewOrder, OrderSaved } from '../contract/orders.ts'
import { Problem } from '../contract/problem.ts'
import type { Tx } from '../database/database.ts'
import { jsonFen } from '../invoicing/money.ts'
import { findOrder } from './order.store.ts'
import { readNewOrder } from './read-new-order.ts'
import { type SaveDeps, saveOrders } from './save-orders.ts'

export type TakeOrderDeps = SaveDeps & {
  /** Of whichever merchant. */
  findShopByCode(code: string): Promise<{ id: string; code: string; merchantId: string } | null>
}

export type TakenOrder = Static<typeof OrderSaved>

/**
 * One order as a merchant's backend reports it, created or updated by shop and number. Refuses with
 * `shop_not_found`, `request_invalid`, `order_number_invalid`, `order_amounts_disagree` and
 * `order_already_invoiced`, each with the field.
 */
export async function takeOrder(
  deps: TakeOrderDeps,
  tx: Tx,
  { merchantId, actor, body }: { merchantId: string; actor: Actor; body: NewOrder },
): Promise<TakenOrder> {
  const shop = await deps.findShopByCode(body.shop)
  if (shop === null || shop.merchantId !== merchantId) throw new Problem('shop_not_found', { field: '/shop' })
  const target = { merchantId, shopId: shop.id, origin: 'api', actor, isDryRun: false }
  const [outcome] = await saveOrders(deps, tx, target, [readNewOrder(body)])
  if (outcome === undefined) throw new Error('an order was sent and nothing came of it')
  if (outcome.kind === 'refused') throw outcome.problem
  const order = await findOrder(tx, merchantId, outcome.orderId)
  if (order === null) throw new Error(`order ${outcome.orderId} was saved and is gone`)
  return {
    id: order.id,
    number: order.number,
    shop: shop.code,
    outcome: outcome.kind,
    version: order.version,
    state: order.state,
    paidFen: jsonFen(order.paidFen),
    refundedFen: jsonFen(order.refundedFen),
  }
}
