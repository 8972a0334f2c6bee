import type { SessionView, ShopView } from '../contract/sessions.ts'
import type { SessionClaims } from './claims.ts'
import type { SigningKey } from './key.ts'
import { newTokenId } from './make-key.ts'
import { signToken } from './sign-token.ts'
import { TOKEN_KINDS } from './token-kinds.ts'
import { refuseToken } from './token-problem.ts'

export type SignSessionDeps = { newId(): string; now(): Date; readonly issuer: string }

export type SignedSession = {
  readonly token: string
  readonly claims: SessionClaims
  readonly expiresAt: Date
}

/** A working day with its breaks; after it a person shows again who they are. */
export const SESSION_LIMIT_SECONDS = 12 * 3600

/**
 * A session token of 15 minutes, or of what is left of the 12 hours (or the launch's own limit) since the
 * session was opened. Refuses with `token_expired` when nothing is left.
 */
export async function signSession(
  { newId, now, issuer }: SignSessionDeps,
  signingKey: SigningKey,
  claims: SessionClaims,
): Promise<SignedSession> {
  const at = now()
  const second = Math.floor(at.getTime() / 1000)
  const leftSeconds = claims.since + (claims.sessionSeconds ?? SESSION_LIMIT_SECONDS) - second
  if (leftSeconds <= 0) throw refuseToken('expired')

  const lifeSeconds = Math.min(TOKEN_KINDS.session.maxLifeSeconds, leftSeconds)
  const token = await signToken('session', claims, signingKey, { now: at, issuer, jti: newId(), lifeSeconds })
  return { token, claims, expiresAt: new Date((second + lifeSeconds) * 1000) }
}

/** As many as a token of 4 KiB holds. */
const ORDERS_MAX = 50

/** The rights of a session plus one order that was just proven; the oldest of more than 50 goes. */
function addProvenOrder(claims: SessionClaims, orderId: string): SessionClaims {
  const others = claims.orders.filter((known) => known !== orderId)
  const via = claims.orders.length === 0 ? 'proof' : claims.via
  return { ...claims, via, orders: [...others, orderId].slice(-ORDERS_MAX) }
}

export type ViewSessionDeps<S> = {
  findShopsOf(merchantId: string): Promise<readonly S[]>
  viewShop(shop: S): ShopView
}

/** With the session's shop, or all of the merchant's where it has none. */
export async function viewSession<S extends { readonly id: string }>(
  deps: ViewSessionDeps<S>,
  { token, expiresAt, claims }: SignedSession,
): Promise<SessionView> {
  const { merchant, shop, role, orders, via } = claims
  const all = await deps.findShopsOf(merchant)
  const shops = all.filter(({ id }) => shop === null || id === shop).map(deps.viewShop)
  return { token, expiresAt: expiresAt.toISOString(), role, shops, orderIds: [...orders], via }
}

type SessionWithOrderDeps<S> = Omit<SignSessionDeps, 'newId'> &
  ViewSessionDeps<S> & { getSigningKey(kind: 'session'): Promise<SigningKey> }

/** The answer to a proof: the same session with one more order (`claimsOf` makes claims of a grant). */
export async function openSessionWithOrder<S extends { readonly id: string }>(
  deps: SessionWithOrderDeps<S>,
  claims: SessionClaims,
  orderId: string,
): Promise<SessionView> {
  const signingKey = await deps.getSigningKey('session')
  const more = addProvenOrder(claims, orderId)
  return viewSession(deps, await signSession({ ...deps, newId: newTokenId }, signingKey, more))
}
