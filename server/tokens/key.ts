import type { CryptoKey } from 'jose'
import type { TokenKindName } from './token-kinds.ts'

export type PublicKeyAlgorithm = 'EdDSA' | 'ES256' | 'RS256'
/** The whole allow-list (RFC 8725 §3.2). HS256 only for secrets a merchant registered. */
export type Algorithm = PublicKeyAlgorithm | 'HS256'

/** Active signs and verifies; retired only verifies, until `notAfter`; revoked does neither. */
export type KeyStatus = 'active' | 'retired' | 'revoked'

/** A public key with nothing but its numbers, base64url. */
export type PublicJwk =
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }
  | { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string }
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }

/** What a key may be used for, by whom and when. The algorithm is the key's, never the token's. */
export type KeyTerms = {
  readonly kid: string
  readonly algorithm: Algorithm
  /** The merchant it belongs to; null is the server itself. */
  readonly owner: string | null
  /** Different kinds have different keys (RFC 8725 §3.12); a merchant may use one for launch and api. */
  readonly kinds: readonly TokenKindName[]
  /** The most that a merchant's api token under this key may ask for. */
  readonly scopes: readonly string[]
  readonly status: KeyStatus
  readonly notBefore: Date
  /** Exclusive. Null: until someone retires or revokes it. */
  readonly notAfter: Date | null
}

/** A key as the store keeps it. The JWK is unknown until it was read and its strength checked again. */
export type StoredKey = KeyTerms &
  (
    | { readonly algorithm: PublicKeyAlgorithm; readonly publicJwk: unknown }
    | { readonly algorithm: 'HS256'; readonly secret: Uint8Array }
  )

/** A key ready to check a signature. */
export type VerifyKey = KeyTerms & { readonly key: CryptoKey }

/** A key ready to sign. */
export type SigningKey = KeyTerms & { readonly key: CryptoKey }
