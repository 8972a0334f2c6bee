import type { Actor } from '../audit/record.ts'
import { Problem } from '../contract/problem.ts'
import type { Tx } from '../database/database.ts'
import { findRequest, type InvoiceRequest, listSiblings, moveRequest } from './request.store.ts'
import { getRequest } from './request-invoice.ts'

export type WithdrawDeps = {
  now: () => Date
  releaseOrder(tx: Tx, orderId: string, amountFen: bigint): Promise<void>
}

/**
 * Takes a request back while nothing has been sent: inside its undo window, in review, or held. Gives
 * the remainder back and deletes nothing; the job that still waits finds nothing to do. Refuses with
 * `invoice_request_not_found`, and with `move_not_allowed` once it may have been sent.
 */
export async function withdrawRequest(
  deps: WithdrawDeps,
  tx: Tx,
  { id, actor }: { id: string; actor: Actor },
): Promise<InvoiceRequest> {
  const now = deps.now()
  const request = await findRequest(tx, id)
  if (request === null) throw new Problem('invoice_request_not_found')
  if (!mayWithdraw(request, now)) {
    throw new Problem('move_not_allowed', { facts: { id, from: request.state, to: 'withdrawn' } })
  }
  await withdrawOne(deps, tx, { request, actor, now })
  // What was asked for together is taken back together, as far as it has not left.
  for (const sibling of await listSiblings(tx, request)) {
    if (mayWithdraw(sibling, now)) await withdrawOne(deps, tx, { request: sibling, actor, now })
  }
  return getRequest(tx, id)
}

type Withdrawing = { request: InvoiceRequest; actor: Actor; now: Date }

async function withdrawOne(
  { releaseOrder }: WithdrawDeps,
  tx: Tx,
  { request, actor, now }: Withdrawing,
): Promise<void> {
  await moveRequest(tx, { request, to: 'withdrawn', actor, now, set: { heldReason: null } })
  for (const { orderId, amountFen } of request.shares) await releaseOrder(tx, orderId, amountFen)
}

/** A worker claims at `notBefore` and not earlier, so inside the window nobody is sending. */
function mayWithdraw({ state, notBefore, reissueId }: InvoiceRequest, now: Date): boolean {
  // Its blue is gone already: a new one is only ever corrected, never given up.
  if (reissueId !== null) return false
  return state === 'in_review' || state === 'held' || (state === 'queued' && notBefore > now)
}
