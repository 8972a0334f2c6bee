import type { Tx } from '../database/database.ts'
import { findOrdersByNumber } from '../orders/order.store.ts'
import { normaliseOrderNumber } from '../orders/order-input.ts'
import { CommandRefused } from './explain-error.ts'

/** The id of a shop's order, as a person writes its number. */
export async function getOrderId(
  tx: Tx,
  place: { merchantId: string; shopId: string },
  text: string,
): Promise<string> {
  const number = normaliseOrderNumber(text)
  const [order] = await findOrdersByNumber(tx, { ...place, number })
  if (order === undefined) throw new CommandRefused(`the shop has no order ${number}`)
  return order.id
}
