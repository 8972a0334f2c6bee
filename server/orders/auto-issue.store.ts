import type { OrderState } from '../contract/orders.ts'
import type { Tx } from '../database/database.ts'

/** An order as the trigger sees it. */
export type TriggerFacts = {
  readonly orderId: string
  readonly state: OrderState
  /** As reported, or when it was first seen completed. */
  readonly completedAt: Date | null
  readonly hasHint: boolean
}

/** Those of these orders that have no request by the trigger yet, and none that ended it. */
export function findTriggerFacts(tx: Tx, orderIds: readonly string[]): Promise<TriggerFacts[]> {
  return tx.$queryRaw<TriggerFacts[]>`
    SELECT o.id::text AS "orderId", o.state, o.hint_sealed IS NOT NULL AS "hasHint", coalesce(o.completed_at,
      (SELECT min(m.at) FROM order_move m WHERE m.order_id = o.id AND m.to_state = 'completed')) AS "completedAt"
    FROM "order" o WHERE o.id = ANY(${[...orderIds]}::uuid[])
      AND NOT EXISTS (SELECT FROM auto_issue a WHERE a.order_id = o.id AND a.request_id IS NOT NULL)
    ORDER BY o.id`
}

export type Due = { readonly orderId: string; readonly dueAt: Date }

/** All in one statement. One that was asked for stays as it is. */
export async function upsertDue(
  tx: Tx,
  now: Date,
  { merchantId, due }: { merchantId: string; due: readonly Due[] },
): Promise<void> {
  const rows = JSON.stringify(due.map(({ orderId, dueAt }) => ({ order_id: orderId, due_at: dueAt })))
  await tx.$executeRaw`
    INSERT INTO auto_issue AS a (order_id, merchant_id, due_at, since, updated_at)
    SELECT d.order_id, ${merchantId}::uuid, d.due_at, d.due_at, ${now}
    FROM json_to_recordset(${rows}::json) AS d (order_id uuid, due_at timestamptz)
    ON CONFLICT (order_id) DO UPDATE SET due_at = EXCLUDED.due_at, updated_at = EXCLUDED.updated_at
    WHERE a.request_id IS NULL`
}

export type AutoIssue = {
  /** Null: nothing to do before something new is told about the order. */
  readonly dueAt: Date | null
  /** When it was due first. */
  readonly since: Date
  readonly reason: string | null
  readonly requestId: string | null
}

export function findAutoIssue(tx: Tx, orderId: string): Promise<AutoIssue | null> {
  return tx.autoIssue.findUnique({
    where: { orderId },
    select: { dueAt: true, since: true, reason: true, requestId: true },
  })
}

export async function writeAutoIssue(
  tx: Tx,
  now: Date,
  {
    orderId,
    ...data
  }: { orderId: string; dueAt: Date | null; reason: string | null; requestId: string | null },
): Promise<void> {
  await tx.autoIssue.update({ where: { orderId }, data: { ...data, updatedAt: now } })
}

/** Something new was told about an order that waits for that. False: it does not wait. */
export async function wakeAutoIssue(tx: Tx, now: Date, orderId: string): Promise<boolean> {
  const { count } = await tx.autoIssue.updateMany({
    where: { orderId, dueAt: null, requestId: null },
    data: { dueAt: now, updatedAt: now },
  })
  return count === 1
}
