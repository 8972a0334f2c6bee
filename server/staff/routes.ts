import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Problem } from '../contract/problem.ts'
import type { SessionView } from '../contract/sessions.ts'
import { Id } from '../contract/shape.ts'
import {
  LogIn,
  StaffList,
  StaffSelf,
  StaffSession,
  StaffView,
  StepUpAsk,
  StepUpReply,
} from '../contract/staff.ts'
import { type GrantDeps, requireSession, sessionOf } from '../http/grant.ts'
import type { SessionClaims } from '../tokens/claims.ts'
import { actorOf, isStaff, type SessionGrant } from '../tokens/grant.ts'
import { openLogin, unlockStaff } from './change-staff.ts'
import { type LogInDeps, logIn } from './log-in.ts'
import { findStaff, findStepUp, listStaff } from './staff.store.ts'
import type { Staff } from './staff.ts'
import { stepUp } from './step-up.ts'

export type StaffRouteDeps = LogInDeps & {
  readonly grants: GrantDeps
  /** Signs a session and shows it. */
  openSession(claims: SessionClaims): Promise<SessionView>
  findMerchantName(merchantId: string): Promise<string>
}

const ById = Type.Object({ id: Id })
const security = [{ session: [] }]

/** 员工: signing in, the second factor shown again, and unlocking a colleague. */
export function staffRoutes(deps: StaffRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(ownRoutes(deps))
    await app.register(adminRoutes(deps))
  }
}

function ownRoutes(deps: StaffRouteDeps): FastifyPluginAsyncTypebox {
  const onRequest = requireSession(deps.grants)
  return async (app) => {
    const open = { body: LogIn, response: { 200: StaffSession } }
    app.post('/v1/staff/sessions', { schema: open }, async (request) => {
      const claims = await logIn(deps, { ...request.body, address: request.ip })
      const { sub: subject, sid } = claims
      return { session: await deps.openSession(claims), staff: await viewSelf(deps, { subject, sid }) }
    })

    const self = { response: { 200: StaffSelf }, security }
    app.get('/v1/staff/me', { onRequest, schema: self }, async (request) =>
      viewSelf(deps, accountOf(sessionOf(request))),
    )

    const again = { body: StepUpAsk, response: { 200: StepUpReply }, security }
    app.post('/v1/staff/step-up', { onRequest, schema: again }, async (request) => {
      const until = await stepUp(deps, accountOf(sessionOf(request)), request.body.code)
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

/** Sessions of launch tokens and links have no account. Refuses with `token_not_allowed`. */
function accountOf(grant: SessionGrant): Pick<SessionGrant, 'subject' | 'sid'> {
  if (!isStaff(grant)) throw new Problem('token_not_allowed', { facts: { reason: 'no_account' } })
  return grant
}

async function viewSelf(
  deps: StaffRouteDeps,
  { subject, sid }: Pick<SessionGrant, 'subject' | 'sid'>,
): Promise<StaffSelf> {
  const staff = await findStaff(deps.database, subject)
  if (staff === null) throw new Error(`staff ${subject} is gone`)
  const until = await findStepUp(deps.database, deps.now(), sid)
  return {
    id: staff.id,
    login: await openLogin(deps, staff),
    role: staff.role,
    merchantId: staff.merchantId,
    merchantName: await deps.findMerchantName(staff.merchantId),
    stepUpUntil: until?.toISOString() ?? null,
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
