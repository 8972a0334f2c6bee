import type { JWK } from 'jose'
import type { Database, InTransaction, Tx } from '../database/database.ts'
import type { Prisma } from '../database/generated/client.ts'
import type { Vault } from '../privacy/vault.ts'
import type { BurntJti } from './exchange-launch.ts'
import { importSigningKey } from './import-key.ts'
import type { Algorithm, KeyStatus, KeyTerms, SigningKey, StoredKey } from './key.ts'
import { createKeyCache } from './key-cache.ts'
import { makeKeyPair, newTokenId } from './make-key.ts'
import { readPublicKey } from './read-public-key.ts'
import { chooseSigningKey, isRotationDue, retireKey } from './rotation.ts'
import { readSharedSecret } from './shared-secret.ts'
import { TOKEN_KINDS, type TokenKindName } from './token-kinds.ts'
import type { VerifyTokenDeps } from './verify-token.ts'

export type ServerTokenKind = 'session' | 'link' | 'entry' | 'download'
const SERVER_KINDS: readonly ServerTokenKind[] = ['session', 'link', 'entry', 'download']

export type TokenStoreDeps = {
  readonly database: Database
  readonly inTransaction: InTransaction
  readonly vault: Vault
  now(): Date
}

export type NewMerchantKey = {
  readonly merchantId: string
  readonly kinds: readonly ('launch' | 'api')[]
  readonly scopes: readonly string[]
} & (
  | { readonly publicKey: unknown; readonly secret?: never }
  | { readonly secret: string; readonly publicKey?: never }
)

/** Any constant will do: two processes that start together make one key, not two. */
const KEYS_LOCK = 4_711_003

/** A key is chosen anew this often; retired ones verify long enough for that (see `retireKey`). */
const CHOICE_MS = 4_000

/** Keys of both sides by kid, and the burnt one-time tokens. Private halves and secrets are sealed. */
export function openTokenStore(deps: TokenStoreDeps) {
  const { database, inTransaction, now } = deps
  const cache = createKeyCache({ now, readKey: (kid) => readKey(deps, kid) })
  const chosen = new Map<ServerTokenKind, { key: Promise<SigningKey>; atMs: number }>()

  return {
    findKey: cache.findKey satisfies VerifyTokenDeps['findKey'],
    /** Something about a key changed somewhere. */
    forgetKeys(): void {
      cache.forget()
      chosen.clear()
    },
    /** The server's keys, whatever their status; `viewJwks` picks. */
    readServerKeys: async () => (await database.signingKey.findMany()).map(toServerKey),

    /** The key that signs this kind now. Throws where `prepareSigningKeys` never ran. */
    async getSigningKey(kind: ServerTokenKind): Promise<SigningKey> {
      const held = chosen.get(kind)
      const ageMs = now().getTime() - (held?.atMs ?? 0)
      if (held !== undefined && ageMs >= 0 && ageMs < CHOICE_MS) return held.key
      const fresh = { key: readSigningKey(deps, kind), atMs: now().getTime() }
      chosen.set(kind, fresh)
      fresh.key.catch(() => chosen.delete(kind))
      return fresh.key
    },

    /** Makes the missing ones, one per kind. At every start. */
    prepareSigningKeys: () => inTransaction((tx) => makeSigningKeys(deps, tx, 'missing')),
    /** A new key for every kind; the old ones verify what they signed until it has ended. Answers the new ids. */
    rotateSigningKeys: () => inTransaction((tx) => makeSigningKeys(deps, tx, 'all')),
    /** The same for keys that have signed for 90 days. */
    rotateAgedKeys: () => inTransaction((tx) => makeSigningKeys(deps, tx, 'aged')),

    /** False when it stands there already. Of two at once the second waits for the first one's commit. */
    async burnJti(tx: Tx, { issuer, jti, expiresAt }: BurntJti): Promise<boolean> {
      const inserted = await tx.$executeRaw`
        INSERT INTO used_jti (issuer, jti, expires_at) VALUES (${issuer}, ${jti}, ${expiresAt})
        ON CONFLICT DO NOTHING`
      return inserted === 1
    },
    /** Forgets tokens that no clock would accept any more; says how many. */
    async dropExpiredJtis(): Promise<number> {
      const { count } = await database.usedJti.deleteMany({ where: { expiresAt: { lt: now() } } })
      return count
    },

    registerMerchantKey: (tx: Tx, made: NewMerchantKey) => registerMerchantKey(deps, tx, made),
    /** False where the merchant has no such key. Every process knows within 5 s. */
    async revokeMerchantKey(tx: Tx, { merchantId, kid }: { merchantId: string; kid: string }) {
      const { count } = await tx.merchantKey.updateMany({
        where: { merchantId, kid },
        data: { status: 'revoked' },
      })
      return count === 1
    },
  }
}

export type TokenStore = ReturnType<typeof openTokenStore>

