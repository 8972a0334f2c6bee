/**
 * `/v1/live`: the first message authenticates, then topics are subscribed. An event says what changed
 * and is a reason to GET, never the truth itself.
 */
export type LiveTopic =
  | `order:${string}`
  | `request:${string}`
  | `invoice:${string}`
  | `reissue:${string}`
  | `shop:${string}`
  /** By the merchant's id: what waits for a person there, reviews and exceptions, came, moved or left. */
  | `desk:${string}`

export type LiveFromClient =
  | { kind: 'hello'; token: string }
  | { kind: 'subscribe'; topic: LiveTopic }
  | { kind: 'unsubscribe'; topic: LiveTopic }

export type LiveFromServer =
  | { kind: 'ready' }
  | { kind: 'subscribed'; topic: LiveTopic }
  | { kind: 'refused'; topic: LiveTopic }
  | { kind: 'changed'; topic: LiveTopic; version: number }

/** Close codes: 4401 the token ended, 4408 no hello in time, 4429 too many messages or too slow. */
export const LIVE_CLOSE = { tokenEnded: 4401, helloMissing: 4408, tooMuch: 4429 } as const
