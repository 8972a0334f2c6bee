import { connectAsking } from '../app.ts'
import type { Tx } from '../database/database.ts'
import { findLatestRequest } from '../invoicing/request.store.ts'
import { requestInvoice } from '../invoicing/request-invoice.ts'
import { approveRequest } from '../invoicing/review-request.ts'
import { findOrdersByNumber } from '../orders/order.store.ts'
import type { Services } from '../services.ts'
import type { LinkAsk } from '../shops/links.ts'
import { findShopByCode } from '../shops/shop.store.ts'
import { seedDemo } from './seed.ts'
import { type DemoAccount, seedStaff } from './seed-staff.ts'
import { ORDERS_TO_INVOICE, type OrderToInvoice } from './stage.ts'

export type OpenedDemo = { readonly h5Url: string; readonly finance: DemoAccount }

type CreateShopLink = (tx: Tx, ask: Omit<LinkAsk, 'orderId'>) => Promise<{ url: string }>

const POSTER_DAYS = 365
const POSTER_SHOP = 'a-tm'
const OPERATOR = { kind: 'operator', id: 'demo' } as const
const REVIEWER = { kind: 'operator', id: 'demo-finance' } as const

/** The stage, its standing requests, and the address of a shop's poster. Doing it again changes nothing. */
export async function openDemo(services: Services, createShopLink: CreateShopLink): Promise<OpenedDemo> {
  const { database, inTransaction, vault, now, config } = services
  await seedDemo({ database, inTransaction, vault, now, dataDir: config.dataDir, demoPort: config.demoPort })
  for (const wanted of ORDERS_TO_INVOICE) await askOnce(services, wanted)
  const shop = await getShop(services, POSTER_SHOP)
  const { url } = await inTransaction((tx) =>
    createShopLink(tx, { merchantId: shop.merchantId, shop, actor: OPERATOR, days: POSTER_DAYS }),
  )
  const accounts = await seedStaff({ database, inTransaction, vault, now, dataDir: config.dataDir })
  const finance = accounts.find(({ role }) => role === 'finance')
  if (finance === undefined) throw new Error('the stage has no finance account')
  return { h5Url: url, finance }
}

/** Asks the way everybody asks; an order that has a request already is left alone. */
async function askOnce(services: Services, { shopCode, number, review, ask }: OrderToInvoice): Promise<void> {
  const { merchantId, id: shopId } = await getShop(services, shopCode)
  await services.inTransaction(async (tx) => {
    const [order] = await findOrdersByNumber(tx, { merchantId, shopId, number })
    if (order === undefined) throw new Error(`the stage lacks order ${number}`)
    if ((await findLatestRequest(tx, order.id)) !== null) return
    const deps = connectAsking(services)
    const request = await requestInvoice(deps, tx, {
      merchantId,
      role: 'agent',
      surface: 'api',
      actor: OPERATOR,
      ask: { ...ask, orderIds: [order.id] },
    })
    const { id, version } = request
    if (review === 'approve') await approveRequest(deps, tx, { id, actor: REVIEWER, version })
  })
}

async function getShop({ database }: Services, code: string) {
  const shop = await findShopByCode(database, code)
  if (shop === null) throw new Error(`the stage lacks shop ${code}`)
  return shop
}
