import type { Fen } from '../../invoicing/money.ts'
import { multiplyFen } from './cells.ts'
import type { ImportedLine, ImportedRefund, ImportedStatus } from './imported-order.ts'
import type { FoundLayout, MoneyField, RowMeaning } from './layouts.ts'
import type { OrderRow } from './read-row.ts'
import type { RowTextKey } from './row-faults.ts'
import type { RefundWord, StatusReading } from './statuses.ts'

/** The rows of one order that tell something, at least one. */
export type OrderRows = readonly [OrderRow, ...OrderRow[]]

/** Why the amounts of an order do not make one: the sentence, and the field to look at. */
export type AmountFault = { readonly text: RowTextKey; readonly field: MoneyField }

export type OrderAmounts = {
  readonly lines: readonly ImportedLine[]
  readonly goodsFen: Fen | null
  readonly freightFen: Fen
  readonly discountFen: Fen
  readonly paidFen: Fen
  readonly expectedFen: Fen
  readonly isUnpaid: boolean
  /** The discount is what was missing between lines and payment. */
  readonly isDerived: boolean
  readonly refund: ImportedRefund
}

/** First amount of a field among the rows: an order's amount may stand on one row only, or on each. */
export function firstMoney(rows: readonly OrderRow[], field: MoneyField): Fen | null {
  for (const row of rows) {
    const fen = row.money.get(field)
    if (fen !== undefined) return fen
  }
  return null
}

/**
 * What an order's rows amount to, so that Σ lines − discount = what was paid, or asked for where nothing was. A file
 * that gives no discount gets the difference; one that no discount of at least 0 explains is a fault.
 */
export function readAmounts(
  rows: OrderRows,
  { found, status }: { found: FoundLayout; status: StatusReading },
): OrderAmounts | AmountFault {
  const meaning = meaningOf(rows, found)
  if (meaning === null) return { text: 'amounts_disagree', field: 'paid' }
  const payment = readPayment(rows, { meaning, status, found })
  if ('text' in payment) return payment

  const freightFen = firstMoney(rows, 'freight') ?? 0n
  const extras = extraLines(rows, found, freightFen)
  const extrasFen = sumOf(extras)
  const goods = goodsLines(rows, { meaning, found, payment, extrasFen })
  if ('text' in goods) return goods
  const totalFen = sumOf(goods.lines) + extrasFen
  const expectedFen = payment.isUnpaid ? askedFor(rows, { meaning, totalFen }) : payment.paidFen
  const discountFen = totalFen - expectedFen
  const statedFen = meaning === 'line' ? firstMoney(rows, 'discount') : null
  if (discountFen < 0n) return { text: 'amounts_disagree', field: 'paid' }
  if (statedFen !== null && statedFen !== discountFen) return { text: 'amounts_disagree', field: 'discount' }

  const refund = readRefund(payment, { status, found })
  if ('text' in refund) return refund
  return {
    lines: [...goods.lines, ...extras],
    goodsFen: goods.isStated ? sumOf(goods.lines) : null,
    freightFen,
    discountFen,
    paidFen: payment.paidFen,
    expectedFen,
    isUnpaid: payment.isUnpaid,
    isDerived: statedFen === null && discountFen > 0n,
    refund,
  }
}

/**
 * Douyin's export does not say whether 订单应付金额 belongs to the row or, repeated, to the order. Rows that each pay at
 * most their own goods are items; equal amounts that are more than a row's own goods are the order's. Where both
 * readings fit and differ, nothing is concluded (null).
 */
function meaningOf(rows: OrderRows, found: FoundLayout): RowMeaning | null {
  if (found.layout.id !== 'douyin_order' || rows.length === 1) return found.layout.rows
  const [first] = rows
  const isRepeated = rows.every((row) => row.money.get('paid') === first.money.get('paid'))
  const shares = rows.map((row) => ({ paid: row.money.get('paid') ?? 0n, own: ownGoods(row) ?? 0n }))
  if (shares.every(({ paid, own }) => paid === own)) return 'item'
  const isWithinOwn = shares.every(({ paid, own }) => paid <= own)
  if (isWithinOwn && isRepeated) return null
  if (isWithinOwn) return 'item'
  return isRepeated ? 'line' : null
}

type Payment = { readonly paidFen: Fen; readonly refundedFen: Fen; readonly isUnpaid: boolean }
type PaymentContext = {
  readonly meaning: RowMeaning
  readonly status: StatusReading
  readonly found: FoundLayout
}

