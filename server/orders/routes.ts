import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import {
  LookUp,
  LookUpReply,
  NewOrder,
  OrderSaved,
  OrderView,
  RefundEvent,
  RefundSaved,
  Reveal,
  RevealReply,
} from '../contract/orders.ts'
import { Problem } from '../contract/problem.ts'
import type { SessionView } from '../contract/sessions.ts'
import { shape } from '../contract/shape.ts'
import { type InTransaction, type Tx, violates } from '../database/database.ts'
import { type GrantDeps, grantOf, requireApi, requireSession, sessionOf } from '../http/grant.ts'
import { onceByKey, readIdempotencyKey, type StoredReply } from '../http/idempotency.ts'
import { actorOf, personOf, principalOf, type SessionGrant } from '../tokens/grant.ts'
import { type LookedUp, type LookUpDeps, lookUpOrder } from './look-up-order.ts'
import { findOrders } from './order.store.ts'
import type { Order } from './order.ts'
import { findOrderFor, isOrderId, maySee } from './order-viewer.ts'
import { type RevealDeps, revealBuyer } from './reveal-buyer.ts'
import { type TakenOrder, type TakeOrderDeps, takeOrder } from './take-order.ts'
import { type TakeRefundDeps, takeRefund } from './take-refund.ts'
import { type OrderShop, type ViewOrderDeps, viewCandidate, viewOrder } from './view-order.ts'

export type OrderRouteDeps = LookUpDeps &
  TakeOrderDeps &
  TakeRefundDeps &
  Omit<RevealDeps, 'findShop'> &
  Omit<ViewOrderDeps, 'findShop'> & {
    readonly grants: GrantDeps
    findShop(merchantId: string, id: string): Promise<(OrderShop & { revealsPerDay: number }) | null>
    /** The session with one more proven order. */
    openProvenSession(grant: SessionGrant, orderId: string): Promise<SessionView>
  }

const TAKE_ORDER = 'POST /v1/orders'

/** Not `format: uuid`: what cannot be an id is as unknown as any other. */
const ById = shape({ id: Type.String({ minLength: 1, maxLength: 64 }) })

const OrderList = Type.Object({ items: Type.Array(OrderView) })

/** Orders: reported by a backend, found by a number, read, and their buyers shown for a reason. */
export function orderRoutes(deps: OrderRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(reportedOrders(deps))
    await app.register(refundEvents(deps))
    await app.register(seenOrders(deps))
  }
}

function reportedOrders(deps: OrderRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    const schema = {
      body: NewOrder,
      response: { 200: OrderSaved, 201: OrderSaved },
      security: [{ api: [] }],
    }
    app.post(
      '/v1/orders',
      { onRequest: requireApi(deps.grants, 'orders'), schema },
      async (request, reply) => {
        const grant = grantOf(request)
        const { merchantId } = grant
        const keyed = {
          merchantId,
          principal: principalOf(grant),
          route: TAKE_ORDER,
          key: readIdempotencyKey(request.headers['idempotency-key']),
          body: request.body,
        }
        const stored = await createdByOne(deps.inTransaction, (tx) =>
          onceByKey(deps, tx, keyed, async (): Promise<StoredReply> => {
            const taken = await takeOrder(deps, tx, { merchantId, actor: actorOf(grant), body: request.body })
            return { status: taken.outcome === 'created' ? 201 : 200, body: taken }
          }),
        )
        if (stored.isReplay) reply.header('Idempotency-Replayed', 'true')
        // The body is what `takeOrder` answered, now or the first time.
        return reply.code(stored.status === 201 ? 201 : 200).send(stored.body as TakenOrder)
      },
    )
  }
}

function refundEvents(deps: OrderRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    const onRequest = requireApi(deps.grants, 'orders')
    const told = { params: ById, body: RefundEvent, response: { 200: RefundSaved }, security: [{ api: [] }] }
    app.post('/v1/orders/:id/refunds', { onRequest, schema: told }, async (request) => {
      const grant = grantOf(request)
      const { merchantId } = grant
      const { id } = request.params
      if (!isOrderId(id)) throw new Problem('order_not_found')
      const event = { merchantId, orderId: id, actor: actorOf(grant), event: request.body }
      return deps.inTransaction((tx) => takeRefund(deps, tx, event))
    })
  }
}

/** Two calls may create one order at the same time: the second one runs again and finds it. */
async function createdByOne<T>(inTransaction: InTransaction, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await inTransaction(work)
  } catch (error) {
    if (!violates(error, 'order_shop_id_number_key')) throw error
    return inTransaction(work)
  }
}

function seenOrders(deps: OrderRouteDeps): FastifyPluginAsyncTypebox {
  const { database, grants } = deps
  const security = [{ session: [] }]
  const onRequest = requireSession(grants, 'orders.read')
  return async (app) => {
    const lookUp = { body: LookUp, response: { 200: LookUpReply }, security }
    app.post('/v1/orders/look-up', { onRequest, schema: lookUp }, async (request) => {
      const grant = sessionOf(request)
      const asker = { viewer: grant, actor: actorOf(grant), address: request.ip, person: personOf(grant) }
      const ask = { ...request.body, ...asker }
      return viewLookedUp(deps, grant, await lookUpOrder(deps, ask))
    })

    app.get(
      '/v1/orders',
      { onRequest, schema: { response: { 200: OrderList }, security } },
      async (request) => {
        const viewer = sessionOf(request)
        const orders = await findOrders(database, viewer.merchantId, viewer.orderIds)
        const own = orders.filter((order) => maySee(viewer, order))
        return { items: await Promise.all(own.map((order) => viewOrder(deps, database, { order, viewer }))) }
      },
    )

    const read = { params: ById, response: { 200: OrderView }, security }
    app.get('/v1/orders/:id', { onRequest, schema: read }, async (request) => {
      const viewer = sessionOf(request)
      const order = await getOrder(deps, viewer, request.params.id)
      return viewOrder(deps, database, { order, viewer })
    })

    const reveal = { params: ById, body: Reveal, response: { 200: RevealReply }, security }
    const mayReveal = requireSession(grants, 'orders.reveal')
    app.post('/v1/orders/:id/reveal', { onRequest: mayReveal, schema: reveal }, async (request) => {
      const grant = sessionOf(request)
      const order = await getOrder(deps, grant, request.params.id)
      return revealBuyer(deps, { order, actor: actorOf(grant), reason: request.body.reason })
    })
  }
}

/** Refuses with `order_not_found`, also for what is somebody else's. */
async function getOrder({ database }: OrderRouteDeps, grant: SessionGrant, id: string): Promise<Order> {
  const order = await findOrderFor(database, grant, id)
  if (order === null) throw new Problem('order_not_found')
  return order
}

async function viewLookedUp(
  deps: OrderRouteDeps,
  grant: SessionGrant,
  found: LookedUp,
): Promise<LookUpReply> {
  const { kind, number } = found
  const empty = { kind, number, order: null, candidates: [], session: null }
  if (found.kind === 'proof_needed') return empty
  if (found.kind === 'choose') {
    return {
      ...empty,
      candidates: await Promise.all(found.orders.map((order) => viewCandidate(deps, order))),
    }
  }
  const { order } = found
  const viewer = { ...grant, orderIds: [...grant.orderIds, order.id] }
  return {
    ...empty,
    order: await viewOrder(deps, deps.database, { order, viewer }),
    session: found.isProven ? await deps.openProvenSession(grant, order.id) : null,
  }
}
