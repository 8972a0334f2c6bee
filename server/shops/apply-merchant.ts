import { isDeepStrictEqual } from 'node:util'
import { type Actor, recordAudit } from '../audit/record.ts'
import type { InTransaction, Tx } from '../database/database.ts'
import { v7 } from '../database/ids.ts'
import type { GoodsRule } from '../invoicing/goods-rules.ts'
import type { Vault } from '../privacy/vault.ts'
import {
  findForeignCodes,
  findMerchant,
  hasDataKey,
  insertShop,
  lockMerchants,
  replaceRules,
  type StandingMerchant,
  type StandingShop,
  saveSeller,
  updateShop,
} from './merchant.store.ts'
import type { MerchantSetup, SellerSetup, ShopSetup } from './merchant-setup.ts'
import { MerchantFileInvalid } from './read-merchant-file.ts'
import { splitTemplate } from './shop.ts'
import { insertTemplate } from './template.store.ts'

export type ApplyMerchantDeps = {
  readonly inTransaction: InTransaction
  readonly vault: Vault
  now(): Date
  /** The id of the new merchant, or of its new shop with this code. */
  newId(shopCode: string | null): string
}

/** Names of fields and codes of shops only: it stands in the log. */
export type MerchantChanges = {
  readonly isNew: boolean
  readonly seller: readonly string[]
  readonly shopsAdded: readonly string[]
  readonly shopsChanged: readonly { readonly code: string; readonly fields: readonly string[] }[]
  /** Shops whose invoices look different from now on, or that are new (S1-04). */
  readonly templatesMade: readonly { readonly code: string; readonly version: number }[]
  readonly rulesReplaced: boolean
}

export type AppliedMerchant = {
  readonly id: string
  readonly changes: MerchantChanges
  /** Shops that stand and that the setup does not name; they stay as they are. */
  readonly shopsLeft: readonly string[]
}

/**
 * The merchant with this tax id stands as the setup says, made or changed; doing it again changes nothing.
 * Shops are never taken away, rules are replaced as a whole. Throws `MerchantFileInvalid` where a code is
 * the shop of another merchant.
 */
export async function applyMerchant(
  deps: ApplyMerchantDeps,
  setup: MerchantSetup,
  actor: Actor,
): Promise<AppliedMerchant> {
  return deps.inTransaction(async (tx) => {
    await lockMerchants(tx)
    const standing = await findMerchant(deps.vault, tx, setup.seller.taxId)
    const id = standing?.id ?? deps.newId(null)
    await refuseForeignCodes(tx, id, setup)

    const seller = await applySeller(deps, tx, { id, standing, seller: setup.seller })
    const shops = await applyShops(deps, tx, { id, standing, setup, actor })
    const rulesReplaced = await applyRules(deps, tx, { id, standing, setup, shopIds: shops.ids })
    const { shopsAdded, shopsChanged, templatesMade } = shops
    const isNew = standing === null
    const changes = { isNew, seller, shopsAdded, shopsChanged, templatesMade, rulesReplaced }
    if (isChange(changes)) {
      const facts = viewFacts(changes, setup)
      const act = { merchantId: id, actor, act: 'merchant.applied', object: `merchant:${id}`, facts }
      await recordAudit(tx, deps.now(), act)
    }
    const named = setup.shops.map(({ code }) => code)
    const left = (standing?.shops ?? [])
      .map(({ settings }) => settings.code)
      .filter((code) => !named.includes(code))
    return { id, changes, shopsLeft: left.sort() }
  })
}

export function isChange({
  isNew,
  seller,
  shopsAdded,
  shopsChanged,
  rulesReplaced,
}: MerchantChanges): boolean {
  return isNew || rulesReplaced || [seller, shopsAdded, shopsChanged].some(({ length }) => length > 0)
}

function viewFacts(changes: MerchantChanges, { rules }: MerchantSetup) {
  const { isNew, seller, shopsAdded, shopsChanged, templatesMade, rulesReplaced } = changes
  return {
    isNew,
    seller: seller.join(' '),
    shopsAdded: shopsAdded.join(' '),
    shopsChanged: shopsChanged.map(({ code, fields }) => `${code}(${fields.join(' ')})`).join(' '),
    templatesMade: templatesMade.map(({ code, version }) => `${code}(${version})`).join(' '),
    rulesReplaced,
    rules: rules.length,
  }
}

