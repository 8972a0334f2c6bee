import { type Static, Type } from 'typebox'
import { InvoiceBrief, PreviewLine, Title } from './invoicing.ts'
import { PROBLEMS, type ProblemCode } from './problems.ts'
import { FenNumber, Id, Instant, nullable, oneOf, shape } from './shape.ts'

const codes = Object.keys(PROBLEMS) as ProblemCode[] // keys of a const table

/** 换开 from plan to end. Every end other than `done` leaves the blue valid. */
export const REISSUE_STATES = [
  'planned',
  'in_review',
  'red_requested',
  'waiting_buyer',
  'red_issued',
  'blue_issuing',
  'blue_failed',
  'writing_back',
  'done',
  'rejected',
  'red_refused',
  'buyer_refused',
  'lapsed',
  'withdrawn',
] as const
export type ReissueState = (typeof REISSUE_STATES)[number]

/**
 * How a plan reaches its end: `replace` is full red and new blue, `partial_red` takes back a part,
 * `full_red` takes back all with no new invoice.
 */
export const REISSUE_METHODS = ['replace', 'partial_red', 'full_red'] as const
export type ReissueMethod = (typeof REISSUE_METHODS)[number]

/** 红冲原因. Codes towards issuers differ: each issuer maps these names (facts/invoicing.md §6.1). */
export const RED_REASONS = ['mistake', 'return', 'service_ended', 'allowance'] as const
export type RedReason = (typeof RED_REASONS)[number]

/** Why a person wants it: what the plan has to change. */
export const REISSUE_CAUSES = ['title', 'kind', 'refund', 'other'] as const
export type ReissueCause = (typeof REISSUE_CAUSES)[number]

/**
 * `POST /v1/invoices/:id/reissues`. `title` and `kind` are what the new invoice shall carry; what is left
 * out stays. No amounts: what a refund leaves is computed from the orders.
 */
export const ReissueAsk = shape({
  cause: oneOf(REISSUE_CAUSES),
  /** Left out: the method the server proposes first. */
  method: Type.Optional(oneOf(REISSUE_METHODS)),
  title: Type.Optional(Title),
  kind: Type.Optional(oneOf(['ordinary', 'special'])),
  email: Type.Optional(nullable(Type.String({ maxLength: 400 }))),
  phone: Type.Optional(nullable(Type.String({ maxLength: 60 }))),
})
export type ReissueAsk = Static<typeof ReissueAsk>

/** One field before and after (F7). Values are masked for agents as everywhere. */
export const FieldChange = Type.Object({
  field: oneOf(['name', 'taxId', 'kind', 'address', 'phone', 'bankName', 'bankAccount', 'email', 'amount']),
  before: nullable(Type.String()),
  after: nullable(Type.String()),
})
export type FieldChange = Static<typeof FieldChange>

export const PlannedDocument = Type.Object({
  colour: oneOf(['red', 'blue']),
  netFen: FenNumber,
  taxFen: FenNumber,
  grossFen: FenNumber,
  lines: Type.Array(PreviewLine),
})

export type PlannedDocument = Static<typeof PlannedDocument>

/** What will happen, before it happens (F12). */
export const ReissuePlan = Type.Object({
  method: oneOf(REISSUE_METHODS),
  /** Every method the issuer can do for this, the proposed one first. */
  methods: Type.Array(oneOf(REISSUE_METHODS)),
  reason: oneOf(RED_REASONS),
  documents: Type.Array(PlannedDocument),
  changes: Type.Array(FieldChange),
  /** unknown: only the bureau's answer to the red form tells. */
  buyerConsent: oneOf(['not_needed', 'needed', 'unknown']),
  /** How long the buyer may take, in hours. */
  consentHours: Type.Integer(),
  /** Tax-exclusive effect on the credit line: what the red gives back, what the new blue takes. */
  credit: Type.Object({ restoredFen: FenNumber, neededFen: FenNumber, availableFen: nullable(FenNumber) }),
  /** Who approves first (X2); null: nobody has to. */
  reviewReason: nullable(oneOf(['special', 'amount', 'refund', 'used_by_buyer'])),
  /** The platform is told of the red and the new number; false where the shop has no platform. */
  isWrittenBack: Type.Boolean(),
  /** The old link stays and says so. */
  oldLink: oneOf(['replaced', 'reversed', 'partly_reversed']),
  /** Expected seconds until the end, without the buyer's answer. */
  expectedSeconds: Type.Integer(),
  /** Reissues that are still allowed for this order, after this one. */
  left: Type.Integer(),
  /** Empty: a submit would be accepted. */
  errors: Type.Array(Type.Object({ code: oneOf(codes), field: Type.String(), detail: Type.String() })),
  /** Hash of the changes that a customer acknowledges (F7); 64 hex digits. */
  diffHash: Type.String(),
})
export type ReissuePlan = Static<typeof ReissuePlan>

