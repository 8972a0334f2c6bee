import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { InvoiceRequestView } from '../contract/invoicing.ts'
import { Problem } from '../contract/problem.ts'
import { ReviewSheet } from '../contract/review-sheet.ts'
import { ApproveAsk, RejectAsk, ReviewHistory, ReviewList } from '../contract/reviews.ts'
import { Id } from '../contract/shape.ts'
import type { InTransaction } from '../database/database.ts'
import { type GrantDeps, requireSession, sessionOf, stepUpCodeOf } from '../http/grant.ts'
import { allowOrHide } from '../invoicing/authorise.ts'
import { findRequest, type InvoiceRequest } from '../invoicing/request.store.ts'
import { approveRequest, type ReviewDeps, rejectRequest } from '../invoicing/review-request.ts'
import { actorOf, mayApprove, type SessionGrant } from '../tokens/grant.ts'
import { type ListReviewsDeps, listReviews } from './list-reviews.ts'
import { type ReadSheetDeps, readSheet } from './read-sheet.ts'
import { listMoves } from './review.store.ts'

export type ReviewRouteDeps = ReviewDeps &
  ListReviewsDeps & {
    readonly grants: GrantDeps
    readonly inTransaction: InTransaction
    draftStanding: ReadSheetDeps['draftStanding']
    /** The request as this session sees it. */
    viewRequest(grant: SessionGrant, request: InvoiceRequest): Promise<InvoiceRequestView>
    /** The second factor, fresh (S0-54). Refuses with `step_up_needed` and `step_up_refused`. */
    assertStepUp(grant: SessionGrant, code: string | undefined): Promise<void>
  }

const ById = Type.Object({ id: Id })
const security = [{ session: [] }]

/** 审核: what waits for finance, and its decision. */
export function reviewRoutes(deps: ReviewRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(readingRoutes(deps))
    await app.register(decidingRoutes(deps))
  }
}

function readingRoutes(deps: ReviewRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    const onRequest = requireSession(deps.grants, 'reviews.read')
    const list = { response: { 200: ReviewList }, security }
    app.get('/v1/review-items', { onRequest, schema: list }, async (request) => {
      const grant = sessionOf(request)
      return { items: await listReviews(deps, grant, grant.subject) }
    })

    const history = { params: ById, response: { 200: ReviewHistory }, security }
    app.get('/v1/invoice-requests/:id/history', { onRequest, schema: history }, async (request) => {
      const { id } = await readVisible(deps, sessionOf(request), request.params.id)
      const moves = await listMoves(deps.database, id)
      return { items: moves.map(({ at, ...move }) => ({ ...move, at: at.toISOString() })) }
    })
  }
}

function decidingRoutes(deps: ReviewRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    const onRequest = requireSession(deps.grants, 'reviews.decide')
    const sheet = { params: ById, response: { 200: ReviewSheet }, security }
    app.get('/v1/invoice-requests/:id/review-sheet', { onRequest, schema: sheet }, async (request) => {
      const grant = sessionOf(request)
      const found = await readVisible(deps, grant, request.params.id)
      return deps.inTransaction((tx) => readSheet(deps, tx, { request: found, actor: actorOf(grant) }))
    })

    const approve = { params: ById, body: ApproveAsk, response: { 200: InvoiceRequestView }, security }
    app.post('/v1/invoice-requests/:id/approve', { onRequest, schema: approve }, async (request) => {
      const grant = await prepareDecision(deps, sessionOf(request), request)
      const { version } = request.body
      const review = { id: request.params.id, version, actor: actorOf(grant) }
      const approved = await deps.inTransaction((tx) => approveRequest(deps, tx, review))
      return deps.viewRequest(grant, approved)
    })

    const reject = { params: ById, body: RejectAsk, response: { 200: InvoiceRequestView }, security }
    app.post('/v1/invoice-requests/:id/reject', { onRequest, schema: reject }, async (request) => {
      const grant = await prepareDecision(deps, sessionOf(request), request)
      const { version, fields, note } = request.body
      const review = { id: request.params.id, version, actor: actorOf(grant), detail: note, fields }
      const rejected = await deps.inTransaction((tx) => rejectRequest(deps, tx, review))
      return deps.viewRequest(grant, rejected)
    })
  }
}

type Deciding = Pick<FastifyRequest, 'headers'> & { params: { id: string } }

/** Whoever may decide, may see it, and has shown the second factor. */
async function prepareDecision(
  deps: ReviewRouteDeps,
  grant: SessionGrant,
  request: Deciding,
): Promise<SessionGrant> {
  if (!mayApprove(grant)) throw new Problem('token_not_allowed')
  await readVisible(deps, grant, request.params.id)
  await deps.assertStepUp(grant, stepUpCodeOf(request))
  return grant
}

async function readVisible(
  { database }: ReviewRouteDeps,
  grant: SessionGrant,
  id: string,
): Promise<InvoiceRequest> {
  const found = await findRequest(database, id)
  const subject = found === null ? null : { ...found, orderIds: found.shares.map(({ orderId }) => orderId) }
  return allowOrHide(grant, subject, 'invoice_request_not_found')
}
