import type { OrderState } from '../contract/orders.ts'
import type { Fen } from '../invoicing/money.ts'

export type RefundState = 'none' | 'in_progress' | 'partial' | 'full' | 'amount_unknown'

/** Buyer data of an order, as it came. Empty is null. */
export type Buyer = {
  readonly name: string | null
  readonly phone: string | null
  readonly address: string | null
  readonly email: string | null
  readonly nick: string | null
}

/** A title that came with the order: offered; used by itself only where the shop's trigger says so (X1). */
export type TitleHint = { readonly name: string | null; readonly taxId: string | null }

export type OrderLine = {
  readonly lineNo: number
  readonly kind: 'goods' | 'freight' | 'gift'
  readonly title: string
  readonly spec: string | null
  readonly skuCode: string | null
  readonly unit: string | null
  readonly quantity: string | null
  readonly amountFen: Fen
  readonly discountFen: Fen
  readonly paidFen: Fen
  readonly taxCode: string | null
  readonly shortName: string | null
  readonly rateBp: number | null
}

export type Refund = {
  readonly reference: string
  readonly state: 'applied' | 'agreed' | 'rejected' | 'completed'
  readonly amountFen: Fen
  readonly lineNo: number | null
  /** When we first saw it completed; a report does not say it. */
  readonly completedAt?: Date | null
}

/** The money of an order: what F5's ladder is made of. All ≥ 0. */
export type OrderMoney = {
  readonly goodsFen: Fen
  readonly freightFen: Fen
  readonly discountFen: Fen
  readonly paidFen: Fen
  readonly platformFen: Fen
  readonly refundedFen: Fen
  readonly claimedFen: Fen
}

export type Order = OrderMoney & {
  readonly id: string
  readonly merchantId: string
  readonly shopId: string
  readonly number: string
  readonly state: OrderState
  /** api | import | receipt | form: how it came in. */
  readonly origin: string
  readonly statusKnown: boolean
  readonly refundState: RefundState
  readonly orderedAt: Date | null
  readonly paidAt: Date | null
  readonly shippedAt: Date | null
  readonly completedAt: Date | null
  readonly version: number
  readonly lines: readonly OrderLine[]
  readonly refunds: readonly Refund[]
}

/** paid − platform 红包 − completed refunds − live blue; never below zero. */
export function invoiceableFen({ paidFen, platformFen, refundedFen, claimedFen }: OrderMoney): Fen {
  const left = paidFen - platformFen - refundedFen - claimedFen
  return left > 0n ? left : 0n
}
