import { Problem } from '../contract/problem.ts'
import type { SessionView } from '../contract/sessions.ts'
import type { StaffSelf } from '../contract/staff.ts'
import type { GrantDeps } from '../http/grant.ts'
import type { SessionClaims } from '../tokens/claims.ts'
import { isStaff, type SessionGrant } from '../tokens/grant.ts'
import { openLogin } from './change-staff.ts'
import type { LogInDeps } from './log-in.ts'
import { findStaff, findStepUp } from './staff.store.ts'

export type StaffRouteDeps = LogInDeps & {
  readonly grants: GrantDeps
  /** Without a trailing slash: whose pages may use the cookie. */
  readonly publicUrl: string
  /** Signs a token of a session and shows it. */
  signSession(claims: SessionClaims): Promise<SessionView>
  findMerchantName(merchantId: string): Promise<string>
}

/** Asks for the next token of an open session, and opens nothing by itself. */
export const SESSION_COOKIE = '__Host-fapiao-staff'

/** Sessions of launch tokens and links have no account. Refuses with `token_not_allowed`. */
export function accountOf(grant: SessionGrant): Pick<SessionGrant, 'merchantId' | 'subject' | 'sid'> {
  if (!isStaff(grant)) throw new Problem('token_not_allowed', { facts: { reason: 'no_account' } })
  return grant
}

export async function viewSelf(
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
