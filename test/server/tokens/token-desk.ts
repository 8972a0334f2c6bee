import { createHmac, createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { exportSPKI, importJWK, type JWK } from 'jose'
import { Problem } from '../../../server/contract/problem.ts'
import type { GrantDeps } from '../../../server/http/grant.ts'
import type { LaunchClaims, SessionClaims } from '../../../server/tokens/claims.ts'
import { importSigningKey, importVerifyKey } from '../../../server/tokens/import-key.ts'
import type {
  Algorithm,
  KeyTerms,
  PublicKeyAlgorithm,
  SigningKey,
  VerifyKey,
} from '../../../server/tokens/key.ts'
import { makeKeyPair } from '../../../server/tokens/make-key.ts'
import type { PublicKey } from '../../../server/tokens/read-public-key.ts'
import type { TokenKindName } from '../../../server/tokens/token-kinds.ts'

export const NOW = new Date('2026-11-22T04:00:00Z')
export const NOW_S = NOW.getTime() / 1000
export const ISSUER = 'https://fapiao.example'
export const SECRET = Uint8Array.from({ length: 32 }, (_, at) => (at * 37 + 11) % 256)

export type Party = {
  readonly terms: KeyTerms
  readonly verify: VerifyKey
  readonly signing: SigningKey
  readonly publicKey: PublicKey
  readonly privateJwk: JWK
}

/** A key pair, registered to a merchant or (null) to the server. */
export async function register(
  owner: string | null,
  kinds: readonly TokenKindName[],
  algorithm: PublicKeyAlgorithm = 'EdDSA',
): Promise<Party> {
  const { kid, privateJwk, publicJwk } = await makeKeyPair(algorithm)
  const terms: KeyTerms = {
    kid,
    algorithm,
    owner,
    kinds,
    scopes: ['orders.write'],
    status: 'active',
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: null,
  }
  return {
    terms,
    verify: await importVerifyKey({ ...terms, algorithm, publicJwk }),
    signing: await importSigningKey(terms, privateJwk),
    publicKey: { algorithm, publicJwk },
    privateJwk,
  }
}

/** The server's own key for everything it signs, and two merchants. */
export async function openDesk() {
  const server = await register(null, ['session', 'link', 'entry', 'download'])
  const merchantA = await register('merchant-a', ['launch', 'api'])
  const merchantB = await register('merchant-b', ['launch', 'api'])
  const keys = new Map([server, merchantA, merchantB].map((party) => [party.terms.kid, party.verify]))
  const asked: string[] = []
  const deps: GrantDeps = {
    findKey: async (kid) => {
      asked.push(kid)
      return keys.get(kid) ?? null
    },
    issuer: ISSUER,
    now: () => NOW,
    isStaffLive: async () => true,
    isEnded: async () => false,
  }
  const put = (key: VerifyKey): void => {
    keys.set(key.kid, key)
  }
  return { server, merchantA, merchantB, deps, asked, put }
}

export const launchClaims: LaunchClaims = {
  merchant: 'merchant-a',
  shop: 'shop-a-wx',
  role: 'customer',
  sub: '买家 17',
  orders: ['WX-2001', 'WX-2003'],
  origin: 'https://shop.example',
}

export const sessionClaims: SessionClaims = {
  merchant: 'merchant-a',
  shop: 'shop-a-wx',
  role: 'customer',
  sub: 'buyer-17',
  scopes: ['invoice.request'],
  orders: ['order-1'],
  origin: null,
  sid: 'session-1',
  via: 'launch',
  since: NOW_S,
}

export const launchHeader = (party: Party) => ({
  alg: party.terms.algorithm,
  typ: 'launch+jwt',
  kid: party.terms.kid,
})

export const launchPayload = {
  ...launchClaims,
  iss: 'merchant-a',
  aud: 'fapiao-sidecar',
  jti: 'jti-0123456789abcdef',
  iat: NOW_S,
  exp: NOW_S + 300,
}

export const base64url = (text: string | Uint8Array): string => Buffer.from(text).toString('base64url')

/** A compact token from any two texts, signed for real: what only its content can give away. */
export function forge(header: unknown, payload: unknown, signer: (data: Buffer) => Uint8Array): string {
  const text = (part: unknown): string | Uint8Array =>
    typeof part === 'string' || part instanceof Uint8Array ? part : JSON.stringify(part)
  const data = `${base64url(text(header))}.${base64url(text(payload))}`
  return `${data}.${base64url(signer(Buffer.from(data)))}`
}

export const signerOf = ({ terms, privateJwk }: Party): ((data: Buffer) => Uint8Array) => {
  const key: KeyObject = createPrivateKey({ key: { ...privateJwk }, format: 'jwk' })
  const hash: { [A in Algorithm]?: string } = { ES256: 'sha256', RS256: 'sha256' }
  return (data) => sign(hash[terms.algorithm], data, { key, dsaEncoding: 'ieee-p1363' })
}

export const hmacWith =
  (secret: string | Uint8Array) =>
  (data: Buffer): Uint8Array =>
    createHmac('sha256', secret).update(data).digest()

export async function pemOf({ algorithm, publicJwk }: PublicKey): Promise<string> {
  const key = await importJWK({ ...publicJwk }, algorithm, { extractable: true })
  if (key instanceof Uint8Array) throw new Error('not a public key')
  return exportSPKI(key)
}

/** The code and the reason of a refusal; anything but a Problem is a bug and stays one. */
export async function refusalOf(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    if (error instanceof Problem) return `${error.code}: ${error.facts.reason}`
    throw error
  }
  return 'accepted'
}
