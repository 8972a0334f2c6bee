import { type Static, Type } from 'typebox'
import { PROBLEMS, type ProblemCode } from './problems.ts'
import { BusinessDate, byKind, FenNumber, Id, Instant, nullable, oneOf, shape } from './shape.ts'

const codes = Object.keys(PROBLEMS) as ProblemCode[] // keys of a const table

export const REQUEST_STATES = [
  'submitted',
  'in_review',
  'approved',
  'rejected',
  'queued',
  'held',
  'issuing',
  'in_doubt',
  'issued',
  'withdrawn',
] as const
export type RequestState = (typeof REQUEST_STATES)[number]

/** Where a request was made. */
export const SURFACES = ['sidebar', 'h5', 'embed', 'api'] as const
export type Surface = (typeof SURFACES)[number]

const name = Type.String({ maxLength: 400 })
const taxId = Type.String({ maxLength: 60 })
/** What may follow name and tax id; it prints in the remark, and no invoice needs it. */
const particulars = {
  address: Type.Optional(nullable(Type.String({ maxLength: 300 }))),
  phone: Type.Optional(nullable(Type.String({ maxLength: 60 }))),
  bankName: Type.Optional(nullable(Type.String({ maxLength: 200 }))),
  bankAccount: Type.Optional(nullable(Type.String({ maxLength: 60 }))),
}

/**
 * 抬头, as typed: a person (个人), a company (企业), a sole trader (个体工商户), a public body (政府机关、
 * 事业单位、社会团体), a buyer abroad (境外); facts/invoicing.md §5. Lengths here only bound the input; the
 * server's pre-flight decides what is acceptable and reports all faults at once (S0-22).
 */
export const Title = byKind(
  shape({ kind: Type.Literal('person'), name: Type.Optional(name) }),
  shape({ kind: Type.Literal('company'), name, taxId, ...particulars }),
  shape({ kind: Type.Literal('sole_trader'), name, taxId, ...particulars }),
  shape({ kind: Type.Literal('public_body'), name, taxId: Type.Optional(nullable(taxId)), ...particulars }),
  shape({ kind: Type.Literal('foreign'), name }),
)
export type Title = Static<typeof Title>
export type TitleKind = Title['kind']
export const TITLE_KINDS = [
  'person',
  'company',
  'sole_trader',
  'public_body',
  'foreign',
] as const satisfies readonly TitleKind[]

/**
 * What stands on the face besides the sale itself: 赠品 (a price line and its −100 % discount), 折扣 (the
 * discount as a line of its own), 备注 (the remark). Totals and taxes never depend on it (S2-07, X9).
 */
export const Presentation = shape({
  showGifts: Type.Boolean(),
  showDiscounts: Type.Boolean(),
  showRemark: Type.Boolean(),
})
export type Presentation = Static<typeof Presentation>

/** Why the deadline of an order shall not count (F24). Finance reads it; it is kept with the request. */
export const Override = shape({ reason: Type.String({ minLength: 2, maxLength: 200 }) })

/** `POST /v1/invoice-requests`. No amount: the server computes every fen. */
export const InvoiceAsk = shape({
  /** Several orders of one buyer are merged into one invoice (F25). */
  orderIds: Type.Array(Id, { minItems: 1, maxItems: 50, uniqueItems: true }),
  kind: oneOf(['ordinary', 'special']),
  title: Title,
  email: Type.Optional(nullable(Type.String({ maxLength: 400 }))),
  phone: Type.Optional(nullable(Type.String({ maxLength: 60 }))),
  remark: Type.Optional(Type.String({ maxLength: 1000 })),
  /** Agents only, for this request: what is left out stays as the shop set it. */
  presentation: Type.Optional(
    shape({
      showGifts: Type.Optional(Type.Boolean()),
      showDiscounts: Type.Optional(Type.Boolean()),
      showRemark: Type.Optional(Type.Boolean()),
    }),
  ),
  /** Needed from staff where `invoiceability.overrideNeeded`; customers cannot override. */
  override: Type.Optional(Override),
})
export type InvoiceAsk = Static<typeof InvoiceAsk>

/** Why a person looks first (X2). */
export const REVIEW_REASONS = ['amount', 'special', 'typed_order', 'deadline_passed'] as const
export type ReviewReason = (typeof REVIEW_REASONS)[number]

export const PreviewLine = Type.Object({
  lineNo: Type.Integer(),
  /** A `discount` stands right under the `discounted` line that it reduces. */
  property: oneOf(['normal', 'discounted', 'discount']),
  /** As it will stand on the face: `*简称*名称`. */
  name: Type.String(),
  spec: nullable(Type.String()),
  unit: nullable(Type.String()),
  quantity: nullable(Type.String()),
  rateBp: Type.Integer(),
  treatment: oneOf(['taxed', 'exempt', 'untaxed']),
  netFen: FenNumber,
  taxFen: FenNumber,
  grossFen: FenNumber,
})
export type PreviewLine = Static<typeof PreviewLine>

