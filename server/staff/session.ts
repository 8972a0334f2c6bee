import { recordAudit } from '../audit/record.ts'
import type { Database, InTransaction, Tx } from '../database/database.ts'
import type { SessionClaims } from '../tokens/claims.ts'
import type { SessionRole } from '../tokens/roles.ts'
import { SESSION_LIMIT_SECONDS } from '../tokens/session.ts'
import { actOf } from './act-of.ts'
import {
  endSessions,
  findSessionBySecret,
  insertSession,
  type LoggedIn,
  newSecret,
  noteUse,
  replaceSecret,
} from './session.store.ts'
import { findStaff } from './staff.store.ts'
import type { Staff } from './staff.ts'

/** Without a token asked for in so long a session is over (NIST SP 800-63B §4.2.3); so it is after 12 hours. */
const IDLE_MS = 30 * 60_000

/** Where a log-in comes from, as it is kept. */
export type Whence = { readonly device: string; readonly address: string }

export type SessionDeps = {
  readonly database: Database
  readonly inTransaction: InTransaction
  now(): Date
  scopesOf(role: SessionRole): readonly string[]
}

/** `secret` goes into the cookie and nowhere else. */
export type OpenedSession = { readonly claims: SessionClaims; readonly secret: string }

/** Neither ended, nor unused for half an hour, nor older than a working day. */
export function isOpen({ createdAt, lastUsedAt, endedAt }: LoggedIn, now: Date): boolean {
  const ageMs = now.getTime() - createdAt.getTime()
  const idleMs = now.getTime() - lastUsedAt.getTime()
  return endedAt === null && ageMs < SESSION_LIMIT_SECONDS * 1000 && idleMs < IDLE_MS
}

/** A new row, a new secret: what a browser held before signing in opens nothing. */
export async function openSession(
  deps: Pick<SessionDeps, 'now' | 'scopesOf'> & { newSid(): string },
  tx: Tx,
  { staff, whence }: { staff: Staff; whence: Whence },
): Promise<OpenedSession> {
  const { id: staffId, merchantId } = staff
  const session = { id: deps.newSid(), merchantId, staffId, ...whence, createdAt: deps.now() }
  const secret = newSecret()
  await insertSession(tx, session, secret)
  return { claims: claimsOf(deps, staff, session), secret }
}

/**
 * The cookie of an open session becomes the rights of its next token. Null: there is none, or it is over, it, its
 * account, or the time it had.
 */
export async function resumeSession(deps: SessionDeps, secret: string | null): Promise<SessionClaims | null> {
  const session = secret === null ? null : await findSessionBySecret(deps.database, secret)
  if (session === null || !isOpen(session, deps.now())) return null
  const staff = await findStaff(deps.database, session.staffId)
  if (staff === null || staff.disabledAt !== null) return null
  await noteUse(deps.database, session.id, deps.now())
  return claimsOf(deps, staff, session)
}

/** Another cookie for the same session: whoever had a copy of the old one has nothing. */
export async function rotateSecret(tx: Tx, sid: string): Promise<string> {
  const secret = newSecret()
  await replaceSecret(tx, sid, secret)
  return secret
}

type Ending = { readonly sid: string } | { readonly except: string } | 'all'

/** Signing out one, the others or all of an account's; answers how many were open. Twice is once. */
export async function endStaffSessions(
  { now }: Pick<SessionDeps, 'now'>,
  tx: Tx,
  staff: Pick<Staff, 'id' | 'merchantId'>,
  what: Ending,
): Promise<number> {
  const which = what === 'all' ? {} : 'sid' in what ? { id: what.sid } : what
  const ended = await endSessions(tx, now(), { staffId: staff.id, ...which })
  for (const sid of ended) await recordAudit(tx, now(), actOf(staff, 'staff.session_ended', { sid }))
  return ended.length
}

function claimsOf(
  { scopesOf }: Pick<SessionDeps, 'scopesOf'>,
  staff: Staff,
  { id, createdAt }: Pick<LoggedIn, 'id' | 'createdAt'>,
): SessionClaims {
  return {
    merchant: staff.merchantId,
    shop: staff.shopId,
    role: staff.role,
    sub: staff.id,
    scopes: scopesOf(staff.role),
    orders: [],
    origin: null,
    sid: id,
    via: 'login',
    since: Math.floor(createdAt.getTime() / 1000),
  }
}
