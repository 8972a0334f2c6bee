import { maskEmail, maskTaxId } from '../../widget/title/mask.ts'
import type {
  DeliveryView,
  InvoiceBrief,
  InvoiceRelations,
  InvoiceView,
  Preview,
  PreviewLine,
} from '../contract/invoicing.ts'
import type { DeliveryRow } from '../delivery/delivery.store.ts'
import type { DocumentFormat } from '../documents/document.store.ts'
import { itemName } from '../documents/item-name.ts'
import { SENTENCES } from '../http/sentences.ts'
import { type Stale, viewStale } from '../orders/stale.ts'
import { amountInWords } from './amount-in-words.ts'
import { businessDate } from './business-date.ts'
import type { InvoiceRelatives, InvoiceSummary, StoredInvoice } from './invoice.store.ts'
import type { InvoiceLine } from './invoice.ts'
import { jsonFen } from './money.ts'
import type { Previewed } from './request-invoice.ts'

type Seen = {
  invoice: StoredInvoice
  orderNumbers: readonly string[]
  formats: readonly DocumentFormat[]
  deliveries: readonly DeliveryRow[]
  resendsLeft: number
  stale: Stale | null
  relatives: InvoiceRelatives
  role: 'agent' | 'customer' | 'merchant'
}

/** 发票 as its owner or an agent sees it; an agent sees the buyer's tax id masked. */
export function viewInvoice({
  invoice,
  orderNumbers,
  formats,
  deliveries,
  resendsLeft,
  stale,
  relatives,
  role,
}: Seen): InvoiceView {
  const { buyer } = invoice
  return {
    id: invoice.id,
    requestId: invoice.requestId,
    number: invoice.number,
    state: invoice.state,
    kind: invoice.kind,
    colour: invoice.colour,
    sellerName: invoice.seller.name,
    buyerName: buyer.name,
    buyerTaxId: buyer.taxId === null || role === 'customer' ? buyer.taxId : maskTaxId(buyer.taxId),
    netFen: jsonFen(invoice.netFen),
    taxFen: jsonFen(invoice.taxFen),
    grossFen: jsonFen(invoice.grossFen),
    amountInWords: amountInWords(invoice.grossFen),
    issuedAt: invoice.issuedAt.toISOString(),
    businessDate: businessDate(invoice.issuedAt),
    isDemo: invoice.isDemo,
    orderNumbers: [...orderNumbers],
    stale: viewStale(stale),
    relations: viewRelations(relatives),
    // The preview is drawn when it is asked for, as soon as the files are there.
    formats: formats.length === 0 ? [] : [...new Set<DocumentFormat>([...formats, 'png'])],
    deliveries: deliveries.map(viewDelivery),
    resendsLeft,
  }
}

function viewRelations({ reverses, reversedBy, replacedBy, replaces }: InvoiceRelatives): InvoiceRelations {
  return {
    reverses: reverses && viewBrief(reverses),
    reversedBy: reversedBy.map(viewBrief),
    replacedBy: replacedBy && viewBrief(replacedBy),
    replaces: replaces && viewBrief(replaces),
  }
}

export function viewBrief({ id, number, state, kind, grossFen, businessDate }: InvoiceSummary): InvoiceBrief {
  return { id, number, state, kind, grossFen: jsonFen(grossFen), businessDate }
}

export function viewDelivery({ id, target, state, reason, attempts, updatedAt }: DeliveryRow): DeliveryView {
  return {
    id,
    channel: 'mail',
    target: maskEmail(target),
    state,
    // The stable first word; the rest is the other mail server's own text.
    reason: reason?.split(' ')[0] ?? null,
    attempts,
    updatedAt: updatedAt.toISOString(),
  }
}

/** Lines of a document before it exists, as they will stand on its face. */
export function viewLines(lines: readonly InvoiceLine[]): PreviewLine[] {
  return lines.map((line) => ({
    lineNo: line.lineNo,
    property: line.property,
    name: itemName(line),
    spec: line.spec,
    unit: line.unit,
    quantity: line.quantity,
    rateBp: line.rateBp,
    treatment: line.treatment,
    netFen: jsonFen(line.netFen),
    taxFen: jsonFen(line.taxFen),
    grossFen: jsonFen(line.grossFen),
  }))
}

/** The dry run: what would stand on the invoice, and everything against it. */
export function viewPreview(previewed: Previewed): Preview {
  const { content, faults, presentation, reviewReason, seller, parts, orders, centNote } = previewed
  return {
    netFen: jsonFen(content.netFen),
    taxFen: jsonFen(content.taxFen),
    grossFen: jsonFen(content.grossFen),
    amountInWords: amountInWords(content.grossFen),
    buyerName: content.buyer.name,
    buyerTaxId: content.buyer.taxId,
    sellerName: content.seller.name,
    remark: content.remark,
    lines: viewLines(content.lines),
    presentation,
    errors: faults.map((fault) => ({ ...fault, detail: SENTENCES[fault.code] })),
    parts: parts.map(({ content: part, shares }) => ({
      netFen: jsonFen(part.netFen),
      taxFen: jsonFen(part.taxFen),
      grossFen: jsonFen(part.grossFen),
      lineCount: part.lines.length,
      orders: shares.map(({ orderId, amountFen }) => ({
        orderId,
        number: orders.find(({ id }) => id === orderId)?.number ?? '',
        amountFen: jsonFen(amountFen),
      })),
    })),
    centNote: centNote && { sumFen: jsonFen(centNote.sumFen), onTotalFen: jsonFen(centNote.onTotalFen) },
    needsReview: reviewReason !== null,
    reviewReason,
    undoSeconds: seller.undoSeconds,
  }
}
