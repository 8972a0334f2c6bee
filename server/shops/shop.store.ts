import type { Database, Tx } from '../database/database.ts'
import { readTrigger } from './issue-policy.store.ts'
import type { Shop } from './shop.ts'

const WITH_NAME = { merchant: { select: { name: true } } } as const

/** Of whichever merchant: for pages, which begin with nothing but the code in their address. */
export async function findShopByCode(tx: Tx | Database, code: string): Promise<Shop | null> {
  const row = await tx.shop.findUnique({ where: { code }, include: WITH_NAME })
  return row === null ? null : toShop(row)
}

/** In the order of their codes. */
export async function findShopsOf(tx: Tx | Database, merchantId: string): Promise<Shop[]> {
  const rows = await tx.shop.findMany({ where: { merchantId }, include: WITH_NAME, orderBy: { code: 'asc' } })
  return rows.map(toShop)
}

type ShopRow = Omit<Shop, 'merchantName' | 'issueTrigger'> & {
  merchant: { name: string }
  issueTrigger: string
  createdAt: Date
}

function toShop({ merchant, createdAt: _, issueTrigger, ...shop }: ShopRow): Shop {
  return { ...shop, issueTrigger: readTrigger(issueTrigger), merchantName: merchant.name }
}
