import type { Actor } from '../audit/record.ts'
import type { ProblemCode } from '../contract/problems.ts'
import type { InTransaction, Tx } from '../database/database.ts'
import { buildPayload } from '../issuers/build-payload.ts'
import type { Sending } from '../issuers/issuer.ts'
import type { Order } from '../orders/order.ts'
import type { Vault } from '../privacy/vault.ts'
import type { Seller, SellerOf } from '../shops/seller.store.ts'
import { businessDate } from './business-date.ts'
import { type DraftAsk, draftInvoice } from './draft-invoice.ts'
import { type EndClaimDeps, endClaim } from './end-claim.ts'
import type { InvoiceContent } from './invoice.ts'
import { claimsOfAsk, hasShares, isStillGood, partsOf } from './parts.ts'
import { findRequest, type InvoiceRequest, moveRequest, openTitle } from './request.store.ts'
import type { IssuingTerms } from './rules/settings.ts'
import { countSendings, findSending, insertSending, type StoredSending, serialOf } from './sending.store.ts'
import { titleOf } from './title-of.ts'

export const WORKER: Actor = { kind: 'worker', id: 'issue' }

/** For what surrounds an issuer call: claiming, settling, a stalled machine. */
const LEASE_SLACK_MS = 20_000

/** Longer than an issuer call may take, so that a lease never ends under a living worker. */
export function leaseEnd(now: Date, timeoutMs: number): Date {
  return new Date(now.getTime() + timeoutMs + LEASE_SLACK_MS)
}

export type ClaimDeps = EndClaimDeps & {
  vault: Vault
  now: () => Date
  inTransaction: InTransaction
  lockOrder(tx: Tx, merchantId: string, id: string): Promise<Order | null>
  /** What was planned as the new blue of a reissue. */
  readReplacement(tx: Tx, reissueId: string): Promise<InvoiceContent>
  getSeller(tx: Tx, of: SellerOf): Promise<Seller>
  termsOf(issuerId: string): IssuingTerms
  /** Deadline of one call to an issuer. */
  timeoutMs: number
}

export type Claimed =
  /** Serial and payload are committed: send them now, under this lease. */
  | { kind: 'send'; request: InvoiceRequest; sending: Sending; issuerId: string; leaseEpoch: number }
  /** An earlier attempt came this far and died: the bureau may hold an invoice. Only asking is allowed. */
  | { kind: 'ask'; request: InvoiceRequest; leaseEpoch: number }
  /** Somebody else is at it; look again then. */
  | { kind: 'later'; at: Date }
  /** Settled, withdrawn or ended meanwhile. */
  | { kind: 'nothing' }

/**
 * Takes a request for sending. In one transaction: leases it, reads the orders again (a refund or a
 * cancellation since the form opened ends the request with `order_changed`, S0-20), and commits serial
 * and exact payload before a byte leaves (design §6.2).
 */
export async function claimRequest(deps: ClaimDeps, id: string): Promise<Claimed> {
  return deps.inTransaction(async (tx) => {
    const now = deps.now()
    const until = leaseEnd(now, deps.timeoutMs)
    const leased = await lease(tx, id, { now, until })
    if (leased === null) return whyNotLeased(tx, id, until, now)
    const { merchantId, state } = leased.request
    const stored = await findSending(deps.vault, tx, { merchantId, requestId: id })
    const claiming = { ...leased, stored, now }
    return state === 'issuing' ? claimAgain(tx, claiming) : claimFirst(deps, tx, claiming)
  })
}

type Claiming = { request: InvoiceRequest; leaseEpoch: number; stored: StoredSending | null; now: Date }

/** It may have been sent. Two spaced absences prove that it did not arrive: the same serial and bytes go again. */
async function claimAgain(tx: Tx, { request, leaseEpoch, stored, now }: Claiming): Promise<Claimed> {
  if (stored === null || stored.absentCount < 2) return { kind: 'ask', request, leaseEpoch }
  await markSentAgain(tx, stored.serial, now)
  return { kind: 'send', request, sending: stored, issuerId: stored.issuerId, leaseEpoch }
}

async function claimFirst(deps: ClaimDeps, tx: Tx, claiming: Claiming): Promise<Claimed> {
  const { request, leaseEpoch, stored, now } = claiming
  const drafted = await (request.reissueId === null
    ? draftAgain(deps, tx, request)
    : readPlanned(deps, tx, request, request.reissueId))
  if (drafted === null) {
    await rejectChanged(deps, tx, request, now)
    return { kind: 'nothing' }
  }
  // Held before: the issuer took nothing in, and what was committed then goes again as it is.
  if (stored !== null) await markSentAgain(tx, stored.serial, now)
  const sending = stored ?? (await prepareSending(deps, tx, { request, drafted, now }))
  await moveRequest(tx, { request, to: 'issuing', actor: WORKER, now, leaseEpoch, set: { heldReason: null } })
  return {
    kind: 'send',
    request: { ...request, state: 'issuing', version: request.version + 1 },
    sending,
    issuerId: stored?.issuerId ?? drafted.seller.issuerId,
    leaseEpoch,
  }
}

