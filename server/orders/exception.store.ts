import { type Actor, actorText } from '../audit/record.ts'
import type { Database, Tx } from '../database/database.ts'
import { v7 } from '../database/ids.ts'
import type { Order } from './order.ts'

export type RefundException = {
  readonly id: string
  readonly kind: 'refund_above_paid' | 'refund_contradicts'
  readonly merchantId: string
  readonly shopId: string
  readonly orderId: string
  readonly reference: string
  readonly amountFen: bigint
  readonly expectedFen: bigint
  readonly createdAt: Date
}

type NewException = Pick<RefundException, 'kind' | 'reference' | 'amountFen' | 'expectedFen'> & {
  order: Pick<Order, 'id' | 'merchantId' | 'shopId'>
  actor: Actor
}

/** Keeps an event that cannot be counted. Told again it is the same one; `isNew` says which. */
export async function keepException(
  tx: Tx,
  now: Date,
  { order, kind, reference, amountFen, expectedFen, actor }: NewException,
): Promise<{ id: string; isNew: boolean }> {
  const open = { orderId: order.id, kind, reference, amountFen, resolvedAt: null }
  const known = await tx.orderException.findFirst({ where: open, select: { id: true } })
  if (known !== null) return { id: known.id, isNew: false }
  const id = v7(now)
  const { merchantId, shopId } = order
  const row = { ...open, id, merchantId, shopId, expectedFen, actor: actorText(actor), createdAt: now }
  await tx.orderException.create({ data: row })
  return { id, isNew: true }
}

/** An event under the same reference fits now: what was kept is answered. Returns how many were. */
export async function resolveExceptions(
  tx: Tx,
  now: Date,
  { orderId, reference }: { orderId: string; reference: string },
): Promise<number> {
  const { count } = await tx.orderException.updateMany({
    where: { orderId, reference, resolvedAt: null },
    data: { resolvedAt: now },
  })
  return count
}

/** One kept event, open or closed. `shopId` null: of any shop of the merchant. */
export async function findException(
  tx: Tx | Database,
  { merchantId, shopId, id }: Where & { id: string },
): Promise<RefundException | null> {
  const row = await tx.orderException.findFirst({
    where: { id, merchantId, ...(shopId === null ? {} : { shopId }) },
  })
  return row === null ? null : withKind(row)
}

/** Closes it now and answers null, or answers when it was closed. */
export async function closeKept(tx: Tx, now: Date, id: string): Promise<Date | null> {
  const { count } = await tx.orderException.updateMany({
    where: { id, resolvedAt: null },
    data: { resolvedAt: now },
  })
  if (count === 1) return null
  return (await tx.orderException.findUniqueOrThrow({ where: { id } })).resolvedAt
}

export async function hasOpenException(tx: Tx | Database, orderId: string): Promise<boolean> {
  return (await tx.orderException.count({ where: { orderId, resolvedAt: null }, take: 1 })) > 0
}

type Where = { merchantId: string; shopId: string | null }

/** More than a person reads; the oldest come first. */
const LISTED_MAX = 500

/** Open ones, oldest first. */
export async function listRefundExceptions(
  tx: Tx | Database,
  { merchantId, shopId }: Where,
): Promise<RefundException[]> {
  const rows = await tx.orderException.findMany({
    where: { merchantId, resolvedAt: null, ...(shopId === null ? {} : { shopId }) },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    take: LISTED_MAX,
  })
  return rows.map(withKind)
}

function withKind<Row extends { kind: string }>({ kind, ...row }: Row) {
  // CHECK order_exception_kind_known
  const known =
    kind === 'refund_contradicts' ? ('refund_contradicts' as const) : ('refund_above_paid' as const)
  return { ...row, kind: known }
}

/** Orders whose claims are above what is left, by the flag that the same transaction sets. */
export async function listOverInvoiced(
  tx: Tx | Database,
  { merchantId, shopId }: Where,
): Promise<{ id: string }[]> {
  return tx.order.findMany({
    where: { merchantId, isOverInvoiced: true, ...(shopId === null ? {} : { shopId }) },
    orderBy: { updatedAt: 'asc' },
    take: LISTED_MAX,
    select: { id: true },
  })
}
