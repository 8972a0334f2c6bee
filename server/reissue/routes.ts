import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Problem } from '../contract/problem.ts'
import {
  AcknowledgeAsk,
  AcknowledgeLink,
  REISSUE_STATES,
  ReissueApproval,
  ReissueAsk,
  ReissueList,
  ReissueOffer,
  ReissuePlan,
  ReissueRejection,
  ReissueView,
  RetryBlueAsk,
} from '../contract/reissues.ts'
import { Id, oneOf } from '../contract/shape.ts'
import type { InTransaction, Tx } from '../database/database.ts'
import {
  type GrantDeps,
  grantOf,
  requireGrant,
  requireSession,
  sessionOf,
  stepUpCodeOf,
} from '../http/grant.ts'
import { onceByKey, readIdempotencyKey } from '../http/idempotency.ts'
import { hasProvenAll, maySee, roleOf, surfaceOf } from '../invoicing/authorise.ts'
import type { OrderLinkAsk } from '../invoicing/compose-reply.ts'
import type { StoredInvoice } from '../invoicing/invoice.store.ts'
import type { IssuerCredit } from '../issuers/issuer.ts'
import { actorOf, principalOf } from '../tokens/grant.ts'
import {
  acknowledge,
  approveReissue,
  executeReissue,
  rejectReissue,
  withdrawReissue,
} from './decide-reissue.ts'
import {
  type GrantReadDeps,
  lookerOf,
  readForReview,
  readForStaff,
  readInvoice,
  readReissue,
  viewOf,
  viewsOf,
} from './for-grant.ts'
import { offerReissue } from './offer-reissue.ts'
import { type ActDeps, readPlanFacts } from './read-plan-facts.ts'
import { listReissuesIn, listReissuesOf } from './reissue.store.ts'
import { type RetryDeps, retryBlue } from './retry-blue.ts'
import { hashDiff, previewReissue, type Start, startReissue } from './start-reissue.ts'
import { mayWithdraw, viewPlan } from './view-reissue.ts'

export type ReissueRouteDeps = ActDeps &
  RetryDeps &
  GrantReadDeps & {
    grants: GrantDeps
    inTransaction: InTransaction
    createOrderLink(tx: Tx, ask: OrderLinkAsk): Promise<{ url: string; expiresAt: Date }>
    /** Never throws: what the issuer does not say in time is unknown. */
    readCredit(issuerId: string): Promise<IssuerCredit>
    hasPlatform(shopId: string): Promise<boolean>
  }

const ById = Type.Object({ id: Id })
const DryRun = Type.Object({ dry_run: Type.Optional(Type.Boolean()) })
/** For the API document; the hooks decide. */
const BOTH = [{ session: [] }, { api: [] }]
const SESSION = [{ session: [] }]
const acting = { params: ById, response: { 200: ReissueView }, security: BOTH }

/** 换开 and 红冲: plan, confirm, decide, carry out, follow. */
export function reissueRoutes(deps: ReissueRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(planRoutes(deps))
    await app.register(followRoutes(deps))
    await app.register(actRoutes(deps))
    await app.register(reviewRoutes(deps))
    await app.register(customerRoutes(deps))
  }
}

function planRoutes(deps: ReissueRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/v1/invoices/:id/reissues',
      {
        onRequest: requireGrant(deps.grants, { session: 'requests.write', api: 'invoices' }),
        schema: {
          params: ById,
          body: ReissueAsk,
          querystring: DryRun,
          response: { 200: ReissuePlan, 201: ReissueView },
          security: BOTH,
        },
      },
      async (request, reply) => {
        const grant = grantOf(request)
        const invoice = await readInvoice(deps, grant, request.params.id)
        if (!hasProvenAll(grant, invoice.orderIds))
          throw new Problem('reissue_not_possible', { nextAction: 'contact_service' })
        const start: Start = {
          ...{ merchantId: invoice.merchantId, invoiceId: invoice.id, planner: roleOf(grant) },
          ...{ surface: surfaceOf(grant), actor: actorOf(grant), ask: request.body },
        }
        if (request.query.dry_run === true) return reply.code(200).send(await previewOf(deps, start, invoice))
        const answer = await startOnce(deps, request, start)
        if (answer.isReplay) reply.header('Idempotency-Replayed', 'true')
        return reply.code(201).send(answer.view)
      },
    )
  }
}

