/**
 * What became of one attempt. `accepted` says that the next server took it, not that a person read it.
 * `bounced` is the recipient's side refusing for good: another attempt to this address is useless.
 * `failed` is everything else; with `retry` the same message may pass later.
 * A `reason` starts with a stable word, may go on with the other side's own, and holds no address.
 */
export type DeliveryAnswer =
  | { readonly kind: 'accepted'; readonly providerId: string }
  | { readonly kind: 'bounced'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly retry: boolean }

/**
 * A way to reach one person. It answers within its own deadline or when `signal` aborts, and never throws for
 * what the outside does. Sending one message again is allowed: the message carries an id of its attempt row,
 * so the far side can tell a repetition.
 */
export type Delivery<Message> = {
  send(message: Message, signal: AbortSignal): Promise<DeliveryAnswer>
}
