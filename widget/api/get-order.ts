import type { OrderView } from '../../server/contract/orders.ts'
import type { Call } from './call.ts'
import { isOrderView } from './read-replies.ts'

/** Refuses with `order_not_found`, which is also "not yours". */
export function getOrder(call: Call, orderId: string): Promise<OrderView> {
  return call({ method: 'GET', path: `/orders/${encodeURIComponent(orderId)}`, reply: isOrderView })
}
