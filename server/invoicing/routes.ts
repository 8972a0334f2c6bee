import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { actorText } from '../audit/record.ts'
import {
  FixAsk,
  InvoiceAsk,
  InvoiceRequestView,
  Preview,
  ReplyAsk,
  ReplyView,
  RequestList,
} from '../contract/invoicing.ts'
import { Problem } from '../contract/problem.ts'
import { Id } from '../contract/shape.ts'
import type { Database, InTransaction, Tx } from '../database/database.ts'
import { type GrantDeps, grantOf, requireGrant, requireSession, sessionOf } from '../http/grant.ts'
import { onceByKey, readIdempotencyKey } from '../http/idempotency.ts'
import type { Order } from '../orders/order.ts'
import type { Vault } from '../privacy/vault.ts'
import { actorOf, type Grant, principalOf } from '../tokens/grant.ts'
import { allowOrHide, maySee, roleOf, surfaceOf } from './authorise.ts'
import { businessDate, startOfBusinessDate } from './business-date.ts'
import { type ComposeReplyDeps, composeReply } from './compose-reply.ts'
import { type FixDeps, fixRequest } from './fix-request.ts'
import { findRequest, type InvoiceRequest, listRequestsSince, openTitle } from './request.store.ts'
import { type Ask, previewInvoice, type RequestInvoiceDeps, requestInvoice } from './request-invoice.ts'
import { viewRequestFor } from './view-for.ts'
import { viewPreview } from './view-invoice.ts'
import { viewTyped } from './view-invoice-request.ts'
import { type WithdrawDeps, withdrawRequest } from './withdraw-request.ts'

export type InvoicingRouteDeps = RequestInvoiceDeps &
  FixDeps &
  WithdrawDeps &
  ComposeReplyDeps & {
    grants: GrantDeps
    database: Database
    vault: Vault
    inTransaction: InTransaction
    findOrders(tx: Tx | Database, merchantId: string, ids: readonly string[]): Promise<Order[]>
  }

const ById = Type.Object({ id: Id })
/** For the API document; the hooks decide. */
const BOTH = [{ session: [] }, { api: [] }]
const SESSION = [{ session: [] }]

const DryRun = Type.Object({ dry_run: Type.Optional(Type.Boolean()) })

/** 开票申请: ask, follow, withdraw, and the sentence for the chat. */
export function invoicingRoutes(deps: InvoicingRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(askRoutes(deps))
    await app.register(followRoutes(deps))
    await app.register(actRoutes(deps))
  }
}

function askRoutes(deps: InvoicingRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    const mayWrite = requireGrant(deps.grants, { session: 'requests.write', api: 'invoices' })
    app.post(
      '/v1/invoice-requests',
      {
        onRequest: mayWrite,
        schema: {
          body: InvoiceAsk,
          querystring: DryRun,
          response: { 200: Preview, 202: InvoiceRequestView },
          security: BOTH,
        },
      },
      async (request, reply) => {
        const grant = grantOf(request)
        const asked = readAsk(grant, request.body)
        await checkOrdersVisible(deps, grant, request.body.orderIds)
        if (request.query.dry_run === true) {
          const preview = await deps.inTransaction((tx) => previewInvoice(deps, tx, asked))
          return reply.code(200).send(viewPreview(preview))
        }
        const answer = await askOnce(deps, request, asked)
        if (answer.isReplay) reply.header('Idempotency-Replayed', 'true')
        return reply.code(202).send(answer.view)
      },
    )
  }
}

function followRoutes(deps: InvoicingRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    const mayRead = requireGrant(deps.grants, { session: 'invoices.read', api: 'invoices' })
    app.get(
      '/v1/invoice-requests/:id',
      { onRequest: mayRead, schema: { params: ById, response: { 200: InvoiceRequestView }, security: BOTH } },
      async (request) => {
        const found = await readVisible(deps, grantOf(request), request.params.id)
        return viewOf(deps, grantOf(request), found)
      },
    )

    app.get(
      '/v1/invoice-requests',
      {
        onRequest: requireSession(deps.grants, 'replies.write'),
        schema: { response: { 200: RequestList }, security: SESSION },
      },
      async (request) => {
        const grant = sessionOf(request)
        const since = startOfBusinessDate(businessDate(deps.now()))
        const actor = `${grant.role}:${grant.subject}`
        const requests = await listRequestsSince(deps.database, {
          merchantId: grant.merchantId,
          actor,
          since,
        })
        const visible = requests.filter((item) => maySee(grant, withOrders(item)))
        return { items: await Promise.all(visible.map((item) => viewOf(deps, grant, item))) }
      },
    )
  }
}