/** How much of an order stands on an invoice, or on a part of a split ask. */
export const OrderShare = Type.Object({ orderId: Id, number: Type.String(), amountFen: FenNumber })
export type OrderShare = Static<typeof OrderShare>

/** One invoice of an ask that is split at the issuer's limits (F25). */
export const PreviewPart = Type.Object({
  netFen: FenNumber,
  taxFen: FenNumber,
  grossFen: FenNumber,
  lineCount: Type.Integer(),
  orders: Type.Array(OrderShare),
})
export type PreviewPart = Static<typeof PreviewPart>

/** What would be issued (`?dry_run=true`), with everything that stands against it. */
export const Preview = Type.Object({
  netFen: FenNumber,
  taxFen: FenNumber,
  grossFen: FenNumber,
  amountInWords: Type.String(),
  buyerName: Type.String(),
  buyerTaxId: nullable(Type.String()),
  sellerName: Type.String(),
  remark: Type.String(),
  lines: Type.Array(PreviewLine),
  /** As it will be issued: the shop's settings, with what the request changed. */
  presentation: Presentation,
  /** Empty: a submit would be accepted. */
  errors: Type.Array(Type.Object({ code: oneOf(codes), field: Type.String(), detail: Type.String() })),
  /** One part: one invoice. More: the ask becomes so many requests, all in one step. */
  parts: Type.Array(PreviewPart),
  /**
   * The cent between adding up the taxes of the lines, which is what stands on the invoice, and taxing
   * the total; null where both agree.
   */
  centNote: nullable(Type.Object({ sumFen: FenNumber, onTotalFen: FenNumber })),
  /** A person will look first (X2). */
  needsReview: Type.Boolean(),
  reviewReason: nullable(oneOf(REVIEW_REASONS)),
  undoSeconds: Type.Integer(),
})
export type Preview = Static<typeof Preview>

export const RequestBrief = Type.Object({
  id: Id,
  ticketNumber: Type.String(),
  state: oneOf(REQUEST_STATES),
  amountFen: FenNumber,
  createdAt: Instant,
  version: Type.Integer(),
})
export type RequestBrief = Static<typeof RequestBrief>

export const InvoiceBrief = Type.Object({
  id: Id,
  number: Type.String(),
  state: oneOf(['issued', 'partly_reversed', 'reversed', 'replaced']),
  kind: oneOf(['ordinary', 'special']),
  grossFen: FenNumber,
  businessDate: BusinessDate,
})
export type InvoiceBrief = Static<typeof InvoiceBrief>

/** What a rejection can ask to be corrected (F9). `companyPhone` prints on the invoice, `phone` gets a message. */
export const FIX_FIELDS = [
  'name',
  'taxId',
  'email',
  'phone',
  'address',
  'companyPhone',
  'bankName',
  'bankAccount',
  'remark',
] as const
export type FixField = (typeof FIX_FIELDS)[number]

/** What a person typed, for putting it back into the form (F6). Only who typed it gets it. */
export const TypedAsk = Type.Object({
  kind: oneOf(['ordinary', 'special']),
  titleKind: oneOf(TITLE_KINDS),
  name: Type.String(),
  taxId: nullable(Type.String()),
  address: nullable(Type.String()),
  companyPhone: nullable(Type.String()),
  bankName: nullable(Type.String()),
  bankAccount: nullable(Type.String()),
  email: nullable(Type.String()),
  phone: nullable(Type.String()),
  remark: Type.String(),
})
export type TypedAsk = Static<typeof TypedAsk>

/** 开票申请 as a person follows it. */
export const InvoiceRequestView = Type.Object({
  id: Id,
  ticketNumber: Type.String(),
  state: oneOf(REQUEST_STATES),
  kind: oneOf(['ordinary', 'special']),
  amountFen: FenNumber,
  orderIds: Type.Array(Id),
  orderNumbers: Type.Array(Type.String()),
  shopId: Id,
  surface: oneOf(SURFACES),
  /** The title as asked for; the tax id is masked for agents until revealed, whole for its owner. */
  buyerName: Type.String(),
  buyerTaxId: nullable(Type.String()),
  email: nullable(Type.String()),
  createdAt: Instant,
  updatedAt: Instant,
  /** Until then it can be withdrawn; null when it no longer can. */
  undoUntil: nullable(Instant),
  /** offline | credit_exhausted | login_needed, while held. */
  heldReason: nullable(oneOf(['offline', 'credit_exhausted', 'login_needed'])),
  reviewReason: nullable(oneOf(REVIEW_REASONS)),
  /** Why the deadline shall not count (F24); staff alone reads it. */
  overrideReason: nullable(Type.String()),
  /** The issuer's or the reviewer's sentence, when rejected. */
  rejectDetail: nullable(Type.String()),
  /** What may be corrected so that this same request goes on (F9); null: nothing, or not rejected. */
  fix: nullable(
    Type.Object({
      fields: Type.Array(
        Type.Object({
          field: oneOf(FIX_FIELDS),
          /** What stands there now; null also where the reader may not see it. */
          value: nullable(Type.String()),
        }),
      ),
    }),
  ),
  /** While the bureau's answer is in doubt (F11): how often it was asked, and when it is asked next. */
  doubt: nullable(
    Type.Object({
      sentAt: nullable(Instant),
      askedCount: Type.Integer(),
      nextQueryAt: nullable(Instant),
      /** Seconds between questions, first to last: the last one repeats. */
      scheduleSeconds: Type.Array(Type.Integer()),
    }),
  ),
  /** The other requests of the same ask, where it was split (F25). */
  siblings: Type.Array(RequestBrief),
  /** In the reply to a withdrawal alone: what was typed, for the form (F6). */
  typed: nullable(TypedAsk),
  /** Who it waits for (S1-07). */
  waitsFor: oneOf(['nobody', 'undo_window', 'reviewer', 'bureau', 'merchant', 'requester']),
  /** When the next step is expected; null where nobody can say. */
  expectedAt: nullable(Instant),
  invoiceId: nullable(Id),
  version: Type.Integer(),
})
export type InvoiceRequestView = Static<typeof InvoiceRequestView>

