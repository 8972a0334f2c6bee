import { type Actor, recordAudit } from '../audit/record.ts'
import type { InvoiceAsk, Surface } from '../contract/invoicing.ts'
import { Problem } from '../contract/problem.ts'
import type { Tx } from '../database/database.ts'
import { v7 } from '../database/ids.ts'
import type { JobRequest } from '../jobs/define-job.ts'
import { PRIORITY } from '../jobs/define-job.ts'
import { publish } from '../live/publish.ts'
import type { Order } from '../orders/order.ts'
import type { Vault } from '../privacy/vault.ts'
import type { Seller } from '../shops/seller.store.ts'
import { type AskOrdersDeps, findAnswer, judgeOrders, lockStandings, type Standing } from './ask-orders.ts'
import { businessDate } from './business-date.ts'
import { type Draft, draftInvoice } from './draft-invoice.ts'
import { type Part, partsOf } from './parts.ts'
import { findRequest, type InvoiceRequest, insertRequest, listSiblings } from './request.store.ts'
import type { IssuingTerms } from './rules/settings.ts'

export const ISSUE_INVOICE = 'invoice.issue'

export type RequestInvoiceDeps = AskOrdersDeps & {
  vault: Vault
  reserveOrder(tx: Tx, orderId: string, amountFen: bigint): Promise<boolean>
  addJob(tx: Tx, job: JobRequest): Promise<void>
  termsOf(issuerId: string): IssuingTerms
  /** Somebody asked for a late order: its ticket has its answer (F24). */
  answerTickets(tx: Tx, answered: AnsweredTickets): Promise<void>
}

export type AnsweredTickets = {
  merchantId: string
  orderIds: readonly string[]
  requestId: string
  actor: Actor
}

export type Ask = {
  merchantId: string
  role: 'agent' | 'customer'
  surface: Surface
  actor: Actor
  ask: InvoiceAsk
}

export type Previewed = Draft & {
  seller: Seller
  /** By id. */
  orders: readonly Order[]
  /** The invoices it becomes: one, or more at the issuer's limits. */
  parts: readonly Part[]
  /** Why the deadline shall not count; null where it does not matter. */
  overrideReason: string | null
}

/**
 * What a submit would do, decided on the orders as they are at this moment. Refuses with the reason why
 * an order cannot be invoiced (F1), or why orders cannot be merged (F25); faults of title and lines are
 * in the draft.
 */
export async function previewInvoice(deps: RequestInvoiceDeps, tx: Tx, asked: Ask): Promise<Previewed> {
  return previewLocked(deps, tx, asked, await lockAsked(deps, tx, asked))
}

function lockAsked(deps: RequestInvoiceDeps, tx: Tx, { merchantId, ask }: Ask): Promise<Standing[]> {
  return lockStandings(deps, tx, { merchantId, orderIds: ask.orderIds })
}

async function previewLocked(
  deps: RequestInvoiceDeps,
  tx: Tx,
  { ask, role }: Ask,
  standings: readonly Standing[],
): Promise<Previewed> {
  refuseStaffFields(ask, role)
  const judged = await judgeOrders(deps, tx, { standings, role, orderIds: ask.orderIds })
  const { seller, overrideNeeded } = judged
  const orders = standings.map(({ order }) => order)
  const terms = deps.termsOf(seller.issuerId)
  const draft = draftInvoice(
    { seller, orders, on: businessDate(deps.now()), terms },
    {
      kind: ask.kind,
      title: ask.title,
      email: ask.email ?? null,
      phone: ask.phone ?? null,
      remark: ask.remark ?? null,
      presentation: ask.presentation,
    },
  )
  const { parts, faults } = partsOf(draft, terms.capabilities)
  const overrideReason = overrideNeeded ? (ask.override?.reason.trim() ?? '') : null
  if (overrideReason !== null && [...overrideReason].length < 2) {
    faults.push({ code: 'override_reason_missing', field: '/override/reason' })
  }
  const late = overrideNeeded ? 'deadline_passed' : null
  return {
    ...draft,
    faults,
    reviewReason: draft.reviewReason ?? late,
    seller,
    orders,
    parts,
    overrideReason,
  }
}

/** What an invoice shows is the shop's, and so are its deadlines. */
function refuseStaffFields({ presentation, override }: InvoiceAsk, role: Ask['role']): void {
  if (role !== 'customer') return
  if (presentation !== undefined) throw new Problem('token_not_allowed', { field: '/presentation' })
  if (override !== undefined) throw new Problem('token_not_allowed', { field: '/override' })
}

