import { type Actor, actorText } from '../audit/record.ts'
import type { FixField } from '../contract/invoicing.ts'
import { Problem } from '../contract/problem.ts'
import type { Tx } from '../database/database.ts'
import type { JobRequest } from '../jobs/define-job.ts'
import { findRequest, type InvoiceRequest, moveRequest } from './request.store.ts'
import { getRequest, issueJob } from './request-invoice.ts'

export type ReviewDeps = {
  now: () => Date
  addJob(tx: Tx, job: JobRequest): Promise<void>
  releaseOrder(tx: Tx, orderId: string, amountFen: bigint): Promise<void>
}

type Review = {
  id: string
  actor: Actor
  /** What the reviewer has seen. */
  version: number
}

/** Written to `rejectCode` where a person, not the issuer, said no. */
export const REVIEW_REJECTED = 'review_rejected'

const DETAIL_MAX_CHARS = 200

/**
 * Lets a reviewed request go to the issuer. Whether its order changed meanwhile is decided again when
 * it is sent, so an approval never covers something else than what was asked. Refuses with
 * `invoice_request_not_found`, with `review_item_changed` where it is not what the reviewer saw, and with
 * `review_own_request` where the reviewer is who asked (S1-05).
 */
export async function approveRequest(deps: ReviewDeps, tx: Tx, review: Review): Promise<InvoiceRequest> {
  const now = deps.now()
  const { actor } = review
  const request = await findReviewable(tx, review)
  await moveRequest(tx, { request, to: 'approved', actor, now })
  const approved = await getRequest(tx, review.id)
  await moveRequest(tx, { request: approved, to: 'queued', actor, now })
  const runAt = request.notBefore > now ? request.notBefore : now
  await deps.addJob(tx, issueJob(request.id, runAt))
  return getRequest(tx, review.id)
}

/**
 * Sends a reviewed request back and gives the remainder back. `fields` can be corrected, and then the same
 * request goes on (F9); with none of them it has ended. `detail` is a sentence for who asked; it stays
 * out of the audit. Refuses as `approveRequest` does.
 */
export async function rejectRequest(
  deps: ReviewDeps,
  tx: Tx,
  { detail, fields, ...review }: Review & { detail: string; fields: readonly FixField[] },
): Promise<InvoiceRequest> {
  const request = await findReviewable(tx, review)
  await moveRequest(tx, {
    request,
    to: 'rejected',
    actor: review.actor,
    reason: REVIEW_REJECTED,
    now: deps.now(),
    set: {
      rejectCode: REVIEW_REJECTED,
      rejectDetail: detail.slice(0, DETAIL_MAX_CHARS),
      rejectFields: [...fields],
    },
  })
  for (const { orderId, amountFen } of request.shares) await deps.releaseOrder(tx, orderId, amountFen)
  return getRequest(tx, review.id)
}

async function findReviewable(tx: Tx, { id, actor, version }: Review): Promise<InvoiceRequest> {
  const request = await findRequest(tx, id)
  if (request === null) throw new Problem('invoice_request_not_found')
  const { state, actor: requester } = request
  const facts = { id, from: state, reviewer: actorText(actor) }
  if (isSamePerson(requester, actor.id)) throw new Problem('review_own_request', { facts })
  if (state !== 'in_review' || request.version !== version)
    throw new Problem('review_item_changed', { facts })
  return request
}

/** Whatever role they had when they asked: an account is one person's. */
export function isSamePerson(requester: string, accountId: string): boolean {
  return requester.endsWith(`:${accountId}`)
}
