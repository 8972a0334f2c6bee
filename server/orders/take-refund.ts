import { type Actor, recordAudit } from '../audit/record.ts'
import type { RefundEvent, RefundSaved } from '../contract/orders.ts'
import { Problem } from '../contract/problem.ts'
import type { Tx } from '../database/database.ts'
import { type Fen, jsonFen } from '../invoicing/money.ts'
import type { JobRequest } from '../jobs/define-job.ts'
import { publish } from '../live/publish.ts'
import type { Vault } from '../privacy/vault.ts'
import { wakeOrder } from './arm-auto-issue.ts'
import { correctOrderJob } from './correct-order.ts'
import { hasOpenException, keepException, resolveExceptions } from './exception.store.ts'
import { findOrder, lockOrder } from './order.store.ts'
import { invoiceableFen, type Order, type Refund } from './order.ts'
import { REFUND_STEP, refundedFen, refundStateOf } from './order-input.ts'
import { upsertRefunds } from './saved-order.store.ts'
import { findStale, viewStale } from './stale.ts'

export type TakeRefundDeps = {
  vault: Vault
  now: () => Date
  addJob(tx: Tx, job: JobRequest): Promise<void>
  /** Σ blue − Σ red of each order. */
  sumInvoiced(tx: Tx, orderIds: readonly string[]): Promise<Map<string, Fen>>
}

type Told = { merchantId: string; orderId: string; actor: Actor; event: RefundEvent }

/** What an event does to an order. */
export type Judgement =
  | { kind: 'recorded'; refund: Refund }
  /** Told before, or overtaken by a later one. */
  | { kind: 'unchanged' | 'late' }
  /** It cannot be true beside what we know: kept, and no money moves. */
  | { kind: 'exception'; why: 'refund_above_paid' | 'refund_contradicts'; expectedFen: Fen }

/**
 * Holds an event against the refunds of an order. None goes back a step; what has completed keeps its
 * amount for ever; completed refunds never come to more than the buyer paid.
 */
export function judgeRefund(
  order: Pick<Order, 'paidFen' | 'platformFen' | 'refunds'>,
  event: Refund,
): Judgement {
  const known = order.refunds.find(({ reference }) => reference === event.reference)
  const beside = known === undefined ? null : judgeBeside(known, event)
  if (beside !== null) return beside
  const leftFen = order.paidFen - order.platformFen - refundedFen(order.refunds)
  if (event.state === 'completed' && event.amountFen > leftFen) {
    return { kind: 'exception', why: 'refund_above_paid', expectedFen: leftFen > 0n ? leftFen : 0n }
  }
  return { kind: 'recorded', refund: event }
}

/** What is known of the same refund decides, unless the event takes it further: then null. */
function judgeBeside(known: Refund, event: Refund): Judgement | null {
  const isSame = event.state === known.state && event.amountFen === known.amountFen
  if (known.state === 'completed') {
    if (event.state !== 'completed') return { kind: 'late' }
    if (isSame) return { kind: 'unchanged' }
    return { kind: 'exception', why: 'refund_contradicts', expectedFen: known.amountFen }
  }
  if (REFUND_STEP[event.state] < REFUND_STEP[known.state]) return { kind: 'late' }
  return isSame && event.lineNo === known.lineNo ? { kind: 'unchanged' } : null
}

/**
 * One event of a refund, as a platform or a merchant tells it (S0-14): told again, late, out of order or
 * by two at once it changes nothing twice and nothing backwards. An invoice that no longer fits is
 * marked in this transaction, and its correction drafted by a job (F22). Refuses with `order_not_found`,
 * and with `request_invalid` for a line that the order does not have.
 */
