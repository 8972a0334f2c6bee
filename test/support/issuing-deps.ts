import { connectReplacing } from '../../server/connect-reissue.ts'
import { type Database, inTransactionOf } from '../../server/database/database.ts'
import {
  askIssuerJob,
  type IssueDeps,
  issueInvoiceJob,
  retryHeldJob,
} from '../../server/invoicing/issue-invoice.job.ts'
import { listOrderInvoices } from '../../server/invoicing/order-invoices.store.ts'
import type { RequestInvoiceDeps } from '../../server/invoicing/request-invoice.ts'
import { SHIPPED_SETTINGS } from '../../server/invoicing/rules/settings.ts'
import type { Issuer } from '../../server/issuers/issuer.ts'
import { addJob } from '../../server/jobs/add-job.ts'
import type { Job } from '../../server/jobs/define-job.ts'
import { findBuyerKeys, lockOrder, releaseOrder, reserveOrder } from '../../server/orders/order.store.ts'
import type { Vault } from '../../server/privacy/vault.ts'
import { findSeller } from '../../server/shops/seller.store.ts'
import { answerTickets } from '../../server/tickets/answer-tickets.ts'

/** Of test databases: a worker in another process opens what the test sealed. */
export const MASTER_KEY = Buffer.alloc(32, 7)

/** Where a process can die. Nothing after it happens, and an open transaction is rolled back. */
export type CrashPoint = 'before_claim_commits' | 'before_call' | 'after_call'

export class Crash extends Error {}

export function issuingJobs(deps: IssueDeps): Job[] {
  return [issueInvoiceJob(deps), askIssuerJob(deps), retryHeldJob(deps)]
}

/** What left, what was asked, and where the next job dies. */
export type Trail = { sent: string[]; asked: string[]; crashAt: CrashPoint | null }

type Building = {
  database: Database
  vault: Vault
  now: () => Date
  trail: Trail
  issuer: Issuer
  timeoutMs?: number
}

/** The real stores; only the clock, and an issuer that is watched and can take the process with it. */
export function buildDeps(building: Building): IssueDeps & RequestInvoiceDeps {
  const { database, vault, now, trail, issuer, timeoutMs = 2_000 } = building
  const crash = (point: CrashPoint) => {
    if (trail.crashAt !== point) return
    trail.crashAt = null
    throw new Crash(point)
  }
  const watched: Issuer = {
    ...issuer,
    async issue(sending, signal) {
      crash('before_call')
      trail.sent.push(sending.serial)
      const answer = await issuer.issue(sending, signal)
      crash('after_call')
      return answer
    },
    query(serial, signal) {
      trail.asked.push(serial)
      return issuer.query(serial, signal)
    },
  }
  const plain = inTransactionOf(database)
  const termsOf = () => ({ capabilities: issuer.capabilities(), settings: SHIPPED_SETTINGS })
  const getSeller: IssueDeps['getSeller'] = async (tx, order) => {
    const seller = await findSeller(vault, tx, order)
    if (seller === null) throw new Error('the shop is gone')
    return seller
  }
  return {
    ...connectReplacing({ vault, now, termsOf }, getSeller),
    vault,
    now,
    timeoutMs,
    lockOrder,
    reserveOrder,
    releaseOrder,
    listOrderInvoices,
    findBuyerKeys,
    answerTickets: (tx, answered) => answerTickets(now(), tx, answered),
    addJob,
    inTransaction: (work) =>
      plain(async (tx) => {
        const result = await work(tx)
        crash('before_claim_commits')
        return result
      }),
    getSeller,
    rememberTitle: async () => undefined,
    termsOf,
    isDemoIssuer: () => issuer.capabilities().isDemo,
    absentCountsAfterMs: () => issuer.capabilities().absentCountsAfterMs,
    issuerOf: () => watched,
  }
}
