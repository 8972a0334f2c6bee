import { type Static, Type } from 'typebox'
import { InvoiceBrief, OrderShare, RequestBrief } from './invoicing.ts'
import { PROBLEMS, type ProblemCode } from './problems.ts'
import { SessionView } from './sessions.ts'
import { byKind, FenNumber, Id, Instant, nullable, oneOf, PositiveFen, shape } from './shape.ts'

export const ORDER_STATES = [
  'pending_review',
  'pending_payment',
  'paid',
  'shipped',
  'completed',
  'cancelled',
] as const
export type OrderState = (typeof ORDER_STATES)[number]

const codes = Object.keys(PROBLEMS) as ProblemCode[] // keys of a const table

export const REFUND_STATES = ['applied', 'agreed', 'rejected', 'completed'] as const

/** What a person does next; the widget turns it into a button or a sentence. */
export const NEXT_ACTIONS = [
  'request_invoice',
  'pay_order',
  'come_back_later',
  'download_invoice',
  'see_request',
  'contact_service',
  'order_again',
  'none',
] as const
export type NextAction = (typeof NEXT_ACTIONS)[number]

/** 可开金额, step by step (F5). Rungs that are zero are folded by the page, not by the server. */
export const Ladder = Type.Object({
  goodsFen: FenNumber,
  freightFen: FenNumber,
  discountFen: FenNumber,
  paidFen: FenNumber,
  refundedFen: FenNumber,
  platformFen: FenNumber,
  /** Issued, running and in-doubt invoices. */
  claimedFen: FenNumber,
  invoiceableFen: FenNumber,
  /** The line that carries a cent of rounding, if one does. */
  roundingLineNo: nullable(Type.Integer()),
})
export type Ladder = Static<typeof Ladder>

/** 为什么不能开 (F1): one reason, one action, and when. */
export const Invoiceability = Type.Object({
  isInvoiceable: Type.Boolean(),
  code: nullable(oneOf(codes)),
  nextAction: oneOf(NEXT_ACTIONS),
  /** When the action makes sense, or the deadline that passed. */
  at: nullable(Instant),
  /** The last day for asking by oneself (最晚); null where it does not run yet. */
  selfServiceUntil: nullable(Instant),
  /** The invoice that holds it, where there is one: 已开, 已合并开具在 <number>. */
  invoice: nullable(Type.Object({ id: Id, number: Type.String() })),
  /** Staff may ask although the deadline has passed, with a reason that finance approves (F24). */
  overrideNeeded: Type.Boolean(),
})
export type Invoiceability = Static<typeof Invoiceability>

export const OrderLineView = Type.Object({
  lineNo: Type.Integer(),
  kind: oneOf(['goods', 'freight', 'gift']),
  title: Type.String(),
  spec: nullable(Type.String()),
  quantity: nullable(Type.String()),
  amountFen: FenNumber,
  discountFen: FenNumber,
  paidFen: FenNumber,
})

/** A buyer as everybody sees it: masked. */
export const MaskedBuyer = Type.Object({
  name: nullable(Type.String()),
  phone: nullable(Type.String()),
  email: nullable(Type.String()),
})

export const TitleHint = Type.Object({
  kind: oneOf(['company', 'person']),
  name: nullable(Type.String()),
  taxId: nullable(Type.String()),
})

/** An invoice that holds a part of an order: a rung behind 已开 (F5). */
export const OrderInvoice = Type.Object({
  ...InvoiceBrief.properties,
  colour: oneOf(['blue', 'red']),
  /** What of it belongs to this order; below zero on a red one. */
  amountFen: FenNumber,
  /** Every order on it, this one included: more than one where they were merged. */
  orders: Type.Array(OrderShare),
})
export type OrderInvoice = Static<typeof OrderInvoice>

/** 售后. Only `completed` moves money. */
export const RefundView = Type.Object({
  reference: Type.String(),
  state: oneOf(REFUND_STATES),
  amountFen: FenNumber,
  lineNo: nullable(Type.Integer()),
  completedAt: nullable(Instant),
})

