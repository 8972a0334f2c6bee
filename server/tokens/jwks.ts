import type { PublicJwk, PublicKeyAlgorithm, StoredKey } from './key.ts'
import { readPublicKey } from './read-public-key.ts'

export type PublishedKey = PublicJwk & {
  readonly kid: string
  readonly alg: PublicKeyAlgorithm
  readonly use: 'sig'
}

/**
 * `/.well-known/jwks.json`: the server's own keys that verify now or soon, so a receiver learns a new key
 * before the first token under it. Revoked, ended, merchants' and shared keys are left out.
 */
export function viewJwks(keys: readonly StoredKey[], now: Date): { keys: PublishedKey[] } {
  return { keys: keys.flatMap((key) => viewKey(key, now)) }
}

function viewKey(key: StoredKey, now: Date): PublishedKey[] {
  if (key.algorithm === 'HS256' || key.owner !== null || key.status === 'revoked') return []
  if (key.notAfter !== null && key.notAfter <= now) return []
  // Read anew, so that a stored private member could never be published.
  const { publicJwk } = readPublicKey(key.publicJwk)
  return [{ ...publicJwk, kid: key.kid, alg: key.algorithm, use: 'sig' }]
}
