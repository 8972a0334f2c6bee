import { Problem } from '../contract/problem.ts'
import type { SessionClaims, TokenRole } from './claims.ts'
import type { SigningKey } from './key.ts'
import { type SignedSession, signSession } from './session.ts'
import { type VerifyTokenDeps, verifyToken } from './verify-token.ts'

/** What stands behind a link token. */
export type LinkRow = {
  readonly merchantId: string
  readonly shopId: string
  readonly orderId: string | null
  readonly expiresAt: Date
  readonly revokedAt: Date | null
}

export type ExchangeLinkDeps<Tx> = VerifyTokenDeps & {
  newId(): string
  inTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  findLink(tx: Tx, id: string): Promise<LinkRow | null>
  getSigningKey(): Promise<SigningKey>
  scopesOf(role: TokenRole): readonly string[]
  /** In the transaction that read the link. */
  recordLinkOpened(tx: Tx, opened: SignedSession): Promise<void>
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * A QR code or link becomes a customer's session, as often as it is opened. Altered, expired, revoked and
 * foreign links are one answer, `link_invalid`: a stranger learns nothing from trying.
 */
export async function exchangeLink<Tx>(
  deps: ExchangeLinkDeps<Tx>,
  rawLinkToken: unknown,
): Promise<SignedSession> {
  const link = await verifyToken('link', rawLinkToken, deps).catch(asLinkInvalid)
  const signingKey = await deps.getSigningKey()

  return deps.inTransaction(async (tx) => {
    const row = UUID.test(link.lid) ? await deps.findLink(tx, link.lid) : null
    if (!isOpen(row, deps.now()) || row.merchantId !== link.merchant || row.shopId !== link.shop) {
      throw new Problem('link_invalid', { facts: { reason: 'link_closed' } })
    }
    const claims = openClaims(deps, row, link.lid)
    const signed = await signSession(deps, signingKey, claims)
    await deps.recordLinkOpened(tx, signed)
    return signed
  })
}

function openClaims(
  deps: Pick<ExchangeLinkDeps<never>, 'newId' | 'now' | 'scopesOf'>,
  row: LinkRow,
  lid: string,
): SessionClaims {
  return {
    merchant: row.merchantId,
    shop: row.shopId,
    role: 'customer',
    sub: linkSubject(lid),
    scopes: deps.scopesOf('customer'),
    // The row decides, not the token: what the link stood for when it was made.
    orders: row.orderId === null ? [] : [row.orderId],
    origin: null,
    sid: deps.newId(),
    via: row.orderId === null ? 'shop_link' : 'order_link',
    since: Math.floor(deps.now().getTime() / 1000),
  }
}

/** Neither revoked nor past its end. */
export function isOpen(row: LinkRow | null, now: Date): row is LinkRow {
  return row !== null && row.revokedAt === null && row.expiresAt > now
}

/** The name of whoever came through a link: nothing else is known of them. */
export function linkSubject(lid: string): string {
  return `link:${lid}`
}

/** The link behind a subject made by `linkSubject`, or null. */
export function linkOfSubject(subject: string): string | null {
  return /^link:([0-9a-f-]{36})$/.exec(subject)?.[1] ?? null
}

function asLinkInvalid(error: unknown): never {
  if (!(error instanceof Problem)) throw error
  throw new Problem('link_invalid', { facts: error.facts })
}
