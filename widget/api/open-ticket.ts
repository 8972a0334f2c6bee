import type { TicketView } from '../../server/contract/tickets.ts'
import type { Call } from './call.ts'
import { isTicket } from './read-replies.ts'

export type TicketAsk = { kind: 'deadline_passed' | 'help'; orderId: string | null; text?: string }

/** 找客服: somebody at the shop will answer, and the customer keeps a number. */
export function openTicket(call: Call, ticket: TicketAsk, idempotencyKey: string): Promise<TicketView> {
  return call({ method: 'POST', path: '/tickets', body: ticket, idempotencyKey, reply: isTicket })
}
