import type { Tx } from '../database/database.ts'
import type { StoredInvoice } from '../invoicing/invoice.store.ts'
import type { AskedTitle } from '../invoicing/request.store.ts'
import type { IssuingTerms } from '../invoicing/rules/settings.ts'
import type { JobRequest } from '../jobs/define-job.ts'
import type { Order } from '../orders/order.ts'
import type { Seller } from '../shops/seller.store.ts'
import type { Share } from './change.ts'
import type { Caps, PlanFacts } from './plan-reissue.ts'
import { type ExcessDeps, readExcess, standingOf } from './read-excess.ts'
import { countUsed } from './reissue.store.ts'

type Place = { merchantId: string; id: string }

export type PlanDeps = ExcessDeps & {
  now: () => Date
  lockOrder(tx: Tx, merchantId: string, id: string): Promise<Order | null>
  lockInvoice(tx: Tx, place: Place): Promise<StoredInvoice | null>
  /** The title and addresses that a request was made with. */
  readAsked(tx: Tx, requestId: string): Promise<AskedTitle>
  getSeller(tx: Tx, of: { merchantId: string; shopId: string }): Promise<Seller>
  termsOf(issuerId: string): IssuingTerms
  readCaps(tx: Tx, shopId: string): Promise<Caps>
}

export type ActDeps = PlanDeps & {
  addJob(tx: Tx, job: JobRequest): Promise<void>
}

/**
 * Locks the orders, in one order for everybody, then the invoice, and reads what a plan is made of. Null:
 * unknown, or another merchant's.
 */
export async function readPlanFacts(deps: PlanDeps, tx: Tx, place: Place): Promise<PlanFacts | null> {
  const shares = await deps.listShares(tx, place.id)
  const orders = await lockOrders(deps, tx, place.merchantId, shares)
  const invoice = await deps.lockInvoice(tx, place)
  if (invoice === null || orders === null) return null
  const blue = await standingOf(deps, tx, invoice)
  const seller = await deps.getSeller(tx, invoice)
  return {
    invoice,
    blue,
    excess: await readExcess(deps, tx, {
      merchantId: place.merchantId,
      orders,
      blue,
      of: { invoiceId: invoice.id },
    }),
    asked: await askedFor(deps, tx, invoice),
    orders,
    seller,
    terms: deps.termsOf(seller.issuerId),
    caps: await deps.readCaps(tx, invoice.shopId),
    used: await countUsed(tx, invoice.orderIds),
    now: deps.now(),
  }
}

/** In the order of their ids, so that two who lock several never wait for each other. */
export async function lockOrders(
  { lockOrder }: Pick<PlanDeps, 'lockOrder'>,
  tx: Tx,
  merchantId: string,
  shares: readonly Share[],
): Promise<Order[] | null> {
  const orders: Order[] = []
  for (const id of shares.map(({ orderId }) => orderId).sort()) {
    const order = await lockOrder(tx, merchantId, id)
    if (order === null) return null
    orders.push(order)
  }
  return orders
}

/** A red was asked for by nobody's request. */
function askedFor(deps: PlanDeps, tx: Tx, { requestId, buyer }: StoredInvoice): Promise<AskedTitle> {
  if (requestId === null) return Promise.resolve({ buyer, email: null, phone: null })
  return deps.readAsked(tx, requestId)
}
