import type { Presentation } from '../contract/invoicing.ts'
import type { LineNaming } from '../contract/merchants.ts'
import type { Database, Tx } from '../database/database.ts'
import type { GoodsRule } from '../invoicing/goods-rules.ts'
import type { Party, TaxTreatment } from '../invoicing/invoice.ts'
import type { Vault } from '../privacy/vault.ts'
import { findTemplate, type StoredTemplate } from './template.store.ts'

/** Everything about the seller that issuing needs, as it stands now. */
export type Seller = {
  readonly merchantId: string
  readonly shopId: string
  readonly shopName: string
  readonly shopCode: string
  readonly accent: string
  readonly party: Party
  /** 开票人 */
  readonly drawer: string
  readonly issuerId: string
  readonly undoSeconds: number
  readonly reviewFromFen: bigint
  readonly selfServiceDays: number
  readonly resendsPerDay: number
  readonly revealsPerDay: number
  /** The version of the shop's template that the rest comes from (S1-04). */
  readonly templateVersion: number
  readonly naming: LineNaming
  readonly remarkPattern: string
  /** What its invoices show, unless a request says otherwise. */
  readonly presentation: Presentation
  readonly rules: readonly GoodsRule[]
}

/** A request names the template that it was previewed with; null or left out: the one that applies now. */
export type SellerOf = {
  readonly merchantId: string
  readonly shopId: string
  readonly templateVersion?: number | null
}

/** Null: no such shop of this merchant, or no such version of its template. */
export async function findSeller(
  vault: Vault,
  tx: Tx | Database,
  { merchantId, shopId, templateVersion }: SellerOf,
): Promise<Seller | null> {
  const shop = await tx.shop.findUnique({ where: { id: shopId, merchantId }, include: { merchant: true } })
  const template = await findTemplate(vault, tx, { merchantId, shopId, version: templateVersion })
  if (shop === null || template === null) return null
  const rules = await tx.goodsRule.findMany({ where: { merchantId } })
  const { merchant } = shop
  const { name, taxId, address, phone, bankName, bankAccount } = merchant
  return {
    merchantId,
    shopId,
    shopName: shop.name,
    shopCode: shop.code,
    accent: shop.accent,
    party: { name, taxId, address, phone, bankName, bankAccount },
    drawer: template.drawer ?? (await openDrawer(vault, merchantId, merchant.drawerSealed)),
    issuerId: shop.issuerId,
    undoSeconds: shop.undoSeconds,
    reviewFromFen: shop.reviewFromFen,
    selfServiceDays: shop.selfServiceDays,
    resendsPerDay: shop.resendsPerDay,
    revealsPerDay: shop.revealsPerDay,
    ...viewTemplate(template),
    rules: rules.map(toGoodsRule),
  }
}

/** What of a template a seller issues with, besides the drawer. */
export function viewTemplate({ version, lineNaming, remarkPattern, ...template }: StoredTemplate) {
  const { showGifts, showDiscounts, showRemark } = template
  return {
    templateVersion: version,
    naming: lineNaming,
    remarkPattern,
    presentation: { showGifts, showDiscounts, showRemark },
  }
}

/** Where the 开票人 is sealed for. */
export const drawerPlace = (merchantId: string) => ({
  merchantId,
  table: 'merchant',
  column: 'drawer',
  rowId: merchantId,
})

export async function openDrawer(vault: Vault, merchantId: string, sealed: Uint8Array): Promise<string> {
  const drawer = await vault.openJson(drawerPlace(merchantId), sealed)
  return typeof drawer === 'string' ? drawer : ''
}

type RuleRow = Omit<GoodsRule, 'matcher' | 'treatment' | 'validFrom' | 'validUntil'> & {
  matcher: string
  treatment: string
  validFrom: Date
  validUntil: Date | null
}

export function toGoodsRule(row: RuleRow): GoodsRule {
  const { shopId, pattern, taxCode, shortName, rateBp, unit } = row
  return {
    shopId,
    matcher: row.matcher as GoodsRule['matcher'], // CHECK goods_rule_matcher_known
    pattern,
    taxCode,
    shortName,
    treatment: row.treatment as TaxTreatment, // CHECK goods_rule_treatment_known
    rateBp,
    unit,
    validFrom: row.validFrom.toISOString().slice(0, 10),
    validUntil: row.validUntil?.toISOString().slice(0, 10) ?? null,
  }
}