function readPayment(rows: OrderRows, { meaning, status, found }: PaymentContext): Payment | AmountFault {
  const units = meaning === 'item' ? rows.map((row) => [row]) : [rows]
  const isPlatformStatus = status.status
  let paidFen = 0n
  let refundedFen = 0n
  for (const unit of units) {
    const unitStatus = meaning === 'item' ? (unit[0]?.status.status ?? isPlatformStatus) : isPlatformStatus
    const paid = firstMoney(unit, 'paid')
    const refunded = firstMoney(unit, 'refunded') ?? 0n
    if (paid === null && !mayBeBlank(unitStatus)) return { text: 'bad_amount.blank', field: 'paid' }
    const share = itemShare({ paid: paid ?? 0n, refunded, isItem: meaning === 'item', status: unitStatus })
    paidFen += share.paid
    refundedFen += share.refunded
  }
  const isUnpaid = isNeverPaid(rows, { paidFen, status, found })
  return isUnpaid ? { paidFen: 0n, refundedFen: 0n, isUnpaid } : { paidFen, refundedFen, isUnpaid }
}

function mayBeBlank(status: ImportedStatus): boolean {
  return status === 'pending_payment' || status === 'cancelled'
}

type Share = { readonly paid: Fen; readonly refunded: Fen }

/** Taobao sets an item's payment to 0 after a full refund, and leaves the money in 退款金额; a closed item is refunded. */
function itemShare(of: Share & { isItem: boolean; status: ImportedStatus }): Share {
  if (!of.isItem || of.status !== 'cancelled') return { paid: of.paid, refunded: of.refunded }
  const paid = of.paid === 0n ? of.refunded : of.paid
  return { paid, refunded: of.refunded === 0n ? paid : of.refunded }
}

/** JD and Douyin keep an amount on orders that were cancelled before anybody paid; the time of payment tells. */
function isNeverPaid(
  rows: OrderRows,
  of: { paidFen: Fen; status: StatusReading; found: FoundLayout },
): boolean {
  const { status, refund } = of.status
  if (status === 'pending_payment') return true
  if (status !== 'cancelled') return false
  const { platform } = of.found.layout
  const isTold = platform === 'jd' || platform === 'douyin'
  return (
    of.paidFen === 0n || (isTold && refund !== 'succeeded' && !rows.some((row) => row.times.has('paidAt')))
  )
}

type GoodsContext = {
  readonly meaning: RowMeaning
  readonly found: FoundLayout
  readonly payment: Payment
  readonly extrasFen: Fen
}
type Goods = { readonly lines: readonly ImportedLine[]; readonly isStated: boolean }

function goodsLines(rows: OrderRows, context: GoodsContext): Goods | AmountFault {
  if (context.meaning === 'order') return undividedGoods(rows, context, firstMoney(rows, 'goods'))
  if (rows.every((row) => ownGoods(row) === null)) return undividedGoods(rows, context, null)
  const lines: ImportedLine[] = []
  for (const row of rows) {
    const amountFen = ownGoods(row)
    if (amountFen === null) return { text: 'bad_amount.blank', field: 'lineAmount' }
    if (!agreesWithPrice(row)) return { text: 'amounts_disagree', field: 'lineAmount' }
    lines.push({ kind: 'goods', ...itemOf(row), quantity: row.quantity, amountFen })
  }
  return { lines, isStated: true }
}

/** Goods under one amount: the file's, or what payment and discount leave of it after freight. */
function undividedGoods(rows: OrderRows, context: GoodsContext, statedFen: Fen | null): Goods | AmountFault {
  const { found, payment, extrasFen } = context
  const askedFen = payment.isUnpaid ? (firstMoney(rows, 'paid') ?? 0n) : payment.paidFen
  const amountFen = statedFen ?? askedFen + (firstMoney(rows, 'discount') ?? 0n) - extrasFen
  if (amountFen < 0n) return { text: 'amounts_disagree', field: 'freight' }
  return { lines: [wholeLine(rows, found, amountFen)], isStated: statedFen !== null }
}

/** A row's own goods: its amount, or price times quantity. */
function ownGoods(row: OrderRow): Fen | null {
  return row.money.get('lineAmount') ?? row.money.get('goods') ?? pricedGoods(row)
}