export const OrderView = Type.Object({
  id: Id,
  number: Type.String(),
  shopId: Id,
  shopName: Type.String(),
  platform: Type.String(),
  state: oneOf(ORDER_STATES),
  orderedAt: nullable(Instant),
  paidAt: nullable(Instant),
  completedAt: nullable(Instant),
  buyer: MaskedBuyer,
  /** A title that came with the order, offered first. Agents see it; customers only with a proof. */
  titleHint: nullable(TitleHint),
  lines: Type.Array(OrderLineView),
  ladder: Ladder,
  invoiceability: Invoiceability,
  /** The request that stands for this order, if any. */
  request: nullable(RequestBrief),
  /** Live blue invoices that cover this order, newest first. */
  invoices: Type.Array(OrderInvoice),
  /** Red invoices that gave a part back, newest first. */
  reversals: Type.Array(OrderInvoice),
  refunds: Type.Array(RefundView),
  /** A refund is asked for or agreed and its money has not left: 退款处理中. Invoices stay as they are. */
  hasOpenRefund: Type.Boolean(),
  /** Invoices carry more than what is left after refunds (S0-30): by how much, and since when. */
  stale: nullable(Type.Object({ excessFen: FenNumber, since: Instant })),
  version: Type.Integer(),
})
export type OrderView = Static<typeof OrderView>

/** One line of the chooser when a number exists in several shops. */
export const OrderCandidate = Type.Object({
  orderId: Id,
  shopName: Type.String(),
  platform: Type.String(),
  number: Type.String(),
  paidFen: FenNumber,
  orderedAt: nullable(Instant),
})
export type OrderCandidate = Static<typeof OrderCandidate>

/** The second proof of a customer (X6). */
export const Proof = byKind(
  shape({ kind: Type.Literal('amount'), amount: Type.String({ pattern: '^\\d{1,12}(\\.\\d{1,2})?$' }) }),
  shape({ kind: Type.Literal('phone_tail'), tail: Type.String({ pattern: '^\\d{4}$' }) }),
)
export type Proof = Static<typeof Proof>

/** `text` is whatever a person typed, pasted or scanned. */
export const LookUp = shape({
  text: Type.String({ minLength: 1, maxLength: 500 }),
  proof: Type.Optional(Proof),
})
export type LookUp = Static<typeof LookUp>

/** `proof_needed` is the answer to every number without a proof, whether it exists or not. */
export const LookUpReply = Type.Object({
  kind: oneOf(['found', 'choose', 'proof_needed']),
  /** The number as it was recognised. */
  number: Type.String(),
  order: nullable(OrderView),
  candidates: Type.Array(OrderCandidate),
  /** A new session that carries the proven order; customers only. */
  session: nullable(SessionView),
})
export type LookUpReply = Static<typeof LookUpReply>

/** Full values of an order's buyer: a reason, an audit entry, a daily budget (F15). */
export const Reveal = shape({ reason: Type.String({ minLength: 2, maxLength: 200 }) })
export const RevealReply = Type.Object({
  name: nullable(Type.String()),
  phone: nullable(Type.String()),
  email: nullable(Type.String()),
  address: nullable(Type.String()),
  revealsLeft: Type.Integer(),
})

/** A link for one order, to hand over in a chat or as a QR code. */
export const LinkReply = Type.Object({
  id: Id,
  url: Type.String(),
  /** SVG markup of the QR code. */
  qrSvg: Type.String(),
  expiresAt: Instant,
})

const ApiText = (maxLength: number) => Type.String({ minLength: 1, maxLength })

