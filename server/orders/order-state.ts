import type { OrderState } from '../contract/orders.ts'
import { Problem } from '../contract/problem.ts'

/** What may follow what (requirements §1.13). A move that is not written here is refused. */
export const ORDER_NEXT = {
  pending_review: ['pending_payment', 'cancelled'],
  pending_payment: ['paid', 'cancelled'],
  paid: ['shipped', 'cancelled'],
  shipped: ['completed'],
  completed: [],
  cancelled: [],
} as const satisfies Record<OrderState, readonly OrderState[]>

/** Refuses with `move_not_allowed`; staying is no move. */
export function checkOrderMove(from: OrderState, to: OrderState): void {
  const allowed: readonly OrderState[] = ORDER_NEXT[from]
  if (from !== to && !allowed.includes(to)) throw new Problem('move_not_allowed', { facts: { from, to } })
}

/**
 * May a platform's report move an order there? Reports skip steps (a synced order is seen paid, then
 * completed) and arrive late, so any step forward along the table is taken; backwards never.
 */
export function mayReport(from: OrderState, to: OrderState): boolean {
  if (from === to) return true
  const seen = new Set<OrderState>()
  const reachable: OrderState[] = [...ORDER_NEXT[from]]
  for (let state = reachable.pop(); state !== undefined; state = reachable.pop()) {
    if (state === to) return true
    if (seen.has(state)) continue
    seen.add(state)
    reachable.push(...ORDER_NEXT[state])
  }
  // A shipped order that a platform closes after a full refund: the refund record carries the money.
  return to === 'cancelled' && from === 'shipped'
}