async function refuseForeignCodes(tx: Tx, id: string, { shops }: MerchantSetup): Promise<void> {
  const codes = shops.map(({ code }) => code)
  const foreign = await findForeignCodes(tx, id, codes)
  if (foreign.length === 0) return
  const faults = foreign.map((code) => ({
    field: `/shops/${codes.indexOf(code)}/code`,
    why: 'is the shop of another merchant',
  }))
  throw new MerchantFileInvalid(faults)
}

type Standing = { readonly id: string; readonly standing: StandingMerchant | null }

/** Answers the fields that changed. */
async function applySeller(
  deps: ApplyMerchantDeps,
  tx: Tx,
  { id, standing, seller }: Standing & { seller: SellerSetup },
): Promise<string[]> {
  const fields = differing(seller, standing?.seller ?? null)
  if (fields.length === 0) return []
  if (standing === null) await prepareDataKey(deps, id)
  await saveSeller(deps.vault, tx, { id, seller, at: deps.now() })
  return standing === null ? [] : fields
}

/** In a transaction of its own that ends here: the vault reads the key on another connection. */
async function prepareDataKey({ inTransaction, vault }: ApplyMerchantDeps, id: string): Promise<void> {
  await inTransaction(async (tx) => {
    if (!(await hasDataKey(tx, id))) await vault.createKey(tx, id)
  })
}

async function applyShops(
  deps: ApplyMerchantDeps,
  tx: Tx,
  { id: merchantId, standing, setup, actor }: Standing & { setup: MerchantSetup; actor: Actor },
) {
  const ids = new Map<string, string>()
  const shopsAdded: string[] = []
  const shopsChanged: { code: string; fields: string[] }[] = []
  const templatesMade: { code: string; version: number }[] = []
  for (const shop of setup.shops) {
    const { code } = shop
    const before = standing?.shops.find(({ settings }) => settings.code === code) ?? null
    const shopId = before?.id ?? deps.newId(code)
    ids.set(code, shopId)
    const { fields, version } = await applyShop(deps, tx, { merchantId, shopId, shop, before, actor })
    if (before === null) shopsAdded.push(code)
    else if (fields.length > 0) shopsChanged.push({ code, fields })
    if (version !== null) templatesMade.push({ code, version })
  }
  return { ids, shopsAdded, shopsChanged, templatesMade }
}

type Applying = {
  readonly merchantId: string
  readonly shopId: string
  readonly shop: ShopSetup
  readonly before: StandingShop | null
  readonly actor: Actor
}

/** Answers what changed, and the version of the template where a new one was made. */
async function applyShop(
  { vault, now }: ApplyMerchantDeps,
  tx: Tx,
  { merchantId, shopId, shop, before, actor }: Applying,
): Promise<{ fields: string[]; version: number | null }> {
  const { template, rest } = splitTemplate(shop)
  const fields = differing(rest, before?.settings ?? null)
  if (before === null) await insertShop(tx, { id: shopId, merchantId, settings: rest })
  else if (fields.length > 0) await updateShop(tx, shopId, rest)

  const shown = differing(template, before?.template ?? null)
  if (shown.length === 0) return { fields, version: null }
  const version = (before?.template?.version ?? 0) + 1
  const made = { ...template, version }
  await insertTemplate(vault, tx, { merchantId, shopId, template: made, actor, at: now() })
  return { fields: [...fields, ...shown].sort(), version }
}

async function applyRules(
  { now }: ApplyMerchantDeps,
  tx: Tx,
  of: Standing & { setup: MerchantSetup; shopIds: ReadonlyMap<string, string> },
): Promise<boolean> {
  const { id, standing, setup, shopIds } = of
  const rules = setup.rules.map(({ shopCode, ...rule }): GoodsRule => {
    const shopId = shopCode === null ? null : (shopIds.get(shopCode) ?? null)
    if (shopCode !== null && shopId === null) throw new Error(`a rule is for the unknown shop ${shopCode}`)
    return { ...rule, shopId }
  })
  if (isDeepStrictEqual(inOrder(rules), inOrder(standing?.rules ?? []))) return false
  await replaceRules(
    tx,
    id,
    rules.map((rule) => ({ ...rule, id: v7(now()) })),
  )
  return true
}

/** Rules stand in no order. */
function inOrder(rules: readonly GoodsRule[]): string[] {
  return rules.map((rule) => JSON.stringify(Object.entries(rule).sort(([a], [b]) => (a < b ? -1 : 1)))).sort()
}

/** The names of what differs. */
function differing(wanted: object, before: object | null): string[] {
  const known = new Map<string, unknown>(Object.entries(before ?? {}))
  return Object.entries(wanted)
    .filter(([name, value]) => !isDeepStrictEqual(value, known.get(name)))
    .map(([name]) => name)
    .sort()
}
