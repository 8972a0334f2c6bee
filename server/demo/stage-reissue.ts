import { createGetSeller } from '../app.ts'
import { connectReissue } from '../connect-reissue.ts'
import type { Tx } from '../database/database.ts'
import { listOrderInvoices } from '../invoicing/order-invoices.store.ts'
import { findOrdersByNumber } from '../orders/order.store.ts'
import { executeReissue } from '../reissue/decide-reissue.ts'
import { listReissuesOf } from '../reissue/reissue.store.ts'
import { startReissue } from '../reissue/start-reissue.ts'
import type { Services } from '../services.ts'
import { findShopByCode } from '../shops/shop.store.ts'
import { REISSUE_TO_REVIEW } from './stage.ts'

const OPERATOR = { kind: 'operator', id: 'demo' } as const

/**
 * The stage's reissue that waits for finance (journeys §D0). Its invoice is issued by the worker first, so
 * this is tried until it stands: true. Doing it again changes nothing.
 */
export async function stageReissue(services: Services): Promise<boolean> {
  const { shopCode, number, title } = REISSUE_TO_REVIEW
  const shop = await findShopByCode(services.database, shopCode)
  if (shop === null) throw new Error(`the stage lacks shop ${shopCode}`)
  const { merchantId, id: shopId } = shop
  return services.inTransaction(async (tx) => {
    const invoiceId = await findIssued(tx, { merchantId, shopId, number })
    if (invoiceId === null) return false
    if ((await listReissuesOf(tx, invoiceId)).length > 0) return true
    const deps = connectReissue(services, createGetSeller(services))
    const { id } = await startReissue(deps, tx, {
      ...{ merchantId, invoiceId, planner: 'agent', surface: 'api', actor: OPERATOR },
      ask: { cause: 'title', title },
    })
    await executeReissue(deps, tx, { id, actor: OPERATOR })
    return true
  })
}

async function findIssued(
  tx: Tx,
  place: { merchantId: string; shopId: string; number: string },
): Promise<string | null> {
  const [order] = await findOrdersByNumber(tx, place)
  if (order === undefined) throw new Error(`the stage lacks order ${place.number}`)
  const [invoice] = (await listOrderInvoices(tx, order.id)).toReversed() // newest first: the stage's own is last
  return invoice?.id ?? null
}
