import type { InvoiceAsk, Presentation } from '../contract/invoicing.ts'
import type { FieldFault } from '../contract/problem.ts'
import { invoiceableFen, type Order } from '../orders/order.ts'
import type { Seller } from '../shops/seller.store.ts'
import { buildLines } from './build-lines.ts'
import { businessDate } from './business-date.ts'
import { type InvoiceContent, totalsOf } from './invoice.ts'
import { type Fen, splitGross } from './money.ts'
import { checkBuyer, checkContent } from './preflight.ts'
import { writeRemark } from './remark.ts'
import type { IssuingTerms } from './rules/settings.ts'

export type ReviewReason = 'amount' | 'special' | 'typed_order' | 'deadline_passed'

export type Draft = {
  content: InvoiceContent
  /** How much of each order stands on it; an order of which nothing is left stands with 0. */
  shares: { orderId: string; amountFen: Fen }[]
  /** As drafted: the shop's, with what the ask changed. */
  presentation: Presentation
  centNote: CentNote | null
  email: string | null
  phone: string | null
  /** Everything that stands against issuing it, all at once (S0-22). */
  faults: FieldFault[]
  /** Why a person looks first (X2); null: nobody does. */
  reviewReason: ReviewReason | null
}

/**
 * The tax that stands on the invoice is the sum of its lines. Computing it on the totals of each rate
 * would give another cent, which is what people see who check with a calculator.
 */
export type CentNote = { sumFen: Fen; onTotalFen: Fen }

export type DraftAsk = Pick<InvoiceAsk, 'kind' | 'title'> & {
  email: string | null
  phone: string | null
  remark: string | null
  /** Instead of the shop's; what is left out stays as the shop set it. */
  presentation?: Partial<Presentation> | null | undefined
}

export type DraftFrom = {
  seller: Seller
  /** One invoice for all of them: lines stay in this order. */
  orders: readonly Order[]
  /** Business date. */
  on: string
  terms: IssuingTerms
}

/** What would be issued for the rest of these orders, computed from the orders alone. */
export function draftInvoice({ seller, orders, on, terms }: DraftFrom, ask: DraftAsk): Draft {
  const limits = terms.capabilities
  const presentation = { ...seller.presentation, ...ask.presentation }
  const { rules, naming, remarkPattern } = seller
  const built = orders.map((order) => buildLines(order, { rules, on, presentation, naming, limits }))
  const lines = built.flatMap((part) => part.lines).map((line, index) => ({ ...line, lineNo: index + 1 }))
  const { faults: titleFaults, buyer, isPerson, email, phone } = checkBuyer(ask)
  const content: InvoiceContent = {
    kind: ask.kind,
    colour: 'blue',
    seller: seller.party,
    buyer,
    isPerson,
    lines,
    ...totalsOf(lines),
    remark: presentation.showRemark
      ? writeRemark({ pattern: remarkPattern, orders, own: ask.remark, terms })
      : '',
    drawer: seller.drawer,
  }
  const remainderFen = orders.reduce((total, order) => total + invoiceableFen(order), 0n)
  const against = { titleFaults, terms, on, remainderFen, arithmetic: 'exact' } as const
  return {
    content,
    shares: orders.map(({ id }, index) => ({
      orderId: id,
      amountFen: totalsOf(built[index]?.lines ?? []).grossFen,
    })),
    presentation,
    centNote: findCentNote(content),
    email,
    phone,
    faults: [...checkContent(content, against), ...built.flatMap((part) => part.faults)],
    reviewReason: findReviewReason(content, seller, { orders, on }),
  }
}

/** Null where both ways give the same, which is nearly always. */
export function findCentNote({ lines, taxFen }: Pick<InvoiceContent, 'lines' | 'taxFen'>): CentNote | null {
  const grossByRate = new Map<number, Fen>()
  for (const { rateBp, grossFen } of lines)
    grossByRate.set(rateBp, (grossByRate.get(rateBp) ?? 0n) + grossFen)
  const onTotalFen = [...grossByRate].reduce((a, [rateBp, gross]) => a + splitGross(gross, rateBp).taxFen, 0n)
  return onTotalFen === taxFen ? null : { sumFen: taxFen, onTotalFen }
}

/** X2: what costs much or cannot be taken back easily, what nobody but us claims, and what came too late. */
function findReviewReason(
  content: InvoiceContent,
  { reviewFromFen, selfServiceDays }: Seller,
  { orders, on }: { orders: readonly Order[]; on: string },
): ReviewReason | null {
  if (content.kind === 'special') return 'special'
  if (content.grossFen >= reviewFromFen) return 'amount'
  if (orders.some(({ origin }) => origin === 'form')) return 'typed_order'
  const isLate = orders.some(
    ({ completedAt }) => completedAt !== null && lastDay(completedAt, selfServiceDays) < on,
  )
  return isLate ? 'deadline_passed' : null
}

function lastDay(completedAt: Date, days: number): string {
  return businessDate(new Date(completedAt.getTime() + days * 86_400_000))
}
