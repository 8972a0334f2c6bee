import { type Actor, recordAudit } from '../audit/record.ts'
import type { Tx } from '../database/database.ts'
import { publish } from '../live/publish.ts'

type Answered = { merchantId: string; orderIds: readonly string[]; requestId: string; actor: Actor }

/**
 * Somebody asked for the invoices of these orders: their tickets about a passed deadline are done, and
 * name the request (F24). Orders without one change nothing.
 */
export async function answerTickets(
  now: Date,
  tx: Tx,
  { merchantId, orderIds, requestId, actor }: Answered,
): Promise<void> {
  const kind = 'deadline_passed'
  const open = await tx.ticket.findMany({
    where: { merchantId, orderId: { in: [...orderIds] }, kind, state: 'open' },
    select: { id: true, shopId: true },
  })
  for (const { id, shopId } of open) {
    await tx.ticket.update({ where: { id }, data: { state: 'done', doneAt: now, requestId } })
    await recordAudit(tx, now, {
      merchantId,
      actor,
      act: 'ticket.answered',
      object: `ticket:${id}`,
      facts: { request: requestId },
    })
    await publish(tx, { topic: `shop:${shopId}`, version: 0 })
  }
}
