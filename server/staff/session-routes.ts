import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Problem } from '../contract/problem.ts'
import { Id } from '../contract/shape.ts'
import {
  LoggedInList,
  type LoggedInView,
  LogIn,
  LogInCode,
  LogInStep,
  StaffSession,
} from '../contract/staff.ts'
import { clearCookie, readCookie, writeCookie } from '../http/cookie.ts'
import { requireSession, sessionOf } from '../http/grant.ts'
import { requireOwnPage } from '../http/own-page.ts'
import type { SessionClaims } from '../tokens/claims.ts'
import { describeDevice, maskAddress } from './device.ts'
import { finishLogIn, startLogIn } from './log-in.ts'
import { accountOf, SESSION_COOKIE, type StaffRouteDeps, viewSelf } from './route-parts.ts'
import { type LoggedIn, listSessions } from './session.store.ts'
import { endStaffSessions, isOpen, resumeSession } from './session.ts'

/** How far back somebody looks at where they were signed in. */
const LISTED_MS = 30 * 86_400_000

/**
 * Signing in, going on after a reload, and signing out. The cookie is read by one route alone, which makes a
 * token of it: everything else wants the token, which no other page can have sent along.
 */
export function sessionRoutes(deps: StaffRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(entryRoutes(deps))
    await app.register(exitRoutes(deps))
  }
}

function entryRoutes(deps: StaffRouteDeps): FastifyPluginAsyncTypebox {
  const onRequest = requireOwnPage(deps.publicUrl)
  const enter = async (claims: SessionClaims) => ({
    session: await deps.signSession(claims),
    staff: await viewSelf(deps, { subject: claims.sub, sid: claims.sid }),
  })
  return async (app) => {
    const first = { body: LogIn, response: { 200: LogInStep } }
    app.post('/v1/staff/log-in', { onRequest, schema: first }, async (request) => {
      const { logInToken, expiresAt } = await startLogIn(deps, { ...request.body, address: request.ip })
      return { logInToken, expiresAt: expiresAt.toISOString() }
    })

    const second = { body: LogInCode, response: { 200: StaffSession } }
    app.post('/v1/staff/sessions', { onRequest, schema: second }, async (request, reply) => {
      const { ip: address, headers } = request
      const whence = { device: describeDevice(headers['user-agent']), address: maskAddress(address) }
      const { claims, secret } = await finishLogIn(deps, { ...request.body, address, whence })
      reply.header('Set-Cookie', writeCookie(SESSION_COOKIE, secret))
      return enter(claims)
    })

    const again = { response: { 200: StaffSession, 204: Type.Null() } }
    app.post('/v1/staff/sessions/resume', { onRequest, schema: again }, async (request, reply) => {
      const cookie = readCookie(request.headers.cookie, SESSION_COOKIE)
      const claims = await resumeSession(deps, cookie)
      if (claims !== null) return enter(claims)
      return reply.code(204).header('Set-Cookie', clearCookie(SESSION_COOKIE)).send(null)
    })
  }
}

function exitRoutes(deps: StaffRouteDeps): FastifyPluginAsyncTypebox {
  const onRequest = requireSession(deps.grants)
  const security = [{ session: [] }]
  const gone = { 204: Type.Null() }
  return async (app) => {
    const list = { response: { 200: LoggedInList }, security }
    app.get('/v1/staff/sessions', { onRequest, schema: list }, async (request) => {
      const { subject: staffId, sid } = accountOf(sessionOf(request))
      const since = new Date(deps.now().getTime() - LISTED_MS)
      const found = await listSessions(deps.database, { staffId, since })
      return { items: found.map((one) => viewLoggedIn(one, { sid, now: deps.now() })) }
    })

    const all = { response: gone, security }
    app.delete('/v1/staff/sessions', { onRequest, schema: all }, async (request, reply) => {
      const { subject: id, merchantId } = accountOf(sessionOf(request))
      await deps.inTransaction((tx) => endStaffSessions(deps, tx, { id, merchantId }, 'all'))
      return reply.code(204).header('Set-Cookie', clearCookie(SESSION_COOKIE)).send(null)
    })

    const one = { params: Type.Object({ id: Id }), response: gone, security }
    app.delete('/v1/staff/sessions/:id', { onRequest, schema: one }, async (request, reply) => {
      const { subject: id, merchantId, sid } = accountOf(sessionOf(request))
      const ending = { sid: request.params.id }
      const count = await deps.inTransaction((tx) => endStaffSessions(deps, tx, { id, merchantId }, ending))
      if (count === 0) throw new Problem('staff_session_not_found')
      if (ending.sid === sid) reply.header('Set-Cookie', clearCookie(SESSION_COOKIE))
      return reply.code(204).send(null)
    })
  }
}

function viewLoggedIn(one: LoggedIn, { sid, now }: { sid: string; now: Date }): LoggedInView {
  const { id, device, address, createdAt, lastUsedAt } = one
  return {
    ...{ id, device, address },
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt.toISOString(),
    isOpen: isOpen(one, now),
    isOwn: id === sid,
  }
}
