import { recordAudit } from '../audit/record.ts'
import type { ReissueState } from '../contract/reissues.ts'
import type { Tx } from '../database/database.ts'
import { doubtPauseMs } from '../invoicing/doubt-schedule.ts'
import type { NewInvoice } from '../invoicing/invoice.store.ts'
import type { RedFacts, RedFinding } from '../issuers/issuer.ts'
import type { JobRequest } from '../jobs/define-job.ts'
import { publish } from '../live/publish.ts'
import { openChange } from './change.store.ts'
import type { ClaimedRed } from './claim-red.ts'
import { moveReissue, tellReissue, writeHeld } from './move-reissue.store.ts'
import { endRedLease } from './red-lease.store.ts'
import {
  markRedAnswered,
  markRedAsked,
  type StoredRedSending,
  writeRedContradiction,
} from './red-sending.store.ts'
import { lockReissue, type Reissue } from './reissue.store.ts'
import { askRedJob, redJob, SAGA } from './reissue-jobs.ts'
import { type BlueDeps, finishReissue, sendBlue } from './send-blue.ts'

/** An answer of "poll at once" must not make a loop without a breath. */
const POLL_LEAST_MS = 500
/** While the buyer has days, a look every so often is enough where the issuer names no pause. */
const POLL_MOST_MS = 10 * 60_000
/** A held form is tried again soon at first, and then as seldom as it has waited long. */
const HELD_FIRST_MS = 10_000
const HELD_MOST_MS = 60_000
const DETAIL_MAX_CHARS = 200

export type SettleRedDeps = BlueDeps & {
  insertInvoice(tx: Tx, made: NewInvoice): Promise<string>
  documentsJob(payload: { merchantId: string; invoiceId: string }): JobRequest
  isDemoIssuer(issuerId: string): boolean
  absentCountsAfterMs(issuerId: string): number
}

type Settling = ClaimedRed & { finding: RedFinding | { readonly kind: 'absent' } }

/** Under the lease, with the row as it is now. */
type Settled = { reissue: Reissue; sending: StoredRedSending; now: Date }

/**
 * Writes what the issuer said about a red form. A timeout or an unreadable answer is a doubt, never an
 * end. Everything happens in the caller's transaction, under the lease: a worker that lost it changes
 * nothing.
 */
export async function settleRed(deps: SettleRedDeps, tx: Tx, settling: Settling): Promise<void> {
  const { sending, leaseEpoch, finding } = settling
  const { id } = settling.reissue
  await endRedLease(tx, { id, leaseEpoch })
  const reissue = await lockReissue(tx, id)
  if (reissue === null) throw new Error(`reissue ${id} is gone`)
  const settled: Settled = { reissue, sending, now: deps.now() }
  switch (finding.kind) {
    case 'issued':
      return settleIssued(deps, tx, settled, finding.facts)
    case 'accepted':
      await markRedAnswered(tx, { ...sending, formNumber: null, now: settled.now })
      return askLater(deps, tx, settled, finding.pollAfterMs)
    case 'waiting_buyer':
      return settleWaiting(deps, tx, settled, finding)
    case 'ended':
      return settleEnded(tx, settled, finding)
    case 'rejected':
      return end(tx, settled, { to: 'red_refused', code: finding.code, detail: finding.message })
    case 'held':
      return settleHeld(deps, tx, settled, finding.reason)
    case 'contradiction':
      return settleContradiction(tx, settled, finding.facts)
    case 'absent':
      return settleAbsent(deps, tx, settled)
    case 'unknown':
      await markRedAsked(tx, sending.formSerial, sending.absentCount)
      return askLater(deps, tx, settled, doubtPauseMs(sending.queryCount))
  }
}

/**
 * The red exists. In one transaction: it is stored, the blue says so, the claims move, and where a new
 * blue follows, its request stands in the queue. From here the saga only goes forward.
 */
async function settleIssued(deps: SettleRedDeps, tx: Tx, settled: Settled, facts: RedFacts): Promise<void> {
  const { reissue, sending, now } = settled
  const { id, merchantId, shopId, invoiceId, method } = reissue
  const change = await openChange(deps.vault, reissue)
  // Orders before the invoice, as everywhere, so that nobody waits in a ring.
  for (const { orderId, amountFen } of change.redShares) {
    const to = change.blueShares.find((share) => share.orderId === orderId)?.amountFen ?? 0n
    await deps.passClaim(tx, orderId, { from: amountFen, to })
  }
  const redInvoiceId = await deps.insertInvoice(tx, {
    ...{ merchantId, shopId, content: change.red, facts, isDemo: deps.isDemoIssuer(sending.issuerId) },
    origin: { reissueId: id, originalId: invoiceId, redFormNumber: facts.formNumber },
    shares: change.redShares.map(({ orderId, amountFen }) => ({ orderId, amountFen: -amountFen })),
  })
  await deps.writeInvoiceState(tx, {
    id: invoiceId,
    state: method === 'partial_red' ? 'partly_reversed' : 'reversed',
  })
  await markRedAnswered(tx, { ...sending, formNumber: facts.formNumber, now })
  await recordAudit(tx, now, {
    ...{ merchantId, actor: SAGA, act: 'invoice.issued', object: `invoice:${redInvoiceId}` },
    facts: { grossFen: facts.grossFen.toString(), number: facts.number, reissue: id, reverses: invoiceId },
  })
  await deps.addJob(tx, deps.documentsJob({ merchantId, invoiceId: redInvoiceId }))
  await publish(tx, { topic: `invoice:${redInvoiceId}`, version: 1 }, { topic: `shop:${shopId}`, version: 0 })
  const set = { redInvoiceId, heldReason: null, consentUntil: null }
  const red = await moveReissue(tx, { reissue, to: 'red_issued', actor: SAGA, now, set })
  if (change.blue === null) return finishReissue(deps, tx, { reissue: red, blueInvoiceId: null })
  const issuing = await moveReissue(tx, { reissue: red, to: 'blue_issuing', actor: SAGA, now })
  await sendBlue(deps, tx, { reissue: issuing, change })
}

