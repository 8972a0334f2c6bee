import type { FieldFault } from '../contract/problem.ts'
import { Problem } from '../contract/problem.ts'
import type { Tx } from '../database/database.ts'
import { judgeInvoiceability, type Verdict } from '../orders/invoiceability.ts'
import { invoiceableFen, type Order } from '../orders/order.ts'
import type { Seller } from '../shops/seller.store.ts'
import { holdingInvoiceOf, type OrderInvoiceRow } from './order-invoices.store.ts'
import { findLatestRequest, type InvoiceRequest, isRunning } from './request.store.ts'

export type AskOrdersDeps = {
  now: () => Date
  lockOrder(tx: Tx, merchantId: string, id: string): Promise<Order | null>
  getSeller(tx: Tx, order: { merchantId: string; shopId: string }): Promise<Seller>
  /** Blue and red, newest first. */
  listOrderInvoices(tx: Tx, orderId: string): Promise<OrderInvoiceRow[]>
  /** What tells buyers apart, by order id; null where an order came without a whole phone number. */
  findBuyerKeys(tx: Tx, merchantId: string, ids: readonly string[]): Promise<Map<string, string | null>>
}

/** An order that somebody asks for, and what was asked for it last. */
export type Standing = { readonly order: Order; readonly latest: InvoiceRequest | null }

/**
 * The orders of one ask, by id and not as asked: two asks that share orders lock them in one order and
 * cannot wait for each other. Refuses with `order_not_found`.
 */
export async function lockStandings(
  deps: AskOrdersDeps,
  tx: Tx,
  { merchantId, orderIds }: { merchantId: string; orderIds: readonly string[] },
): Promise<Standing[]> {
  const standings: Standing[] = []
  for (const id of [...new Set(orderIds)].sort()) {
    const order = await deps.lockOrder(tx, merchantId, id)
    if (order === null) throw new Problem('order_not_found', { field: '/orderIds' })
    standings.push({ order, latest: await findLatestRequest(tx, order.id) })
  }
  return standings
}

/**
 * The request that is the answer already (F11): it runs, holds all that is left of every order, and was
 * asked for exactly these orders. An order alone is answered by whatever request holds it.
 */
export function findAnswer(standings: readonly Standing[]): InvoiceRequest | null {
  const [first] = standings
  const latest = first?.latest ?? null
  if (latest === null || !standings.every((standing) => isHeldBy(standing, latest))) return null
  if (standings.length === 1) return latest
  const isSame = latest.batchId !== null || latest.shares.length === standings.length
  return isSame ? latest : null
}

function isHeldBy({ order, latest }: Standing, by: InvoiceRequest): boolean {
  if (latest === null || !isRunning(latest) || invoiceableFen(order) > 0n) return false
  return latest.id === by.id || (latest.batchId !== null && latest.batchId === by.batchId)
}

type Judging = {
  standings: readonly Standing[]
  role: 'agent' | 'customer'
  /** As asked: problems point into it. */
  orderIds: readonly string[]
}

export type JudgedOrders = { seller: Seller; overrideNeeded: boolean }

/**
 * Can these orders stand on one invoice? One order: refuses with its own reason (F1). Several: refuses
 * with `orders_not_mergeable` and the reason of each that does not fit (F25).
 */
export async function judgeOrders(deps: AskOrdersDeps, tx: Tx, judging: Judging): Promise<JudgedOrders> {
  const { standings, orderIds } = judging
  const [first] = standings
  if (first === undefined) throw new Error('an ask without an order')
  const seller = await deps.getSeller(tx, first.order)
  const verdicts: Verdict[] = []
  for (const standing of standings) verdicts.push(await judgeOne(deps, tx, { standing, seller, judging }))
  const [verdict] = verdicts
  if (standings.length === 1 && verdict !== undefined && verdict.code !== null) {
    const facts = { orderId: first.order.id }
    throw new Problem(verdict.code, { nextAction: verdict.nextAction, facts })
  }
  const others = await findStrangers(deps, tx, judging)
  const errors = standings.flatMap(({ order }, index): FieldFault[] => {
    const code = others.get(order.id) ?? verdicts[index]?.code ?? null
    return code === null ? [] : [{ code, field: `/orderIds/${orderIds.indexOf(order.id)}` }]
  })
  if (errors.length > 0) throw new Problem('orders_not_mergeable', { field: '/orderIds', errors })
  return { seller, overrideNeeded: verdicts.some(({ overrideNeeded }) => overrideNeeded) }
}

type JudgingOne = { standing: Standing; seller: Seller; judging: Judging }

async function judgeOne(
  deps: AskOrdersDeps,
  tx: Tx,
  { standing: { order, latest }, seller, judging }: JudgingOne,
): Promise<Verdict> {
  const asker = {
    role: judging.role,
    selfServiceDays: seller.selfServiceDays,
    hasRunningRequest: latest !== null && isRunning(latest),
    invoice: holdingInvoiceOf(await deps.listOrderInvoices(tx, order.id)),
  }
  return judgeInvoiceability(order, asker, deps.now())
}

/**
 * Those that belong to another shop or another buyer than the first that was asked for. One shop: its
 * goods rules, its issuer and its limits decide about the invoice. An order without a whole phone number
 * could be anybody's; whoever asks has proven it, or answers for it.
 */
async function findStrangers(
  deps: AskOrdersDeps,
  tx: Tx,
  { standings, orderIds }: Judging,
): Promise<Map<string, 'order_other_shop' | 'order_other_buyer'>> {
  const found = new Map<string, 'order_other_shop' | 'order_other_buyer'>()
  const asked = orderIds.flatMap((id) => standings.find(({ order }) => order.id === id) ?? [])
  const [first] = asked
  if (first === undefined || standings.length === 1) return found
  const keys = await deps.findBuyerKeys(tx, first.order.merchantId, orderIds)
  const buyer = orderIds.map((id) => keys.get(id) ?? null).find((key) => key !== null) ?? null
  for (const { order } of asked) {
    const key = keys.get(order.id) ?? null
    if (order.shopId !== first.order.shopId) found.set(order.id, 'order_other_shop')
    else if (key !== null && key !== buyer) found.set(order.id, 'order_other_buyer')
  }
  return found
}
