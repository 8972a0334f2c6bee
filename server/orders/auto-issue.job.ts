import { readEmail } from '../../widget/title/contact.ts'
import { type Actor, recordAudit } from '../audit/record.ts'
import type { Title } from '../contract/invoicing.ts'
import { Problem } from '../contract/problem.ts'
import type { InTransaction, Tx } from '../database/database.ts'
import type { Ask } from '../invoicing/request-invoice.ts'
import { type Job, type JobRequest, payloadOf } from '../jobs/define-job.ts'
import type { Vault } from '../privacy/vault.ts'
import { type ArmDeps, AUTO_ISSUE, autoIssueJob } from './arm-auto-issue.ts'
import { type AutoIssue, findAutoIssue, findTriggerFacts, writeAutoIssue } from './auto-issue.store.ts'
import { dueAt } from './issue-trigger.ts'
import { lockOrder, openBuyer, openTitleHint } from './order.store.ts'
import type { Order } from './order.ts'
import { titleFromHint } from './title-from-hint.ts'

export type AutoIssueDeps = ArmDeps & {
  vault: Vault
  inTransaction: InTransaction
  addJob(tx: Tx, job: JobRequest): Promise<void>
  /** The running request of an order, or the newest that ended. */
  findLatestRequest(tx: Tx, orderId: string): Promise<{ id: string } | null>
  /** As everybody asks: the same checks, review and undo window. A refusal has written nothing. */
  requestInvoice(tx: Tx, asked: Ask): Promise<{ id: string }>
}

export const TRIGGER: Actor = { kind: 'worker', id: 'trigger' }

/** What one look at an order came to. */
type Look =
  | { kind: 'asked'; requestId: string }
  /** Somebody asked before: the order is in a person's hands, whatever became of the request. */
  | { kind: 'asked_before'; requestId: string }
  | { kind: 'later'; dueAt: Date }
  /** Nothing until something new is told about the order, or until `dueAt`. */
  | { kind: 'left'; reason: string; dueAt: Date | null }

/**
 * Asks for the invoice of an order that reached its shop's trigger (X1), at most once in its life. All is
 * read again under the order's lock: setting, state, refunds, title, and whether a person was faster. What
 * stands against it is kept as the reason, and the order waits for a request, or for news that change it.
 */
export function autoIssue(deps: AutoIssueDeps): Job<typeof AUTO_ISSUE> {
  return {
    kind: AUTO_ISSUE,
    async run(payload) {
      const { merchantId, orderId } = payloadOf(payload, ['merchantId', 'orderId'])
      await deps.inTransaction(async (tx) => {
        const order = await lockOrder(tx, merchantId, orderId)
        const standing = order === null ? null : await findAutoIssue(tx, orderId)
        if (order === null || standing === null || standing.dueAt === null) return
        await writeLook(deps, tx, { order, standing, look: await lookAt(deps, tx, { order, standing }) })
      })
    },
  }
}

type Standing = { order: Order; standing: AutoIssue }

async function lookAt(deps: AutoIssueDeps, tx: Tx, { order, standing }: Standing): Promise<Look> {
  const now = deps.now()
  const before = await deps.findLatestRequest(tx, order.id)
  if (before !== null) return { kind: 'asked_before', requestId: before.id }
  const policy = await deps.issuePolicyOf(tx, order.shopId)
  const [facts = null] = await findTriggerFacts(tx, [order.id])
  const at = facts === null ? null : dueAt(policy, facts, now)
  if (at === null) return { kind: 'left', reason: 'trigger_not_reached', dueAt: null }
  if (at > now) return { kind: 'later', dueAt: at }
  const title = await findTitle(deps, tx, { order, withoutTitle: policy.withoutTitle })
  if (title === null) return { kind: 'left', reason: 'title_missing', dueAt: null }
  return ask(deps, tx, { order, standing, title })
}

/** Null where none can be used. One that came and cannot be used is not replaced by 个人: its buyer wants another. */
async function findTitle(
  { vault }: AutoIssueDeps,
  tx: Tx,
  { order, withoutTitle }: { order: Order; withoutTitle: boolean },
): Promise<Title | null> {
  const hint = await openTitleHint(vault, tx, order)
  if (hint === null || (hint.name === null && hint.taxId === null))
    return withoutTitle ? { kind: 'person' } : null
  return titleFromHint(hint)
}

/** As a customer could: a deadline that has passed is for staff to override. */
async function ask(
  deps: AutoIssueDeps,
  tx: Tx,
  { order, standing, title }: Standing & { title: Title },
): Promise<Look> {
  const { email } = await openBuyer(deps.vault, tx, order)
  const asked: Ask = {
    merchantId: order.merchantId,
    role: 'customer',
    surface: 'api',
    actor: TRIGGER,
    ask: {
      orderIds: [order.id],
      kind: 'ordinary',
      title,
      // Platforms mask addresses; without one the invoice waits on its page.
      email: email === null ? null : readEmail(email),
    },
  }
  try {
    const { id } = await deps.requestInvoice(tx, asked)
    return { kind: 'asked', requestId: id }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const { code } = error
    const isMerchants = code === 'preflight_failed'
    return { kind: 'left', reason: code, dueAt: isMerchants ? nextLook(standing.since, deps.now()) : null }
  }
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const GIVE_UP_MS = 30 * DAY_MS

/**
 * What pre-flight finds beside the title is the merchant's to mend, a goods rule mostly, and no order's news
 * tells of that. Looks after an hour, and then ever more seldom, for a month.
 */
function nextLook(since: Date, now: Date): Date | null {
  const ageMs = Math.max(0, now.getTime() - since.getTime())
  if (ageMs > GIVE_UP_MS) return null
  return new Date(now.getTime() + Math.min(Math.max(HOUR_MS, ageMs), DAY_MS))
}

async function writeLook(
  deps: AutoIssueDeps,
  tx: Tx,
  { order, standing, look }: Standing & { look: Look },
): Promise<void> {
  const now = deps.now()
  const { merchantId, id: orderId } = order
  const requestId = 'requestId' in look ? look.requestId : null
  const due = 'dueAt' in look ? look.dueAt : null
  const reason = look.kind === 'left' ? look.reason : look.kind === 'asked_before' ? look.kind : null
  await writeAutoIssue(tx, now, { orderId, dueAt: due, reason, requestId })
  if (due !== null) await deps.addJob(tx, autoIssueJob({ merchantId, orderId }, due))
  if (reason === null || reason === standing.reason) return
  const act = { merchantId, actor: TRIGGER, act: 'order.auto_issue_left', object: `order:${orderId}` }
  await recordAudit(tx, now, { ...act, facts: { reason } })
}
