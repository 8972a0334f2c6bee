import { type Actor, recordAudit } from '../audit/record.ts'
import type { ExceptionClosed, ExceptionVerdict } from '../contract/exceptions.ts'
import { Problem } from '../contract/problem.ts'
import type { Tx } from '../database/database.ts'
import { publish } from '../live/publish.ts'
import { wakeOrder } from './arm-auto-issue.ts'
import { closeKept, findException, hasOpenException, type RefundException } from './exception.store.ts'
import { lockOrder } from './order.store.ts'
import { refundStateOf } from './order-input.ts'

export type CloseExceptionDeps = { now: () => Date }

type Closing = {
  merchantId: string
  /** Null: all shops of the merchant. */
  shopId: string | null
  id: string
  actor: Actor
  verdict: ExceptionVerdict
}

/**
 * A person has looked at a refund event that could not be counted, and says why it is settled: it moves no
 * money, now as before, and with the last one closed the order may be invoiced again for what is left of
 * it. Closing a closed one changes nothing. Refuses with `exception_not_found`.
 */
export async function closeException(
  deps: CloseExceptionDeps,
  tx: Tx,
  { merchantId, shopId, id, actor, verdict }: Closing,
): Promise<ExceptionClosed> {
  const found = await findException(tx, { merchantId, shopId, id })
  if (found === null) throw new Problem('exception_not_found')
  const now = deps.now()
  const order = await lockOrder(tx, merchantId, found.orderId)
  if (order === null) throw new Error(`order ${found.orderId} is gone`)
  const closedAt = await closeKept(tx, now, id)
  if (closedAt !== null) return view(found, closedAt)

  const refundHint = (await hasOpenException(tx, order.id)) ? ('amount_unknown' as const) : null
  const refundState = refundStateOf({ ...order, refundHint }, order.refunds)
  const data = { refundState, updatedAt: now, version: { increment: 1 } }
  await tx.order.update({ where: { id: order.id }, data })
  const { kind, reference, amountFen, expectedFen } = found
  await recordAudit(tx, now, {
    merchantId,
    actor,
    act: 'order.exception_closed',
    object: `order:${order.id}`,
    facts: {
      amountFen: amountFen.toString(),
      exception: id,
      expectedFen: expectedFen.toString(),
      ...{ kind, reference, verdict },
    },
  })
  await publish(
    tx,
    { topic: `order:${order.id}`, version: order.version + 1 },
    { topic: `shop:${order.shopId}`, version: 0 },
    { topic: `desk:${merchantId}`, version: 0 },
  )
  await wakeOrder(tx, now, { merchantId, orderId: order.id })
  return view(found, now)
}

function view({ id, orderId }: RefundException, closedAt: Date): ExceptionClosed {
  return { id, orderId, closedAt: closedAt.toISOString() }
}
