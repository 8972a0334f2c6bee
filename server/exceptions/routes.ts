import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Actor } from '../audit/record.ts'
import {
  ExceptionClose,
  ExceptionClosed,
  ExceptionList,
  type ExceptionVerdict,
} from '../contract/exceptions.ts'
import { Problem } from '../contract/problem.ts'
import { Id } from '../contract/shape.ts'
import type { Database, InTransaction, Tx } from '../database/database.ts'
import {
  type GrantDeps,
  grantOf,
  requireGrant,
  requireSession,
  sessionOf,
  stepUpCodeOf,
} from '../http/grant.ts'
import { actorOf, type Grant, mayApprove, type SessionGrant } from '../tokens/grant.ts'
import { type ListExceptionsDeps, listExceptions } from './list-exceptions.ts'

type Closing = {
  merchantId: string
  shopId: string | null
  id: string
  actor: Actor
  verdict: ExceptionVerdict
}

export type ExceptionRouteDeps = ListExceptionsDeps & {
  readonly grants: GrantDeps
  readonly inTransaction: InTransaction
  /** A kept refund event. One of another kind is not found: that ends by itself. */
  findException(tx: Tx | Database, at: Pick<Closing, 'merchantId' | 'shopId' | 'id'>): Promise<object | null>
  closeException(tx: Tx, closing: Closing): Promise<ExceptionClosed>
  /** The second factor, fresh (S0-54). Refuses with `step_up_needed` and `step_up_refused`. */
  assertStepUp(grant: SessionGrant, code: string | undefined): Promise<void>
}

/** 例外: what waits for a person because two records disagree. */
export function exceptionRoutes(deps: ExceptionRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    const onRequest = requireGrant(deps.grants, { session: 'reviews.read', api: 'invoices' })
    const security = [{ session: [] }, { api: [] }]
    const schema = { response: { 200: ExceptionList }, security }
    app.get('/v1/exceptions', { onRequest, schema }, async (request) => ({
      items: await listExceptions(deps, placeOf(grantOf(request))),
    }))

    const close = {
      params: Type.Object({ id: Id }),
      body: ExceptionClose,
      response: { 200: ExceptionClosed },
      security: [{ session: [] }],
    }
    const decides = requireSession(deps.grants, 'reviews.decide')
    app.post('/v1/exceptions/:id/close', { onRequest: decides, schema: close }, async (request) => {
      const grant = sessionOf(request)
      if (!mayApprove(grant)) throw new Problem('token_not_allowed')
      const at = { ...placeOf(grant), id: request.params.id }
      if ((await deps.findException(deps.database, at)) === null) throw new Problem('exception_not_found')
      await deps.assertStepUp(grant, stepUpCodeOf(request))
      const closing = { ...at, actor: actorOf(grant), ...request.body }
      return deps.inTransaction((tx) => deps.closeException(tx, closing))
    })
  }
}

function placeOf(grant: Grant): { merchantId: string; shopId: string | null } {
  return { merchantId: grant.merchantId, shopId: grant.kind === 'api' ? null : grant.shopId }
}
