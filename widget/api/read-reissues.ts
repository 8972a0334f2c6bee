import type { FieldChange, ReissueOffer, ReissuePlan, ReissueView } from '../../server/contract/reissues.ts'
import { type Guard, isFlag, isInteger, isText, listOf, oneOf, orNull, record } from './read.ts'
import { isFault, isInvoiceBrief, isPreviewLine, isProblemCode } from './read-replies.ts'

/** Apart from the other replies: who scans a code for a first invoice never loads these. */
const isMethod = oneOf('replace', 'partial_red', 'full_red')
const isRedReason = oneOf('mistake', 'return', 'service_ended', 'allowance')
const isReviewReason = orNull(oneOf('special', 'amount', 'refund', 'used_by_buyer'))

const isFieldChange: Guard<FieldChange> = record({
  field: oneOf('name', 'taxId', 'kind', 'address', 'phone', 'bankName', 'bankAccount', 'email', 'amount'),
  before: orNull(isText),
  after: orNull(isText),
})

const isPlannedDocument: Guard<ReissuePlan['documents'][number]> = record({
  colour: oneOf('red', 'blue'),
  netFen: isInteger,
  taxFen: isInteger,
  grossFen: isInteger,
  lines: listOf(isPreviewLine),
})

export const isReissuePlan: Guard<ReissuePlan> = record({
  method: isMethod,
  methods: listOf(isMethod),
  reason: isRedReason,
  documents: listOf(isPlannedDocument),
  changes: listOf(isFieldChange),
  buyerConsent: oneOf('not_needed', 'needed', 'unknown'),
  consentHours: isInteger,
  credit: record({ restoredFen: isInteger, neededFen: isInteger, availableFen: orNull(isInteger) }),
  reviewReason: isReviewReason,
  isWrittenBack: isFlag,
  oldLink: oneOf('replaced', 'reversed', 'partly_reversed'),
  expectedSeconds: isInteger,
  left: isInteger,
  errors: listOf(isFault),
  diffHash: isText,
})

export const isReissueView: Guard<ReissueView> = record({
  id: isText,
  state: oneOf(
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
  ),
  cause: oneOf('title', 'kind', 'refund', 'other'),
  method: isMethod,
  reason: isRedReason,
  changes: listOf(isFieldChange),
  diffHash: isText,
  documents: listOf(isPlannedDocument),
  original: isInvoiceBrief,
  red: orNull(isInvoiceBrief),
  replacement: orNull(isInvoiceBrief),
  redFormNumber: orNull(isText),
  consentUntil: orNull(isText),
  reviewReason: isReviewReason,
  acknowledgedAt: orNull(isText),
  endDetail: orNull(isText),
  heldReason: orNull(oneOf('offline', 'credit_exhausted', 'login_needed')),
  waitsFor: oneOf('nobody', 'customer', 'requester', 'reviewer', 'bureau', 'buyer', 'merchant'),
  expectedAt: orNull(isText),
  actions: listOf(oneOf('execute', 'withdraw', 'acknowledge', 'approve', 'reject', 'retry_blue')),
  writeBack: orNull(
    record({ state: oneOf('queued', 'accepted', 'refused', 'not_connected'), detail: orNull(isText) }),
  ),
  orderNumbers: listOf(isText),
  createdAt: isText,
  updatedAt: isText,
  version: isInteger,
})

export const isReissueOffer: Guard<ReissueOffer> = record({
  code: orNull(isProblemCode),
  left: isInteger,
  fields: listOf(oneOf('name', 'taxId', 'kind', 'address', 'phone', 'bankName', 'bankAccount', 'email')),
  reissueId: orNull(isText),
  stale: orNull(record({ excessFen: isInteger, since: isText })),
})