/**
 * Asking twice is asking once: while a request holds the remainder of these orders, it is the answer
 * (F11). Otherwise takes the remainder of all of them or of none, writes one request per invoice and its
 * job in the caller's transaction, and answers with the first. Refuses with `preflight_failed` and every
 * fault, with the order's own reason, or with `orders_not_mergeable`.
 */
export async function requestInvoice(deps: RequestInvoiceDeps, tx: Tx, asked: Ask): Promise<InvoiceRequest> {
  const standings = await lockAsked(deps, tx, asked)
  const answer = findAnswer(standings)
  if (answer !== null) return firstOfAsk(tx, answer)
  const drafted = await previewLocked(deps, tx, asked, standings)
  const { faults, orders, parts, shares } = drafted
  if (faults.length > 0) throw new Problem('preflight_failed', { field: faults[0]?.field, errors: faults })

  for (const { orderId, amountFen } of shares) {
    const isTaken = await deps.reserveOrder(tx, orderId, amountFen)
    if (!isTaken) throw new Problem('order_changed', { facts: { orderId } })
  }
  const batchId = parts.length === 1 ? null : v7(deps.now())
  const ids: string[] = []
  for (const [index, part] of parts.entries()) {
    const batch = batchId === null ? null : { id: batchId, partNo: index + 1 }
    ids.push(await writeRequest(deps, tx, asked, { drafted, part, batch }))
  }
  const [id] = ids
  if (id === undefined) throw new Error('an ask without a part')
  const orderIds = orders.map((order) => order.id)
  await deps.answerTickets(tx, { merchantId: asked.merchantId, orderIds, requestId: id, actor: asked.actor })
  await publish(
    tx,
    ...orders.map((order) => ({ topic: `order:${order.id}` as const, version: order.version + 1 })),
    { topic: `shop:${drafted.seller.shopId}`, version: 0 },
  )
  return getRequest(tx, id)
}

/** An ask that was split answers with its first part, whichever holds the order. */
async function firstOfAsk(tx: Tx, request: InvoiceRequest): Promise<InvoiceRequest> {
  const parts = [request, ...(await listSiblings(tx, request))]
  return parts.toSorted((a, b) => a.partNo - b.partNo)[0] ?? request
}

type Writing = { drafted: Previewed; part: Part; batch: { id: string; partNo: number } | null }

async function writeRequest(
  deps: RequestInvoiceDeps,
  tx: Tx,
  { ask, actor, surface, merchantId }: Ask,
  { drafted, part, batch }: Writing,
): Promise<string> {
  const { seller, reviewReason, overrideReason, presentation, email, phone } = drafted
  const { kind, isPerson, buyer, grossFen } = part.content
  const now = deps.now()
  const notBefore = new Date(now.getTime() + seller.undoSeconds * 1000)
  const state = reviewReason === null ? 'queued' : 'in_review'
  const id = await insertRequest(deps.vault, tx, now, {
    merchantId,
    shopId: seller.shopId,
    surface,
    kind,
    isPerson,
    title: { kind: ask.title.kind, buyer, email, phone },
    remark: ask.remark?.trim() ?? '',
    presentation,
    templateVersion: seller.templateVersion,
    actor,
    shares: part.shares.map(({ orderId, amountFen }) => ({ orderId, amountFen })),
    reviewReason,
    overrideReason,
    batch,
    notBefore,
    state,
  })
  await recordAudit(tx, now, {
    merchantId,
    actor,
    act: 'invoice_request.submitted',
    object: `request:${id}`,
    facts: {
      amountFen: grossFen.toString(),
      order: part.shares.map(({ orderId }) => orderId).join(' '),
      state,
    },
    reason: overrideReason,
  })
  if (state === 'queued') await deps.addJob(tx, issueJob(id, notBefore))
  return id
}

/** The job that sends a request; one per request, never before its undo window ends. */
export function issueJob(invoiceRequestId: string, runAt: Date): JobRequest {
  return {
    kind: ISSUE_INVOICE,
    payload: { invoiceRequestId },
    key: `issue:${invoiceRequestId}`,
    runAt,
    priority: PRIORITY.person,
  }
}

export async function getRequest(tx: Tx, id: string): Promise<InvoiceRequest> {
  const request = await findRequest(tx, id)
  if (request === null) throw new Error(`invoice request ${id} is gone`)
  return request
}
