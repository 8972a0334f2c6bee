import type { InTransaction, Tx } from '../database/database.ts'
import { isLiveBlue, type OrderInvoiceRow } from '../invoicing/order-invoices.store.ts'
import { type Job, type JobRequest, PRIORITY, payloadOf } from '../jobs/define-job.ts'
import { publish } from '../live/publish.ts'
import { findOrder } from './order.store.ts'
import { findStale, type Stale } from './stale.ts'

export const CORRECT_ORDER = 'order.correct'

export type CorrectOrderDeps = {
  inTransaction: InTransaction
  now: () => Date
  addJob(tx: Tx, job: JobRequest): Promise<void>
  listOrderInvoices(tx: Tx, orderId: string): Promise<OrderInvoiceRow[]>
  /**
   * Writes down how the invoice can be made right, for finance to approve. One that carries nothing too
   * much, a plan that stands already, or a correction under way, is left as it is.
   */
  draftCorrection(tx: Tx, stale: StaleInvoice): Promise<void>
}

export type StaleInvoice = { merchantId: string; invoiceId: string; orderId: string }

type Place = { merchantId: string; orderId: string }

/** The job that looks at an order whose invoices no longer fit; one per order. */
export function correctOrderJob(payload: Place): JobRequest {
  return { kind: CORRECT_ORDER, payload, key: `correct:${payload.orderId}`, priority: PRIORITY.person }
}

/**
 * While a request runs, whether its invoice comes is not known; it is soon. One that waits for a person
 * can take days: the looks become as seldom as the refund is old.
 */
const LOOK_FIRST_MS = 10_000
const LOOK_MOST_MS = 3_600_000

/**
 * A completed refund made the invoices of an order too high (S0-30): says so in every page that shows one
 * of them, and drafts the correction of each that carries what was given back (F22). A request
 * that was under way may still become an invoice, so it looks again until that is settled. Done twice it
 * changes nothing.
 */
export function correctOrder(deps: CorrectOrderDeps): Job<typeof CORRECT_ORDER> {
  return {
    kind: CORRECT_ORDER,
    async run(payload) {
      const place = payloadOf(payload, ['merchantId', 'orderId'])
      const live = await deps.inTransaction((tx) => tellStale(deps, tx, place))
      // Each in a transaction of its own: it locks every order of the invoice, by id.
      for (const invoiceId of live)
        await deps.inTransaction((tx) => deps.draftCorrection(tx, { ...place, invoiceId }))
    },
  }
}

function lookAgainAt(now: Date, { since }: Stale): Date {
  const ageMs = now.getTime() - since.getTime()
  return new Date(now.getTime() + Math.min(Math.max(LOOK_FIRST_MS, ageMs / 4), LOOK_MOST_MS))
}

/** The live invoices of a stale order, newest first; none: they fit. */
async function tellStale(deps: CorrectOrderDeps, tx: Tx, place: Place): Promise<string[]> {
  const { merchantId, orderId } = place
  const order = await findOrder(tx, merchantId, orderId)
  if (order === null) return []
  const all = await deps.listOrderInvoices(tx, orderId)
  const invoicedFen = all.reduce((a, { amountFen }) => a + amountFen, 0n)
  if (findStale(order, invoicedFen) === null) {
    const unsettled = findStale(order, order.claimedFen)
    if (unsettled !== null)
      await deps.addJob(tx, { ...correctOrderJob(place), runAt: lookAgainAt(deps.now(), unsettled) })
    return []
  }
  const live = all.filter(isLiveBlue)
  await publish(tx, ...live.map(({ id }) => ({ topic: `invoice:${id}` as const, version: 0 })))
  return live.map(({ id }) => id)
}
