import type { LiveTopic } from '../contract/live.ts'
import type { SessionVia } from '../tokens/claims.ts'
import type { SessionRole } from '../tokens/roles.ts'
import { scopesOf } from '../tokens/scopes.ts'

/** To whom the thing behind a topic belongs. None of it ever changes. */
export type TopicOwner = {
  readonly merchantId: string
  /** Null: the desk of the whole merchant, for who reads reviews. */
  readonly shopId: string | null
  /** The orders it concerns; none for a shop. */
  readonly orderIds: readonly string[]
}

/** Who listens, as their session token says. */
export type Watcher = {
  readonly merchantId: string
  /** Null: all shops of the merchant. */
  readonly shopId: string | null
  readonly role: SessionRole
  readonly subject: string
  readonly orderIds: readonly string[]
  readonly sid: string
  readonly via: SessionVia
  /** When the session was opened. */
  readonly since: Date
  readonly voucher?: string
  readonly expiresAt: Date
  /** The key behind the token. */
  readonly kid: string
}

/**
 * Staff watch their merchant, or one shop of it; a customer what belongs to a proven order. Events of a desk
 * name nothing, so who reviews one shop may hear that something of another has moved.
 */
export function mayWatch(
  watcher: Pick<Watcher, 'merchantId' | 'shopId' | 'role' | 'orderIds'>,
  owner: TopicOwner,
): boolean {
  if (owner.merchantId !== watcher.merchantId) return false
  if (owner.shopId === null) return scopesOf(watcher.role).some((scope) => scope === 'reviews.read')
  if (watcher.shopId !== null && owner.shopId !== watcher.shopId) return false
  return watcher.role !== 'customer' || owner.orderIds.some((id) => watcher.orderIds.includes(id))
}

const TOPIC = /^(order|request|invoice|reissue|shop|desk):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function isTopic(value: unknown): value is LiveTopic {
  return typeof value === 'string' && TOPIC.test(value)
}
