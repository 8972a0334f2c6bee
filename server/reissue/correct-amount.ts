import type { RedReason, ReissueMethod } from '../contract/reissues.ts'
import type { Decimals } from '../invoicing/decimal.ts'
import type { InvoiceContent } from '../invoicing/invoice.ts'
import type { Fen } from '../invoicing/money.ts'
import { fullRed, partRed, type RefundShare, restOf } from '../invoicing/red-lines.ts'
import type { Order, Refund } from '../orders/order.ts'
import type { Share } from './change.ts'

/** A blue as it stands now. */
export type StandingBlue = {
  readonly content: InvoiceContent
  /** What it was issued for, per order. */
  readonly shares: readonly Share[]
  /** What was taken back of it so far, oldest first; shares are negative. */
  readonly reds: readonly { readonly content: InvoiceContent; readonly shares: readonly Share[] }[]
}

/** A part of an order that this invoice covers and the order no longer carries. */
export type Excess = {
  readonly orderId: string
  readonly amountFen: Fen
  /** The refunds it comes from; Σ is `amountFen`. */
  readonly parts: readonly { readonly lineNo: number | null; readonly amountFen: Fen }[]
}

/** What of each order the blue still covers, less the reds; orders with nothing left are left out. */
export function liveShares({ shares, reds }: Pick<StandingBlue, 'shares' | 'reds'>): Share[] {
  return shares
    .map(({ orderId, amountFen }) => {
      const back = reds.flatMap((red) => red.shares.filter((share) => share.orderId === orderId))
      return { orderId, amountFen: back.reduce((sum, share) => sum + share.amountFen, amountFen) }
    })
    .filter(({ amountFen }) => amountFen > 0n)
}

/**
 * How much too high the invoice is after completed refunds (S0-30): what the order's claims exceed
 * paid − platform − refunded by, at most what this invoice covers. Named by the newest refunds.
 */
export function findExcess(orders: readonly Order[], live: readonly Share[]): Excess[] {
  return live.flatMap(({ orderId, amountFen }) => {
    const order = orders.find(({ id }) => id === orderId)
    if (order === undefined) return []
    const over = order.claimedFen - (order.paidFen - order.platformFen - order.refundedFen)
    const excess = over > amountFen ? amountFen : over
    return excess > 0n ? [{ orderId, amountFen: excess, parts: partsOf(order.refunds, excess) }] : []
  })
}

function partsOf(refunds: readonly Refund[], excess: Fen): Excess['parts'] {
  const parts: { lineNo: number | null; amountFen: Fen }[] = []
  let left = excess
  for (const { state, amountFen, lineNo } of [...refunds].reverse()) {
    if (state !== 'completed' || left === 0n) continue
    const part = amountFen < left ? amountFen : left
    parts.push({ lineNo, amountFen: part })
    left -= part
  }
  return left === 0n ? parts : [...parts, { lineNo: null, amountFen: left }]
}

export type Amounts = {
  readonly red: InvoiceContent
  readonly redShares: readonly Share[]
  /** The lines of the new blue; buyer and kind are still the old ones. */
  readonly rest: InvoiceContent | null
  readonly restShares: readonly Share[]
}

type Correction = {
  method: ReissueMethod
  reason: RedReason
  excess: readonly Excess[]
  decimals: Decimals
}

/**
 * The documents of a correction. Only what a refund took is taken out: an amount is never typed. A mistake
 * takes everything back, and the new blue carries what the orders still carry.
 */
export function correctAmount(
  { content, shares, reds }: StandingBlue,
  { method, reason, excess, decimals }: Correction,
): Amounts {
  const ask = { reason, decimals, reds: reds.map((red) => red.content) }
  const refunds = refundsOf(excess)
  if (method === 'partial_red') {
    const { red } = partRed(content, { ...ask, refunds })
    return { red, redShares: excess.map(shareOf), rest: null, restShares: [] }
  }
  const live = liveShares({ shares, reds })
  const red = fullRed(content, ask)
  const rest = method === 'full_red' ? null : restOf(content, { ...ask, reason: 'return', refunds })
  return { red, redShares: live, rest, restShares: rest === null ? [] : lessExcess(live, excess) }
}

/** What is left of each order; orders with nothing left are left out. */
export function lessExcess(live: readonly Share[], excess: readonly Excess[]): Share[] {
  return live
    .map(({ orderId, amountFen }) => {
      const gone = excess.find((part) => part.orderId === orderId)?.amountFen ?? 0n
      return { orderId, amountFen: amountFen - gone }
    })
    .filter(({ amountFen }) => amountFen > 0n)
}

/** As `red-lines.ts` takes them. */
export function refundsOf(excess: readonly Excess[]): RefundShare[] {
  return excess.flatMap(({ orderId, parts }) =>
    parts.map(({ lineNo, amountFen }) => ({ orderId, lineNo, grossFen: amountFen })),
  )
}

function shareOf({ orderId, amountFen }: Share): Share {
  return { orderId, amountFen }
}
