import { Problem } from '../contract/problem.ts'
import type { ProblemCode } from '../contract/problems.ts'
import type { Order } from '../orders/order.ts'
import { type Excess, overFen } from './excess.ts'

/**
 * A red that no new blue can follow would leave the buyer with nothing: an order in another state, or one
 * of which another invoice carries too much. Refuses with the order's reason.
 */
export function checkOrders(orders: readonly Order[], excess: readonly Excess[]): void {
  for (const order of orders) {
    const own = excess.find(({ orderId }) => orderId === order.id)?.amountFen ?? 0n
    const obstacle = findObstacle(order) ?? (overFen(order) > own ? 'order_correction_pending' : null)
    if (obstacle !== null) throw new Problem(obstacle, { facts: { orderId: order.id } })
  }
}

function findObstacle({ state, statusKnown, refundState, refunds }: Order): ProblemCode | null {
  if (state === 'cancelled') return 'order_cancelled'
  if (!statusKnown) return 'order_status_unknown'
  if (refundState === 'amount_unknown') return 'order_refund_unclear'
  const isOpen = refunds.some((refund) => refund.state === 'applied' || refund.state === 'agreed')
  return isOpen || refundState === 'in_progress' ? 'order_refund_in_progress' : null
}
