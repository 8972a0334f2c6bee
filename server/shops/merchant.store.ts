import type { Tx } from '../database/database.ts'
import type { GoodsRule } from '../invoicing/goods-rules.ts'
import type { Vault } from '../privacy/vault.ts'
import { readTrigger } from './issue-policy.store.ts'
import type { SellerSetup } from './merchant-setup.ts'
import { drawerPlace, openDrawer, toGoodsRule } from './seller.store.ts'
import type { Shop } from './shop.ts'
import { findTemplate, type StoredTemplate } from './template.store.ts'

export type ShopSettings = Omit<Shop, 'id' | 'merchantId' | 'merchantName'>

export type StandingShop = {
  readonly id: string
  readonly settings: ShopSettings
  readonly template: StoredTemplate | null
}

export type StandingMerchant = {
  readonly id: string
  readonly seller: SellerSetup
  readonly shops: readonly StandingShop[]
  readonly rules: readonly GoodsRule[]
}

/** Any constant will do: of two that set up merchants at once, the second one waits. */
const MERCHANT_LOCK = 4_711_007

export async function lockMerchants(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${MERCHANT_LOCK})`
}

export async function findMerchant(vault: Vault, tx: Tx, taxId: string): Promise<StandingMerchant | null> {
  const row = await tx.merchant.findUnique({ where: { taxId }, include: { shops: true } })
  if (row === null) return null
  const { id, shops, drawerSealed, createdAt: _, ...facts } = row
  const rules = await tx.goodsRule.findMany({ where: { merchantId: id } })
  const standing: StandingShop[] = []
  for (const { id: shopId, merchantId, createdAt: _, issueTrigger, ...others } of shops) {
    const settings = { ...others, issueTrigger: readTrigger(issueTrigger) }
    const template = await findTemplate(vault, tx, { merchantId, shopId })
    standing.push({ id: shopId, settings, template })
  }
  return {
    id,
    seller: { ...facts, drawer: await openDrawer(vault, id, drawerSealed) },
    shops: standing,
    rules: rules.map(toGoodsRule),
  }
}

/** Which of these codes are the shops of somebody else. */
export async function findForeignCodes(
  tx: Tx,
  merchantId: string,
  codes: readonly string[],
): Promise<string[]> {
  const where = { code: { in: [...codes] }, merchantId: { not: merchantId } }
  return (await tx.shop.findMany({ where, select: { code: true } })).map(({ code }) => code)
}

export async function hasDataKey(tx: Tx, merchantId: string): Promise<boolean> {
  return (await tx.dataKey.findFirst({ where: { merchantId } })) !== null
}

/** The data key must be committed: the vault reads it on a connection of its own. */
export async function saveSeller(
  vault: Vault,
  tx: Tx,
  { id, seller, at }: { id: string; seller: SellerSetup; at: Date },
): Promise<void> {
  const { drawer, ...facts } = seller
  const data = { ...facts, drawerSealed: await vault.sealJson(drawerPlace(id), drawer) }
  await tx.merchant.upsert({ where: { id }, create: { id, ...data, createdAt: at }, update: data })
}

export async function insertShop(
  tx: Tx,
  of: { id: string; merchantId: string; settings: ShopSettings },
): Promise<void> {
  const { id, merchantId, settings } = of
  await tx.shop.create({ data: { id, merchantId, ...columnsOf(settings) } })
}

export async function updateShop(tx: Tx, id: string, settings: ShopSettings): Promise<void> {
  await tx.shop.update({ where: { id }, data: columnsOf(settings) })
}

function columnsOf({ allowedOrigins, ...settings }: ShopSettings) {
  return { ...settings, allowedOrigins: [...allowedOrigins] }
}

export async function replaceRules(
  tx: Tx,
  merchantId: string,
  rules: readonly (GoodsRule & { readonly id: string })[],
): Promise<void> {
  await tx.goodsRule.deleteMany({ where: { merchantId } })
  await tx.goodsRule.createMany({
    data: rules.map(({ validFrom, validUntil, ...rule }) => ({
      ...rule,
      merchantId,
      validFrom: new Date(validFrom),
      validUntil: validUntil === null ? null : new Date(validUntil),
    })),
  })
}
