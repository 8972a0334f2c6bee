import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Problem } from '../contract/problem.ts'
import { Id, shape } from '../contract/shape.ts'
import { TitleBook, TitleExport, TitleSave, TitleSearch, TitleSuggestions } from '../contract/titles.ts'
import type { InTransaction, Tx } from '../database/database.ts'
import { type GrantDeps, requireSession, sessionOf } from '../http/grant.ts'
import { actorOf, type SessionGrant } from '../tokens/grant.ts'
import { sideOf } from '../tokens/roles.ts'
import { type SearchTitlesDeps, searchTitles } from './search-titles.ts'
import {
  type BookOwner,
  chooseDefault,
  exportBook,
  forgetTitles,
  maskEntry,
  readBook,
  saveTitle,
  type TitleBookDeps,
} from './title-book.ts'

export type TitleRouteDeps = SearchTitlesDeps &
  TitleBookDeps & {
    readonly grants: GrantDeps
    readonly inTransaction: InTransaction
    /** The customer who asked for an order's invoice last, as this viewer may know; null: nobody, or a link. */
    findAsker(tx: Tx, viewer: SessionGrant, orderId: string): Promise<string | null>
  }

const ById = shape({ id: Id })
const ByOrder = shape({ orderId: Type.Optional(Id) })
const security = [{ session: [] }]

/** Suggestions while typing (a POST that changes nothing: what is typed stays out of addresses and logs), and 抬头簿. */
export function titleRoutes(deps: TitleRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    const schema = { body: TitleSearch, response: { 200: TitleSuggestions }, security }
    const onRequest = requireSession(deps.grants, 'titles.search')
    app.post('/v1/titles/search', { onRequest, schema }, async (request) => {
      const { merchantId, role } = sessionOf(request)
      const ask = { merchantId, role: sideOf(role), text: request.body.text }
      return { items: await searchTitles(deps, ask) }
    })
    await app.register(readRoutes(deps))
    await app.register(changeRoutes(deps))
  }
}

/** Null where nobody vouched for the customer: behind a link stands whoever has the link. */
function ownerOf({ role, via, merchantId, subject }: SessionGrant): BookOwner | null {
  return role === 'customer' && via === 'launch' ? { merchantId, subject } : null
}

function getOwner(grant: SessionGrant): BookOwner {
  const owner = ownerOf(grant)
  if (owner === null) throw new Problem('token_not_allowed')
  return owner
}

/** A customer reads the own book; an agent that of the customer who asked for this order, masked. */
async function viewBook(
  deps: TitleRouteDeps,
  grant: SessionGrant,
  orderId: string | null,
): Promise<TitleBook> {
  if (sideOf(grant.role) === 'customer') {
    const owner = ownerOf(grant)
    return owner === null
      ? { items: [], canSave: false }
      : { items: await readBook(deps, deps.database, owner), canSave: true }
  }
  if (orderId === null) return { items: [], canSave: false }
  return deps.inTransaction(async (tx) => {
    const subject = await deps.findAsker(tx, grant, orderId)
    if (subject === null) return { items: [], canSave: false }
    const items = await readBook(deps, tx, { merchantId: grant.merchantId, subject })
    return { items: items.map(maskEntry), canSave: false }
  })
}

function readRoutes(deps: TitleRouteDeps): FastifyPluginAsyncTypebox {
  const onRequest = requireSession(deps.grants, 'titles.search')
  return async (app) => {
    const list = { querystring: ByOrder, response: { 200: TitleBook }, security }
    app.get('/v1/titles', { onRequest, schema: list }, (request) =>
      viewBook(deps, sessionOf(request), request.query.orderId ?? null),
    )

    const whole = { response: { 200: TitleExport }, security }
    app.get('/v1/titles/export', { onRequest, schema: whole }, async (request, reply) => {
      const grant = sessionOf(request)
      const owner = getOwner(grant)
      const items = await deps.inTransaction((tx) => exportBook(deps, tx, { owner, actor: actorOf(grant) }))
      reply.header('content-disposition', 'attachment; filename="invoice-titles.json"')
      return { exportedAt: deps.now().toISOString(), items }
    })
  }
}

function changeRoutes(deps: TitleRouteDeps): FastifyPluginAsyncTypebox {
  const onRequest = requireSession(deps.grants, 'titles.search')
  return async (app) => {
    // Saving twice is saving once, so it needs no key.
    const save = { body: TitleSave, response: { 200: TitleBook }, security }
    app.post('/v1/titles', { onRequest, schema: save }, async (request) => {
      const grant = sessionOf(request)
      const owner = getOwner(grant)
      await deps.inTransaction((tx) =>
        saveTitle(deps, tx, { owner, actor: actorOf(grant), save: request.body }),
      )
      return viewBook(deps, grant, null)
    })

    const choose = { params: ById, response: { 200: TitleBook }, security }
    app.post('/v1/titles/:id/default', { onRequest, schema: choose }, async (request) => {
      const grant = sessionOf(request)
      const owner = getOwner(grant)
      const { id } = request.params
      await deps.inTransaction((tx) => chooseDefault(deps, tx, { owner, actor: actorOf(grant), id }))
      return viewBook(deps, grant, null)
    })

    const forget = { params: ById, response: { 204: Type.Null() }, security }
    app.delete('/v1/titles/:id', { onRequest, schema: forget }, async (request, reply) => {
      const grant = sessionOf(request)
      const owner = getOwner(grant)
      const { id } = request.params
      await deps.inTransaction((tx) => forgetTitles(deps, tx, { owner, actor: actorOf(grant), id }))
      return reply.code(204).send(null)
    })

    const forgetAll = { response: { 204: Type.Null() }, security }
    app.delete('/v1/titles', { onRequest, schema: forgetAll }, async (request, reply) => {
      const grant = sessionOf(request)
      const owner = getOwner(grant)
      await deps.inTransaction((tx) => forgetTitles(deps, tx, { owner, actor: actorOf(grant), id: null }))
      return reply.code(204).send(null)
    })
  }
}
