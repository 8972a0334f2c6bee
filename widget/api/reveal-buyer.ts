import type { Call } from './call.ts'
import { isInteger, isText, orNull, record } from './read.ts'

/** Full values of an order's buyer. They are shown, never kept. */
export type RevealedBuyer = {
  name: string | null
  phone: string | null
  email: string | null
  address: string | null
  revealsLeft: number
}

const isRevealedBuyer = record({
  name: orNull(isText),
  phone: orNull(isText),
  email: orNull(isText),
  address: orNull(isText),
  revealsLeft: isInteger,
})

/** Unmasks a buyer for a reason that goes into the audit log. Refuses with `reveal_budget_spent` (F15). */
export function revealBuyer(call: Call, orderId: string, reason: string): Promise<RevealedBuyer> {
  const path = `/orders/${encodeURIComponent(orderId)}/reveal`
  return call({ method: 'POST', path, body: { reason }, reply: isRevealedBuyer })
}
