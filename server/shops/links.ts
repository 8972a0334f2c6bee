import { type Actor, type AuditAct, actorText } from '../audit/record.ts'
import { Problem } from '../contract/problem.ts'
import type { Tx } from '../database/database.ts'
import type { SigningKey } from '../tokens/key.ts'
import { newTokenId } from '../tokens/make-key.ts'
import { signToken } from '../tokens/sign-token.ts'
import type { NewLink, Revoked } from './link.store.ts'

export type LinkDeps = {
  now(): Date
  newId(): string
  /** Our own name in tokens. */
  readonly issuer: string
  /** The address QR codes carry; no trailing slash. */
  readonly publicUrl: string
  getSigningKey(kind: 'link'): Promise<SigningKey>
  insertLink(tx: Tx, link: NewLink): Promise<void>
  markRevoked(tx: Tx, which: Revoked & { at: Date }): Promise<boolean>
  recordAudit(tx: Tx, now: Date, act: AuditAct): Promise<void>
}

export type LinkAsk = {
  readonly merchantId: string
  readonly shop: { readonly id: string; readonly code: string }
  /** Null: the shop's own link. The caller has seen that the order is the shop's. */
  readonly orderId: string | null
  readonly actor: Actor
  /** 1 to 400. */
  readonly days: number
}

export type MadeLink = {
  readonly id: string
  readonly token: string
  readonly url: string
  readonly expiresAt: Date
}

const DAY_SECONDS = 86_400

/** A link that ends by itself or when its row is revoked. The token stands in the fragment: no log sees it. */
export async function createLink(deps: LinkDeps, tx: Tx, ask: LinkAsk): Promise<MadeLink> {
  const { merchantId, shop, orderId, actor, days } = ask
  const [now, id] = [deps.now(), deps.newId()]
  const lifeSeconds = days * DAY_SECONDS
  const expiresAt = new Date((Math.floor(now.getTime() / 1000) + lifeSeconds) * 1000)

  const token = await signToken(
    'link',
    { merchant: merchantId, shop: shop.id, order: orderId, lid: id },
    await deps.getSigningKey('link'),
    { now, issuer: deps.issuer, jti: newTokenId(), lifeSeconds },
  )
  await deps.insertLink(tx, {
    id,
    merchantId,
    shopId: shop.id,
    orderId,
    actor: actorText(actor),
    createdAt: now,
    expiresAt,
  })
  await deps.recordAudit(tx, now, {
    merchantId,
    actor,
    act: 'link.created',
    object: `link:${id}`,
    facts: { shop: shop.id, order: orderId, days },
  })
  return { id, token, url: `${deps.publicUrl}/i/${shop.code}#t=${token}`, expiresAt }
}

/** From now on the link opens nothing. Twice is once. Refuses with `link_not_found`, also for who may not. */
export async function revokeLink(
  deps: Pick<LinkDeps, 'now' | 'markRevoked' | 'recordAudit'>,
  tx: Tx,
  { actor, ...which }: Revoked & { readonly actor: Actor },
): Promise<void> {
  const { id, merchantId } = which
  const at = deps.now()
  if (!(await deps.markRevoked(tx, { ...which, at }))) throw new Problem('link_not_found')
  await deps.recordAudit(tx, at, { merchantId, actor, act: 'link.revoked', object: `link:${id}` })
}
