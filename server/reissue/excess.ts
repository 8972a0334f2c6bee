import type { Fen } from '../invoicing/money.ts'
import { findOpenSales, isFrom, type OpenSale } from '../invoicing/open-sales.ts'
import type { Order, Refund } from '../orders/order.ts'
import { liveShares, type StandingBlue } from './standing-blue.ts'

/** A part of an order that this invoice covers and the order no longer carries. */
export type Excess = {
  readonly orderId: string
  readonly amountFen: Fen
  /** The refunds it comes from; Σ is `amountFen`. */
  readonly parts: readonly ExcessPart[]
}

export type ExcessPart = {
  /** Null: no refund explains it, the order was reported with less paid. */
  readonly reference: string | null
  readonly lineNo: number | null
  readonly amountFen: Fen
}

/** How much of a refund a red has taken off already. */
export type Settled = { readonly orderId: string; readonly reference: string; readonly amountFen: Fen }

/** By how much everything that is claimed of an order exceeds what is left of it. */
export function overFen({ claimedFen, paidFen, platformFen, refundedFen }: Order): Fen {
  return claimedFen - (paidFen - platformFen - refundedFen)
}

type Standing = {
  readonly orders: readonly Order[]
  /** The invoice that is asked about, as it stands in `holders`. */
  readonly blue: StandingBlue
  /** Every live blue over these orders, newest first. */
  readonly holders: readonly StandingBlue[]
  readonly settled: readonly Settled[]
}

/**
 * How much too high an invoice is after completed refunds (S0-30): what all invoices of an order exceed
 * paid − platform − refunded by, as far as it is this one's to carry. A refund of a line belongs to the
 * invoice on which the line stands; what names no line, or more than is left of it, to the newest.
 */
export function findExcess({ orders, blue, holders, settled }: Standing): Excess[] {
  return liveShares(blue).flatMap(({ orderId }) => {
    const order = orders.find(({ id }) => id === orderId)
    if (order === undefined) return []
    const parts = shareOut(order, { blue, holders, settled })
    const amountFen = parts.reduce((sum, part) => sum + part.amountFen, 0n)
    return amountFen > 0n ? [{ orderId, amountFen, parts }] : []
  })
}

/** What an invoice can still give back of one order: of each of its lines, and in all. */
type Room = {
  readonly blue: StandingBlue
  readonly sales: { readonly line: OpenSale['line']; leftFen: Fen }[]
  leftFen: Fen
  readonly parts: ExcessPart[]
}

function shareOut(
  order: Order,
  { blue, holders, settled }: Pick<Standing, 'blue' | 'holders' | 'settled'>,
): readonly ExcessPart[] {
  const rooms = holders.map((holder) => openRoom(holder, order.id))
  const carried = rooms.reduce((sum, { leftFen }) => sum + leftFen, 0n)
  const rest = order.paidFen - order.platformFen - order.refundedFen
  const wanted = wantedParts(order, settled, carried - (rest > 0n ? rest : 0n))
  const unplaced = wanted.map((part) => rooms.reduce((left, room) => takeLine(room, order.id, left), part))
  for (const part of unplaced) rooms.reduce(takeAny, part)
  return rooms.find((room) => room.blue === blue)?.parts ?? []
}

function openRoom(blue: StandingBlue, orderId: string): Room {
  const share = liveShares(blue).find((own) => own.orderId === orderId)
  const reds = blue.reds.map(({ content }) => content)
  const sales = findOpenSales(blue.content, reds).map(({ line, grossFen }) => ({ line, leftFen: grossFen }))
  return { blue, sales, leftFen: share?.amountFen ?? 0n, parts: [] }
}

/** The newest completed refunds that no red has taken off yet, up to the excess. */
function wantedParts({ id, refunds }: Order, settled: readonly Settled[], excessFen: Fen): ExcessPart[] {
  const parts: ExcessPart[] = []
  let left = excessFen
  for (const { reference, lineNo, amountFen } of newestFirst(refunds)) {
    const done = settled
      .filter((own) => own.orderId === id && own.reference === reference)
      .reduce((sum, own) => sum + own.amountFen, 0n)
    const part = min(amountFen - done, left)
    if (part <= 0n) continue
    parts.push({ reference, lineNo, amountFen: part })
    left -= part
  }
  return left > 0n ? [...parts, { reference: null, lineNo: null, amountFen: left }] : parts
}

/** By completion: one that was applied for first may be completed last. */
function newestFirst(refunds: readonly Refund[]): Refund[] {
  const at = ({ completedAt }: Refund) => completedAt?.getTime() ?? 0
  return refunds
    .filter(({ state }) => state === 'completed')
    .reverse()
    .sort((a, b) => at(b) - at(a))
}

/** What of a part stays after the line that it names has given what it can. */
function takeLine(room: Room, orderId: string, part: ExcessPart): ExcessPart {
  const { lineNo } = part
  if (lineNo === null) return part
  let left = part
  for (const sale of room.sales) {
    if (!isFrom(sale.line, { orderId, lineNo })) continue
    const taken = min(min(sale.leftFen, room.leftFen), left.amountFen)
    sale.leftFen -= taken
    left = take(room, left, taken)
  }
  return left
}

function takeAny(part: ExcessPart, room: Room): ExcessPart {
  return take(room, part, min(room.leftFen, part.amountFen))
}

function take(room: Room, part: ExcessPart, amountFen: Fen): ExcessPart {
  if (amountFen <= 0n) return part
  room.leftFen -= amountFen
  room.parts.push({ ...part, amountFen })
  return { ...part, amountFen: part.amountFen - amountFen }
}

const min = (a: Fen, b: Fen) => (a < b ? a : b)

/** What of which refund these documents take off, for the plans that come after them. */
export function settledBy(excess: readonly Excess[]): Settled[] {
  return excess.flatMap(({ orderId, parts }) =>
    parts.flatMap(({ reference, amountFen }) =>
      reference === null ? [] : [{ orderId, reference, amountFen }],
    ),
  )
}
