import type { GoodsRule } from '../invoicing/goods-rules.ts'
import type { Party } from '../invoicing/invoice.ts'
import type { Shop, ShopTemplate } from './shop.ts'

export type SellerSetup = Omit<Party, 'taxId'> & { readonly taxId: string; readonly drawer: string }
export type ShopSetup = Omit<Shop, 'id' | 'merchantId' | 'merchantName'> & ShopTemplate
/** `shopCode` null: of all shops. */
export type RuleSetup = Omit<GoodsRule, 'shopId'> & { readonly shopCode: string | null }

/** A merchant as it shall stand. */
export type MerchantSetup = {
  readonly seller: SellerSetup
  readonly shops: readonly ShopSetup[]
  readonly rules: readonly RuleSetup[]
}

/** What every shop starts with; columns have the same (prisma/schema.prisma). */
export const SHOP_DEFAULTS = {
  accent: '#1d5eff',
  logoUrl: null,
  allowedOrigins: [],
  undoSeconds: 0,
  selfServiceDays: 365,
  linkDays: 30,
  reviewFromFen: 10_000_00n,
  revealsPerDay: 30,
  resendsPerDay: 3,
  reissuesPerOrder: 2,
  reissuesByCustomer: 1,
  issuerId: 'sandbox',
  serviceText: null,
  issueTrigger: 'on_request',
  returnWindowDays: 7,
  issueWithoutTitle: false,
  lineNaming: 'detail',
  drawer: null,
  remarkPattern: '订单号：{orderNumbers}',
  showGifts: true,
  showDiscounts: true,
  showRemark: true,
} as const satisfies Omit<ShopSetup, 'code' | 'name' | 'platform'>