export async function takeRefund(
  deps: TakeRefundDeps,
  tx: Tx,
  { merchantId, orderId, actor, event }: Told,
): Promise<RefundSaved> {
  const order = await lockOrder(tx, merchantId, orderId)
  if (order === null) throw new Problem('order_not_found')
  const { reference, state, amountFen, lineNo = null } = event
  if (lineNo !== null && lineNo > order.lines.length)
    throw new Problem('request_invalid', { field: '/lineNo' })
  const judged = judgeRefund(order, { reference, state, amountFen: BigInt(amountFen), lineNo })
  let exceptionId: string | null = null
  if (judged.kind === 'recorded') await recordRefund(deps, tx, { order, actor, refund: judged.refund })
  if (judged.kind === 'exception') {
    const { why: kind, expectedFen } = judged
    const kept = { order, kind, reference, amountFen: BigInt(amountFen), expectedFen, actor }
    exceptionId = await keepEvent(deps, tx, kept)
  }
  return viewSaved(deps, tx, { order, reference, outcome: judged.kind, exceptionId })
}

type Recording = { order: Order; actor: Actor; refund: Refund }

async function recordRefund(
  deps: TakeRefundDeps,
  tx: Tx,
  { order, actor, refund }: Recording,
): Promise<void> {
  const now = deps.now()
  const { id, merchantId, reference } = { ...order, reference: refund.reference }
  await upsertRefunds(deps, tx, id, [refund])
  await resolveExceptions(tx, now, { orderId: id, reference })
  const refunds = [...order.refunds.filter((known) => known.reference !== reference), refund]
  const refunded = refundedFen(refunds)
  const isOverInvoiced = order.claimedFen > order.paidFen - order.platformFen - refunded
  const refundHint = (await hasOpenException(tx, id)) ? ('amount_unknown' as const) : null
  const refundState = refundStateOf({ ...order, refundHint }, refunds)
  const data = { refundedFen: refunded, refundState, isOverInvoiced, updatedAt: now }
  await tx.order.update({ where: { id }, data: { ...data, version: { increment: 1 } } })
  await recordAudit(tx, now, {
    merchantId,
    actor,
    act: `order.refund_${refund.state}`,
    object: `order:${id}`,
    facts: { amountFen: refund.amountFen.toString(), isOverInvoiced, reference },
  })
  await publish(
    tx,
    { topic: `order:${id}`, version: order.version + 1 },
    { topic: `desk:${merchantId}`, version: 0 },
  )
  if (isOverInvoiced) await deps.addJob(tx, correctOrderJob({ merchantId, orderId: id }))
  await wakeOrder(tx, now, { merchantId, orderId: id })
}

type Keeping = Parameters<typeof keepException>[2] & { order: Order }

/** Nothing is issued for the order before a person, or a later event, has said what is true. */
async function keepEvent(deps: TakeRefundDeps, tx: Tx, keeping: Keeping): Promise<string> {
  const now = deps.now()
  const { order, actor, kind, reference, amountFen, expectedFen } = keeping
  const { id, isNew } = await keepException(tx, now, keeping)
  if (!isNew) return id
  const data = { refundState: 'amount_unknown', updatedAt: now, version: { increment: 1 } }
  await tx.order.update({ where: { id: order.id }, data })
  await recordAudit(tx, now, {
    merchantId: order.merchantId,
    actor,
    act: 'order.refund_excepted',
    object: `order:${order.id}`,
    facts: { amountFen: amountFen.toString(), expectedFen: expectedFen.toString(), kind, reference },
  })
  await publish(
    tx,
    { topic: `order:${order.id}`, version: order.version + 1 },
    { topic: `shop:${order.shopId}`, version: 0 },
    { topic: `desk:${order.merchantId}`, version: 0 },
  )
  return id
}

type Viewing = {
  order: Order
  reference: string
  outcome: RefundSaved['outcome']
  exceptionId: string | null
}

async function viewSaved(
  deps: TakeRefundDeps,
  tx: Tx,
  { order, reference, outcome, exceptionId }: Viewing,
): Promise<RefundSaved> {
  const now = await findOrder(tx, order.merchantId, order.id)
  if (now === null) throw new Error(`order ${order.id} is gone`)
  const invoicedFen = (await deps.sumInvoiced(tx, [order.id])).get(order.id) ?? 0n
  return {
    orderId: now.id,
    reference,
    outcome,
    state: now.refunds.find((refund) => refund.reference === reference)?.state ?? null,
    refundedFen: jsonFen(now.refundedFen),
    invoiceableFen: jsonFen(invoiceableFen(now)),
    stale: viewStale(findStale(now, invoicedFen)),
    exceptionId,
    version: now.version,
  }
}