function followRoutes(deps: ReissueRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    const onRequest = requireGrant(deps.grants, { session: 'invoices.read', api: 'invoices' })

    app.get(
      '/v1/invoices/:id/reissues',
      { onRequest, schema: { params: ById, response: { 200: ReissueList }, security: BOTH } },
      async (request) => {
        const grant = grantOf(request)
        const { id } = await readInvoice(deps, grant, request.params.id)
        return { items: await viewsOf(deps, grant, await listReissuesOf(deps.database, id)) }
      },
    )

    app.get(
      '/v1/invoices/:id/reissue-offer',
      { onRequest, schema: { params: ById, response: { 200: ReissueOffer }, security: BOTH } },
      async (request) => {
        const grant = grantOf(request)
        const { merchantId, id, orderIds } = await readInvoice(deps, grant, request.params.id)
        const isWhole = hasProvenAll(grant, orderIds)
        return deps.inTransaction(async (tx) => {
          const facts = await readPlanFacts(deps, tx, { merchantId, id })
          if (facts === null) throw new Problem('invoice_not_found')
          return offerReissue({ facts, role: roleOf(grant), isWhole, reissues: await listReissuesOf(tx, id) })
        })
      },
    )

    app.get('/v1/reissues/:id', { onRequest, schema: acting }, async (request) => {
      const grant = grantOf(request)
      return viewOf(deps, grant, await readReissue(deps, grant, request.params.id))
    })

    app.get(
      '/v1/reissues',
      {
        onRequest: requireSession(deps.grants, 'reviews.read'),
        schema: {
          querystring: Type.Object({ state: oneOf(REISSUE_STATES) }),
          response: { 200: ReissueList },
          security: SESSION,
        },
      },
      async (request) => {
        const grant = sessionOf(request)
        const { merchantId } = grant
        const found = await listReissuesIn(deps.database, { merchantId, state: request.query.state })
        return {
          items: await viewsOf(
            deps,
            grant,
            found.filter((reissue) => maySee(grant, reissue)),
          ),
        }
      },
    )
  }
}

function actRoutes(deps: ReissueRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    const onRequest = requireGrant(deps.grants, { session: 'requests.write', api: 'invoices' })

    app.post('/v1/reissues/:id/execute', { onRequest, schema: acting }, async (request) => {
      const grant = grantOf(request)
      const { id, cause } = await readForStaff(deps, grant, request.params.id)
      // What a refund made necessary is started by its approval: whoever answers customers cannot (F22).
      if (cause === 'refund' && grant.kind === 'session') throw new Problem('token_not_allowed')
      const done = await deps.inTransaction((tx) => executeReissue(deps, tx, { id, actor: actorOf(grant) }))
      return viewOf(deps, grant, done)
    })

    app.post('/v1/reissues/:id/withdraw', { onRequest, schema: acting }, async (request) => {
      const grant = grantOf(request)
      const reissue = await readReissue(deps, grant, request.params.id)
      const { id, state } = reissue
      if (state !== 'withdrawn' && !mayWithdraw(reissue, lookerOf(grant)))
        throw new Problem('move_not_allowed', { facts: { id, from: state, to: 'withdrawn' } })
      const done = await deps.inTransaction((tx) => withdrawReissue(deps, tx, { id, actor: actorOf(grant) }))
      return viewOf(deps, grant, done)
    })

    app.post(
      '/v1/reissues/:id/retry-blue',
      { onRequest, schema: { ...acting, body: RetryBlueAsk } },
      async (request) => {
        const grant = grantOf(request)
        const { id } = await readForStaff(deps, grant, request.params.id)
        const { title = null } = request.body
        const done = await deps.inTransaction((tx) =>
          retryBlue(deps, tx, { id, title, actor: actorOf(grant) }),
        )
        return viewOf(deps, grant, done)
      },
    )
  }
}