function actRoutes(deps: InvoicingRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    const mayWrite = requireGrant(deps.grants, { session: 'requests.write', api: 'invoices' })
    app.post(
      '/v1/invoice-requests/:id/withdraw',
      {
        onRequest: mayWrite,
        schema: { params: ById, response: { 200: InvoiceRequestView }, security: BOTH },
      },
      async (request) => {
        const grant = grantOf(request)
        const found = await readVisible(deps, grant, request.params.id)
        const withdrawn = await deps.inTransaction((tx) =>
          withdrawRequest(deps, tx, { id: found.id, actor: actorOf(grant) }),
        )
        const view = await viewOf(deps, grant, withdrawn)
        if (!isRequester(grant, withdrawn)) return view
        const title = await openTitle(deps.vault, withdrawn)
        return { ...view, typed: viewTyped({ request: withdrawn, title }) }
      },
    )

    app.post(
      '/v1/invoice-requests/:id/fix',
      {
        onRequest: mayWrite,
        schema: { params: ById, body: FixAsk, response: { 200: InvoiceRequestView }, security: BOTH },
      },
      async (request) => {
        const grant = grantOf(request)
        const found = await readVisible(deps, grant, request.params.id)
        const fixed = await deps.inTransaction((tx) =>
          fixRequest(deps, tx, { id: found.id, actor: actorOf(grant), fix: request.body }),
        )
        return viewOf(deps, grant, fixed)
      },
    )

    app.post(
      '/v1/invoice-requests/:id/reply',
      {
        onRequest: requireSession(deps.grants, 'replies.write'),
        schema: { params: ById, body: ReplyAsk, response: { 200: ReplyView }, security: SESSION },
      },
      async (request) => {
        const grant = sessionOf(request)
        const found = await readVisible(deps, grant, request.params.id)
        const { locale = 'zh-CN', version } = request.body
        const reply = await deps.inTransaction((tx) =>
          composeReply(deps, tx, { id: found.id, version, locale, actor: actorOf(grant) }),
        )
        return { ...reply, expiresAt: reply.expiresAt.toISOString() }
      },
    )
  }
}

function readAsk(grant: Grant, ask: InvoiceAsk): Ask {
  return {
    merchantId: grant.merchantId,
    role: grant.kind === 'session' && grant.role === 'customer' ? 'customer' : 'agent',
    surface: surfaceOf(grant),
    actor: actorOf(grant),
    ask,
  }
}

/** An order that the grant may not see is answered like one that does not exist. */
async function checkOrdersVisible(
  deps: InvoicingRouteDeps,
  grant: Grant,
  ids: readonly string[],
): Promise<void> {
  const orders = await deps.findOrders(deps.database, grant.merchantId, ids)
  const visible = orders.filter((order) => maySee(grant, { ...order, orderIds: [order.id] }))
  if (visible.length !== new Set(ids).size) throw new Problem('order_not_found', { field: '/orderIds' })
}

/** The key, the request, its job and its audit entry are one transaction. */
async function askOnce(deps: InvoicingRouteDeps, request: FastifyRequest, asked: Ask) {
  const grant = grantOf(request)
  const key = readIdempotencyKey(request.headers['idempotency-key'])
  const stored = await deps.inTransaction((tx) =>
    onceByKey(
      deps,
      tx,
      {
        merchantId: grant.merchantId,
        principal: principalOf(grant),
        route: 'POST /v1/invoice-requests',
        key,
        body: asked.ask,
      },
      async () => {
        const made = await requestInvoice(deps, tx, asked)
        return { status: 202, body: await viewOf(deps, grant, made, tx) }
      },
    ),
  )
  return { isReplay: stored.isReplay, view: stored.body as InvoiceRequestView } // stored by us, sealed
}

async function readVisible(deps: InvoicingRouteDeps, grant: Grant, id: string): Promise<InvoiceRequest> {
  const found = await findRequest(deps.database, id)
  return allowOrHide(
    grant,
    found === null ? null : { ...found, ...withOrders(found) },
    'invoice_request_not_found',
  )
}

function withOrders({ merchantId, shopId, shares }: InvoiceRequest) {
  return { merchantId, shopId, orderIds: shares.map(({ orderId }) => orderId) }
}

function isRequester(grant: Grant, { actor }: InvoiceRequest): boolean {
  return actor === actorText(actorOf(grant))
}

function viewOf(
  deps: InvoicingRouteDeps,
  grant: Grant,
  request: InvoiceRequest,
  tx: Tx | Database = deps.database,
) {
  const reader = { role: roleOf(grant), actor: actorText(actorOf(grant)) }
  return viewRequestFor(deps, reader, request, tx)
}
