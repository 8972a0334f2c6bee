import type { InvoiceBrief, OrderShare, Preview, RequestBrief } from '../../server/contract/invoicing.ts'
import type {
  Invoiceability,
  Ladder,
  LookUpReply,
  OrderCandidate,
  OrderInvoice,
  OrderView,
} from '../../server/contract/orders.ts'
import type { ProblemCode } from '../../server/contract/problems.ts'
import type { SessionView, ShopView } from '../../server/contract/sessions.ts'
import type { TicketView } from '../../server/contract/tickets.ts'
import type { TitleSuggestion } from '../../server/contract/titles.ts'
import { type Guard, isFlag, isInteger, isText, listOf, oneOf, orNull, record } from './read.ts'

/**
 * A code of a newer server is let through: words are looked up by own key and fall back to the sentence
 * that came with it, so an old page still says something true.
 */
export const isProblemCode = (value: unknown): value is ProblemCode => isText(value) && value !== ''

export const isFault = record({ code: isProblemCode, field: isText, detail: isText })

export const isRequestState = oneOf(
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
)
export const isInvoiceState = oneOf('issued', 'partly_reversed', 'reversed', 'replaced')
/** Why a person looks first (X2). */
export const isReviewReason = orNull(oneOf('amount', 'special', 'typed_order', 'deadline_passed'))
export const isInvoiceKind = oneOf('ordinary', 'special')

const isShopView: Guard<ShopView> = record({
  id: isText,
  code: isText,
  name: isText,
  platform: isText,
  merchantName: isText,
  logoUrl: orNull(isText),
  accent: isText,
  serviceText: orNull(isText),
  selfServiceDays: isInteger,
  isDemo: isFlag,
})

export const isSessionView: Guard<SessionView> = record({
  token: isText,
  expiresAt: isText,
  role: oneOf('agent', 'senior_agent', 'finance', 'auditor', 'ops', 'shop_admin', 'customer'),
  shops: listOf(isShopView),
  orderIds: listOf(isText),
  via: oneOf('launch', 'order_link', 'shop_link', 'proof', 'login'),
})

const isLadder: Guard<Ladder> = record({
  goodsFen: isInteger,
  freightFen: isInteger,
  discountFen: isInteger,
  paidFen: isInteger,
  refundedFen: isInteger,
  platformFen: isInteger,
  claimedFen: isInteger,
  invoiceableFen: isInteger,
  roundingLineNo: orNull(isInteger),
})

const isInvoiceability: Guard<Invoiceability> = record({
  isInvoiceable: isFlag,
  code: orNull(isProblemCode),
  nextAction: oneOf(
    'request_invoice',
    'pay_order',
    'come_back_later',
    'download_invoice',
    'see_request',
    'contact_service',
    'order_again',
    'none',
  ),
  at: orNull(isText),
  selfServiceUntil: orNull(isText),
  invoice: orNull(record({ id: isText, number: isText })),
  overrideNeeded: isFlag,
})

const isOrderLine: Guard<OrderView['lines'][number]> = record({
  lineNo: isInteger,
  kind: oneOf('goods', 'freight', 'gift'),
  title: isText,
  spec: orNull(isText),
  quantity: orNull(isText),
  amountFen: isInteger,
  discountFen: isInteger,
  paidFen: isInteger,
})

export const isRequestBrief: Guard<RequestBrief> = record({
  id: isText,
  ticketNumber: isText,
  state: isRequestState,
  amountFen: isInteger,
  createdAt: isText,
  version: isInteger,
})

const invoiceBrief = {
  id: isText,
  number: isText,
  state: isInvoiceState,
  kind: isInvoiceKind,
  grossFen: isInteger,
  businessDate: isText,
}
export const isInvoiceBrief: Guard<InvoiceBrief> = record(invoiceBrief)

const isOrderShare: Guard<OrderShare> = record({ orderId: isText, number: isText, amountFen: isInteger })

