import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { type AuditAct, recordAudit } from '../audit/record.ts'
import { Problem } from '../contract/problem.ts'
import { LaunchExchange, LinkExchange, PersonSessions, SessionView } from '../contract/sessions.ts'
import type { InTransaction, Tx } from '../database/database.ts'
import { type GrantDeps, grantOf, requireApi, requireSession, sessionOf } from '../http/grant.ts'
import type { LaunchClaims } from './claims.ts'
import { endOwnSession, endPersonSessions } from './end-sessions.ts'
import { type BurntJti, exchangeLaunch, type LaunchAsk, type LaunchReach } from './exchange-launch.ts'
import { exchangeLink, isOpen, type LinkRow, linkOfSubject } from './exchange-link.ts'
import { claimsOf, isStaff, type SessionGrant } from './grant.ts'
import { viewJwks } from './jwks.ts'
import type { SigningKey, StoredKey } from './key.ts'
import { newTokenId } from './make-key.ts'
import { sideOf } from './roles.ts'
import { scopesOf } from './scopes.ts'
import { type SignedSession, signSession, type ViewSessionDeps, viewSession } from './session.ts'
import { refuseToken } from './token-problem.ts'

/** What a session needs to know of a shop. */
type ShopOfSession = {
  readonly id: string
  readonly code: string
  readonly allowedOrigins: readonly string[]
}

export type TokenRouteDeps<S extends ShopOfSession> = GrantDeps &
  ViewSessionDeps<S> & {
    /** Without a trailing slash. */
    readonly publicUrl: string
    readonly inTransaction: InTransaction
    getSigningKey(kind: 'session'): Promise<SigningKey>
    readServerKeys(): Promise<readonly StoredKey[]>
    burnJti(tx: Tx, burnt: BurntJti): Promise<boolean>
    findLink(tx: Tx, id: string): Promise<LinkRow | null>
    findOrdersByNumber(
      tx: Tx,
      ask: { merchantId: string; shopId: string | null; number: string },
    ): Promise<readonly { id: string }[]>
    /** Refuses with `order_number_invalid`. */
    normaliseOrderNumber(text: string): string
    /** Keyed: a buyer's name at a platform becomes a name that rows and logs may carry. */
    hashSubject(merchantId: string, subject: string): string
    /** A staff session has a row: it is in use. */
    noteStaffUse(grant: SessionGrant): Promise<void>
    /** A staff session has a row: its cookie ends with its token. */
    endStaffSession(tx: Tx, grant: SessionGrant): Promise<void>
  }

/** Sessions: opened by a merchant's launch token or by a link, renewed without anybody noticing. */
export function tokenRoutes<S extends ShopOfSession>(deps: TokenRouteDeps<S>): FastifyPluginAsyncTypebox {
  const response = { 200: SessionView }
  return async (app) => {
    app.post('/v1/sessions/launch', { schema: { body: LaunchExchange, response } }, async (request) => {
      const { launchToken, hostOrigin } = request.body
      return viewSession(deps, await openByLaunch(deps, launchToken, hostOrigin ?? null))
    })

    app.post('/v1/sessions/link', { schema: { body: LinkExchange, response } }, async (request) => {
      return viewSession(deps, await openByLink(deps, request.body.linkToken))
    })

    app.post(
      '/v1/sessions/renew',
      { onRequest: requireSession(deps), schema: { response, security: [{ session: [] }] } },
      async (request) => viewSession(deps, await renewSession(deps, sessionOf(request))),
    )

    app.delete(
      '/v1/sessions/current',
      {
        onRequest: requireSession(deps),
        schema: { response: { 204: Type.Null() }, security: [{ session: [] }] },
      },
      async (request, reply) => {
        const grant = sessionOf(request)
        await deps.inTransaction((tx) =>
          isStaff(grant) ? deps.endStaffSession(tx, grant) : endOwnSession(deps, tx, grant),
        )
        return reply.code(204).send(null)
      },
    )

    app.post(
      '/v1/sessions/end',
      {
        onRequest: requireApi(deps, 'sessions'),
        schema: { body: PersonSessions, response: { 204: Type.Null() }, security: [{ api: [] }] },
      },
      async (request, reply) => {
        const grant = grantOf(request)
        const subject = subjectOf(deps, { merchant: grant.merchantId, ...request.body })
        await deps.inTransaction((tx) => endPersonSessions(deps, tx, { grant, subject }))
        return reply.code(204).send(null)
      },
    )

    app.get('/.well-known/jwks.json', { schema: { response: { 200: Jwks } } }, async (_, reply) => {
      reply.header('Cache-Control', 'public, max-age=300')
      return viewJwks(await deps.readServerKeys(), deps.now())
    })
  }
}