async function lease(
  tx: Tx,
  id: string,
  { now, until }: { now: Date; until: Date },
): Promise<{ request: InvoiceRequest; leaseEpoch: number } | null> {
  const rows = await tx.$queryRaw<{ lease_epoch: number }[]>`
    UPDATE invoice_request SET lease_epoch = lease_epoch + 1, lease_until = ${until}
    WHERE id = ${id}::uuid AND (lease_until IS NULL OR lease_until <= ${now})
      AND state IN ('queued', 'issuing') AND not_before <= ${now}
    RETURNING lease_epoch`
  const [row] = rows
  if (row === undefined) return null
  const request = await findRequest(tx, id)
  return request === null ? null : { request, leaseEpoch: row.lease_epoch }
}

async function whyNotLeased(tx: Tx, id: string, until: Date, now: Date): Promise<Claimed> {
  const request = await findRequest(tx, id)
  if (request === null || (request.state !== 'queued' && request.state !== 'issuing'))
    return { kind: 'nothing' }
  if (request.notBefore > now) return { kind: 'later', at: request.notBefore }
  return { kind: 'later', at: request.leaseUntil ?? until }
}

/**
 * From here the issuer's lag and the pauses between questions run anew: an absence that was seen before
 * says nothing about this sending.
 */
async function markSentAgain(tx: Tx, serial: string, now: Date): Promise<void> {
  await tx.sending.update({ where: { serial }, data: { absentCount: 0, queryCount: 0, sentAt: now } })
}

type Drafted = {
  seller: Seller
  content: InvoiceContent
  orderNumbers: string[]
  /** Null: a plan made the content, and not the shop's template. */
  templateVersion: number | null
}

/** The draft on the orders as they are now, without the ask's own claims; null where it is no longer the same. */
async function draftAgain(deps: ClaimDeps, tx: Tx, request: InvoiceRequest): Promise<Drafted | null> {
  const orders: Order[] = []
  for (const { orderId, amountFen } of await claimsOfAsk(tx, request)) {
    const order = await deps.lockOrder(tx, request.merchantId, orderId)
    if (order === null || !isStillGood(order)) return null
    orders.push({ ...order, claimedFen: order.claimedFen - amountFen })
  }
  const seller = await deps.getSeller(tx, request)
  const terms = deps.termsOf(seller.issuerId)
  const draft = draftInvoice(
    { seller, orders, on: businessDate(deps.now()), terms },
    await askOf(deps, request),
  )
  const { parts, faults } = partsOf(draft, terms.capabilities)
  const part = parts[request.partNo - 1]
  const isSame = parts.length === 1 || request.batchId !== null
  if (faults.length > 0 || part === undefined || !isSame || !hasShares(part, request)) return null
  const covered = orders.filter(({ id }) => part.shares.some(({ orderId }) => orderId === id))
  const { templateVersion } = seller
  return { seller, content: part.content, orderNumbers: covered.map(({ number }) => number), templateVersion }
}

/**
 * The planned content of a new blue; null where its orders no longer carry it. It was built from what was
 * taken back and not from the orders' lines, which may have changed since.
 */
async function readPlanned(
  deps: ClaimDeps,
  tx: Tx,
  request: InvoiceRequest,
  reissueId: string,
): Promise<Drafted | null> {
  const orderNumbers: string[] = []
  for (const { orderId } of request.shares) {
    const order = await deps.lockOrder(tx, request.merchantId, orderId)
    if (order === null || !isStillGood(order) || isOverClaimed(order)) return null
    orderNumbers.push(order.number)
  }
  const seller = await deps.getSeller(tx, request)
  const content = await deps.readReplacement(tx, reissueId)
  return { seller, content, orderNumbers, templateVersion: null }
}

function isOverClaimed({ claimedFen, paidFen, platformFen, refundedFen }: Order): boolean {
  return claimedFen > paidFen - platformFen - refundedFen
}

async function askOf({ vault }: ClaimDeps, request: InvoiceRequest): Promise<DraftAsk> {
  const { email, phone, ...asked } = await openTitle(vault, request)
  return {
    kind: request.kind,
    title: titleOf({ ...asked, isPerson: request.isPerson }),
    email,
    phone,
    remark: request.remark,
    presentation: request.presentation,
  }
}

type Preparing = { request: InvoiceRequest; drafted: Drafted; now: Date }

async function prepareSending(
  deps: ClaimDeps,
  tx: Tx,
  { request, drafted, now }: Preparing,
): Promise<Sending> {
  const serial = serialOf(request.id, await countSendings(tx, request.id))
  const { content, orderNumbers, seller, templateVersion } = drafted
  const payload = buildPayload(content, { serial, orderNumbers })
  await insertSending(deps.vault, tx, now, {
    merchantId: request.merchantId,
    requestId: request.id,
    issuerId: seller.issuerId,
    serial,
    payload,
    content,
    templateVersion,
  })
  return { serial, payload }
}

async function rejectChanged(deps: ClaimDeps, tx: Tx, request: InvoiceRequest, now: Date): Promise<void> {
  const code = 'order_changed' satisfies ProblemCode
  await moveRequest(tx, {
    request,
    to: 'rejected',
    actor: WORKER,
    reason: code,
    now,
    set: { rejectCode: code, leaseUntil: null },
  })
  await endClaim(deps, tx, { request, code, detail: null })
}