const isOrderInvoice: Guard<OrderInvoice> = record({
  ...invoiceBrief,
  colour: oneOf('blue', 'red'),
  amountFen: isInteger,
  orders: listOf(isOrderShare),
})

/** Since when, and by how much, invoices carry more than what refunds left (S0-30). */
export const isStale = record({ excessFen: isInteger, since: isText })

export const isOrderView: Guard<OrderView> = record({
  id: isText,
  number: isText,
  shopId: isText,
  shopName: isText,
  platform: isText,
  state: oneOf('pending_review', 'pending_payment', 'paid', 'shipped', 'completed', 'cancelled'),
  orderedAt: orNull(isText),
  paidAt: orNull(isText),
  completedAt: orNull(isText),
  buyer: record({ name: orNull(isText), phone: orNull(isText), email: orNull(isText) }),
  titleHint: orNull(
    record({ kind: oneOf('company', 'person'), name: orNull(isText), taxId: orNull(isText) }),
  ),
  lines: listOf(isOrderLine),
  ladder: isLadder,
  invoiceability: isInvoiceability,
  request: orNull(isRequestBrief),
  invoices: listOf(isOrderInvoice),
  reversals: listOf(isOrderInvoice),
  refunds: listOf(
    record({
      reference: isText,
      state: oneOf('applied', 'agreed', 'rejected', 'completed'),
      amountFen: isInteger,
      lineNo: orNull(isInteger),
      completedAt: orNull(isText),
    }),
  ),
  hasOpenRefund: isFlag,
  stale: orNull(isStale),
  version: isInteger,
})

const isCandidate: Guard<OrderCandidate> = record({
  orderId: isText,
  shopName: isText,
  platform: isText,
  number: isText,
  paidFen: isInteger,
  orderedAt: orNull(isText),
})

export const isLookUpReply: Guard<LookUpReply> = record({
  kind: oneOf('found', 'choose', 'proof_needed'),
  number: isText,
  order: orNull(isOrderView),
  candidates: listOf(isCandidate),
  session: orNull(isSessionView),
})

export const isPreviewLine: Guard<Preview['lines'][number]> = record({
  lineNo: isInteger,
  property: oneOf('normal', 'discounted', 'discount'),
  name: isText,
  spec: orNull(isText),
  unit: orNull(isText),
  quantity: orNull(isText),
  rateBp: isInteger,
  treatment: oneOf('taxed', 'exempt', 'untaxed'),
  netFen: isInteger,
  taxFen: isInteger,
  grossFen: isInteger,
})

export const isPreview: Guard<Preview> = record({
  netFen: isInteger,
  taxFen: isInteger,
  grossFen: isInteger,
  amountInWords: isText,
  buyerName: isText,
  buyerTaxId: orNull(isText),
  sellerName: isText,
  remark: isText,
  lines: listOf(isPreviewLine),
  presentation: record({ showGifts: isFlag, showDiscounts: isFlag, showRemark: isFlag }),
  errors: listOf(isFault),
  parts: listOf(
    record({
      netFen: isInteger,
      taxFen: isInteger,
      grossFen: isInteger,
      lineCount: isInteger,
      orders: listOf(isOrderShare),
    }),
  ),
  centNote: orNull(record({ sumFen: isInteger, onTotalFen: isInteger })),
  needsReview: isFlag,
  reviewReason: isReviewReason,
  undoSeconds: isInteger,
})

export const isTicket: Guard<TicketView> = record({
  id: isText,
  number: isText,
  kind: oneOf('deadline_passed', 'help'),
  state: oneOf('open', 'done'),
  orderId: orNull(isText),
  orderNumber: orNull(isText),
  requestId: orNull(isText),
  createdAt: isText,
  dueAt: isText,
})

export const isSuggestion: Guard<TitleSuggestion> = record({
  name: isText,
  taxId: isText,
  source: oneOf('known', 'directory'),
})
