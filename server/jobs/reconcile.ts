import type { Database, InTransaction, Tx } from '../database/database.ts'
import { v7 } from '../database/ids.ts'
import { deliverJob } from '../delivery/deliver-invoice.job.ts'
import { issueJob } from '../invoicing/request-invoice.ts'
import { askJob, documentsJob, retryHeld } from '../invoicing/settle-answer.ts'
import { autoIssueJob } from '../orders/arm-auto-issue.ts'
import { correctOrderJob } from '../orders/correct-order.ts'
import { askRedJob, redJob } from '../reissue/reissue-jobs.ts'
import type { JobRequest } from './define-job.ts'

export type ReconcileDeps = {
  database: Database
  inTransaction: InTransaction
  now: () => Date
  addJob(tx: Tx, job: JobRequest): Promise<void>
}

/** Per round and kind; a round ends well within a transaction's time. */
const BATCH = 500

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/**
 * A job row is never the only record of due work (facts/trust.md §1.4): finds what waits in the
 * domain's own rows and has no job that will still run, and enqueues it again. Returns how many.
 * Meant for every minute; in several processes at once it is harmless, because jobs have keys.
 */
export async function reconcile(deps: ReconcileDeps): Promise<number> {
  let total = 0
  for (;;) {
    const found = await Promise.all([
      findRequests(deps),
      findRedForms(deps),
      findUncorrected(deps),
      findAutoIssues(deps),
      findInvoicesWithoutFiles(deps),
      findDeliveries(deps),
    ])
    const jobs = found.flat()
    if (jobs.length === 0) return total
    await deps.inTransaction(async (tx) => {
      for (const job of jobs) await deps.addJob(tx, job)
    })
    total += jobs.length
    if (found.every((part) => part.length < BATCH)) return total
  }
}

/** What a state waits for. `issuing` and `in_doubt` are only ever asked about: asking sends nothing. */
const JOB_OF = { queued: issueJob, issuing: askJob, in_doubt: askJob, held: retryHeld } as const

type WaitingRequest = { id: string; state: keyof typeof JOB_OF }

/** Not those whose issuer contradicted us: they wait for a person. */
async function findRequests({ database, now }: ReconcileDeps): Promise<JobRequest[]> {
  const at = now()
  const minuteAgo = new Date(at.getTime() - MINUTE_MS)
  const twoMinutesAgo = new Date(at.getTime() - 2 * MINUTE_MS)
  const rows = await database.$queryRaw<WaitingRequest[]>`
    WITH live AS MATERIALIZED (SELECT key FROM live_job_keys() AS key)
    SELECT r.id::text, r.state FROM invoice_request r LEFT JOIN sending s ON s.request_id = r.id AND s.closed_at IS NULL
    WHERE (
      (r.state = 'queued' AND r.not_before < ${minuteAgo} AND r.updated_at < ${minuteAgo})
      OR (r.state IN ('issuing', 'in_doubt') AND r.updated_at < ${minuteAgo}
          AND (r.lease_until IS NULL OR r.lease_until <= ${at}) AND s.contradiction IS NULL)
      OR (r.state = 'held' AND r.updated_at < ${twoMinutesAgo}))
    AND NOT EXISTS (
      SELECT FROM live WHERE live.key IN ('issue:' || r.id, 'ask:' || r.id, 'held:' || r.id))
    ORDER BY r.updated_at LIMIT ${BATCH}`
  return rows.map(({ id, state }) => JOB_OF[state](id, at))
}

/**
 * Reissues whose red form is due. One that may be at the issuer is only asked about; what was not taken in
 * goes again. Contradicted ones wait for a person.
 */
async function findRedForms({ database, now }: ReconcileDeps): Promise<JobRequest[]> {
  const at = now()
  const minuteAgo = new Date(at.getTime() - MINUTE_MS)
  const rows = await database.$queryRaw<{ id: string; mayBeThere: boolean }[]>`
    WITH live AS MATERIALIZED (SELECT key FROM live_job_keys() AS key)
    SELECT r.id::text, s.form_serial IS NOT NULL AND r.held_reason IS NULL AS "mayBeThere"
    FROM reissue r LEFT JOIN red_sending s ON s.reissue_id = r.id
    WHERE r.state IN ('red_requested', 'waiting_buyer') AND r.updated_at < ${minuteAgo}
      AND (r.lease_until IS NULL OR r.lease_until <= ${at}) AND s.contradiction IS NULL
      AND NOT EXISTS (
        SELECT FROM live WHERE live.key IN ('red:' || r.id, 'ask_red:' || r.id, 'revoke_red:' || r.id))
    ORDER BY r.updated_at LIMIT ${BATCH}`
  return rows.map(({ id, mayBeThere }) => (mayBeThere ? askRedJob(id, at) : redJob(id, at)))
}

