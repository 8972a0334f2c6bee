import type { LaunchClaims, SessionClaims, TokenRole } from './claims.ts'
import type { SigningKey } from './key.ts'
import { type SignedSession, signSession } from './session.ts'
import { refuseToken } from './token-problem.ts'
import { type VerifyTokenDeps, verifyToken } from './verify-token.ts'

/** The row must stay until `expiresAt`: so long the token could be sent again. */
export type BurntJti = { readonly issuer: string; readonly jti: string; readonly expiresAt: Date }

export type LaunchAsk = {
  readonly merchant: string
  readonly shop: string | null
  readonly orderNumbers: readonly string[]
}

/** What a launch turns out to reach: order numbers nobody knows yet are left out. */
export type LaunchReach = { readonly shop: string | null; readonly orders: readonly string[] }

export type ExchangeLaunchDeps<Tx> = VerifyTokenDeps & {
  newId(): string
  inTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** Inserts (issuer, jti); false when it stands there already. Concurrent burns: one wins. */
  burnJti(tx: Tx, burnt: BurntJti): Promise<boolean>
  /** Null when the shop is not this merchant's. */
  findReach(tx: Tx, ask: LaunchAsk): Promise<LaunchReach | null>
  getSigningKey(): Promise<SigningKey>
  scopesOf(role: TokenRole): readonly string[]
  /** The name that rows and audit entries may carry for a person the merchant vouches for. */
  subjectOf(launch: LaunchClaims): string
  /** In the transaction that burns the token. */
  recordOpened(tx: Tx, opened: OpenedSession): Promise<void>
}

export type OpenedSession = SignedSession & {
  readonly launch: { readonly issuer: string; readonly jti: string; readonly kid: string }
}

/**
 * A launch token becomes a session, once: the jti is burnt in the transaction that opens it, so of two
 * exchanges one wins, and one that fails leaves the token unused. A launch bound to an origin is exchanged
 * from there alone. Refuses with `token_replayed`, `token_expired` or `token_invalid`.
 */
export async function exchangeLaunch<Tx>(
  deps: ExchangeLaunchDeps<Tx>,
  rawLaunchToken: unknown,
  { origin }: { readonly origin: string | null },
): Promise<OpenedSession> {
  const launch = await verifyToken('launch', rawLaunchToken, deps)
  if (launch.origin !== null && launch.origin !== origin) throw refuseToken('origin_wrong')
  const signingKey = await deps.getSigningKey()

  return deps.inTransaction(async (tx) => {
    const { merchant, shop, issuer, jti, kid } = launch
    const isFirst = await deps.burnJti(tx, { issuer, jti, expiresAt: keepUntil(launch.expiresAt) })
    if (!isFirst) throw refuseToken('replayed')

    const reach = await deps.findReach(tx, { merchant, shop, orderNumbers: launch.orders })
    if (reach === null) throw refuseToken('shop_wrong')

    const signed = await signSession(deps, signingKey, openClaims(deps, launch, reach, kid))
    const opened = { ...signed, launch: { issuer, jti, kid } }
    await deps.recordOpened(tx, opened)
    return opened
  })
}

function openClaims(
  deps: Pick<ExchangeLaunchDeps<never>, 'newId' | 'now' | 'scopesOf' | 'subjectOf'>,
  launch: LaunchClaims,
  { shop, orders }: LaunchReach,
  kid: string,
): SessionClaims {
  const { merchant, role, origin, sessionSeconds } = launch
  return {
    merchant,
    shop,
    role,
    sub: deps.subjectOf(launch),
    scopes: deps.scopesOf(role),
    orders,
    origin,
    sid: deps.newId(),
    via: 'launch',
    voucher: kid,
    since: Math.floor(deps.now().getTime() / 1000),
    ...(sessionSeconds === undefined ? {} : { sessionSeconds }),
  }
}

/** Accepted until exp + 30 s; the row stays twice as long (trust §2). */
const keepUntil = (expiresAt: Date): Date => new Date(expiresAt.getTime() + 60_000)
