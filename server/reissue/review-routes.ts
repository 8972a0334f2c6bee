import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { ReissueApproval, ReissueRejection } from '../contract/reissues.ts'
import { requireSession, sessionOf, stepUpCodeOf } from '../http/grant.ts'
import { approveReissue, rejectReissue } from './decide-reissue.ts'
import { readForReview, viewOf } from './for-grant.ts'
import { acting, type ReissueRouteDeps, SESSION } from './route-parts.ts'

/** What finance decides. */
export function reviewRoutes(deps: ReissueRouteDeps): FastifyPluginAsyncTypebox {
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
