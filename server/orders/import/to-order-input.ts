import type { Buyer, Refund, TitleHint } from '../order.ts'
import type { NewLine, OrderInput } from '../order-input.ts'
import type {
  ImportedBuyer,
  ImportedLine,
  ImportedOrder,
  ImportedRefund,
  InvoiceHint,
} from './imported-order.ts'

/** Where a file names no goods; the merchant's rules see a line like any other. */
const NAMELESS_GOODS = '商品'

/** The one refund record that an export can tell of; a later, fuller source brings its own references. */
const EXPORT_REFUND = 'export'

/**
 * An order of a file as the report of its platform: it enters at the state the platform says. What an
 * unpaid order asks for stands in its lines. Money that went back is one completed refund; a refund that
 * runs or whose amount nobody knows is a hint that holds the order.
 */
export function toOrderInput(order: ImportedOrder): OrderInput {
  return {
    number: order.number,
    state: order.status,
    rawStatus: order.rawStatus === '' ? null : order.rawStatus,
    statusKnown: order.statusKnown,
    orderedAt: order.createdAt,
    paidAt: order.paidAt,
    shippedAt: null,
    completedAt: order.completedAt,
    lines: order.lines.map(toLine),
    discountFen: order.discountFen,
    paidFen: order.paidFen,
    // No export that is read tells which part the platform paid in 红包 of its own.
    platformFen: 0n,
    refunds: toRefunds(order.refund),
    refundHint: toHint(order.refund),
    buyer: toBuyer(order.buyer),
    titleHint: toTitleHint(order.invoiceHint),
  }
}

function toLine({ kind, title, spec, skuCode, quantity, amountFen }: ImportedLine): NewLine {
  return {
    kind,
    title: title ?? NAMELESS_GOODS,
    spec,
    skuCode,
    unit: null,
    quantity,
    amountFen,
    taxCode: null,
    shortName: null,
    rateBp: null,
  }
}

function toRefunds({ refundedFen }: ImportedRefund): Refund[] {
  if (refundedFen === 0n) return []
  return [{ reference: EXPORT_REFUND, state: 'completed', amountFen: refundedFen, lineNo: null }]
}

function toHint({ state }: ImportedRefund): OrderInput['refundHint'] {
  return state === 'in_progress' || state === 'amount_unknown' ? state : null
}

function toBuyer({ name, phone, address, email, nick }: ImportedBuyer): Buyer {
  return { name, phone, address, email, nick }
}

function toTitleHint({ title, taxId }: InvoiceHint): TitleHint | null {
  return title === null && taxId === null ? null : { name: title, taxId }
}