export const DeliveryView = Type.Object({
  id: Id,
  channel: oneOf(['mail']),
  /** Masked. */
  target: Type.String(),
  state: oneOf(['queued', 'sent', 'delivered', 'bounced', 'failed']),
  reason: nullable(Type.String()),
  attempts: Type.Integer(),
  updatedAt: Instant,
})
export type DeliveryView = Static<typeof DeliveryView>

/** How an invoice stands to others. */
export const InvoiceRelations = Type.Object({
  /** The blue that this red takes back. */
  reverses: nullable(InvoiceBrief),
  /** Reds of this blue, oldest first. */
  reversedBy: Type.Array(InvoiceBrief),
  /** The invoice that came instead of this one, or that this one replaced. */
  replacedBy: nullable(InvoiceBrief),
  replaces: nullable(InvoiceBrief),
})
export type InvoiceRelations = Static<typeof InvoiceRelations>

/** 发票 as its owner or an agent sees it. */
export const InvoiceView = Type.Object({
  id: Id,
  /** Null on a red invoice: a reissue made it. */
  requestId: nullable(Id),
  number: Type.String(),
  state: oneOf(['issued', 'partly_reversed', 'reversed', 'replaced']),
  kind: oneOf(['ordinary', 'special']),
  colour: oneOf(['blue', 'red']),
  sellerName: Type.String(),
  buyerName: Type.String(),
  buyerTaxId: nullable(Type.String()),
  netFen: FenNumber,
  taxFen: FenNumber,
  grossFen: FenNumber,
  amountInWords: Type.String(),
  issuedAt: Instant,
  businessDate: BusinessDate,
  isDemo: Type.Boolean(),
  orderNumbers: Type.Array(Type.String()),
  /** A completed refund made it too high (S0-30): by how much, and since when. */
  stale: nullable(Type.Object({ excessFen: FenNumber, since: Instant })),
  relations: InvoiceRelations,
  /** Formats that can be downloaded now. */
  formats: Type.Array(oneOf(['pdf', 'ofd', 'xml', 'png'])),
  deliveries: Type.Array(DeliveryView),
  resendsLeft: Type.Integer(),
})
export type InvoiceView = Static<typeof InvoiceView>

export const DownloadAsk = shape({ format: oneOf(['pdf', 'ofd', 'xml', 'png']) })
/** A link that opens in any browser for ten minutes. */
export const DownloadReply = Type.Object({
  url: Type.String(),
  fileName: Type.String(),
  expiresAt: Instant,
})

export const ResendAsk = shape({ email: Type.String({ minLength: 3, maxLength: 400 }) })

/** The sentence for the chat box (F3). `version` is the state it was drawn from. */
export const ReplyView = Type.Object({ text: Type.String(), url: Type.String(), expiresAt: Instant })
export const ReplyAsk = shape({
  locale: Type.Optional(oneOf(['zh-CN', 'en'])),
  /** The version on the agent's screen: refused with `reply_outdated` when it moved on. */
  version: Type.Integer({ minimum: 1 }),
})

export const RequestList = Type.Object({ items: Type.Array(InvoiceRequestView) })

/**
 * `POST /v1/invoice-requests/:id/fix`: the answer to a rejection. Only what `fix.fields` names; the same
 * request goes on with it.
 */
export const FixAsk = shape({
  version: Type.Integer({ minimum: 1 }),
  name: Type.Optional(Type.String({ maxLength: 400 })),
  taxId: Type.Optional(Type.String({ maxLength: 60 })),
  email: Type.Optional(nullable(Type.String({ maxLength: 400 }))),
  phone: Type.Optional(nullable(Type.String({ maxLength: 60 }))),
  address: Type.Optional(nullable(Type.String({ maxLength: 300 }))),
  companyPhone: Type.Optional(nullable(Type.String({ maxLength: 60 }))),
  bankName: Type.Optional(nullable(Type.String({ maxLength: 200 }))),
  bankAccount: Type.Optional(nullable(Type.String({ maxLength: 60 }))),
  remark: Type.Optional(Type.String({ maxLength: 1000 })),
})
export type FixAsk = Static<typeof FixAsk>
