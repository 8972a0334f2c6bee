import type { RedReason, ReissueMethod } from '../contract/reissues.ts'
import type { Decimals } from '../invoicing/decimal.ts'
import type { InvoiceContent } from '../invoicing/invoice.ts'
import { fullRed, partRed, type RefundShare, restOf } from '../invoicing/red-lines.ts'
import type { Share } from './change.ts'
import type { Excess } from './excess.ts'
import { liveShares, type StandingBlue } from './standing-blue.ts'

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