function reviewRoutes(deps: ReissueRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    const onRequest = requireSession(deps.grants, 'reviews.decide')
    const deciding = { ...acting, security: SESSION }

    app.post(
      '/v1/reissues/:id/approve',
      { onRequest, schema: { ...deciding, body: ReissueApproval } },
      async (request) => {
        const grant = sessionOf(request)
        const { id, actor } = await readForReview(deps, grant, decidingOf(request))
        const { version } = request.body
        const done = await deps.inTransaction((tx) => approveReissue(deps, tx, { id, actor, version }))
        return viewOf(deps, grant, done)
      },
    )

    app.post(
      '/v1/reissues/:id/reject',
      { onRequest, schema: { ...deciding, body: ReissueRejection } },
      async (request) => {
        const grant = sessionOf(request)
        const { id, actor } = await readForReview(deps, grant, decidingOf(request))
        const { version, note } = request.body
        const done = await deps.inTransaction((tx) => rejectReissue(deps, tx, { id, actor, version, note }))
        return viewOf(deps, grant, done)
      },
    )
  }
}

function decidingOf(request: Pick<FastifyRequest, 'headers'> & { params: { id: string } }) {
  return { reissueId: request.params.id, stepUpCode: stepUpCodeOf(request) }
}

/** Long enough for a customer who reads the chat tomorrow. */
const LINK_DAYS = 7

function customerRoutes(deps: ReissueRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/v1/reissues/:id/acknowledge',
      {
        onRequest: requireSession(deps.grants, 'requests.write'),
        schema: { ...acting, body: AcknowledgeAsk, security: SESSION },
      },
      async (request) => {
        const grant = sessionOf(request)
        const { id } = await readReissue(deps, grant, request.params.id)
        if (grant.role !== 'customer') throw new Problem('token_not_allowed')
        const { diffHash } = request.body
        const done = await deps.inTransaction((tx) =>
          acknowledge(deps, tx, { id, diffHash, actor: actorOf(grant) }),
        )
        return viewOf(deps, grant, done)
      },
    )

    app.post(
      '/v1/reissues/:id/acknowledge-link',
      {
        onRequest: requireSession(deps.grants, 'links.write'),
        schema: { params: ById, response: { 200: AcknowledgeLink }, security: SESSION },
      },
      async (request) => {
        const grant = sessionOf(request)
        const { merchantId, shopId, orderIds } = await readReissue(deps, grant, request.params.id)
        const [orderId = ''] = orderIds
        const ask = { merchantId, shopId, orderId, actor: actorOf(grant), days: LINK_DAYS }
        const { url, expiresAt } = await deps.inTransaction((tx) => deps.createOrderLink(tx, ask))
        return { url, expiresAt: expiresAt.toISOString() }
      },
    )
  }
}

/** The key, the plan and its audit entry are one transaction. */
async function startOnce(deps: ReissueRouteDeps, request: FastifyRequest, start: Start) {
  const grant = grantOf(request)
  const key = readIdempotencyKey(request.headers['idempotency-key'])
  const { merchantId, invoiceId, ask } = start
  const route = 'POST /v1/invoices/:id/reissues'
  const stored = await deps.inTransaction((tx) =>
    onceByKey(
      deps,
      tx,
      { merchantId, principal: principalOf(grant), route, key, body: { invoiceId, ask } },
      async () => ({ status: 201, body: await viewOf(deps, grant, await startReissue(deps, tx, start), tx) }),
    ),
  )
  return { isReplay: stored.isReplay, view: stored.body as ReissueView } // stored by us, sealed
}

/** The issuer is asked outside of the transaction: it may take seconds, and orders are locked. */
async function previewOf(deps: ReissueRouteDeps, start: Start, invoice: StoredInvoice): Promise<ReissuePlan> {
  const plan = await deps.inTransaction((tx) => previewReissue(deps, tx, start))
  const { issuerId } = await deps.inTransaction((tx) => deps.getSeller(tx, invoice))
  return viewPlan({
    plan,
    diffHash: hashDiff(deps, start.merchantId, plan.diffText),
    role: start.planner === 'worker' ? 'agent' : start.planner,
    credit: await deps.readCredit(issuerId),
    consentMs: deps.termsOf(issuerId).capabilities.consentMs,
    isWrittenBack: await deps.hasPlatform(invoice.shopId),
  })
}
