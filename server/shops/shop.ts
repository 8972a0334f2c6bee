import type { Presentation } from '../contract/invoicing.ts'
import type { IssueTrigger, LineNaming } from '../contract/merchants.ts'

/** A shop with its settings, and what of its merchant everybody may see. */
export type Shop = {
  readonly id: string
  readonly merchantId: string
  readonly merchantName: string
  /** The public name in URLs. */
  readonly code: string
  readonly name: string
  readonly platform: string
  readonly logoUrl: string | null
  /** #rrggbb */
  readonly accent: string
  /** Exact web origins. */
  readonly allowedOrigins: readonly string[]
  readonly undoSeconds: number
  readonly selfServiceDays: number
  readonly linkDays: number
  readonly reviewFromFen: bigint
  readonly revealsPerDay: number
  readonly resendsPerDay: number
  readonly reissuesPerOrder: number
  readonly reissuesByCustomer: number
  readonly issuerId: string
  readonly serviceText: string | null
  /** When its orders are invoiced without anybody asking (X1). */
  readonly issueTrigger: IssueTrigger
  readonly returnWindowDays: number
  readonly issueWithoutTitle: boolean
}

/** What a shop's invoices look like (S1-04): 行名称, 备注, 开票人, and what they show (S2-07). */
export type ShopTemplate = Presentation & {
  readonly lineNaming: LineNaming
  /** `{orderNumbers}` becomes the numbers. */
  readonly remarkPattern: string
  /** Null: the seller's. */
  readonly drawer: string | null
}

/** A shop's settings, its template apart from the rest. */
export function splitTemplate<S extends ShopTemplate>(
  settings: S,
): { template: ShopTemplate; rest: Omit<S, keyof ShopTemplate> } {
  const { lineNaming, remarkPattern, drawer, showGifts, showDiscounts, showRemark, ...rest } = settings
  return { template: { lineNaming, remarkPattern, drawer, showGifts, showDiscounts, showRemark }, rest }
}