async function readKey({ database, vault }: TokenStoreDeps, kid: string): Promise<StoredKey | null> {
  const own = await database.signingKey.findUnique({ where: { kid } })
  if (own !== null) return toServerKey(own)
  const row = await database.merchantKey.findUnique({ where: { kid } })
  if (row === null) return null
  const terms = { ...toTerms(row), owner: row.merchantId, scopes: row.scopes }
  if (row.secretSealed !== null) {
    const secret = await vault.openBytes(secretPlace(row), row.secretSealed)
    return { ...terms, algorithm: 'HS256', secret }
  }
  return { ...terms, algorithm: publicAlgorithm(terms), publicJwk: row.publicJwk }
}

async function readSigningKey(
  { database, vault, now }: TokenStoreDeps,
  kind: ServerTokenKind,
): Promise<SigningKey> {
  const rows = await database.signingKey.findMany({ where: { kinds: { has: kind } } })
  const key = chooseSigningKey(rows.map(toServerKey), kind, now())
  const row = rows.find(({ kid }) => kid === key?.kid)
  if (key === null || row === undefined) throw new Error(`no key signs ${kind} tokens`)
  const opened = await vault.openJson(privatePlace(row.kid), row.privateSealed)
  return importSigningKey(key, opened as JWK) // sealed by us, and importing refuses what is no key
}

async function makeSigningKeys(
  deps: TokenStoreDeps,
  tx: Tx,
  which: 'missing' | 'aged' | 'all',
): Promise<{ kind: ServerTokenKind; kid: string }[]> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${KEYS_LOCK})`
  const at = deps.now()
  const keys = (await tx.signingKey.findMany()).map(toServerKey)
  const due = {
    missing: (kind: ServerTokenKind) => chooseSigningKey(keys, kind, at) === null,
    aged: (kind: ServerTokenKind) => isRotationDue(keys, kind, at),
    all: () => true,
  }
  const made: { kind: ServerTokenKind; kid: string }[] = []
  for (const kind of SERVER_KINDS.filter(due[which])) {
    made.push({ kind, kid: await insertSigningKey(deps, tx, kind) })
    for (const old of keys) {
      if (old.status !== 'active' || !old.kinds.includes(kind)) continue
      await tx.signingKey.update({ where: { kid: old.kid }, data: retireKey(old, at) })
    }
  }
  return made
}

async function insertSigningKey({ vault, now }: TokenStoreDeps, tx: Tx, kind: ServerTokenKind) {
  const { kid, algorithm, publicJwk, privateJwk } = await makeKeyPair('EdDSA')
  const privateSealed = await vault.sealJson(privatePlace(kid), privateJwk)
  await tx.signingKey.create({
    data: { kid, algorithm, kinds: [kind], publicJwk, privateSealed, notBefore: now() },
  })
  return kid
}

/** Refuses with `request_invalid` where the key or secret is not sound. Answers its kid. */
async function registerMerchantKey(
  { vault, now }: TokenStoreDeps,
  tx: Tx,
  made: NewMerchantKey,
): Promise<string> {
  const { merchantId, kinds, scopes } = made
  const kid = newTokenId()
  const data = { kid, merchantId, kinds: [...kinds], scopes: [...scopes], notBefore: now() }
  if (made.secret !== undefined) {
    const secretSealed = await vault.sealBytes(
      secretPlace({ kid, merchantId }),
      readSharedSecret(made.secret),
    )
    await tx.merchantKey.create({ data: { ...data, algorithm: 'HS256', secretSealed } })
    return kid
  }
  const { algorithm, publicJwk } = readPublicKey(made.publicKey)
  await tx.merchantKey.create({ data: { ...data, algorithm, publicJwk } })
  return kid
}

type KeyRow = {
  kid: string
  algorithm: string
  kinds: string[]
  status: string
  notBefore: Date
  notAfter: Date | null
}

function toServerKey(row: KeyRow & { publicJwk: Prisma.JsonValue }): StoredKey {
  const terms = toTerms(row)
  return { ...terms, algorithm: publicAlgorithm(terms), publicJwk: row.publicJwk }
}

function toTerms({ kid, algorithm, kinds, status, notBefore, notAfter }: KeyRow): KeyTerms {
  return {
    kid,
    algorithm: wordOf(['EdDSA', 'ES256', 'RS256', 'HS256'] satisfies Algorithm[], algorithm),
    owner: null,
    kinds: kinds.map((kind) => wordOf(KINDS, kind)),
    scopes: [],
    status: wordOf(['active', 'retired', 'revoked'] satisfies KeyStatus[], status),
    notBefore,
    notAfter,
  }
}

const KINDS = Object.keys(TOKEN_KINDS) as TokenKindName[] // keys of a table typed by them

function publicAlgorithm({ kid, algorithm }: KeyTerms) {
  if (algorithm === 'HS256') throw new Error(`key ${kid}: HS256 with a public key`)
  return algorithm
}

/** A row may come from a script or a backup: what it says is checked, not cast. */
function wordOf<W extends string>(words: readonly W[], text: string): W {
  const found = words.find((word) => word === text)
  if (found === undefined) throw new Error(`a key's row says ${text}`)
  return found
}

const privatePlace = (kid: string) => ({
  merchantId: 'server',
  table: 'signing_key',
  column: 'private',
  rowId: kid,
})

const secretPlace = ({ kid, merchantId }: { kid: string; merchantId: string }) => ({
  merchantId,
  table: 'merchant_key',
  column: 'secret',
  rowId: kid,
})
