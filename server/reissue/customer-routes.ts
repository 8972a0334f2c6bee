import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Problem } from '../contract/problem.ts'
import { AcknowledgeAsk, AcknowledgeLink } from '../contract/reissues.ts'
import { requireSession, sessionOf } from '../http/grant.ts'
import { actorOf } from '../tokens/grant.ts'
import { acknowledge } from './decide-reissue.ts'
import { readReissue, viewOf } from './for-grant.ts'
import { acting, ById, type ReissueRouteDeps, SESSION } from './route-parts.ts'

/** Long enough for a customer who reads the chat tomorrow. */
const LINK_DAYS = 7

/** The customer's confirmation of the changes (F7), and the link that asks for it. */
export function customerRoutes(deps: ReissueRouteDeps): FastifyPluginAsyncTypebox {
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
