import { createHash, randomBytes } from 'node:crypto'
import { Problem } from '../contract/problem.ts'

/** As long as the hash (RFC 7518 §3.2). */
export const SECRET_MIN_BYTES = 32
const SECRET_MAX_BYTES = 128

/** 32 random bytes, base64url, for a merchant who signs with HS256. Shown once, stored encrypted. */
export function createSharedSecret(): string {
  return randomBytes(SECRET_MIN_BYTES).toString('base64url')
}

/** SHA-256 of secrets printed in documentation, so that this list teaches nobody. */
const PUBLISHED: ReadonlySet<string> = new Set([
  'c8ecc9361a05e285f04c26f9572131a6deab07e9e2b865053c6f75a4d8bd2b32', // RFC 7515 A.1
  '73ec74458059c70cae3f0ade8663fe0da1dc4b114ed8cdac75364140b4458a4c', // RFC 7520 §3.5
])

/**
 * A secret a merchant brings along, as base64url. Refuses with `request_invalid` what is shorter than 32
 * bytes, printed in a standard, or visibly not random: 32 random bytes hold fewer than 16 different ones
 * less than once in 10^10.
 */
export function readSharedSecret(input: unknown): Uint8Array {
  if (typeof input !== 'string') throw refuseSecret('not_base64url')
  const bytes = Buffer.from(input, 'base64url')
  if (bytes.toString('base64url') !== input) throw refuseSecret('not_base64url')
  if (bytes.length < SECRET_MIN_BYTES || bytes.length > SECRET_MAX_BYTES) throw refuseSecret('length_wrong')
  if (PUBLISHED.has(createHash('sha256').update(bytes).digest('hex'))) throw refuseSecret('published')
  if (new Set(bytes).size < 16 || bytes.every(isPrintable)) throw refuseSecret('not_random')
  return Uint8Array.from(bytes)
}

/** A passphrase. 32 random bytes are all printable ASCII once in 10^13. */
const isPrintable = (byte: number): boolean => byte >= 0x20 && byte < 0x7f

function refuseSecret(reason: 'not_base64url' | 'length_wrong' | 'published' | 'not_random'): Problem {
  return new Problem('request_invalid', { field: '/secret', facts: { reason } })
}
