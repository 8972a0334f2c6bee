import type { OrderState } from '../contract/orders.ts'
import { Problem } from '../contract/problem.ts'
import { allocate, type Fen } from '../invoicing/money.ts'
import type { Buyer, OrderLine, Refund, RefundState, TitleHint } from './order.ts'

export type NewLine = Omit<OrderLine, 'lineNo' | 'discountFen' | 'paidFen'>

/** An order as a source reports it, before it is ours. Amounts are fen ≥ 0. */
export type OrderInput = {
  readonly number: string
  readonly state: OrderState
  readonly rawStatus: string | null
  readonly statusKnown: boolean
  readonly orderedAt: Date | null
  readonly paidAt: Date | null
  readonly shippedAt: Date | null
  readonly completedAt: Date | null
  readonly lines: readonly NewLine[]
  readonly discountFen: Fen
  readonly paidFen: Fen
  readonly platformFen: Fen
  readonly refunds: readonly Refund[]
  /** Where the source knows that a refund runs or happened, but no record of it. */
  readonly refundHint: 'in_progress' | 'amount_unknown' | null
  readonly buyer: Buyer | null
  readonly titleHint: TitleHint | null
}

/** Upper-case ASCII without spaces; `Ａ－１` is `A-1`. Refuses with `order_number_invalid`. */
export function normaliseOrderNumber(text: string): string {
  const normal = text.normalize('NFKC').replaceAll(/\s/gu, '').toUpperCase()
  if (!/^[!-~]{1,64}$/.test(normal)) throw new Problem('order_number_invalid', { field: '/number' })
  return normal
}

const UNPAID: ReadonlySet<OrderState> = new Set(['pending_review', 'pending_payment', 'cancelled'])

/** Exclusive; CHECK order_money_bounded. */
const GOODS_MAX_FEN = 100_000_000_000_000n

/**
 * Shares the order's discount over its lines (largest remainder, ties to the first; gifts, then goods,
 * then freight) and checks that everything adds up. Refuses with `order_amounts_disagree`.
 */
export function settleLines(input: OrderInput): OrderLine[] {
  const { lines, discountFen, paidFen, platformFen, state } = input
  const total = sum(lines.map((line) => line.amountFen))
  const isUnpaid = UNPAID.has(state) && paidFen === 0n
  if (total >= GOODS_MAX_FEN) throw new Problem('order_amounts_disagree', { field: '/lines' })
  if (!isUnpaid && total - discountFen !== paidFen) {
    throw new Problem('order_amounts_disagree', { field: '/paidFen', facts: { total, discountFen, paidFen } })
  }
  if (discountFen > total) throw new Problem('order_amounts_disagree', { field: '/discountFen' })
  if (platformFen > paidFen) throw new Problem('order_amounts_disagree', { field: '/platformFen' })
  const discounts = shareDiscount(lines, discountFen)
  return lines.map((line, index) => {
    const share = discounts[index] ?? 0n
    return { ...line, lineNo: index + 1, discountFen: share, paidFen: line.amountFen - share }
  })
}

/** What is given away takes its own price first, then the goods, then freight. */
const DISCOUNT_ORDER = ['gift', 'goods', 'freight'] as const

/**
 * Over all lines of a kind by amount, whatever their rates: a price cut for the whole order is a cut of
 * each line, and each line keeps its own rate (facts/invoicing.md §4 refuses mixed rates only on invoices,
 * where one discount line would stand under several rates; ours stands under its own line).
 */
function shareDiscount(lines: readonly NewLine[], discountFen: Fen): Fen[] {
  const shares = lines.map(() => 0n)
  let left = discountFen
  for (const kind of DISCOUNT_ORDER) {
    const amounts = lines.map((line) => (line.kind === kind ? line.amountFen : 0n))
    const all = sum(amounts)
    const taken = left < all ? left : all
    if (taken === 0n) continue
    allocate(taken, amounts).forEach((part, index) => {
      shares[index] = (shares[index] ?? 0n) + part
    })
    left -= taken
  }
  return shares
}

/** Only completed refunds move money. */
export function refundedFen(refunds: readonly Refund[]): Fen {
  return sum(refunds.filter(({ state }) => state === 'completed').map(({ amountFen }) => amountFen))
}

/** Never more back than what was paid by the buyer. Refuses with `order_amounts_disagree`. */
export function checkRefunds({ paidFen, platformFen }: OrderInput, refunds: readonly Refund[]): void {
  const refunded = refundedFen(refunds)
  if (refunded > 0n && refunded + platformFen > paidFen) {
    throw new Problem('order_amounts_disagree', { field: '/refunds' })
  }
}

/** How far a refund has come: a report of an earlier step comes late. */
export const REFUND_STEP = { applied: 0, agreed: 1, rejected: 2, completed: 3 } as const

/** What a report adds to the refunds we know: none is forgotten, and none goes back a step. */
export function mergeRefunds(known: readonly Refund[], reported: readonly Refund[]): Refund[] {
  const byReference = new Map(known.map((refund) => [refund.reference, refund]))
  for (const refund of reported) {
    const before = byReference.get(refund.reference)
    const isStep = before === undefined || REFUND_STEP[refund.state] >= REFUND_STEP[before.state]
    if (isStep) byReference.set(refund.reference, refund)
  }
  return [...byReference.values()]
}

export function refundStateOf(
  { refundHint, paidFen, platformFen }: Pick<OrderInput, 'refundHint' | 'paidFen' | 'platformFen'>,
  refunds: readonly Refund[],
): RefundState {
  if (refundHint === 'amount_unknown') return 'amount_unknown'
  const isRunning = refunds.some(({ state }) => state === 'applied' || state === 'agreed')
  if (refundHint === 'in_progress' || isRunning) return 'in_progress'
  const refunded = refundedFen(refunds)
  if (refunded === 0n) return 'none'
  return refunded >= paidFen - platformFen ? 'full' : 'partial'
}

/** Two reports with the same text say the same. It holds personal data: hash it with a key. */
export function revisionText(input: OrderInput): string {
  return JSON.stringify(input, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
}

function sum(amounts: readonly Fen[]): Fen {
  return amounts.reduce((a, b) => a + b, 0n)
}
