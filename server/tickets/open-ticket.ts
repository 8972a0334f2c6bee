import type { Static } from 'typebox'
import { type Actor, actorText, recordAudit } from '../audit/record.ts'
import { Problem } from '../contract/problem.ts'
import type { NewTicket } from '../contract/tickets.ts'
import type { Tx } from '../database/database.ts'
import { v7 } from '../database/ids.ts'
import { publish } from '../live/publish.ts'
import type { Viewer } from '../orders/order-viewer.ts'
import type { Vault } from '../privacy/vault.ts'
import { findOpenTicket, insertTicket, type Ticket } from './ticket.store.ts'
import { newTicketNumber } from './ticket-number.ts'

export type OpenTicketDeps = {
  vault: Vault
  now: () => Date
  /** Locks the order; null where the viewer may not see it. */
  lockOrderFor(tx: Tx, viewer: Viewer, id: string): Promise<{ id: string; shopId: string } | null>
}

export type TicketAsk = { viewer: Viewer; actor: Actor; ticket: Static<typeof NewTicket> }

/** A person answers within a day. */
const DUE_MS = 24 * 3_600_000

/**
 * 找客服: a question for the shop's people. Asking again to extend the deadline of an order finds the
 * ticket that is open. Refuses with `order_not_found`, and with `request_invalid` where neither order
 * nor session says which shop is meant.
 */
export async function openTicket(deps: OpenTicketDeps, tx: Tx, ask: TicketAsk): Promise<Ticket> {
  const { viewer, actor } = ask
  const { kind, orderId = null, text = '' } = ask.ticket
  const order = orderId === null ? null : await deps.lockOrderFor(tx, viewer, orderId)
  if (orderId !== null && order === null) throw new Problem('order_not_found')
  const shopId = order?.shopId ?? viewer.shopId
  if (shopId === null) throw new Problem('request_invalid', { field: '/orderId' })
  const { merchantId } = viewer
  if (order !== null && kind === 'deadline_passed') {
    const open = await findOpenTicket(tx, { merchantId, orderId: order.id, kind })
    if (open !== null) return open
  }

  const now = deps.now()
  const id = v7(now)
  const place = { merchantId, table: 'ticket', column: 'text', rowId: id }
  const ticket = await insertTicket(tx, {
    id,
    merchantId,
    shopId,
    orderId: order?.id ?? null,
    number: newTicketNumber(),
    kind,
    textSealed: text.trim() === '' ? null : await deps.vault.sealJson(place, text.trim()),
    actor: actorText(actor),
    createdAt: now,
    dueAt: new Date(now.getTime() + DUE_MS),
  })
  await recordAudit(tx, now, {
    merchantId,
    actor,
    act: 'ticket.opened',
    object: `ticket:${id}`,
    facts: { kind, order: order?.id ?? null, shop: shopId },
  })
  await publish(tx, { topic: `shop:${shopId}`, version: 0 })
  return ticket
}
