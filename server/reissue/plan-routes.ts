import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Problem } from '../contract/problem.ts'
import { ReissueAsk, ReissuePlan, ReissueView } from '../contract/reissues.ts'
import { grantOf, requireGrant } from '../http/grant.ts'
import { onceByKey, readIdempotencyKey } from '../http/idempotency.ts'
import { hasProvenAll, roleOf, surfaceOf } from '../invoicing/authorise.ts'
import type { StoredInvoice } from '../invoicing/invoice.store.ts'
import { actorOf, principalOf } from '../tokens/grant.ts'
import { readInvoice, viewOf } from './for-grant.ts'
import { BOTH, ById, type ReissueRouteDeps } from './route-parts.ts'
import { hashDiff, previewReissue, type Start, startReissue } from './start-reissue.ts'
import { viewPlan } from './view-reissue.ts'

const DryRun = Type.Object({ dry_run: Type.Optional(Type.Boolean()) })

/** What a change would do, and planning it. */
export function planRoutes(deps: ReissueRouteDeps): FastifyPluginAsyncTypebox {
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