/** 换开 as a person follows it. */
export const ReissueView = Type.Object({
  id: Id,
  state: oneOf(REISSUE_STATES),
  cause: oneOf(REISSUE_CAUSES),
  method: oneOf(REISSUE_METHODS),
  reason: oneOf(RED_REASONS),
  changes: Type.Array(FieldChange),
  diffHash: Type.String(),
  documents: Type.Array(PlannedDocument),
  original: InvoiceBrief,
  red: nullable(InvoiceBrief),
  replacement: nullable(InvoiceBrief),
  /** The red form's number, 20 digits, once the bureau gave one. */
  redFormNumber: nullable(Type.String()),
  /** Until when the buyer can answer; null while nobody waits for the buyer. */
  consentUntil: nullable(Instant),
  reviewReason: nullable(oneOf(['special', 'amount', 'refund', 'used_by_buyer'])),
  /** When the customer confirmed the changes; null: not yet. */
  acknowledgedAt: nullable(Instant),
  /** Why it ended early, in the issuer's or the reviewer's words. */
  endDetail: nullable(Type.String()),
  /** offline | credit_exhausted | login_needed, while the issuer holds it. */
  heldReason: nullable(oneOf(['offline', 'credit_exhausted', 'login_needed'])),
  waitsFor: oneOf(['nobody', 'customer', 'requester', 'reviewer', 'bureau', 'buyer', 'merchant']),
  expectedAt: nullable(Instant),
  /** What this caller may do now. */
  actions: Type.Array(oneOf(['execute', 'withdraw', 'acknowledge', 'approve', 'reject', 'retry_blue'])),
  writeBack: nullable(
    Type.Object({
      state: oneOf(['queued', 'accepted', 'refused', 'not_connected']),
      detail: nullable(Type.String()),
    }),
  ),
  orderNumbers: Type.Array(Type.String()),
  createdAt: Instant,
  updatedAt: Instant,
  version: Type.Integer(),
})
export type ReissueView = Static<typeof ReissueView>

export const ReissueList = Type.Object({ items: Type.Array(ReissueView) })

/** `POST /v1/reissues/:id/acknowledge`: the customer confirms exactly these changes. */
export const AcknowledgeAsk = shape({ diffHash: Type.String({ pattern: '^[0-9a-f]{64}$' }) })

/** `POST /v1/reissues/:id/approve`; needs a fresh code in `X-Step-Up`. An item that changed is refused. */
export const ReissueApproval = shape({ version: Type.Integer({ minimum: 1 }) })
/** `POST /v1/reissues/:id/reject`. The note is for who asked. */
export const ReissueRejection = shape({
  version: Type.Integer({ minimum: 1 }),
  note: Type.String({ minLength: 1, maxLength: 200 }),
})

/** `POST /v1/reissues/:id/retry-blue`: once more with the same title, or with a corrected one. */
export const RetryBlueAsk = shape({ title: Type.Optional(Title) })

/** A link for the customer, who sees the changes there and confirms them (F7). */
export const AcknowledgeLink = Type.Object({ url: Type.String(), expiresAt: Instant })

/** What stands on an invoice page about correcting it (P6). */
export const ReissueOffer = Type.Object({
  /** Why it cannot be reissued now; null: it can. */
  code: nullable(oneOf(codes)),
  /** Reissues left for this caller. */
  left: Type.Integer(),
  /** What this caller may change. */
  fields: Type.Array(
    oneOf(['name', 'taxId', 'kind', 'address', 'phone', 'bankName', 'bankAccount', 'email']),
  ),
  /** The one that runs, or ended last. */
  reissueId: nullable(Id),
  /** A completed refund made the amount too high (S0-30): since when, and by how much. */
  stale: nullable(Type.Object({ excessFen: FenNumber, since: Instant })),
})
export type ReissueOffer = Static<typeof ReissueOffer>
