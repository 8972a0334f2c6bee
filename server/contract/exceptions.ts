import { type Static, Type } from 'typebox'
import { FenNumber, Id, Instant, nullable, oneOf, shape } from './shape.ts'

/**
 * What does not add up by itself (S2-04). `over_invoiced`: invoices carry more than paid − refunds.
 * `refund_above_paid`, `refund_contradicts`: an event that was kept and moved no money.
 * `issuer_contradicts`: the issuer holds another invoice, blue or red, than the one we sent.
 * `look_ups_failing`: somebody seems to try order numbers; it leaves the list after a day.
 */
export const EXCEPTION_KINDS = [
  'over_invoiced',
  'refund_above_paid',
  'refund_contradicts',
  'issuer_contradicts',
  'look_ups_failing',
] as const

export const ExceptionView = Type.Object({
  kind: oneOf(EXCEPTION_KINDS),
  /** Of the order, kept event, request, reissue or alert; with `kind` it names one exception. */
  id: Id,
  /** Null: about staff who look in all shops. */
  shopId: nullable(Id),
  orderId: nullable(Id),
  orderNumber: nullable(Type.String()),
  requestId: nullable(Id),
  /** The reissue whose red it is about. */
  reissueId: nullable(Id),
  /** The refund's, where it is about one. */
  reference: nullable(Type.String()),
  /** What is too much, what the event said, what the issuer said; null where it is not about money. */
  amountFen: nullable(FenNumber),
  /** What it was held against. */
  expectedFen: nullable(FenNumber),
  /** How often it happened, of what is counted. */
  count: nullable(Type.Integer()),
  since: Instant,
})
export type ExceptionView = Static<typeof ExceptionView>
/** `GET /v1/exceptions`: all that are open, oldest first; at most 500. */
export const ExceptionList = Type.Object({ items: Type.Array(ExceptionView) })

/** Why a kept refund event is settled: the event was wrong, or people settled the money another way. */
export const EXCEPTION_VERDICTS = ['event_wrong', 'settled_elsewhere'] as const
export type ExceptionVerdict = (typeof EXCEPTION_VERDICTS)[number]

/** `POST /v1/exceptions/:id/close`, for `refund_above_paid` and `refund_contradicts`; needs a fresh code in `X-Step-Up`. */
export const ExceptionClose = shape({ verdict: oneOf(EXCEPTION_VERDICTS) })
export const ExceptionClosed = Type.Object({ id: Id, orderId: Id, closedAt: Instant })
export type ExceptionClosed = Static<typeof ExceptionClosed>
