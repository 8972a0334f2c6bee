import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Problem } from '../contract/problem.ts'
import { RetryBlueAsk } from '../contract/reissues.ts'
import { grantOf, requireGrant } from '../http/grant.ts'
import { actorOf } from '../tokens/grant.ts'
import { executeReissue, withdrawReissue } from './decide-reissue.ts'
import { lookerOf, readForStaff, readReissue, viewOf } from './for-grant.ts'
import { retryBlue } from './retry-blue.ts'
import { acting, type ReissueRouteDeps } from './route-parts.ts'
import { mayWithdraw } from './view-reissue.ts'

/** Carrying out, taking back, and trying the new blue again. */
export function actRoutes(deps: ReissueRouteDeps): FastifyPluginAsyncTypebox {
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
