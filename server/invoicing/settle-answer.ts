import { recordAudit } from '../audit/record.ts'
import type { Tx } from '../database/database.ts'
import { insertDelivery } from '../delivery/delivery.store.ts'
import type { IssuerFinding } from '../issuers/issuer.ts'
import { type JobRequest, PRIORITY } from '../jobs/define-job.ts'
import { publish } from '../live/publish.ts'
import type { Vault } from '../privacy/vault.ts'
import { WORKER } from './claim-request.ts'
import { doubtPauseMs } from './doubt-schedule.ts'
import { type EndClaimDeps, endClaim } from './end-claim.ts'
import { insertInvoice } from './invoice.store.ts'
import { type InvoiceRequest, moveRequest, openTitle } from './request.store.ts'
import { issueJob } from './request-invoice.ts'
import { findSending, type StoredSending } from './sending.store.ts'

export const ASK_ISSUER = 'invoice.ask'
export const RETRY_HELD = 'invoice.retry_held'
export const MAKE_DOCUMENTS = 'document.make'

/** An answer of "poll at once" must not make a loop without a breath. */
const POLL_LEAST_MS = 500
/** A held request is tried again soon at first, and then as seldom as it has waited long. */
const HELD_FIRST_MS = 10_000
const HELD_MOST_MS = 60_000

export type SettleDeps = EndClaimDeps & {
  vault: Vault
  now: () => Date
  addJob(tx: Tx, job: JobRequest): Promise<void>
  rememberTitle(tx: Tx, merchantId: string, title: { name: string; taxId: string }): Promise<void>
  isDemoIssuer(issuerId: string): boolean
  absentCountsAfterMs(issuerId: string): number
  /** The new blue of a reissue exists: the saga goes on from there, and sends the mail. */
  onReplacementIssued(tx: Tx, replacement: { reissueId: string; invoiceId: string }): Promise<void>
}

type Settling = { request: InvoiceRequest; leaseEpoch: number; finding: IssuerFinding }

/**
 * Writes what the issuer said. A timeout or an unreadable answer is a doubt, never a failure; only a
 * query with the same serial ends it. Everything happens in the caller's transaction, under the lease:
 * a worker that lost it changes nothing.
 */
export async function settleAnswer(deps: SettleDeps, tx: Tx, settling: Settling): Promise<void> {
  const { request, finding } = settling
  const now = deps.now()
  const sending = await findSending(deps.vault, tx, { merchantId: request.merchantId, requestId: request.id })
  if (sending === null) throw new Error(`request ${request.id} was claimed without a sending`)
  await endLease(tx, settling)
  switch (finding.kind) {
    case 'issued':
      return settleIssued(deps, tx, { ...settling, sending, now })
    case 'accepted':
      return askLater(deps, tx, request, Math.max(finding.pollAfterMs, POLL_LEAST_MS))
    case 'rejected':
      return settleRejected(deps, tx, { ...settling, now, code: finding.code, message: finding.message })
    case 'held':
      return settleHeld(deps, tx, { ...settling, now, reason: finding.reason })
    case 'contradiction':
      return settleContradiction(tx, { ...settling, sending, now })
    case 'absent':
      return settleAbsent(deps, tx, { ...settling, sending, now })
    case 'unknown':
      return settleDoubt(deps, tx, { ...settling, sending, now })
  }
}

type With<T> = Settling & T & { now: Date }

async function endLease(tx: Tx, { request, leaseEpoch }: Settling): Promise<void> {
  const kept = await tx.invoiceRequest.updateMany({
    where: { id: request.id, leaseEpoch },
    data: { leaseUntil: null },
  })
  if (kept.count !== 1) throw new Error(`the lease of request ${request.id} was lost`)
}

async function settleIssued(
  deps: SettleDeps,
  tx: Tx,
  settled: With<{ sending: StoredSending }>,
): Promise<void> {
  const { request, sending, finding, now } = settled
  if (finding.kind !== 'issued') return
  const { merchantId, shopId, id: requestId, shares } = request
  const invoiceId = await insertInvoice(deps.vault, tx, now, {
    merchantId,
    shopId,
    origin: { requestId },
    content: sending.content,
    facts: finding.facts,
    isDemo: deps.isDemoIssuer(sending.issuerId),
    shares,
  })
  await tx.sending.update({ where: { serial: sending.serial }, data: { answeredAt: now } })
  await moveRequest(tx, { request, to: 'issued', actor: WORKER, now })
  const { grossFen, number } = finding.facts
  const template = sending.templateVersion
  await recordAudit(tx, now, {
    merchantId,
    actor: WORKER,
    act: 'invoice.issued',
    object: `invoice:${invoiceId}`,
    facts: { grossFen: grossFen.toString(), number, request: requestId, template },
  })
  if (request.reissueId === null) await queueDelivery(deps, tx, { request, invoiceId, now })
  else await deps.onReplacementIssued(tx, { reissueId: request.reissueId, invoiceId })
  await deps.addJob(tx, documentsJob({ merchantId, invoiceId }))
  const { name, taxId } = sending.content.buyer
  if (taxId !== null && !request.isPerson) await deps.rememberTitle(tx, merchantId, { name, taxId })
  await publish(tx, { topic: `invoice:${invoiceId}`, version: 1 }, { topic: `shop:${shopId}`, version: 0 })
}

