import type { FastifyRequest } from 'fastify'
import { Problem } from '../contract/problem.ts'
import type { EndableSession } from '../tokens/ended-book.ts'
import { passGate } from '../tokens/gate.ts'
import { type Grant, isStaff, type SessionGrant, type StaffSession } from '../tokens/grant.ts'
import type { ApiScope, SessionScope } from '../tokens/scopes.ts'
import { TOKEN_KINDS } from '../tokens/token-kinds.ts'
import { refuseToken } from '../tokens/token-problem.ts'
import { type VerifiedToken, type VerifyTokenDeps, verifyToken } from '../tokens/verify-token.ts'

export type GrantDeps = VerifyTokenDeps & {
  /** False once the account was disabled, or its role or password changed after the session began. */
  isStaffLive(session: StaffSession): Promise<boolean>
  /** True once the session, its link, its person or the key behind it was taken back. */
  isEnded(session: EndableSession): Promise<boolean>
}

type Rule = { readonly session?: SessionScope; readonly api?: ApiScope }

/** Lets sessions in, all or those with a scope. Refuses with `token_missing`, `token_invalid`, `token_not_allowed`. */
export function requireSession(deps: GrantDeps, scope: SessionScope = 'invoices.read') {
  return requireGrant(deps, { session: scope })
}

/** Lets a merchant's backend in whose key and token carry the scope. */
export function requireApi(deps: GrantDeps, scope: ApiScope) {
  return requireGrant(deps, { api: scope })
}

/** For what both may do. The token is read from `Authorization` alone: a query ends up in logs. */
export function requireGrant(deps: GrantDeps, rule: Rule) {
  return async (request: FastifyRequest): Promise<void> => {
    const grant = await readGrant(deps, readBearer(request.headers.authorization))
    request.grant = grant // before the refusal, so that the log knows the merchant
    const needed = rule[grant.kind]
    if (needed === undefined || !grant.scopes.includes(needed)) throw new Problem('token_not_allowed')
  }
}

/** What a token allows, whichever of the two kinds it is. Refuses with the problems of `verifyToken`. */
export async function readGrant(deps: GrantDeps, raw: string): Promise<Grant> {
  if (passGate(raw).typ === TOKEN_KINDS.api.typ) {
    const { merchant, scopes, kid } = await verifyToken('api', raw, deps)
    return { kind: 'api', merchantId: merchant, scopes, subject: kid }
  }
  return readSessionGrant(deps, raw)
}

export async function readSessionGrant(deps: GrantDeps, raw: string): Promise<SessionGrant> {
  const grant = toSessionGrant(await verifyToken('session', raw, deps))
  if (isStaff(grant) && !(await deps.isStaffLive(grant))) throw refuseToken('account_closed')
  if (await deps.isEnded(grant)) throw refuseToken('session_ended')
  return grant
}

function toSessionGrant(token: VerifiedToken<'session'>): SessionGrant {
  const { merchant, shop, role, sub, scopes, orders, origin, sid, via, since } = token
  const { sessionSeconds, voucher } = token
  return {
    kind: 'session',
    merchantId: merchant,
    shopId: shop,
    role,
    subject: sub,
    scopes,
    orderIds: orders,
    origin,
    sid,
    via,
    since: new Date(since * 1000),
    ...(sessionSeconds === undefined ? {} : { sessionSeconds }),
    ...(voucher === undefined ? {} : { voucher }),
    expiresAt: token.expiresAt,
    kid: token.kid,
  }
}

function readBearer(header: string | undefined): string {
  if (header === undefined) throw new Problem('token_missing')
  const [, token] = /^bearer +(\S+)$/i.exec(header) ?? []
  if (token === undefined) throw new Problem('token_missing')
  return token
}

/** The grant of a route behind one of the hooks above; elsewhere asking is a bug. */
export function grantOf(request: FastifyRequest): Grant {
  if (request.grant === null) throw new Error('this route has no grant hook')
  return request.grant
}

/** The fresh second factor that came along, for what needs one (S0-54). */
export function stepUpCodeOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const code = headers['x-step-up']
  return typeof code === 'string' ? code : undefined
}

/** The grant of a route behind `requireSession`. */
export function sessionOf(request: FastifyRequest): SessionGrant {
  const grant = grantOf(request)
  if (grant.kind !== 'session') throw new Error('this route is not behind requireSession')
  return grant
}
