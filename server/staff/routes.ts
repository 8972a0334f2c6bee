import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Id } from '../contract/shape.ts'
import { StaffList, StaffSelf, StaffView, StepUpAsk, StepUpReply } from '../contract/staff.ts'
import { writeCookie } from '../http/cookie.ts'
import { requireSession, sessionOf } from '../http/grant.ts'
import { actorOf } from '../tokens/grant.ts'
import { openLogin, unlockStaff } from './change-staff.ts'
import { accountOf, SESSION_COOKIE, type StaffRouteDeps, viewSelf } from './route-parts.ts'
import { sessionRoutes } from './session-routes.ts'
import { listStaff } from './staff.store.ts'
import type { Staff } from './staff.ts'
import { stepUp } from './step-up.ts'

const ById = Type.Object({ id: Id })
const security = [{ session: [] }]

/** 员工: signing in and out, the second factor shown again, and unlocking a colleague. */
export function staffRoutes(deps: StaffRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(sessionRoutes(deps))
    await app.register(ownRoutes(deps))
    await app.register(adminRoutes(deps))
  }
}

function ownRoutes(deps: StaffRouteDeps): FastifyPluginAsyncTypebox {
  const onRequest = requireSession(deps.grants)
  return async (app) => {
    const self = { response: { 200: StaffSelf }, security }
    app.get('/v1/staff/me', { onRequest, schema: self }, async (request) =>
      viewSelf(deps, accountOf(sessionOf(request))),
    )

    const again = { body: StepUpAsk, response: { 200: StepUpReply }, security }
    app.post('/v1/staff/step-up', { onRequest, schema: again }, async (request, reply) => {
      const { until, secret } = await stepUp(deps, accountOf(sessionOf(request)), request.body.code)
      reply.header('Set-Cookie', writeCookie(SESSION_COOKIE, secret))
      return { until: until.toISOString() }
    })
  }
}

function adminRoutes(deps: StaffRouteDeps): FastifyPluginAsyncTypebox {
  const onRequest = requireSession(deps.grants, 'staff.manage')
  return async (app) => {
    const list = { response: { 200: StaffList }, security }
    app.get('/v1/staff', { onRequest, schema: list }, async (request) => {
      const { merchantId, shopId } = sessionOf(request)
      const all = await listStaff(deps.database, { merchantId })
      const theirs = all.filter((staff) => shopId === null || staff.shopId === shopId)
      return { items: await Promise.all(theirs.map((staff) => viewStaff(deps, staff))) }
    })

    const unlock = { params: ById, response: { 200: StaffView }, security }
    app.post('/v1/staff/:id/unlock', { onRequest, schema: unlock }, async (request) => {
      const grant = sessionOf(request)
      const { merchantId, shopId } = grant
      const ask = { id: request.params.id, actor: actorOf(grant), merchantId, shopId }
      return viewStaff(deps, await deps.inTransaction((tx) => unlockStaff(deps, tx, ask)))
    })
  }
}

async function viewStaff(deps: StaffRouteDeps, staff: Staff): Promise<StaffView> {
  const lockedUntil = await deps.guard.lockedUntil(deps.database, staff.loginIndex)
  return {
    id: staff.id,
    login: await openLogin(deps, staff),
    role: staff.role,
    shopId: staff.shopId,
    lockedUntil: lockedUntil?.toISOString() ?? null,
    disabledAt: staff.disabledAt?.toISOString() ?? null,
    lastLoginAt: staff.lastLoginAt?.toISOString() ?? null,
  }
}
