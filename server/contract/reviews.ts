import { type Static, Type } from 'typebox'
import { FIX_FIELDS, OrderShare, REQUEST_STATES } from './invoicing.ts'
import { FenNumber, Id, Instant, nullable, oneOf, shape } from './shape.ts'

/** What waits for finance (S1-05), most urgent first. */
export const ReviewItem = Type.Object({
  kind: oneOf(['request', 'reissue']),
  id: Id,
  /** What `approve` and `reject` must name: an item that changed since is not decided blindly. */
  version: Type.Integer(),
  ticketNumber: nullable(Type.String()),
  /** Why a person looks: of a request `amount`, `special`, `typed_order`, `deadline_passed`; of a reissue its own. */
  reason: oneOf(['amount', 'special', 'typed_order', 'deadline_passed', 'refund', 'used_by_buyer']),
  /** The requester's own words, where the deadline is overridden (F24). */
  overrideReason: nullable(Type.String()),
  invoiceKind: oneOf(['ordinary', 'special']),
  buyerName: Type.String(),
  amountFen: FenNumber,
  orders: Type.Array(OrderShare),
  shopId: Id,
  shopName: Type.String(),
  /** `agent:…`, `customer:…`, `merchant:…`, `worker:…` */
  requestedBy: Type.String(),
  /** Asked for by who reads this: somebody else has to decide. */
  isOwn: Type.Boolean(),
  createdAt: Instant,
  dueAt: Instant,
})
export type ReviewItem = Static<typeof ReviewItem>
export const ReviewList = Type.Object({ items: Type.Array(ReviewItem) })

/** Every move of an item, oldest first. */
export const ReviewHistory = Type.Object({
  items: Type.Array(
    Type.Object({
      from: nullable(oneOf(REQUEST_STATES)),
      to: oneOf(REQUEST_STATES),
      actor: Type.String(),
      reason: nullable(Type.String()),
      at: Instant,
    }),
  ),
})

/** `POST /v1/invoice-requests/:id/approve`; needs a fresh code in `X-Step-Up`. */
export const ApproveAsk = shape({ version: Type.Integer({ minimum: 1 }) })

/**
 * `POST /v1/invoice-requests/:id/reject`. With `fields` the requester gets a form for exactly those, and
 * the same request comes back (F9); without, it ends here.
 */
export const RejectAsk = shape({
  version: Type.Integer({ minimum: 1 }),
  fields: Type.Array(oneOf(FIX_FIELDS), { maxItems: 9, uniqueItems: true }),
  note: Type.String({ minLength: 1, maxLength: 200 }),
})
export type RejectAsk = Static<typeof RejectAsk>
