import type { RequestState } from '../contract/invoicing.ts'

/** What may follow what. A move that is not written here is refused. */
export const REQUEST_NEXT = {
  submitted: ['in_review', 'queued', 'withdrawn'],
  in_review: ['approved', 'rejected', 'withdrawn'],
  approved: ['queued'],
  rejected: ['submitted', 'withdrawn'],
  queued: ['issuing', 'held', 'rejected', 'withdrawn'], // rejected: the order changed while it waited
  held: ['queued', 'rejected', 'withdrawn'],
  issuing: ['issued', 'rejected', 'held', 'in_doubt'],
  in_doubt: ['issued', 'issuing', 'rejected'], // issuing again only when a query proved it absent; same serial
  issued: [],
  withdrawn: [],
} as const satisfies Record<RequestState, readonly RequestState[]>

/** A request that has not ended: it holds its share of the order. */
export const RUNNING_STATES = [
  'submitted',
  'in_review',
  'approved',
  'queued',
  'held',
  'issuing',
  'in_doubt',
] as const

export function mayMove(from: RequestState, to: RequestState): boolean {
  const allowed: readonly RequestState[] = REQUEST_NEXT[from]
  return allowed.includes(to)
}
