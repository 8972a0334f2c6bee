import { type Static, Type } from 'typebox'
import { Id, Instant, nullable, oneOf, shape } from './shape.ts'

/** 找客服: tied to an order where there is one. */
export const NewTicket = shape({
  kind: oneOf(['deadline_passed', 'help']),
  orderId: Type.Optional(nullable(Id)),
  text: Type.Optional(Type.String({ maxLength: 1000 })),
})
export const TicketView = Type.Object({
  id: Id,
  number: Type.String(),
  kind: oneOf(['deadline_passed', 'help']),
  state: oneOf(['open', 'done']),
  orderId: nullable(Id),
  orderNumber: nullable(Type.String()),
  /** The request that answered it (F24); null while nobody asked. */
  requestId: nullable(Id),
  createdAt: Instant,
  dueAt: Instant,
})
export type TicketView = Static<typeof TicketView>
export const TicketList = Type.Object({ items: Type.Array(TicketView) })
