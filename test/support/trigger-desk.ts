import pg from 'pg'
import type { IssueTrigger } from '../../server/contract/merchants.ts'
import { v7 } from '../../server/database/ids.ts'
import { findLatestRequest } from '../../server/invoicing/request.store.ts'
import { requestInvoice } from '../../server/invoicing/request-invoice.ts'
import type { Issuer } from '../../server/issuers/issuer.ts'
import { addJob } from '../../server/jobs/add-job.ts'
import { autoIssue } from '../../server/orders/auto-issue.job.ts'
import type { OrderInput } from '../../server/orders/order-input.ts'
import { saveOrders } from '../../server/orders/save-orders.ts'
import { findIssuePolicy } from '../../server/shops/issue-policy.store.ts'
import { issuingJobs } from './issuing-deps.ts'
import { AGENT, type IssuingDesk, openIssuingDesk, paidOrder } from './issuing-desk.ts'
import { type JobBench, openJobBench } from './job-bench.ts'

type Policy = { issueTrigger?: IssueTrigger; returnWindowDays?: number; issueWithoutTitle?: boolean }

export type TriggerDesk = IssuingDesk & {
  setPolicy(policy: Policy): Promise<void>
  /** Every request of an order, whatever became of it. */
  requestsOf(orderId: string): Promise<{ id: string; actor: string; surface: string; state: string }[]>
  standing(orderId: string): Promise<{
    dueAt: Date | null
    reason: string | null
    requestId: string | null
  } | null>
  /** One look of the job, as a worker does it. */
  look(place: { merchantId: string; orderId: string }): Promise<void>
  /** A goods rule for titles with this word. */
  addRule(pattern: string): Promise<void>
  /** Paid orders that came in one batch; their ids. */
  batch(numbers: readonly string[], changes: Partial<OrderInput>): Promise<string[]>
  priorities(kind: string): Promise<{ key: string; priority: number }[]>
}

/** An issuing desk that does the jobs of the trigger, too. */
export async function openTriggerDesk(issuer: Issuer): Promise<TriggerDesk> {
  const desk = await openIssuingDesk({ issuer })
  const { database, shopId, url, deps, close } = desk
  const trigger = autoIssue({
    ...deps,
    addJob,
    findLatestRequest,
    issuePolicyOf: findIssuePolicy,
    requestInvoice: (tx, asked) => requestInvoice(deps, tx, asked),
  })
  const jobs: JobBench = await openJobBench(url, [...issuingJobs(deps), trigger], deps.now)
  const owner = new pg.Client({ connectionString: url })
  await owner.connect()
  return Object.assign(desk, {
    jobs,
    look: (place: { merchantId: string; orderId: string }) =>
      trigger.run(place, new AbortController().signal),
    async addRule(pattern: string) {
      const [rule] = await database.goodsRule.findMany({ where: { merchantId: desk.merchantId } })
      if (rule === undefined) throw new Error('the desk has a rule')
      await database.goodsRule.create({ data: { ...rule, id: v7(), pattern } })
    },
    async batch(numbers: readonly string[], changes: Partial<OrderInput>) {
      const { merchantId, vault, inTransaction } = desk
      const target = { merchantId, shopId, origin: 'import', actor: AGENT, isDryRun: false }
      const saving = { vault, now: deps.now, issuePolicyOf: findIssuePolicy }
      const inputs = numbers.map((number) => ({ ...paidOrder(number), ...changes }))
      const saved = await inTransaction((tx) => saveOrders(saving, tx, target, inputs))
      return saved.flatMap((outcome) => ('orderId' in outcome ? [outcome.orderId] : []))
    },
    async priorities(kind: string) {
      const { rows } = await owner.query<{ key: string; priority: number }>(
        'SELECT key, priority FROM graphile_worker.jobs WHERE task_identifier = $1',
        [kind],
      )
      return rows
    },
    async setPolicy(policy: Policy) {
      await database.shop.update({ where: { id: shopId }, data: policy })
    },
    requestsOf: (orderId: string) =>
      database.invoiceRequest.findMany({
        where: { shares: { some: { orderId } } },
        select: { id: true, actor: true, surface: true, state: true },
        orderBy: { createdAt: 'asc' },
      }),
    standing: (orderId: string) =>
      database.autoIssue.findUnique({
        where: { orderId },
        select: { dueAt: true, reason: true, requestId: true },
      }),
    async close() {
      await owner.end()
      await jobs.close()
      await close()
    },
  })
}