export const NewOrderLine = shape({
  kind: Type.Optional(oneOf(['goods', 'freight', 'gift'])),
  title: ApiText(200),
  spec: Type.Optional(nullable(ApiText(100))),
  skuCode: Type.Optional(nullable(ApiText(64))),
  unit: Type.Optional(nullable(ApiText(20))),
  /** Decimal string. */
  quantity: Type.Optional(nullable(Type.String({ pattern: '^\\d{1,12}(\\.\\d{1,8})?$' }))),
  /** Before the order's discount. */
  amountFen: PositiveFen,
  taxCode: Type.Optional(Type.String({ pattern: '^\\d{19}$' })),
  shortName: Type.Optional(ApiText(60)),
  rateBp: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
})

/** `POST /v1/orders`: creates an order, or updates the one with the same shop and number. */
export const NewOrder = shape({
  shop: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,31}$' }),
  number: Type.String({ minLength: 1, maxLength: 64 }),
  state: oneOf(ORDER_STATES),
  orderedAt: Type.Optional(nullable(Instant)),
  paidAt: Type.Optional(nullable(Instant)),
  shippedAt: Type.Optional(nullable(Instant)),
  completedAt: Type.Optional(nullable(Instant)),
  /** What the buyer paid. Must be Σ lines − discount. */
  paidFen: PositiveFen,
  /** Part of it that the platform paid in 红包 and the shop may not invoice. */
  platformFen: Type.Optional(PositiveFen),
  discountFen: Type.Optional(PositiveFen),
  lines: Type.Array(NewOrderLine, { minItems: 1, maxItems: 2000 }),
  buyer: Type.Optional(
    shape({
      name: Type.Optional(nullable(ApiText(100))),
      phone: Type.Optional(nullable(ApiText(30))),
      address: Type.Optional(nullable(ApiText(300))),
      email: Type.Optional(nullable(ApiText(254))),
      nick: Type.Optional(nullable(ApiText(100))),
    }),
  ),
  titleHint: Type.Optional(
    shape({ name: Type.Optional(nullable(ApiText(200))), taxId: Type.Optional(nullable(ApiText(30))) }),
  ),
  refunds: Type.Optional(
    Type.Array(
      shape({
        reference: ApiText(64),
        state: oneOf(REFUND_STATES),
        amountFen: Type.Integer({ minimum: 1, maximum: 100_000_000_000_000 }),
        lineNo: Type.Optional(Type.Integer({ minimum: 1, maximum: 2000 })),
      }),
      { maxItems: 200 },
    ),
  ),
})
export type NewOrder = Static<typeof NewOrder>

export const OrderSaved = Type.Object({
  id: Id,
  number: Type.String(),
  shop: Type.String(),
  outcome: oneOf(['created', 'updated', 'unchanged']),
  version: Type.Integer(),
  state: oneOf(ORDER_STATES),
  paidFen: FenNumber,
  refundedFen: FenNumber,
})

/**
 * `POST /v1/orders/:id/refunds`: what happened to one refund. Told again, late or out of order, an event
 * changes nothing twice and nothing backwards: `reference` is its key.
 */
export const RefundEvent = shape({
  reference: ApiText(64),
  state: oneOf(REFUND_STATES),
  amountFen: Type.Integer({ minimum: 1, maximum: 100_000_000_000_000 }),
  lineNo: Type.Optional(nullable(Type.Integer({ minimum: 1, maximum: 2000 }))),
})
export type RefundEvent = Static<typeof RefundEvent>

/** What became of a refund event. `exception`: kept for a person, and no money was moved. */
export const REFUND_OUTCOMES = ['recorded', 'unchanged', 'late', 'exception'] as const

export const RefundSaved = Type.Object({
  orderId: Id,
  reference: Type.String(),
  outcome: oneOf(REFUND_OUTCOMES),
  /** The refund's state after the event; null where it is known as an exception only. */
  state: nullable(oneOf(REFUND_STATES)),
  refundedFen: FenNumber,
  invoiceableFen: FenNumber,
  stale: nullable(Type.Object({ excessFen: FenNumber, since: Instant })),
  exceptionId: nullable(Id),
  version: Type.Integer(),
})
export type RefundSaved = Static<typeof RefundSaved>
