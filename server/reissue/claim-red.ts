import type { InTransaction, Tx } from '../database/database.ts'
import { leaseEnd } from '../invoicing/claim-request.ts'
import type { StoredInvoice } from '../invoicing/invoice.store.ts'
import { serialOf } from '../invoicing/sending.store.ts'
import { buildRedPayload } from '../issuers/build-red-payload.ts'
import type { Order } from '../orders/order.ts'
import type { Vault } from '../privacy/vault.ts'
import type { Seller } from '../shops/seller.store.ts'
import { openChange } from './change.store.ts'
import { writeHeld } from './move-reissue.store.ts'
import { endRedLease, leaseReissue } from './red-lease.store.ts'
import {
  findRedSending,
  insertRedSending,
  markRedSentAgain,
  type StoredRedSending,
} from './red-sending.store.ts'
import { findReissue, type Reissue } from './reissue.store.ts'
import { isRunning } from './reissue-state.ts'

export type ClaimRedDeps = {
  vault: Vault
  now: () => Date
  inTransaction: InTransaction
  findInvoice(tx: Tx, place: { merchantId: string; id: string }): Promise<StoredInvoice | null>
  findOrders(tx: Tx, merchantId: string, ids: readonly string[]): Promise<Order[]>
  getSeller(tx: Tx, of: { merchantId: string; shopId: string }): Promise<Seller>
  /** Deadline of one call to an issuer. */
  timeoutMs: number
}

/** A leased reissue, and the form that is or may be at the issuer. */
export type ClaimedRed = { reissue: Reissue; sending: StoredRedSending; leaseEpoch: number }

export type Claim =
  /** Serial and payload are committed: send them now, under this lease. */
  | ({ kind: 'send' } & ClaimedRed)
  /** It may be there already: only asking is allowed. */
  | ({ kind: 'ask' } & ClaimedRed)
  /** Somebody else is at it, or died at it; look again then. */
  | { kind: 'later'; at: Date }
  /** Settled, taken back, or contradicted: a person looks. */
  | { kind: 'nothing' }

/**
 * Takes a reissue for its red form. In one transaction: leases it, and commits serial and exact payload
 * before a byte leaves (design §6.2). What was committed before goes again, as it is, only where the
 * issuer took nothing in (held), or where two spaced questions proved it absent.
 */
export function claimRed(deps: ClaimRedDeps, id: string): Promise<Claim> {
  return claim(deps, id, async (tx, reissue) => {
    const stored = await findRedSending(deps.vault, tx, reissue)
    if (reissue.state !== 'red_requested') return stored === null ? null : { kind: 'ask', sending: stored }
    if (stored === null) return { kind: 'send', sending: await prepareSending(deps, tx, reissue) }
    if (reissue.heldReason === null && stored.absentCount < 2) return { kind: 'ask', sending: stored }
    await markRedSentAgain(tx, stored.formSerial, deps.now())
    return { kind: 'send', sending: stored }
  })
}

/** Takes a reissue for asking about its red form, or for taking it back. Never sends. */
export function claimForAsking(deps: ClaimRedDeps, id: string): Promise<Claim> {
  return claim(deps, id, async (tx, reissue) => {
    const stored = await findRedSending(deps.vault, tx, reissue)
    return stored === null ? null : { kind: 'ask', sending: stored }
  })
}

type Found = { kind: 'send' | 'ask'; sending: StoredRedSending }

async function claim(
  deps: ClaimRedDeps,
  id: string,
  find: (tx: Tx, reissue: Reissue) => Promise<Found | null>,
): Promise<Claim> {
  return deps.inTransaction(async (tx) => {
    const now = deps.now()
    const until = leaseEnd(now, deps.timeoutMs)
    const leaseEpoch = await leaseReissue(tx, id, { now, until })
    const reissue = await findReissue(tx, id)
    if (leaseEpoch === null) return whyNot(reissue, until)
    if (reissue === null) return { kind: 'nothing' }
    const found = await find(tx, reissue)
    if (found === null || found.sending.hasContradiction) {
      await endRedLease(tx, { id, leaseEpoch })
      return { kind: 'nothing' }
    }
    if (found.kind === 'send' && reissue.heldReason !== null) await writeHeld(tx, { id, heldReason: null })
    return { ...found, reissue, leaseEpoch }
  })
}

/** The states in which a form is or may be at the issuer. */
function whyNot(reissue: Reissue | null, until: Date): Claim {
  const isOpen = reissue?.state === 'red_requested' || reissue?.state === 'waiting_buyer'
  if (reissue === null || !isOpen || !isRunning(reissue)) return { kind: 'nothing' }
  return { kind: 'later', at: reissue.leaseUntil ?? until }
}

async function prepareSending(deps: ClaimRedDeps, tx: Tx, reissue: Reissue): Promise<StoredRedSending> {
  const { id, merchantId, invoiceId, reason, orderIds } = reissue
  const blue = await deps.findInvoice(tx, { merchantId, id: invoiceId })
  if (blue === null) throw new Error(`the invoice of reissue ${id} is gone`)
  const { red } = await openChange(deps.vault, reissue)
  const orders = await deps.findOrders(tx, merchantId, orderIds)
  const { issuerId } = await deps.getSeller(tx, reissue)
  const now = deps.now()
  const formSerial = serialOf(id, 0) // a reissue has one form
  const payload = buildRedPayload(red, {
    ...{ formSerial, blueNumber: blue.number, reason, orderNumbers: orders.map(({ number }) => number) },
  })
  const sending = { formSerial, payload, issuerId }
  await insertRedSending(deps.vault, tx, now, { ...sending, merchantId, reissueId: id })
  const fresh = { formNumber: null, sentAt: now, absentCount: 0, queryCount: 0, hasContradiction: false }
  return { ...sending, ...fresh }
}
