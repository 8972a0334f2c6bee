import type { ReviewSheet } from '../../server/contract/review-sheet.ts'
import type { ReviewItem } from '../../server/contract/reviews.ts'
import { type Guard, isFlag, isInteger, isText, listOf, oneOf, orNull, record } from './read.ts'
import { isFault, isInvoiceKind, isPreviewLine } from './read-replies.ts'
import { isTypedAsk } from './read-requests.ts'

/** One thing that waits for finance. A reason of a newer server has no words here: then the item is shown without. */
export const isReviewItem: Guard<ReviewItem> = record({
  kind: oneOf('request', 'reissue'),
  id: isText,
  version: isInteger,
  ticketNumber: orNull(isText),
  reason: oneOf('amount', 'special', 'typed_order', 'deadline_passed', 'refund', 'used_by_buyer'),
  overrideReason: orNull(isText),
  invoiceKind: isInvoiceKind,
  buyerName: isText,
  amountFen: isInteger,
  orders: listOf(record({ orderId: isText, number: isText, amountFen: isInteger })),
  shopId: isText,
  shopName: isText,
  requestedBy: isText,
  isOwn: isFlag,
  createdAt: isText,
  dueAt: isText,
})

export type Move = { from: string | null; to: string; actor: string; reason: string | null; at: string }

/** States are shown by their words; one that is not known is shown as it came. */
export const isMove: Guard<Move> = record({
  from: orNull(isText),
  to: isText,
  actor: isText,
  reason: orNull(isText),
  at: isText,
})

export const isReviewSheet: Guard<ReviewSheet> = record({
  typed: isTypedAsk,
  document: orNull(
    record({
      colour: oneOf('red', 'blue'),
      netFen: isInteger,
      taxFen: isInteger,
      grossFen: isInteger,
      lines: listOf(isPreviewLine),
    }),
  ),
  errors: listOf(isFault),
  rules: record({ count: isInteger, version: isText }),
})
