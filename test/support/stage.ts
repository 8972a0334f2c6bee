import { randomBytes } from 'node:crypto'
import type { Database, Tx } from '../../server/database/database.ts'
import { inTransactionOf } from '../../server/database/database.ts'
import { v7 } from '../../server/database/ids.ts'
import { openVault, prepareVault, type Vault } from '../../server/privacy/vault.ts'
import { SHOP_DEFAULTS } from '../../server/shops/merchant-setup.ts'
import { type ShopTemplate, splitTemplate } from '../../server/shops/shop.ts'
import { findTemplate, insertTemplate } from '../../server/shops/template.store.ts'

export type StagedShop = { readonly id: string; readonly code: string }
export type StagedMerchant = { readonly id: string; readonly shops: Readonly<Record<string, StagedShop>> }

export type NewStagedMerchant = {
  readonly name: string
  readonly taxId: string
  /** Code → what differs from a plain demo shop. */
  readonly shops: Readonly<
    Record<string, { platform?: string; allowedOrigins?: string[]; linkDays?: number }>
  >
}

/** A vault with a master key of its own, ready for the server's and the merchants' secrets. */
export async function openTestVault(database: Database): Promise<Vault> {
  const vault = openVault(database, randomBytes(32))
  await prepareVault(database, vault)
  return vault
}

/** A merchant with a data key and shops, written straight into the tables. */
export async function stageMerchant(
  database: Database,
  vault: Vault,
  { name, taxId, shops }: NewStagedMerchant,
): Promise<StagedMerchant> {
  const id = v7()
  const staged = Object.entries(shops).map(([code, { platform = 'tmall', ...rest }]) => ({
    id: v7(),
    merchantId: id,
    code,
    name: `${name} ${code}`,
    platform,
    ...rest,
  }))
  await inTransactionOf(database)(async (tx) => {
    await tx.merchant.create({ data: { id, name, taxId, drawerSealed: new Uint8Array(1) } })
    await vault.createKey(tx, id)
  })
  const place = { merchantId: id, table: 'merchant', column: 'drawer', rowId: id }
  await database.merchant.update({
    where: { id },
    data: { drawerSealed: await vault.sealJson(place, '演示') },
  })
  await database.shop.createMany({ data: staged })
  for (const shop of staged) await stageTemplate(database, vault, { merchantId: id, shopId: shop.id })
  return {
    id,
    shops: Object.fromEntries(staged.map((shop) => [shop.code, { id: shop.id, code: shop.code }])),
  }
}

/** The next version of how a shop's invoices look: as every shop begins, with these changes. */
export async function stageTemplate(
  database: Database | Tx,
  vault: Vault,
  { changes = {}, ...of }: { merchantId: string; shopId: string; changes?: Partial<ShopTemplate> },
): Promise<void> {
  const { template } = splitTemplate({ ...SHOP_DEFAULTS, ...changes })
  const { version = 0 } = (await findTemplate(vault, database, of)) ?? {}
  const made = { ...template, version: version + 1 }
  const actor = { kind: 'operator', id: 'test' } as const
  await insertTemplate(vault, database, { ...of, template: made, actor, at: new Date() })
}

/** A paid order of one line; answers its id. */
export async function stageOrder(
  database: Database,
  {
    merchantId,
    shopId,
    number,
    paidFen = 29_900n,
  }: { merchantId: string; shopId: string; number: string; paidFen?: bigint },
): Promise<string> {
  const id = v7()
  const line = { lineNo: 1, kind: 'goods', title: '帆布包', amountFen: paidFen, discountFen: 0n, paidFen }
  await database.order.create({
    data: {
      id,
      merchantId,
      shopId,
      number,
      state: 'completed',
      origin: 'api',
      goodsFen: paidFen,
      paidFen,
      lines: { create: [line] },
    },
  })
  return id
}
