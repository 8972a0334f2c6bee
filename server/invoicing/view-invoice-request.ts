import { maskEmail, maskTaxId } from '../../widget/title/mask.ts'
import type { InvoiceBrief, InvoiceRequestView, RequestBrief, TypedAsk } from '../contract/invoicing.ts'
import { DOUBT_SCHEDULE_SECONDS, doubtElapsedMs } from './doubt-schedule.ts'
import { fixFieldsOf, valuesOf } from './fixable.ts'
import type { InvoiceSummary } from './invoice.store.ts'
import { jsonFen } from './money.ts'
import type { AskedTitle, InvoiceRequest } from './request.store.ts'
import { titleOf } from './title-of.ts'

/** Who looks: an agent sees another person's data masked. */
type Seen = {
  request: InvoiceRequest
  title: AskedTitle
  orderNumbers: readonly string[]
  role: 'agent' | 'customer' | 'merchant'
  /** The reader is who asked: typed it, and may see it again. */
  isRequester: boolean
  /** The other requests of the same ask. */
  siblings: readonly InvoiceRequest[]
  now: Date
}

/** Usual time of a bureau between sending and answer. */
const USUAL_MS = 5_000

export function viewInvoiceRequest(seen: Seen): InvoiceRequestView {
  const { request, title, orderNumbers, role, siblings, now } = seen
  const { buyer, email } = title
  const isUndoable = request.state === 'queued' && request.notBefore > now
  return {
    id: request.id,
    ticketNumber: request.ticketNumber,
    state: request.state,
    kind: request.kind,
    amountFen: jsonFen(request.amountFen),
    orderIds: request.shares.map(({ orderId }) => orderId),
    orderNumbers: [...orderNumbers],
    shopId: request.shopId,
    surface: request.surface,
    buyerName: buyer.name,
    buyerTaxId: buyer.taxId === null || role === 'customer' ? buyer.taxId : maskTaxId(buyer.taxId),
    email: email === null ? null : maskEmail(email),
    createdAt: request.createdAt.toISOString(),
    updatedAt: request.updatedAt.toISOString(),
    undoUntil: isUndoable ? request.notBefore.toISOString() : null,
    heldReason: readHeldReason(request),
    reviewReason: request.state === 'in_review' ? request.reviewReason : null,
    overrideReason: role === 'customer' ? null : request.overrideReason,
    rejectDetail: request.state === 'rejected' ? (request.rejectDetail ?? request.rejectCode) : null,
    fix: viewFix(seen),
    doubt: viewDoubt(request, now),
    siblings: siblings.map(viewRequestBrief),
    typed: null,
    waitsFor: findWaitedFor(request, now),
    expectedAt: findExpectedAt(request, now)?.toISOString() ?? null,
    invoiceId: request.invoiceId,
    version: request.version,
  }
}

function readHeldReason({ state, heldReason }: InvoiceRequest): InvoiceRequestView['heldReason'] {
  if (state !== 'held') return null
  return heldReason === 'offline' || heldReason === 'credit_exhausted' ? heldReason : 'login_needed'
}

function findWaitedFor({ state, notBefore }: InvoiceRequest, now: Date): InvoiceRequestView['waitsFor'] {
  switch (state) {
    case 'queued':
      return notBefore > now ? 'undo_window' : 'bureau'
    case 'issuing':
    case 'in_doubt':
      return 'bureau'
    case 'submitted':
    case 'in_review':
    case 'approved':
      return 'reviewer'
    case 'held':
      return 'merchant'
    case 'rejected':
      return 'requester'
    case 'issued':
    case 'withdrawn':
      return 'nobody'
  }
}

function findExpectedAt(request: InvoiceRequest, now: Date): Date | null {
  const { state, notBefore, updatedAt } = request
  if (state === 'queued') return later(notBefore > now ? notBefore : now, USUAL_MS)
  if (state === 'issuing') return later(updatedAt, USUAL_MS)
  if (state === 'in_doubt') return findNextQuery(request, now)
  return null
}

/** A doubt is bounded by the next question: nobody knows more. */
function viewDoubt(request: InvoiceRequest, now: Date): InvoiceRequestView['doubt'] {
  if (request.state !== 'in_doubt') return null
  const next = findNextQuery(request, now)
  return {
    sentAt: request.sentAt?.toISOString() ?? null,
    askedCount: askedCountOf(request),
    nextQueryAt: next?.toISOString() ?? null,
    scheduleSeconds: DOUBT_SCHEDULE_SECONDS,
  }
}

/** The first count is the call that got no answer. */
function askedCountOf({ queryCount }: InvoiceRequest): number {
  return Math.max(0, queryCount - 1)
}

/** Null while the bureau is being asked. */
function findNextQuery(request: InvoiceRequest, now: Date): Date | null {
  const at = later(request.updatedAt, doubtElapsedMs(askedCountOf(request)))
  return at > now ? at : null
}

/** An agent who did not type it sees no more of a tax id than before. */
function viewFix({ request, title, role, isRequester }: Seen): InvoiceRequestView['fix'] {
  const fields = fixFieldsOf(request, request.isPerson)
  if (fields.length === 0) return null
  const values = valuesOf(title, request)
  const mayRead = role === 'customer' || isRequester
  return { fields: fields.map((field) => ({ field, value: mayRead ? values[field] : null })) }
}

/** What was typed, for the form (F6). */
export function viewTyped({ request, title }: Pick<Seen, 'request' | 'title'>): TypedAsk {
  const { name, taxId, email, phone, ...rest } = valuesOf(title, request)
  const titleKind = titleOf({ ...title, isPerson: request.isPerson }).kind
  return {
    kind: request.kind,
    titleKind,
    name: name ?? '',
    taxId,
    email,
    phone,
    ...rest,
    remark: request.remark,
  }
}

const later = (from: Date, ms: number): Date => new Date(from.getTime() + ms)

export function viewRequestBrief({
  id,
  ticketNumber,
  state,
  amountFen,
  createdAt,
  version,
}: InvoiceRequest): RequestBrief {
  return {
    id,
    ticketNumber,
    state,
    amountFen: jsonFen(amountFen),
    createdAt: createdAt.toISOString(),
    version,
  }
}

export function viewInvoiceBrief(invoice: InvoiceSummary): InvoiceBrief {
  const { id, number, state, kind, grossFen, businessDate } = invoice
  return { id, number, state, kind, grossFen: jsonFen(grossFen), businessDate }
}
