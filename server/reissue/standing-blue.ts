import type { InvoiceContent } from '../invoicing/invoice.ts'
import type { Share } from './change.ts'

/** A blue as it stands now. */
export type StandingBlue = {
  readonly content: InvoiceContent
  /** What it was issued for, per order. */
  readonly shares: readonly Share[]
  /** What was taken back of it so far, oldest first; shares are negative. */
  readonly reds: readonly { readonly content: InvoiceContent; readonly shares: readonly Share[] }[]
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
