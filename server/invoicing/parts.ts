import type { FieldFault } from '../contract/problem.ts'
import type { Tx } from '../database/database.ts'
import type { Order } from '../orders/order.ts'
import type { Draft } from './draft-invoice.ts'
import type { InvoiceContent } from './invoice.ts'
import type { Fen } from './money.ts'
import { type InvoiceRequest, isRunning, listSiblings } from './request.store.ts'
import { type SplitLimits, splitContent } from './split-content.ts'

export type Share = { readonly orderId: string; readonly amountFen: Fen }

/** One invoice of an ask: all of it, or what of it keeps to the issuer's limits (F25). */
export type Part = { readonly content: InvoiceContent; readonly shares: readonly Share[] }

export type Parted = { parts: readonly Part[]; faults: FieldFault[] }

/**
 * A draft as the invoices it becomes. That it has too many lines is no fault where it can be split. The
 * same draft always gives the same parts: a worker finds its part again by number.
 */
export function partsOf(draft: Pick<Draft, 'content' | 'shares' | 'faults'>, limits: SplitLimits): Parted {
  const { content, faults } = draft
  const shares = draft.shares.filter(({ amountFen }) => amountFen > 0n)
  const whole = { content, shares }
  if (content.lines.length === 0) return { parts: [whole], faults }
  const split = splitContent(content, limits)
  if (split === null) {
    const fault: FieldFault = { code: 'amount_above_limit', field: '/orderIds' }
    const isNamed = faults.some(({ code }) => code === 'lines_too_many')
    return { parts: [whole], faults: isNamed ? faults : [...faults, fault] }
  }
  if (split.parts.length === 1) return { parts: [whole], faults }
  return {
    parts: split.parts.map((part, index) => ({
      content: part,
      shares: split.matrix.filter((row) => row.part === index && row.amountFen > 0n),
    })),
    faults: faults.filter(({ code }) => code !== 'lines_too_many'),
  }
}

/**
 * What the requests of one ask hold of each order, by order id: for drafting the whole ask again as it
 * was. A sibling that ended without an invoice has given its share back already.
 */
export async function claimsOfAsk(tx: Tx, request: InvoiceRequest): Promise<Share[]> {
  const siblings = await listSiblings(tx, request)
  const standing = siblings.filter((sibling) => isRunning(sibling) || sibling.state === 'issued')
  const claims = new Map<string, Fen>()
  for (const { orderId, amountFen } of [request, ...standing].flatMap(({ shares }) => shares)) {
    claims.set(orderId, (claims.get(orderId) ?? 0n) + amountFen)
  }
  // By id: whoever locks several orders locks them in this order.
  return [...claims]
    .map(([orderId, amountFen]) => ({ orderId, amountFen }))
    .sort((a, b) => (a.orderId < b.orderId ? -1 : 1))
}

/** To the fen, and of each order: a merged invoice may not move money from one order to another. */
export function hasShares({ content, shares }: Part, request: InvoiceRequest): boolean {
  return (
    content.grossFen === request.amountFen &&
    shares.length === request.shares.length &&
    shares.every(({ orderId, amountFen }) =>
      request.shares.some((share) => share.orderId === orderId && share.amountFen === amountFen),
    )
  )
}

/** Paid, known and without a refund on its way (S0-20). */
export function isStillGood({ state, statusKnown, refundState, refunds }: Order): boolean {
  const isPaid = state === 'paid' || state === 'shipped' || state === 'completed'
  const hasOpenRefund = refunds.some((refund) => refund.state === 'applied' || refund.state === 'agreed')
  return (
    isPaid &&
    statusKnown &&
    !hasOpenRefund &&
    refundState !== 'in_progress' &&
    refundState !== 'amount_unknown'
  )
}
