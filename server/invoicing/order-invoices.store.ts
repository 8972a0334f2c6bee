import type { Database, Tx } from '../database/database.ts'
import type { InvoiceSummary } from './invoice.store.ts'

/** An invoice, blue or red, as one of its orders sees it. */
export type OrderInvoiceRow = InvoiceSummary & {
  readonly colour: 'blue' | 'red'
  /** What of it belongs to the order that was asked for; below zero on a red one. */
  readonly amountFen: bigint
  readonly shares: readonly { readonly orderId: string; readonly amountFen: bigint }[]
}

type Row = Omit<OrderInvoiceRow, 'shares'> & { shares: { orderId: string; amountFen: string }[] }

/** Every invoice that covers an order, newest first; at most 50. */
export async function listOrderInvoices(tx: Tx | Database, orderId: string): Promise<OrderInvoiceRow[]> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT i.id::text, i.number, i.state, i.kind, i.colour, i.gross_fen AS "grossFen",
      i.business_date::text AS "businessDate", a.amount_fen AS "amountFen",
      (SELECT json_agg(json_build_object('orderId', s.order_id, 'amountFen', s.amount_fen::text)
          ORDER BY s.order_id) FROM invoice_allocation s WHERE s.invoice_id = i.id) AS shares
    FROM invoice_allocation a JOIN invoice i ON i.id = a.invoice_id
    WHERE a.order_id = ${orderId}::uuid ORDER BY i.issued_at DESC, i.id DESC LIMIT 50`
  return rows.map((row) => ({
    ...row,
    shares: row.shares.map((share) => ({ ...share, amountFen: BigInt(share.amountFen) })),
  }))
}

/** Blue, and not taken back whole: it still holds a part of its orders. */
export function isLiveBlue({ colour, state }: Pick<OrderInvoiceRow, 'colour' | 'state'>): boolean {
  return colour === 'blue' && (state === 'issued' || state === 'partly_reversed')
}

/** Ids of the live blues over any of these orders, newest first. */
export async function listLiveBlues(tx: Tx | Database, orderIds: readonly string[]): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT i.id::text FROM invoice i
    WHERE i.colour = 'blue' AND i.state IN ('issued', 'partly_reversed') AND EXISTS (
      SELECT FROM invoice_allocation a WHERE a.invoice_id = i.id AND a.order_id = ANY(${[...orderIds]}::uuid[]))
    ORDER BY i.issued_at DESC, i.id DESC`
  return rows.map(({ id }) => id)
}

/** Σ blue − Σ red of each order, in fen. Orders without an invoice are left out. */
export async function sumInvoiced(
  tx: Tx | Database,
  orderIds: readonly string[],
): Promise<Map<string, bigint>> {
  const rows = await tx.$queryRaw<{ orderId: string; sumFen: string }[]>`
    SELECT order_id::text AS "orderId", sum(amount_fen)::text AS "sumFen" FROM invoice_allocation
    WHERE order_id = ANY(${[...orderIds]}::uuid[]) GROUP BY order_id`
  return new Map(rows.map(({ orderId, sumFen }) => [orderId, BigInt(sumFen)]))
}

/** The newest live invoice, as the reason why nothing is left. */
export function holdingInvoiceOf(
  rows: readonly OrderInvoiceRow[],
): { id: string; number: string; isMerged: boolean } | null {
  const newest = rows.find(isLiveBlue)
  return newest === undefined
    ? null
    : { id: newest.id, number: newest.number, isMerged: newest.shares.length > 1 }
}
