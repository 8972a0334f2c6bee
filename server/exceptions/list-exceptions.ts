import type { ExceptionView } from '../contract/exceptions.ts'
import type { Database, Tx } from '../database/database.ts'
import { jsonFen } from '../invoicing/money.ts'
import type { RefundException } from '../orders/exception.store.ts'
import type { Order } from '../orders/order.ts'
import { findStale } from '../orders/stale.ts'

type Place = { merchantId: string; shopId: string | null }

/** The issuer holds another invoice than the one that was sent. */
export type Contradicted = {
  readonly requestId: string
  readonly shopId: string
  readonly orderId: string | null
  readonly saidFen: bigint
  readonly sentFen: bigint
  readonly at: Date
}

/** The same of a red. */
export type RedContradicted = Omit<Contradicted, 'requestId'> & { readonly reissueId: string }

/** Failed look-ups of one quarter of an hour. */
export type LookUpAlarm = {
  readonly id: string
  readonly shopId: string | null
  readonly failures: number
  readonly quarter: Date
}

export type ListExceptionsDeps = {
  database: Database
  findOrders(tx: Tx | Database, merchantId: string, ids: readonly string[]): Promise<Order[]>
  sumInvoiced(tx: Tx | Database, orderIds: readonly string[]): Promise<Map<string, bigint>>
  listOverInvoiced(tx: Tx | Database, place: Place): Promise<{ id: string }[]>
  listRefundExceptions(tx: Tx | Database, place: Place): Promise<RefundException[]>
  listContradictions(tx: Tx | Database, place: Place): Promise<Contradicted[]>
  listRedContradictions(tx: Tx | Database, place: Place): Promise<RedContradicted[]>
  listLookUpAlarms(tx: Tx | Database, place: Place): Promise<LookUpAlarm[]>
}

/** Everything that does not add up by itself and waits for somebody (S2-04), oldest first. */
export async function listExceptions(deps: ListExceptionsDeps, place: Place): Promise<ExceptionView[]> {
  const { database } = deps
  const over = (await deps.listOverInvoiced(database, place)).map(({ id }) => id)
  const refunds = await deps.listRefundExceptions(database, place)
  const blues = await deps.listContradictions(database, place)
  const reds = await deps.listRedContradictions(database, place)
  const contradicted = [
    ...blues.map((found) => ({ ...found, reissueId: null })),
    ...reds.map((found) => ({ ...found, requestId: null })),
  ]
  const named = [...refunds, ...contradicted].flatMap(({ orderId }) => orderId ?? [])
  const ids = [...new Set([...over, ...named])]
  const orders = await deps.findOrders(database, place.merchantId, ids)
  const byId = new Map(orders.map((order) => [order.id, order]))
  const invoiced = await deps.sumInvoiced(database, over)
  const items = [
    ...over.flatMap((id) => viewOverInvoiced(byId.get(id), invoiced.get(id) ?? 0n)),
    ...refunds.map((kept) => viewRefund(kept, byId.get(kept.orderId))),
    ...contradicted.map((found) => viewContradicted(found, byId.get(found.orderId ?? ''))),
    ...(await deps.listLookUpAlarms(database, place)).map(viewAlarm),
  ]
  return items.toSorted((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0))
}

/** Claims of requests that run are no invoices: they end by themselves. */
function viewOverInvoiced(order: Order | undefined, invoicedFen: bigint): ExceptionView[] {
  const stale = order === undefined ? null : findStale(order, invoicedFen)
  if (order === undefined || stale === null) return []
  return [
    {
      kind: 'over_invoiced',
      id: order.id,
      shopId: order.shopId,
      orderId: order.id,
      orderNumber: order.number,
      ...{ requestId: null, reissueId: null, reference: null },
      amountFen: jsonFen(invoicedFen),
      expectedFen: jsonFen(invoicedFen - stale.excessFen),
      count: null,
      since: stale.since.toISOString(),
    },
  ]
}

function viewRefund(kept: RefundException, order: Order | undefined): ExceptionView {
  const { kind, id, shopId, orderId, reference, amountFen, expectedFen, createdAt } = kept
  return {
    ...{ kind, id, shopId, orderId, reference },
    orderNumber: order?.number ?? null,
    ...{ requestId: null, reissueId: null },
    amountFen: jsonFen(amountFen),
    expectedFen: jsonFen(expectedFen),
    count: null,
    since: createdAt.toISOString(),
  }
}

type Either = Omit<Contradicted, 'requestId'> &
  ({ requestId: string; reissueId: null } | { requestId: null; reissueId: string })

function viewContradicted(found: Either, order: Order | undefined): ExceptionView {
  const { requestId, reissueId, shopId, orderId, saidFen, sentFen, at } = found
  return {
    kind: 'issuer_contradicts',
    id: requestId ?? reissueId,
    ...{ shopId, orderId, requestId, reissueId },
    orderNumber: order?.number ?? null,
    reference: null,
    amountFen: jsonFen(saidFen),
    expectedFen: jsonFen(sentFen),
    count: null,
    since: at.toISOString(),
  }
}

function viewAlarm({ id, shopId, failures, quarter }: LookUpAlarm): ExceptionView {
  return {
    ...{ kind: 'look_ups_failing', id, shopId },
    ...{ orderId: null, orderNumber: null, requestId: null, reissueId: null, reference: null },
    ...{ amountFen: null, expectedFen: null },
    count: failures,
    since: quarter.toISOString(),
  }
}
