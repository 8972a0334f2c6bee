import { type Fen, jsonFen } from '../invoicing/money.ts'
import type { Order } from './order.ts'

export type Stale = { readonly excessFen: Fen; readonly since: Date }

/**
 * Do the invoices of an order carry more than what is left of it (S0-30)? `invoicedFen` is Σ blue −
 * Σ red. `since` is when the refund completed that made it too much. Null: they fit.
 */
export function findStale(order: Order, invoicedFen: Fen): Stale | null {
  const limit = order.paidFen - order.platformFen
  const rest = limit > order.refundedFen ? limit - order.refundedFen : 0n
  if (invoicedFen <= rest) return null
  return { excessFen: invoicedFen - rest, since: findCause(order, limit - invoicedFen) }
}

/** The first completed refund after which the invoices no longer fit; an order without one says when it was paid. */
function findCause({ refunds, paidAt, orderedAt }: Order, spareFen: Fen): Date {
  const completed = refunds
    .flatMap(({ completedAt, amountFen }) => (completedAt == null ? [] : [{ completedAt, amountFen }]))
    .sort((a, b) => a.completedAt.getTime() - b.completedAt.getTime())
  let sum = 0n
  for (const { completedAt, amountFen } of completed) {
    sum += amountFen
    if (sum > spareFen) return completedAt
  }
  return completed.at(-1)?.completedAt ?? paidAt ?? orderedAt ?? new Date(0)
}

export function viewStale(stale: Stale | null): { excessFen: number; since: string } | null {
  return stale === null ? null : { excessFen: jsonFen(stale.excessFen), since: stale.since.toISOString() }
}

/** Of an invoice over several orders: what is too much of all of them, since the first was. */
export function findStaleOf(orders: readonly Order[], invoiced: ReadonlyMap<string, Fen>): Stale | null {
  const stale = orders.flatMap((order) => findStale(order, invoiced.get(order.id) ?? 0n) ?? [])
  const [first] = stale.toSorted((a, b) => a.since.getTime() - b.since.getTime())
  if (first === undefined) return null
  return { excessFen: stale.reduce((a, { excessFen }) => a + excessFen, 0n), since: first.since }
}
