import type { Actor } from '../audit/record.ts'
import type { SessionClaims } from './claims.ts'
import { type SessionRole, sideOf } from './roles.ts'

/** A person in a widget. `orderIds` are the orders this person has proven; an agent needs none. */
export type SessionGrant = {
  readonly kind: 'session'
  readonly merchantId: string
  /** Null: all shops of the merchant. */
  readonly shopId: string | null
  readonly role: SessionRole
  readonly subject: string
  readonly scopes: readonly string[]
  readonly orderIds: readonly string[]
  readonly origin: string | null
  readonly sid: string
  readonly via: SessionClaims['via']
  /** When the session was opened; renewals keep it. */
  readonly since: Date
  /** The launch's own limit of the session; renewals keep it too. */
  readonly sessionSeconds?: number
  /** The merchant's key that vouched for the person; its revocation ends the session. */
  readonly voucher?: string
  readonly expiresAt: Date
  /** The key behind the token: revoked, it ends the grant before its time. */
  readonly kid: string
}

/** A merchant's own backend. */
export type ApiGrant = {
  readonly kind: 'api'
  readonly merchantId: string
  readonly scopes: readonly string[]
  /** The key id. */
  readonly subject: string
}

export type Grant = SessionGrant | ApiGrant

/** A session that a staff login opened: the subject is the account's id. */
export type StaffSession = Pick<SessionGrant, 'merchantId' | 'role' | 'subject' | 'sid'>

/** Whether a staff account stands behind the session; a merchant's launch token makes none. */
export function isStaff(grant: Grant): boolean {
  return grant.kind === 'session' && grant.via === 'login'
}

/** Reviewing is a matter of scope, and only finance has that one (X2). */
export function mayApprove(grant: Grant): boolean {
  return isStaff(grant) && grant.scopes.includes('reviews.decide')
}

/** The claims of a token with the same rights: for renewing, or for adding a proven order. */
export function claimsOf(grant: SessionGrant): SessionClaims {
  const { merchantId, shopId, role, subject, scopes, orderIds, origin, sid, via, since } = grant
  const { sessionSeconds, voucher } = grant
  return {
    merchant: merchantId,
    shop: shopId,
    role,
    sub: subject,
    scopes,
    orders: orderIds,
    origin,
    sid,
    via,
    since: Math.floor(since.getTime() / 1000),
    ...(sessionSeconds === undefined ? {} : { sessionSeconds }),
    ...(voucher === undefined ? {} : { voucher }),
  }
}

/** Who stands in audit entries and rows. */
export function actorOf(grant: Grant): Actor {
  if (grant.kind === 'api') return { kind: 'merchant', id: grant.subject }
  const { subject: id, role } = grant
  return { kind: isStaff(grant) ? 'staff' : sideOf(role), id, role }
}

/** Whose idempotency keys and budgets these are: one person's, whatever session it is. */
export function principalOf(grant: Grant): string {
  if (grant.kind === 'api') return `api:${grant.subject}`
  return `${isStaff(grant) ? 'staff' : grant.role}:${grant.subject}`
}

/** Who counts as one. A shop's poster is one subject for everybody who scans it: those are told apart by session. */
export function personOf({ role, subject, sid }: Pick<SessionGrant, 'role' | 'subject' | 'sid'>): string {
  return `${role} ${subject.startsWith('link:') ? sid : subject}`
}
