import { recordAudit } from '../audit/record.ts'
import { Problem } from '../contract/problem.ts'
import type { InTransaction, Tx } from '../database/database.ts'
import type { SessionClaims } from '../tokens/claims.ts'
import type { BurntJti } from '../tokens/exchange-launch.ts'
import type { SigningKey } from '../tokens/key.ts'
import { newTokenId } from '../tokens/make-key.ts'
import { scopesOf } from '../tokens/scopes.ts'
import { type SignedSession, signSession } from '../tokens/session.ts'
import { signToken } from '../tokens/sign-token.ts'
import { refuseToken } from '../tokens/token-problem.ts'
import { type VerifyTokenDeps, verifyToken } from '../tokens/verify-token.ts'
import { findHostAccount } from './host-account.store.ts'
import type { HostAccount } from './host-account.ts'
import type { HostProof } from './proof.ts'

export type EnterDeps = VerifyTokenDeps & {
  readonly inTransaction: InTransaction
  getSigningKey(kind: 'entry' | 'session'): Promise<SigningKey>
  /** False when it stands there already. */
  burnJti(tx: Tx, burnt: BurntJti): Promise<boolean>
  /** Who may frame the panel of the account's shop. */
  findOrigins(account: HostAccount): Promise<readonly string[]>
}

/** From the door to the panel. */
const ENTRY_SECONDS = 120

/** Agents of different consoles never share a name: `zendesk:3712`. */
export function subjectAt(account: Pick<HostAccount, 'host'>, subject: string): string {
  return `${account.host}:${subject}`
}

/**
 * A proof becomes an entry token for the panel; one that must not come twice is burnt with it. A refused proof
 * becomes an audit entry and the one neutral refusal, `host_proof_refused`, whatever was wrong.
 */
export async function enterByProof(
  deps: EnterDeps,
  account: HostAccount,
  proof: HostProof,
): Promise<{ entryToken: string }> {
  if ('refused' in proof) throw await refuseProof(deps, account, proof.refused)
  const { subject, once } = proof
  const isFirst =
    once === undefined ||
    (await deps.inTransaction((tx) => deps.burnJti(tx, { issuer: `host:${account.id}`, ...once })))
  if (!isFirst) throw await refuseProof(deps, account, 'replayed')
  const claims = {
    merchant: account.merchantId,
    shop: account.shopId,
    account: account.id,
    sub: subjectAt(account, subject),
  }
  const at = { now: deps.now(), issuer: deps.issuer, jti: newTokenId(), lifeSeconds: ENTRY_SECONDS }
  return { entryToken: await signToken('entry', claims, await deps.getSigningKey('entry'), at) }
}

/** The refusal, after the merchant's log knows of it. */
export async function refuseProof(
  { inTransaction, now }: Pick<EnterDeps, 'inTransaction' | 'now'>,
  { id, merchantId, host }: HostAccount,
  reason: string,
): Promise<Problem> {
  await inTransaction((tx) =>
    recordAudit(tx, now(), {
      merchantId,
      actor: { kind: 'agent', id: `${host}:unknown` },
      act: 'host.proof_refused',
      object: `host_account:${id}`,
      facts: { host, reason },
    }),
  )
  return new Problem('host_proof_refused', { facts: { reason } })
}

/**
 * An entry token becomes the agent's session, once, and in a frame only where the shop's list has the page
 * around it. The account decides again: one that was disabled meanwhile lets nobody in.
 */
export async function exchangeEntry(
  deps: EnterDeps,
  rawToken: unknown,
  hostOrigin: string | null,
): Promise<SignedSession> {
  const entry = await verifyToken('entry', rawToken, deps)
  const signingKey = await deps.getSigningKey('session')
  return deps.inTransaction(async (tx) => {
    const { issuer, jti, expiresAt } = entry
    const isFirst = await deps.burnJti(tx, { issuer, jti, expiresAt: new Date(expiresAt.getTime() + 60_000) })
    if (!isFirst) throw refuseToken('replayed')
    const account = await findHostAccount(tx, entry.account)
    if (account === null || account.disabledAt !== null || account.merchantId !== entry.merchant) {
      throw refuseToken('account_closed')
    }
    const origins = await deps.findOrigins(account)
    if (hostOrigin !== null && !origins.includes(hostOrigin)) throw refuseToken('origin_wrong')
    return openAgentSession(deps, tx, { account, sub: entry.sub, signingKey })
  })
}

type Opening = { readonly account: HostAccount; readonly sub: string; readonly signingKey: SigningKey }

/** An agent's session for the account's shop, and its entry in the log. */
export async function openAgentSession(
  { now, issuer }: Pick<EnterDeps, 'now' | 'issuer'>,
  tx: Tx,
  { account, sub, signingKey }: Opening,
): Promise<SignedSession> {
  const claims: SessionClaims = {
    merchant: account.merchantId,
    shop: account.shopId,
    role: 'agent',
    sub,
    scopes: scopesOf('agent'),
    orders: [],
    origin: null,
    sid: newTokenId(),
    via: 'launch',
    since: Math.floor(now().getTime() / 1000),
    voucher: account.id,
  }
  await recordAudit(tx, now(), {
    merchantId: account.merchantId,
    actor: { kind: 'agent', id: sub },
    act: 'session.opened',
    object: `session:${claims.sid}`,
    facts: { host: account.host, account: account.id, shop: account.shopId },
  })
  return signSession({ now, issuer, newId: newTokenId }, signingKey, claims)
}
