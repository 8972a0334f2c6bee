import type { Database, Tx } from '../database/database.ts'
import type { SessionRole } from '../tokens/roles.ts'
import { findOrder, lockOrder } from './order.store.ts'
import type { Order } from './order.ts'

/** Whose eyes: what a session grants. */
export type Viewer = {
  readonly merchantId: string
  /** Null: all shops of the merchant. */
  readonly shopId: string | null
  readonly role: SessionRole
  /** Orders this person has proven. */
  readonly orderIds: readonly string[]
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** What cannot be an id is as unknown as any other. */
export function isOrderId(id: string): boolean {
  return UUID.test(id)
}

/** Staff see the orders of their merchant (of their shop), customers those they have proven. */
export function maySee({ merchantId, shopId, role, orderIds }: Viewer, order: Order): boolean {
  if (order.merchantId !== merchantId || (shopId !== null && order.shopId !== shopId)) return false
  return role !== 'customer' || orderIds.includes(order.id)
}

/** Null: unknown, somebody else's, or not proven. The three are told apart nowhere. */
export async function findOrderFor(tx: Tx | Database, viewer: Viewer, id: string): Promise<Order | null> {
  // Not proven: the database is not asked, so that its answer cannot be timed either.
  if (!isOrderId(id) || (viewer.role === 'customer' && !viewer.orderIds.includes(id))) return null
  const order = await findOrder(tx, viewer.merchantId, id)
  return order !== null && maySee(viewer, order) ? order : null
}

/** `findOrderFor`, with the order's row locked until the transaction ends. */
export async function lockOrderFor(tx: Tx, viewer: Viewer, id: string): Promise<Order | null> {
  const seen = await findOrderFor(tx, viewer, id)
  return seen === null ? null : lockOrder(tx, viewer.merchantId, seen.id)
}
