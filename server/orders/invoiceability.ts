import type { Invoiceability, NextAction } from '../contract/orders.ts'
import type { ProblemCode } from '../contract/problems.ts'
import { invoiceableFen, type Order } from './order.ts'

export type Verdict = {
  readonly isInvoiceable: boolean
  readonly code: ProblemCode | null
  readonly nextAction: NextAction
  readonly at: Date | null
  readonly selfServiceUntil: Date | null
  /** The invoice that holds the order, where that is the reason. */
  readonly invoice: HoldingInvoice | null
  /** Past the deadline, asked by staff: a reason is needed (F24). */
  readonly overrideNeeded: boolean
}

/** A live invoice of an order; with several orders on it where they were merged. */
export type HoldingInvoice = { readonly id: string; readonly number: string; readonly isMerged: boolean }

type Asker = {
  /** Deadlines bind customers; staff may go past them with approval (P7). */
  role: 'agent' | 'customer'
  selfServiceDays: number
  /** A request that stands: not issued, not ended. */
  hasRunningRequest: boolean
  /** The newest that is live. */
  invoice: HoldingInvoice | null
}

const DAY_MS = 86_400_000

/** How long a refund usually takes until it is worth looking again. */
const REFUND_PAUSE_DAYS = 3

type Reason = {
  code: ProblemCode
  nextAction: NextAction
  at?: Date | null
  invoice?: HoldingInvoice
}

/**
 * 为什么不能开 (F1): the first reason that holds, in the order in which a person can do something
 * about it. An order that is partly invoiced and has a remainder is invoiceable.
 */
export function judgeInvoiceability(order: Order, asker: Asker, now: Date): Verdict {
  const until = selfServiceUntil(order, asker.selfServiceDays)
  const reason = findReason(order, asker, now, until)
  const { code, nextAction, at = null, invoice = null } = reason ?? FREE
  const isLate = until !== null && now > until
  return {
    isInvoiceable: code === null,
    code,
    nextAction,
    at,
    selfServiceUntil: until,
    invoice,
    overrideNeeded: code === null && isLate && asker.role === 'agent',
  }
}

const FREE: { code: null; nextAction: NextAction; at?: null; invoice?: null } = {
  code: null,
  nextAction: 'request_invoice',
}

function findReason(order: Order, asker: Asker, now: Date, until: Date | null): Reason | null {
  return findStateReason(order) ?? findMoneyReason(order, asker, now) ?? findDeadlineReason(asker, now, until)
}

function findStateReason({ state, statusKnown, refundState }: Order): Reason | null {
  if (state === 'cancelled') {
    if (refundState === 'full') return { code: 'order_fully_refunded', nextAction: 'none' }
    return { code: 'order_cancelled', nextAction: 'order_again' }
  }
  if (state === 'pending_review') return { code: 'order_in_review', nextAction: 'come_back_later' }
  if (state === 'pending_payment') return { code: 'order_not_paid', nextAction: 'pay_order' }
  if (!statusKnown) return { code: 'order_status_unknown', nextAction: 'contact_service' }
  return null
}

function findMoneyReason(order: Order, asker: Asker, now: Date): Reason | null {
  if (order.refundState === 'amount_unknown') {
    return { code: 'order_refund_unclear', nextAction: 'contact_service' }
  }
  const left = invoiceableFen(order)
  if (asker.hasRunningRequest && left === 0n)
    return { code: 'order_being_invoiced', nextAction: 'see_request' }
  const { invoice } = asker
  if (invoice !== null && left === 0n) {
    const code = invoice.isMerged ? 'order_merged_invoiced' : 'order_already_invoiced'
    return { code, nextAction: 'download_invoice', invoice }
  }
  if (order.refundedFen > 0n && order.refundedFen >= order.paidFen - order.platformFen) {
    return { code: 'order_fully_refunded', nextAction: 'none' }
  }
  if (hasOpenRefund(order)) {
    const at = new Date(now.getTime() + REFUND_PAUSE_DAYS * DAY_MS)
    return { code: 'order_refund_in_progress', nextAction: 'come_back_later', at }
  }
  return left === 0n ? { code: 'order_not_invoiceable', nextAction: 'contact_service' } : null
}

function findDeadlineReason({ role }: Asker, now: Date, until: Date | null): Reason | null {
  if (role !== 'customer' || until === null || now <= until) return null
  return { code: 'order_deadline_passed', nextAction: 'contact_service', at: until }
}

/** A refund that is asked for but not decided: its money may still leave. */
export function hasOpenRefund({ refundState, refunds }: Order): boolean {
  return (
    refundState === 'in_progress' || refunds.some(({ state }) => state === 'applied' || state === 'agreed')
  )
}

/** The clock runs from completion; an order that is not completed has no deadline yet. */
function selfServiceUntil({ completedAt }: Order, days: number): Date | null {
  return completedAt === null ? null : new Date(completedAt.getTime() + days * DAY_MS)
}

export function viewInvoiceability(verdict: Verdict): Invoiceability {
  const { at, selfServiceUntil, invoice, ...rest } = verdict
  return {
    ...rest,
    at: at?.toISOString() ?? null,
    selfServiceUntil: selfServiceUntil?.toISOString() ?? null,
    invoice: invoice === null ? null : { id: invoice.id, number: invoice.number },
  }
}
