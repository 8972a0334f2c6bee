import type {
  DeliveryView,
  InvoiceRequestView,
  InvoiceView,
  TypedAsk,
} from '../../server/contract/invoicing.ts'
import { type Guard, isFlag, isInteger, isText, listOf, oneOf, orNull, record } from './read.ts'
import {
  isInvoiceBrief,
  isInvoiceKind,
  isInvoiceState,
  isRequestBrief,
  isRequestState,
  isReviewReason,
  isStale,
} from './read-replies.ts'

/** What was typed when somebody asked, for whoever may see it whole. */
export const isTypedAsk: Guard<TypedAsk> = record({
  kind: isInvoiceKind,
  titleKind: oneOf('person', 'company', 'sole_trader', 'public_body', 'foreign'),
  name: isText,
  taxId: orNull(isText),
  address: orNull(isText),
  companyPhone: orNull(isText),
  bankName: orNull(isText),
  bankAccount: orNull(isText),
  email: orNull(isText),
  phone: orNull(isText),
  remark: isText,
})

const isFixField = oneOf(
  'name',
  'taxId',
  'email',
  'phone',
  'address',
  'companyPhone',
  'bankName',
  'bankAccount',
  'remark',
)

export const isRequestView: Guard<InvoiceRequestView> = record({
  id: isText,
  ticketNumber: isText,
  state: isRequestState,
  kind: isInvoiceKind,
  amountFen: isInteger,
  orderIds: listOf(isText),
  orderNumbers: listOf(isText),
  shopId: isText,
  surface: oneOf('sidebar', 'h5', 'embed', 'api'),
  buyerName: isText,
  buyerTaxId: orNull(isText),
  email: orNull(isText),
  createdAt: isText,
  updatedAt: isText,
  undoUntil: orNull(isText),
  heldReason: orNull(oneOf('offline', 'credit_exhausted', 'login_needed')),
  reviewReason: isReviewReason,
  overrideReason: orNull(isText),
  rejectDetail: orNull(isText),
  fix: orNull(record({ fields: listOf(record({ field: isFixField, value: orNull(isText) })) })),
  doubt: orNull(
    record({
      sentAt: orNull(isText),
      askedCount: isInteger,
      nextQueryAt: orNull(isText),
      scheduleSeconds: listOf(isInteger),
    }),
  ),
  siblings: listOf(isRequestBrief),
  typed: orNull(isTypedAsk),
  waitsFor: oneOf('nobody', 'undo_window', 'reviewer', 'bureau', 'merchant', 'requester'),
  expectedAt: orNull(isText),
  invoiceId: orNull(isText),
  version: isInteger,
})

export const isDelivery: Guard<DeliveryView> = record({
  id: isText,
  channel: oneOf('mail'),
  target: isText,
  state: oneOf('queued', 'sent', 'delivered', 'bounced', 'failed'),
  reason: orNull(isText),
  attempts: isInteger,
  updatedAt: isText,
})

export const isInvoiceView: Guard<InvoiceView> = record({
  id: isText,
  requestId: orNull(isText),
  number: isText,
  state: isInvoiceState,
  kind: isInvoiceKind,
  colour: oneOf('blue', 'red'),
  sellerName: isText,
  buyerName: isText,
  buyerTaxId: orNull(isText),
  netFen: isInteger,
  taxFen: isInteger,
  grossFen: isInteger,
  amountInWords: isText,
  issuedAt: isText,
  businessDate: isText,
  isDemo: isFlag,
  orderNumbers: listOf(isText),
  stale: orNull(isStale),
  relations: record({
    reverses: orNull(isInvoiceBrief),
    reversedBy: listOf(isInvoiceBrief),
    replacedBy: orNull(isInvoiceBrief),
    replaces: orNull(isInvoiceBrief),
  }),
  formats: listOf(oneOf('pdf', 'ofd', 'xml', 'png')),
  deliveries: listOf(isDelivery),
  resendsLeft: isInteger,
})

/** A link that opens in any browser for ten minutes. */
export type DownloadLink = { url: string; fileName: string; expiresAt: string }
export const isDownloadLink: Guard<DownloadLink> = record({
  url: isText,
  fileName: isText,
  expiresAt: isText,
})
