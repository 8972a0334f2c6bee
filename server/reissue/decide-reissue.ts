import { type Actor, actorText, recordAudit } from '../audit/record.ts'
import { Problem } from '../contract/problem.ts'
import type { Tx } from '../database/database.ts'
import { checkOrders } from './check-orders.ts'
import { moveReissue, tellReissue, writeAcknowledgement } from './move-reissue.store.ts'
import { findObstacle } from './plan-reissue.ts'
import { type ActDeps, readPlanFacts } from './read-plan-facts.ts'
import { getReissue, lockReissue, type Reissue } from './reissue.store.ts'
import { redJob, revokeRedJob } from './reissue-jobs.ts'
import { endedInVain } from './reissue-state.ts'
import { stillFits } from './still-fits.ts'

type Act = { id: string; actor: Actor }

/**
 * Starts what was planned: at once, or by way of a reviewer (X2). Doing it again is the same saga. Refuses
 * with `reissue_not_found`, with `reissue_plan_changed` where it would no longer give the documents that
 * were shown, and with `move_not_allowed` where it ended without effect.
 */
export async function executeReissue(deps: ActDeps, tx: Tx, { id, actor }: Act): Promise<Reissue> {
  const reissue = await getLocked(tx, id)
  if (endedInVain(reissue)) throw notAllowed(reissue, 'red_requested')
  if (reissue.state !== 'planned') return reissue
  await checkStillRight(deps, tx, reissue)
  const now = deps.now()
  const { reviewReason } = reissue
  if (reviewReason !== null)
    return moveReissue(tx, { reissue, to: 'in_review', actor, reason: reviewReason, now })
  return sendRed(deps, tx, { reissue, actor, approvedBy: null })
}

type Review = Act & { version: number }

/**
 * Lets a reviewed plan go. Refuses with `move_not_allowed` where it is not in review, with
 * `review_own_request` (S1-05), and with `reissue_plan_changed` where it is not what was shown.
 */
export async function approveReissue(deps: ActDeps, tx: Tx, review: Review): Promise<Reissue> {
  const reissue = await getReviewable(tx, review)
  await checkStillRight(deps, tx, reissue)
  return sendRed(deps, tx, { reissue, actor: review.actor, approvedBy: actorText(review.actor) })
}

const NOTE_MAX_CHARS = 200

/** Ends a reviewed plan; the blue stays valid. `note` is for who asked and stays out of the audit. */
export async function rejectReissue(
  deps: ActDeps,
  tx: Tx,
  { note, ...review }: Review & { note: string },
): Promise<Reissue> {
  const reissue = await getReviewable(tx, review)
  const set = { endCode: 'review_rejected', endDetail: note.slice(0, NOTE_MAX_CHARS) }
  return moveReissue(tx, {
    ...{ reissue, to: 'rejected', actor: review.actor, reason: 'review_rejected', now: deps.now(), set },
  })
}

async function getReviewable(tx: Tx, { id, actor, version }: Review): Promise<Reissue> {
  const reissue = await getLocked(tx, id)
  if (reissue.state !== 'in_review') throw notAllowed(reissue, 'red_requested')
  if (reissue.actor.endsWith(`:${actor.id}`)) throw new Problem('review_own_request', { facts: { id } })
  if (reissue.version !== version)
    throw new Problem('reissue_plan_changed', { field: '/version', facts: { id } })
  return reissue
}

/**
 * Takes a plan back, or asks the issuer to take the red form back while the buyer has not answered: what
 * becomes of that, the issuer says. Doing it again is nothing new. Refuses with `move_not_allowed` once
 * the blue is gone.
 */
export async function withdrawReissue(deps: ActDeps, tx: Tx, { id, actor }: Act): Promise<Reissue> {
  const reissue = await getLocked(tx, id)
  const { state, isSent, merchantId, heldReason } = reissue
  if (state === 'withdrawn') return reissue
  const now = deps.now()
  // A form that the issuer holds off was not taken in: there is nothing to take back.
  const mayBeThere = state === 'waiting_buyer' || (state === 'red_requested' && isSent && heldReason === null)
  if (!mayBeThere) return moveReissue(tx, { reissue, to: 'withdrawn', actor, now })
  await deps.addJob(tx, revokeRedJob(id, now))
  await recordAudit(tx, now, {
    merchantId,
    actor,
    act: 'reissue.revocation_requested',
    object: `reissue:${id}`,
  })
  return reissue
}

/**
 * A customer confirms exactly these changes (F7); who, when and the hash stand in the audit chain. The
 * first confirmation stands. Refuses with `reissue_plan_changed` for another hash.
 */
export async function acknowledge(
  deps: ActDeps,
  tx: Tx,
  { id, actor, diffHash }: Act & { diffHash: string },
): Promise<Reissue> {
  const reissue = await getLocked(tx, id)
  if (reissue.diffHash !== diffHash)
    throw new Problem('reissue_plan_changed', { field: '/diffHash', facts: { id } })
  if (reissue.acknowledgedAt !== null) return reissue
  if (endedInVain(reissue)) throw new Problem('move_not_allowed', { facts: { id, from: reissue.state } })
  const now = deps.now()
  await writeAcknowledgement(tx, { id, actor, now })
  await recordAudit(tx, now, {
    ...{ merchantId: reissue.merchantId, actor, act: 'reissue.acknowledged', object: `reissue:${id}` },
    facts: { diffHash },
  })
  const acknowledged = await getReissue(tx, id)
  await tellReissue(tx, acknowledged)
  return acknowledged
}

type Sending = { reissue: Reissue; actor: Actor; approvedBy: string | null }

async function sendRed(deps: ActDeps, tx: Tx, { reissue, actor, approvedBy }: Sending): Promise<Reissue> {
  const now = deps.now()
  const requested = await moveReissue(tx, { reissue, to: 'red_requested', actor, now, set: { approvedBy } })
  await deps.addJob(tx, redJob(reissue.id, now))
  return requested
}

/** A red takes the blue away: before it is asked for, the new blue must be as possible as it was planned. */
async function checkStillRight(deps: ActDeps, tx: Tx, reissue: Reissue): Promise<void> {
  const { id, merchantId, invoiceId, method } = reissue
  const facts = await readPlanFacts(deps, tx, { merchantId, id: invoiceId })
  if (facts === null) throw new Error(`the invoice of reissue ${id} is gone`)
  const obstacle = findObstacle(facts.invoice)
  if (obstacle !== null) throw new Problem(obstacle, { facts: { id } })
  if (method === 'replace') checkOrders(facts.orders, facts.excess)
  if (!(await stillFits(deps, reissue, facts))) throw new Problem('reissue_plan_changed', { facts: { id } })
}

async function getLocked(tx: Tx, id: string): Promise<Reissue> {
  const reissue = await lockReissue(tx, id)
  if (reissue === null) throw new Problem('reissue_not_found')
  return reissue
}

function notAllowed({ id, state }: Reissue, to: string): Problem {
  return new Problem('move_not_allowed', { facts: { id, from: state, to } })
}
