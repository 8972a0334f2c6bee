import { type Actor, actorText } from '../audit/record.ts'
import type { Database, Tx } from '../database/database.ts'
import type { Vault } from '../privacy/vault.ts'
import type { ShopTemplate } from './shop.ts'

export type StoredTemplate = ShopTemplate & { readonly version: number }

type OfShop = { readonly merchantId: string; readonly shopId: string }

const place = ({ merchantId, shopId }: OfShop, version: number) => ({
  merchantId,
  table: 'shop_template',
  column: 'drawer',
  rowId: `${shopId}:${version}`,
})

/** The one that applies now, or the one of a version; null: there is none. */
export async function findTemplate(
  vault: Vault,
  tx: Tx | Database,
  of: OfShop & { readonly version?: number | null | undefined },
): Promise<StoredTemplate | null> {
  const { merchantId, shopId, version: wanted = null } = of
  const row = await tx.shopTemplate.findFirst({
    where: { shopId, shop: { merchantId }, ...(wanted === null ? {} : { version: wanted }) },
    orderBy: { version: 'desc' },
  })
  if (row === null) return null
  const { version, drawerSealed } = row
  const settings = row.settings as Omit<ShopTemplate, 'drawer'> // written by insertTemplate alone
  const drawer = drawerSealed === null ? null : await vault.openJson(place(of, version), drawerSealed)
  return { ...settings, drawer: typeof drawer === 'string' ? drawer : null, version }
}

/** A version is never changed: what was issued with it can still be explained. */
export async function insertTemplate(
  vault: Vault,
  tx: Tx | Database,
  made: OfShop & { template: StoredTemplate; actor: Actor; at: Date },
): Promise<void> {
  const { shopId, actor, at } = made
  const { version, drawer, ...settings } = made.template
  const drawerSealed = drawer === null ? null : await vault.sealJson(place(made, version), drawer)
  await tx.shopTemplate.create({
    data: { shopId, version, settings, drawerSealed, actor: actorText(actor), createdAt: at },
  })
}