function pricedGoods(row: OrderRow): Fen | null {
  const unitFen = row.money.get('unitPrice')
  return unitFen === undefined || row.quantity === null ? null : multiplyFen(unitFen, row.quantity)
}

/** Only our own table states 金额 as 单价 × 数量; a platform may have its discount in between. */
function agreesWithPrice(row: OrderRow): boolean {
  const stated = row.money.get('lineAmount')
  const priced = pricedGoods(row)
  return stated === undefined || priced === null || stated === priced
}

function itemOf(row: OrderRow) {
  return {
    title: row.texts.get('title') ?? null,
    spec: row.texts.get('spec') ?? null,
    skuCode: row.texts.get('skuCode') ?? null,
  }
}

/** One line for goods that share one amount. How many of which is known only when there is one kind of them. */
function wholeLine(rows: OrderRows, found: FoundLayout, amountFen: Fen): ImportedLine {
  const [first] = rows
  const hasKinds = found.columns.has('titleCount')
  const isOneKind = rows.length === 1 && (!hasKinds || first.texts.get('titleCount') === '1')
  const item = itemOf(first)
  if (isOneKind) return { kind: 'goods', ...item, quantity: first.quantity, amountFen }
  const titles = rows.map((row) => row.texts.get('title')).filter((title) => title !== undefined)
  const title = titles.length === 0 ? null : [...new Set(titles)].join('，')
  const single = rows.length === 1 ? item : { spec: null, skuCode: null }
  return { kind: 'goods', ...single, title, quantity: null, amountFen }
}

/** Freight, and what Pinduoduo charges for carrying a thing upstairs: each a line of its own. */
function extraLines(rows: OrderRows, found: FoundLayout, freightFen: Fen): ImportedLine[] {
  const plain = { spec: null, skuCode: null, quantity: null }
  const lines: ImportedLine[] = []
  for (const field of ['installFee', 'deliveryFee', 'deliveryInstallFee'] as const) {
    const amountFen = firstMoney(rows, field) ?? 0n
    const title = found.layout.aliases[field]?.[0] ?? null
    if (amountFen > 0n) lines.push({ kind: 'goods', title, ...plain, amountFen })
  }
  if (freightFen > 0n) lines.push({ kind: 'freight', title: '运费', ...plain, amountFen: freightFen })
  return lines
}

/** What an unpaid order asks for: the file's own amount, or the goods less the discounts that it names. */
function askedFor(rows: OrderRows, of: { meaning: RowMeaning; totalFen: Fen }): Fen {
  const paid = of.meaning === 'item' ? sumField(rows, 'paid') : (firstMoney(rows, 'paid') ?? 0n)
  if (paid > 0n) return paid
  const named = DISCOUNTS.map((field) => firstMoney(rows, field) ?? 0n).reduce((a, b) => a + b, 0n)
  const asked = of.totalFen - named
  return asked > 0n ? asked : 0n
}

const DISCOUNTS = ['discount', 'shopDiscount', 'platformDiscount', 'payDiscount'] as const

function readRefund(
  payment: Payment,
  { status, found }: { status: StatusReading; found: FoundLayout },
): ImportedRefund | AmountFault {
  const { paidFen, refundedFen, isUnpaid } = payment
  if (isUnpaid) return { state: 'none', refundedFen: 0n }
  if (refundedFen > paidFen) return { text: 'amounts_disagree.refund', field: 'refunded' }
  if (status.status === 'cancelled' && found.layout.platform !== 'other') {
    // A closed order that was paid has been paid back; a part alone contradicts that, so somebody has to look.
    const isWhole = refundedFen === 0n || refundedFen === paidFen
    return isWhole ? { state: 'full', refundedFen: paidFen } : { state: 'amount_unknown', refundedFen }
  }
  return { state: refundState(payment, status.refund), refundedFen }
}

function refundState({ paidFen, refundedFen }: Payment, word: RefundWord): ImportedRefund['state'] {
  if (word === 'in_progress') return 'in_progress'
  if (refundedFen > 0n) return refundedFen === paidFen ? 'full' : 'partial'
  return word === 'succeeded' ? 'amount_unknown' : 'none'
}

function sumOf(lines: readonly ImportedLine[]): Fen {
  return lines.reduce((sum, { amountFen }) => sum + amountFen, 0n)
}

function sumField(rows: readonly OrderRow[], field: MoneyField): Fen {
  return rows.reduce((sum, row) => sum + (row.money.get(field) ?? 0n), 0n)
}