const Jwks = Type.Object({ keys: Type.Array(Type.Record(Type.String(), Type.String())) })

/** Renewals keep sid, rights and the 12 hours. A session that came through a revoked link ends with it. */
async function renewSession<S extends ShopOfSession>(
  deps: TokenRouteDeps<S>,
  grant: SessionGrant,
): Promise<SignedSession> {
  const lid = linkOfSubject(grant.subject)
  if (lid !== null) {
    const row = await deps.inTransaction((tx) => deps.findLink(tx, lid))
    if (!isOpen(row, deps.now())) throw new Problem('link_invalid', { facts: { reason: 'link_closed' } })
  }
  const signingKey = await deps.getSigningKey('session')
  const signed = await signSession({ ...deps, newId: newTokenId }, signingKey, claimsOf(grant))
  if (isStaff(grant)) await deps.noteStaffUse(grant)
  return signed
}

function openByLink<S extends ShopOfSession>(
  deps: TokenRouteDeps<S>,
  linkToken: string,
): Promise<SignedSession> {
  return exchangeLink<Tx>(
    {
      ...deps,
      newId: newTokenId,
      scopesOf,
      getSigningKey: () => deps.getSigningKey('session'),
      recordLinkOpened: (tx, { claims: { merchant, sub, sid } }) =>
        recordAudit(tx, deps.now(), {
          merchantId: merchant,
          actor: { kind: 'customer', id: sub },
          act: 'link.opened',
          object: sub,
          facts: { sid },
        }),
    },
    linkToken,
  )
}

async function openByLaunch<S extends ShopOfSession>(
  deps: TokenRouteDeps<S>,
  launchToken: string,
  hostOrigin: string | null,
): Promise<SignedSession> {
  const ownOrigin = new URL(deps.publicUrl).origin
  return exchangeLaunch<Tx>(
    {
      ...deps,
      newId: newTokenId,
      scopesOf,
      getSigningKey: () => deps.getSigningKey('session'),
      subjectOf: (launch) => subjectOf(deps, launch),
      findReach: (tx, ask) => findReach(deps, tx, { ...ask, hostOrigin }),
      recordOpened: (tx, { claims, launch }) =>
        recordAudit(tx, deps.now(), sessionOpened(claims, launch.kid)),
    },
    launchToken,
    { origin: hostOrigin ?? ownOrigin },
  )
}

function sessionOpened(
  { merchant, role, sub, sid, shop, orders }: SignedSession['claims'],
  kid: string,
): AuditAct {
  return {
    merchantId: merchant,
    actor: { kind: sideOf(role), id: sub },
    act: 'session.opened',
    object: `session:${sid}`,
    facts: { kid, shop, orders: orders.length },
  }
}

/** An agent's sub is the merchant's staff id and stays readable; a buyer's may be a name or a phone. */
function subjectOf<S extends ShopOfSession>(
  deps: TokenRouteDeps<S>,
  { merchant, role, sub }: Pick<LaunchClaims, 'merchant' | 'role' | 'sub'>,
): string {
  return role === 'agent' ? sub : `buyer:${deps.hashSubject(merchant, sub)}`
}

/**
 * The shop is named by its code or id. Numbers that are unknown, or stand for several orders because no
 * shop was named, are left out. A host page must be on the list of the shop it embeds.
 */
async function findReach<S extends ShopOfSession>(
  deps: TokenRouteDeps<S>,
  tx: Tx,
  { merchant, shop: named, orderNumbers, hostOrigin }: LaunchAsk & { hostOrigin: string | null },
): Promise<LaunchReach | null> {
  const all = await deps.findShopsOf(merchant)
  const reached = named === null ? all : all.filter(({ id, code }) => id === named || code === named)
  if (reached.length === 0) return null
  if (hostOrigin !== null && !reached.some(({ allowedOrigins }) => allowedOrigins.includes(hostOrigin))) {
    throw refuseToken('origin_wrong')
  }
  const shop = named === null ? null : (reached[0]?.id ?? null)
  const orders = new Set<string>()
  for (const text of orderNumbers) {
    const number = readNumber(deps, text)
    const found =
      number === null ? [] : await deps.findOrdersByNumber(tx, { merchantId: merchant, shopId: shop, number })
    const [only, another] = found
    if (only !== undefined && another === undefined) orders.add(only.id)
  }
  return { shop, orders: [...orders] }
}

/** A merchant's typing error hides one order and refuses no person. */
function readNumber(
  { normaliseOrderNumber }: Pick<TokenRouteDeps<never>, 'normaliseOrderNumber'>,
  text: string,
): string | null {
  try {
    return normaliseOrderNumber(text)
  } catch (error) {
    if (error instanceof Problem) return null
    throw error
  }
}