type Queueing = { request: InvoiceRequest; invoiceId: string; now: Date }

/** The outbox row stands in the transaction of the issue (S0-31); it leaves once the documents are made. */
async function queueDelivery(
  { vault }: SettleDeps,
  tx: Tx,
  { request, invoiceId, now }: Queueing,
): Promise<void> {
  const { email } = await openTitle(vault, request)
  if (email === null) return
  const { merchantId, actor } = request
  await insertDelivery(vault, tx, now, { merchantId, invoiceId, email, actor })
}

async function settleRejected(
  deps: SettleDeps,
  tx: Tx,
  settled: With<{ code: string; message: string }>,
): Promise<void> {
  const { request, code, message, now } = settled
  await moveRequest(tx, {
    request,
    to: 'rejected',
    actor: WORKER,
    reason: code,
    now,
    set: { rejectCode: code, rejectDetail: message },
  })
  await endClaim(deps, tx, { request, code, detail: message })
}

async function settleHeld(deps: SettleDeps, tx: Tx, settled: With<{ reason: string }>): Promise<void> {
  const { request, reason, now } = settled
  await moveRequest(tx, { request, to: 'held', actor: WORKER, reason, now, set: { heldReason: reason } })
  const waitedMs = now.getTime() - request.createdAt.getTime()
  const pauseMs = Math.min(Math.max(HELD_FIRST_MS, waitedMs / 4), HELD_MOST_MS)
  await deps.addJob(tx, retryHeld(request.id, new Date(now.getTime() + pauseMs)))
}

/** Not ours to decide: both sides are kept, nothing is sent again, a person looks. */
async function settleContradiction(tx: Tx, settled: With<{ sending: StoredSending }>): Promise<void> {
  const { request, sending, finding, now } = settled
  if (finding.kind !== 'contradiction') return
  const { number, grossFen, taxFen, issuedAt } = finding.facts
  const contradiction = {
    number,
    grossFen: grossFen.toString(),
    taxFen: taxFen.toString(),
    issuedAt: issuedAt.toISOString(),
  }
  await tx.sending.update({ where: { serial: sending.serial }, data: { contradiction } })
  if (request.state === 'issuing')
    await moveRequest(tx, { request, to: 'in_doubt', actor: WORKER, reason: 'contradiction', now })
  await recordAudit(tx, now, {
    merchantId: request.merchantId,
    actor: WORKER,
    act: 'invoice.contradicted',
    object: `request:${request.id}`,
    facts: contradiction,
  })
  await publish(tx, { topic: `desk:${request.merchantId}`, version: 0 })
}

/** "Not there" counts after the issuer's longest processing time and two spaced queries: then the same bytes go again. */
async function settleAbsent(
  deps: SettleDeps,
  tx: Tx,
  settled: With<{ sending: StoredSending }>,
): Promise<void> {
  const { request, sending, now } = settled
  const waitedMs = now.getTime() - (sending.sentAt ?? now).getTime()
  const counts = waitedMs >= deps.absentCountsAfterMs(sending.issuerId)
  const absentCount = counts ? sending.absentCount + 1 : 0
  await tx.sending.update({
    where: { serial: sending.serial },
    data: { absentCount, queryCount: { increment: 1 } },
  })
  if (absentCount < 2) return settleDoubtAgain(deps, tx, settled)
  if (request.state === 'in_doubt')
    await moveRequest(tx, { request, to: 'issuing', actor: WORKER, reason: 'absent', now })
  await deps.addJob(tx, issueJob(request.id, now))
}

async function settleDoubt(
  deps: SettleDeps,
  tx: Tx,
  settled: With<{ sending: StoredSending }>,
): Promise<void> {
  await tx.sending.update({
    where: { serial: settled.sending.serial },
    data: { queryCount: { increment: 1 } },
  })
  return settleDoubtAgain(deps, tx, settled)
}

async function settleDoubtAgain(
  deps: SettleDeps,
  tx: Tx,
  settled: With<{ sending: StoredSending }>,
): Promise<void> {
  const { request, sending, now } = settled
  if (request.state === 'issuing')
    await moveRequest(tx, { request, to: 'in_doubt', actor: WORKER, reason: 'no_answer', now })
  return askLater(deps, tx, request, doubtPauseMs(sending.queryCount))
}

function askLater(
  { addJob, now }: SettleDeps,
  tx: Tx,
  { id }: InvoiceRequest,
  pauseMs: number,
): Promise<void> {
  return addJob(tx, askJob(id, new Date(now().getTime() + pauseMs)))
}

/** The job that asks the issuer about a request; one per request. */
export function askJob(invoiceRequestId: string, runAt: Date): JobRequest {
  const key = `ask:${invoiceRequestId}`
  return { kind: ASK_ISSUER, payload: { invoiceRequestId }, key, runAt, priority: PRIORITY.normal }
}

/** The job that puts a held request back into the queue; one per request. */
export function retryHeld(invoiceRequestId: string, runAt: Date): JobRequest {
  return { kind: RETRY_HELD, payload: { invoiceRequestId }, key: `held:${invoiceRequestId}`, runAt }
}

/** The job that makes the files of an invoice; one per invoice. */
export function documentsJob(payload: { merchantId: string; invoiceId: string }): JobRequest {
  return { kind: MAKE_DOCUMENTS, payload, key: `document:${payload.invoiceId}` }
}
