import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { Problem } from '../contract/problem.ts'
import type { JsonObject } from './claims.ts'
import type { PublicJwk, PublicKeyAlgorithm } from './key.ts'
import { findRsaWeakness, isWeakEd25519 } from './key-strength.ts'

export type PublicKey = { readonly algorithm: PublicKeyAlgorithm; readonly publicJwk: PublicJwk }

/** An RSA key of 4096 bits is 800 bytes of PEM. */
const KEY_MAX_CHARS = 8192
const PEM = /^-----BEGIN (?:RSA )?PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END (?:RSA )?PUBLIC KEY-----\s*$/

/**
 * The public key a merchant registers, as JWK or PEM: Ed25519, P-256, or RSA of 2048 to 4096 bits. Strength
 * is checked here because the library does not (RFC 8725 §3.3, §3.4). Refuses with `request_invalid`: private
 * or shared material, other curves and uses, weak numbers. `field` points into `/publicKey`.
 */
export function readPublicKey(input: unknown): PublicKey {
  const jwk = typeof input === 'string' ? parsePem(input) : input
  if (!isObject(jwk)) throw refuseKey('not_a_key')

  for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) {
    if (Object.hasOwn(jwk, member)) throw refuseKey('private_material', member)
  }
  if (jwk.use !== undefined && jwk.use !== 'sig') throw refuseKey('not_for_signatures', 'use')
  if (jwk.key_ops !== undefined && !allowsVerify(jwk.key_ops))
    throw refuseKey('not_for_signatures', 'key_ops')

  const key = readNumbers(jwk)
  if (jwk.alg !== undefined && jwk.alg !== key.algorithm) throw refuseKey('algorithm_differs', 'alg')
  assertOnCurve(key.publicJwk)
  return key
}

function readNumbers(jwk: JsonObject): PublicKey {
  if (jwk.kty === 'OKP') return readEd25519(jwk)
  if (jwk.kty === 'EC') return readP256(jwk)
  if (jwk.kty === 'RSA') return readRsa(jwk)
  throw refuseKey('kind_not_accepted', 'kty')
}

function readEd25519(jwk: JsonObject): PublicKey {
  if (jwk.crv !== 'Ed25519') throw refuseKey('curve_not_accepted', 'crv')
  const x = readBytes(jwk, 'x', 32)
  if (isWeakEd25519(x.bytes)) throw refuseKey('weak', 'x')
  return { algorithm: 'EdDSA', publicJwk: { kty: 'OKP', crv: 'Ed25519', x: x.text } }
}

function readP256(jwk: JsonObject): PublicKey {
  if (jwk.crv !== 'P-256') throw refuseKey('curve_not_accepted', 'crv')
  const [x, y] = [readBytes(jwk, 'x', 32), readBytes(jwk, 'y', 32)]
  return { algorithm: 'ES256', publicJwk: { kty: 'EC', crv: 'P-256', x: x.text, y: y.text } }
}

function readRsa(jwk: JsonObject): PublicKey {
  const [n, e] = [readBytes(jwk, 'n'), readBytes(jwk, 'e')]
  const weak = findRsaWeakness(n.bytes, e.bytes)
  if (weak !== null) throw refuseKey('weak', weak)
  return { algorithm: 'RS256', publicJwk: { kty: 'RSA', n: n.text, e: e.text } }
}

function readBytes(jwk: JsonObject, member: string, length?: number): { text: string; bytes: Buffer } {
  const text = jwk[member]
  if (typeof text !== 'string' || text.length > KEY_MAX_CHARS) throw refuseKey('not_base64url', member)
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length === 0 || bytes.toString('base64url') !== text) throw refuseKey('not_base64url', member)
  if (length !== undefined && bytes.length !== length) throw refuseKey('length_wrong', member)
  return { text, bytes }
}

function allowsVerify(keyOps: unknown): boolean {
  return Array.isArray(keyOps) && keyOps.every((use) => use === 'verify')
}

/** OpenSSL refuses P-256 coordinates that are not a point of the curve. */
function assertOnCurve(publicJwk: PublicJwk): void {
  try {
    createPublicKey({ key: { ...publicJwk }, format: 'jwk' })
  } catch {
    throw refuseKey('not_a_point', publicJwk.kty === 'RSA' ? 'n' : 'x')
  }
}

/** Only public PEM: Node would take a private key too and quietly derive the public one. */
function parsePem(text: string): JsonWebKey {
  if (text.includes('PRIVATE KEY')) throw refuseKey('private_material')
  if (text.length > KEY_MAX_CHARS || !PEM.test(text)) throw refuseKey('not_a_key')
  try {
    return createPublicKey(text).export({ format: 'jwk' })
  } catch {
    throw refuseKey('not_a_key')
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

type KeyFault =
  | 'not_a_key'
  | 'private_material'
  | 'not_for_signatures'
  | 'algorithm_differs'
  | 'kind_not_accepted'
  | 'curve_not_accepted'
  | 'not_base64url'
  | 'length_wrong'
  | 'not_a_point'
  | 'weak'

function refuseKey(reason: KeyFault, member?: string): Problem {
  const field = member === undefined ? '/publicKey' : `/publicKey/${member}`
  return new Problem('request_invalid', { field, facts: { reason } })
}