/**
 * Orders with more claimed than is left, and a live invoice of theirs without a correction planned since the
 * last refund. The flag finds them by its index; the CHECK `order_claim_within_remainder` knows no other. Where
 * a look led to no plan (another change runs, the order refuses one, or another invoice carries it all) the
 * next comes after a quarter of the time that it has stood so, at most an hour.
 */
async function findUncorrected({ database, now }: ReconcileDeps): Promise<JobRequest[]> {
  const at = now()
  const minuteAgo = new Date(at.getTime() - MINUTE_MS)
  const rows = await database.$queryRaw<{ merchantId: string; orderId: string; since: Date }[]>`
    WITH live AS MATERIALIZED (SELECT key FROM live_job_keys() AS key)
    SELECT o.merchant_id::text AS "merchantId", o.id::text AS "orderId", o.updated_at AS since FROM "order" o
    WHERE o.is_over_invoiced AND o.claimed_fen > greatest(o.paid_fen - o.platform_fen - o.refunded_fen, 0)
      AND o.updated_at < ${minuteAgo}
      AND (SELECT coalesce(bool_or(NOT EXISTS (
          SELECT FROM reissue x WHERE x.invoice_id = i.id AND x.cause = 'refund' AND x.created_at >= coalesce(
            (SELECT max(f.completed_at) FROM refund f WHERE f.order_id = o.id), o.created_at))), true)
        FROM invoice_allocation a JOIN invoice i ON i.id = a.invoice_id
        WHERE a.order_id = o.id AND i.colour = 'blue' AND i.state IN ('issued', 'partly_reversed'))
      AND NOT EXISTS (SELECT FROM live WHERE live.key = 'correct:' || o.id)
    ORDER BY o.updated_at LIMIT ${BATCH}`
  return rows.map(({ since, ...place }) => {
    const stoodMs = at.getTime() - since.getTime() - 2 * MINUTE_MS
    const pauseMs = Math.min(Math.max(0, stoodMs / 4), HOUR_MS)
    return { ...correctOrderJob(place), runAt: new Date(at.getTime() + pauseMs) }
  })
}

/** Orders that reached their shop's trigger. What waits for news is not due. */
async function findAutoIssues({ database, now }: ReconcileDeps): Promise<JobRequest[]> {
  const at = now()
  const minuteAgo = new Date(at.getTime() - MINUTE_MS)
  const rows = await database.$queryRaw<{ merchantId: string; orderId: string }[]>`
    WITH live AS MATERIALIZED (SELECT key FROM live_job_keys() AS key)
    SELECT a.merchant_id::text AS "merchantId", a.order_id::text AS "orderId" FROM auto_issue a
    WHERE a.due_at < ${minuteAgo} AND NOT EXISTS (SELECT FROM live WHERE live.key = 'auto_issue:' || a.order_id)
    ORDER BY a.due_at LIMIT ${BATCH}`
  return rows.map((place) => autoIssueJob(place, at))
}

/**
 * Invoices of the last day: an id begins with its time, so the look is bounded however many invoices
 * there are.
 */
async function findInvoicesWithoutFiles({ database, now }: ReconcileDeps): Promise<JobRequest[]> {
  const at = now()
  const before = new Date(at.getTime() - MINUTE_MS)
  const oldest = v7(new Date(at.getTime() - DAY_MS))
  const rows = await database.$queryRaw<{ merchantId: string; invoiceId: string }[]>`
    SELECT i.merchant_id::text AS "merchantId", i.id::text AS "invoiceId" FROM invoice i
    WHERE i.id > ${oldest}::uuid AND i.created_at < ${before}
      AND (SELECT count(*) FROM document d
        WHERE d.invoice_id = i.id AND d.format IN ('pdf', 'ofd', 'xml')) < 3
      AND NOT EXISTS (SELECT FROM live_job_keys() AS key WHERE key = 'document:' || i.id)
    ORDER BY i.id LIMIT ${BATCH}`
  return rows.map(documentsJob)
}

/** Mails whose files are there; the others are released by the job that makes the files. */
async function findDeliveries({ database, now }: ReconcileDeps): Promise<JobRequest[]> {
  const before = new Date(now().getTime() - 2 * MINUTE_MS)
  const rows = await database.$queryRaw<{ id: string }[]>`
    SELECT d.id::text FROM delivery d
    WHERE d.state = 'queued' AND d.updated_at < ${before}
      AND EXISTS (SELECT FROM document f WHERE f.invoice_id = d.invoice_id AND f.format = 'pdf')
      AND (d.red_invoice_id IS NULL
        OR EXISTS (SELECT FROM document f WHERE f.invoice_id = d.red_invoice_id AND f.format = 'pdf'))
      AND NOT EXISTS (SELECT FROM live_job_keys() AS key WHERE key = 'deliver:' || d.id)
    ORDER BY d.updated_at LIMIT ${BATCH}`
  return rows.map(({ id }) => deliverJob(id))
}