/** 待购方确认. When the buyer's time is over is for the issuer to say; ours only shows it. */
async function settleWaiting(
  deps: SettleRedDeps,
  tx: Tx,
  settled: Settled,
  { formNumber, until, pollAfterMs }: Extract<RedFinding, { kind: 'waiting_buyer' }>,
): Promise<void> {
  const { reissue, sending, now } = settled
  await markRedAnswered(tx, { ...sending, formNumber, now })
  if (reissue.state === 'red_requested') {
    const set = { consentUntil: until, heldReason: null }
    await moveReissue(tx, { reissue, to: 'waiting_buyer', actor: SAGA, now, set })
  }
  return askLater(deps, tx, settled, pollAfterMs)
}

const ENDS = {
  refused: 'buyer_refused',
  lapsed: 'lapsed',
  revoked: 'withdrawn',
  failed: 'red_refused',
} as const satisfies Record<Extract<RedFinding, { kind: 'ended' }>['how'], ReissueState>

/** The form is dead: the blue is as valid as before, and nothing else has changed. */
async function settleEnded(
  tx: Tx,
  settled: Settled,
  { how, formNumber, code, message }: Extract<RedFinding, { kind: 'ended' }>,
): Promise<void> {
  await markRedAnswered(tx, { ...settled.sending, formNumber, now: settled.now })
  return end(tx, settled, { to: ENDS[how], code, detail: message })
}

type End = { to: (typeof ENDS)[keyof typeof ENDS]; code: string; detail: string }

async function end(tx: Tx, { reissue, now }: Settled, { to, code, detail }: End): Promise<void> {
  const set = { endCode: code, endDetail: detail.slice(0, DETAIL_MAX_CHARS), heldReason: null }
  await moveReissue(tx, { reissue, to, actor: SAGA, reason: code, now, set })
}

/** Nothing was taken in: the same bytes go again later. */
async function settleHeld(deps: SettleRedDeps, tx: Tx, settled: Settled, reason: string): Promise<void> {
  const { reissue, now } = settled
  await writeHeld(tx, { id: reissue.id, heldReason: reason })
  const waitedMs = now.getTime() - reissue.updatedAt.getTime()
  const pauseMs = Math.min(Math.max(HELD_FIRST_MS, waitedMs / 4), HELD_MOST_MS)
  await deps.addJob(tx, redJob(reissue.id, new Date(now.getTime() + pauseMs)))
}

/** Not ours to decide: both sides are kept, nothing is sent again, a person looks. */
async function settleContradiction(
  tx: Tx,
  { reissue, sending, now }: Settled,
  facts: RedFacts,
): Promise<void> {
  const { id, merchantId } = reissue
  const { number, grossFen, taxFen } = facts
  await writeRedContradiction(tx, sending.formSerial, facts)
  await recordAudit(tx, now, {
    ...{ merchantId, actor: SAGA, act: 'reissue.contradicted', object: `reissue:${id}` },
    facts: { number, grossFen: grossFen.toString(), taxFen: taxFen.toString() },
  })
  await tellReissue(tx, reissue)
}

/** "Not there" counts after the issuer's longest processing time, and twice: then the same bytes go again. */
async function settleAbsent(deps: SettleRedDeps, tx: Tx, settled: Settled): Promise<void> {
  const { reissue, sending, now } = settled
  const waitedMs = now.getTime() - (sending.sentAt ?? now).getTime()
  const counts = waitedMs >= deps.absentCountsAfterMs(sending.issuerId)
  const absentCount = counts ? sending.absentCount + 1 : 0
  await markRedAsked(tx, sending.formSerial, absentCount)
  const isProven = absentCount >= 2 && reissue.state === 'red_requested'
  if (isProven) return deps.addJob(tx, redJob(reissue.id, now))
  return askLater(deps, tx, settled, doubtPauseMs(sending.queryCount))
}

function askLater(deps: SettleRedDeps, tx: Tx, { reissue, now }: Settled, pauseMs: number): Promise<void> {
  const pause = Math.min(Math.max(pauseMs, POLL_LEAST_MS), POLL_MOST_MS)
  return deps.addJob(tx, askRedJob(reissue.id, new Date(now.getTime() + pause)))
}
