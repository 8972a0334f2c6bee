import type { CryptoKey, JWK } from 'jose'
import { Problem } from '../contract/problem.ts'
import type { KeyTerms, PublicJwk, SigningKey, StoredKey, VerifyKey } from './key.ts'
import { readPublicKey } from './read-public-key.ts'
import { SECRET_MIN_BYTES } from './shared-secret.ts'

/**
 * A stored key made ready to verify. Its strength is checked again: a row may have come from a script or a
 * backup. A row that fails is our fault, so it throws an Error and no Problem.
 */
export async function importVerifyKey(stored: StoredKey): Promise<VerifyKey> {
  if (stored.algorithm === 'HS256') {
    if (stored.owner === null) throw new Error(`key ${stored.kid}: the server has no shared secrets`)
    return { ...termsOf(stored), key: await importSecret(stored.kid, stored.secret) }
  }
  const publicJwk = readStoredJwk(stored.kid, stored.algorithm, stored.publicJwk)
  const key = await crypto.subtle.importKey('jwk', { ...publicJwk }, WEB_NAMES[stored.algorithm], false, [
    'verify',
  ])
  return { ...termsOf(stored), key }
}

/** The private half as `makeKeyPair` returned it, decrypted by the caller; the key cannot be exported again. */
export async function importSigningKey(terms: KeyTerms, privateJwk: JWK): Promise<SigningKey> {
  if (terms.algorithm === 'HS256') throw new Error(`key ${terms.kid}: a shared secret is no private key`)
  const key = await crypto.subtle.importKey('jwk', privateJwk, WEB_NAMES[terms.algorithm], false, ['sign'])
  return { ...termsOf(terms), key }
}

const WEB_NAMES = {
  EdDSA: { name: 'Ed25519' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
} as const

function readStoredJwk(kid: string, algorithm: string, jwk: unknown): PublicJwk {
  try {
    const read = readPublicKey(jwk)
    if (read.algorithm === algorithm) return read.publicJwk
  } catch (error) {
    if (!(error instanceof Problem)) throw error
  }
  throw new Error(`key ${kid}: the stored key is not a sound ${algorithm} public key`)
}

async function importSecret(kid: string, secret: Uint8Array): Promise<CryptoKey> {
  if (secret.length < SECRET_MIN_BYTES) throw new Error(`key ${kid}: the stored secret is too short`)
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  return crypto.subtle.importKey('raw', Uint8Array.from(secret), hmac, false, ['sign', 'verify'])
}

/** Only the terms: neither JWK nor secret travels on with the imported key. */
function termsOf({ kid, algorithm, owner, kinds, scopes, status, notBefore, notAfter }: KeyTerms): KeyTerms {
  return { kid, algorithm, owner, kinds, scopes, status, notBefore, notAfter }
}
