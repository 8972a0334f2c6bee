import type { OrderView } from '../../server/contract/orders.ts'
import type { Call } from './call.ts'
import { listOf, record } from './read.ts'
import { isOrderView } from './read-replies.ts'

const isOrderList = record({ items: listOf(isOrderView) })

/** The orders that this session has proven. */
export async function listOrders(call: Call): Promise<OrderView[]> {
  const { items } = await call({ method: 'GET', path: '/orders', reply: isOrderList })
  return items
}
