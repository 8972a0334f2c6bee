import type { LiveTopic } from '../contract/live.ts'
import type { SessionVia } from '../tokens/claims.ts'
import type { SessionRole } from '../tokens/roles.ts'

/** To whom the thing behind a topic belongs. None of it ever changes. */
export type TopicOwner = {
  readonly merchantId: string
  readonly shopId: string
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
  readonly expiresAt: Date
  /** The key behind the token. */
  readonly kid: string
}

/** Staff watch their merchant, or one shop of it; a customer what belongs to a proven order. */
export function mayWatch(
  watcher: Pick<Watcher, 'merchantId' | 'shopId' | 'role' | 'orderIds'>,
  owner: TopicOwner,
): boolean {
  if (owner.merchantId !== watcher.merchantId) return false
  if (watcher.shopId !== null && owner.shopId !== watcher.shopId) return false
  return watcher.role !== 'customer' || owner.orderIds.some((id) => watcher.orderIds.includes(id))
}

const TOPIC = /^(order|request|invoice|reissue|shop):[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function isTopic(value: unknown): value is LiveTopic {
  return typeof value === 'string' && TOPIC.test(value)
}
