import type { Tx } from '../database/database.ts'
import { addJob, addJobs } from '../jobs/add-job.ts'
import { type JobRequest, PRIORITY } from '../jobs/define-job.ts'
import type { IssuePolicy } from '../shops/issue-policy.store.ts'
import { findTriggerFacts, upsertDue, wakeAutoIssue } from './auto-issue.store.ts'
import { dueAt } from './issue-trigger.ts'

export const AUTO_ISSUE = 'order.auto_issue'

export type ArmDeps = {
  now: () => Date
  issuePolicyOf(tx: Tx, shopId: string): Promise<IssuePolicy>
}

/** The job that looks whether an order is to be invoiced by itself; one per order, behind all that people wait for. */
export function autoIssueJob(payload: { merchantId: string; orderId: string }, runAt: Date): JobRequest {
  return { kind: AUTO_ISSUE, payload, key: `auto_issue:${payload.orderId}`, runAt, priority: PRIORITY.batch }
}

/**
 * Orders of one shop that were created or changed: those that reached the shop's trigger get their job, in
 * the transaction of the change. Without a title nothing could be issued, and 20,000 imported orders are
 * 20,000 jobs saved. What it costs does not grow with the orders: one statement where the shop waits to be
 * asked, four where it does not.
 */
export async function armAutoIssue(
  deps: ArmDeps,
  tx: Tx,
  { merchantId, shopId, orderIds }: { merchantId: string; shopId: string; orderIds: readonly string[] },
): Promise<void> {
  if (orderIds.length === 0) return
  const policy = await deps.issuePolicyOf(tx, shopId)
  if (policy.trigger === 'on_request') return
  const now = deps.now()
  const due = (await findTriggerFacts(tx, orderIds)).flatMap(({ orderId, hasHint, ...order }) => {
    const at = hasHint || policy.withoutTitle ? dueAt(policy, order, now) : null
    return at === null ? [] : [{ orderId, dueAt: at < now ? now : at }]
  })
  if (due.length === 0) return
  await upsertDue(tx, now, { merchantId, due })
  await addJobs(
    tx,
    due.map(({ orderId, dueAt: at }) => autoIssueJob({ merchantId, orderId }, at)),
  )
}

/** Something new was told about one order: where the trigger waits for that, it looks again. */
export async function wakeOrder(
  tx: Tx,
  now: Date,
  { merchantId, orderId }: { merchantId: string; orderId: string },
): Promise<void> {
  if (await wakeAutoIssue(tx, now, orderId)) await addJob(tx, autoIssueJob({ merchantId, orderId }, now))
}
