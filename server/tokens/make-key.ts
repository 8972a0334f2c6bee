import { randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import type { PublicKeyAlgorithm } from './key.ts'
import { type PublicKey, readPublicKey } from './read-public-key.ts'

export type MadeKey = PublicKey & {
  readonly kid: string
  /** For the caller to encrypt at once; it is not kept here. */
  readonly privateJwk: JWK
}

/** A new key pair. Server keys are EdDSA unless a receiver needs another: smallest, and fastest to sign. */
export async function makeKeyPair(algorithm: PublicKeyAlgorithm): Promise<MadeKey> {
  const pair = await generateKeyPair(algorithm, { extractable: true, modulusLength: 2048 })
  const made = readPublicKey(await exportJWK(pair.publicKey))
  return { ...made, kid: newTokenId(), privateJwk: await exportJWK(pair.privateKey) }
}

/**
 * 16 random bytes in 22 characters: a kid, a jti, a sid. Also the kid of a merchant's key, so none collide.
 * None begins with a hyphen: a command line would take it for an option.
 */
export function newTokenId(): string {
  const id = randomBytes(16).toString('base64url')
  return id.startsWith('-') ? newTokenId() : id
}
