import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Problem } from '../contract/problem.ts'
import { NewTicket, TicketList, TicketView } from '../contract/tickets.ts'
import type { Database, InTransaction, Tx } from '../database/database.ts'
import { type GrantDeps, requireSession, sessionOf } from '../http/grant.ts'
import { onceByKey, readIdempotencyKey } from '../http/idempotency.ts'
import { actorOf, principalOf } from '../tokens/grant.ts'
import { type OpenTicketDeps, openTicket } from './open-ticket.ts'
import { listOpenTickets, type Ticket } from './ticket.store.ts'

export type TicketRouteDeps = OpenTicketDeps & {
  readonly grants: GrantDeps
  readonly database: Database
  readonly inTransaction: InTransaction
  /** Numbers by order id. */
  findOrderNumbers(
    tx: Tx | Database,
    merchantId: string,
    ids: readonly string[],
  ): Promise<Map<string, string>>
}

/** 找客服: customers and agents open tickets, agents see what is open. */
export function ticketRoutes(deps: TicketRouteDeps): FastifyPluginAsyncTypebox {
  const { database, grants } = deps
  const onRequest = requireSession(grants, 'tickets.write')
  const security = [{ session: [] }]
  return async (app) => {
    const open = { body: NewTicket, response: { 201: TicketView }, security }
    app.post('/v1/tickets', { onRequest, schema: open }, async (request, reply) => {
      const grant = sessionOf(request)
      const keyed = {
        merchantId: grant.merchantId,
        principal: principalOf(grant),
        route: 'POST /v1/tickets',
        key: readIdempotencyKey(request.headers['idempotency-key']),
        body: request.body,
      }
      const ask = { viewer: grant, actor: actorOf(grant), ticket: request.body }
      const stored = await deps.inTransaction((tx) =>
        onceByKey(deps, tx, keyed, async () => {
          const [view] = await viewTickets(deps, tx, [await openTicket(deps, tx, ask)])
          return { status: 201, body: view }
        }),
      )
      if (stored.isReplay) reply.header('Idempotency-Replayed', 'true')
      return reply.code(201).send(stored.body as TicketView) // written above, now or the first time
    })

    const list = { response: { 200: TicketList }, security }
    app.get('/v1/tickets', { onRequest, schema: list }, async (request) => {
      const grant = sessionOf(request)
      if (grant.role !== 'agent') throw new Problem('token_not_allowed')
      return { items: await viewTickets(deps, database, await listOpenTickets(database, grant)) }
    })
  }
}

async function viewTickets(
  deps: TicketRouteDeps,
  tx: Tx | Database,
  tickets: readonly Ticket[],
): Promise<TicketView[]> {
  const [first] = tickets
  if (first === undefined) return []
  const orderIds = tickets.flatMap(({ orderId }) => (orderId === null ? [] : [orderId]))
  const numbers = await deps.findOrderNumbers(tx, first.merchantId, [...new Set(orderIds)])
  return tickets.map(({ id, number, kind, state, orderId, requestId, createdAt, dueAt }) => ({
    id,
    number,
    kind,
    state,
    orderId,
    requestId,
    orderNumber: orderId === null ? null : (numbers.get(orderId) ?? null),
    createdAt: createdAt.toISOString(),
    dueAt: dueAt.toISOString(),
  }))
}
