import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Problem } from '../contract/problem.ts'
import { REISSUE_STATES, ReissueList, ReissueOffer } from '../contract/reissues.ts'
import { oneOf } from '../contract/shape.ts'
import { grantOf, requireGrant, requireSession, sessionOf } from '../http/grant.ts'
import { hasProvenAll, maySee, roleOf } from '../invoicing/authorise.ts'
import { readInvoice, readReissue, viewOf, viewsOf } from './for-grant.ts'
import { offerReissue } from './offer-reissue.ts'
import { readPlanFacts } from './read-plan-facts.ts'
import { listReissuesIn, listReissuesOf } from './reissue.store.ts'
import { acting, BOTH, ById, type ReissueRouteDeps, SESSION } from './route-parts.ts'

/** Reading what was planned and what became of it. */
export function followRoutes(deps: ReissueRouteDeps): FastifyPluginAsyncTypebox {
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
