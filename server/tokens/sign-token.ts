import { SignJWT } from 'jose'
import type { ClaimsByKind } from './claims.ts'
import { TOKEN_MAX_BYTES } from './gate.ts'
import type { SigningKey } from './key.ts'
import { TOKEN_KINDS, type TokenKind, type TokenKindName } from './token-kinds.ts'

export type SignAt = {
  readonly now: Date
  /** Our own name for the server's kinds; for a merchant's, its id. */
  readonly issuer: string
  /** 16 to 128 visible ASCII characters, never used before; see `newTokenId`. */
  readonly jti: string
  /** Up to the kind's maximum, which it is when left out. */
  readonly lifeSeconds?: number
}

/**
 * A token that `verifyToken` accepts, or none: claims the reader would refuse, a key of another kind and a
 * life above the limit are bugs here and throw an Error.
 */
export async function signToken<K extends TokenKindName>(
  kind: K,
  claims: ClaimsByKind[K],
  signingKey: SigningKey,
  at: SignAt,
): Promise<string> {
  const rule: TokenKind<ClaimsByKind[K]> = TOKEN_KINDS[kind]
  const lifeSeconds = at.lifeSeconds ?? rule.maxLifeSeconds
  if (!(lifeSeconds > 0 && lifeSeconds <= rule.maxLifeSeconds)) throw new Error(`${kind}: life out of bounds`)
  if (!signingKey.kinds.includes(kind)) throw new Error(`${kind}: key ${signingKey.kid} signs other kinds`)
  const known = rule.read({ ...claims })
  if (known === null) throw new Error(`${kind}: claims that no reader would accept`)

  const issuedAt = Math.floor(at.now.getTime() / 1000)
  const token = await new SignJWT({ ...known })
    .setProtectedHeader({ alg: signingKey.algorithm, typ: rule.typ, kid: signingKey.kid })
    .setIssuer(at.issuer)
    .setAudience(rule.audience)
    .setJti(at.jti)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + Math.floor(lifeSeconds))
    .sign(signingKey.key)
  if (token.length > TOKEN_MAX_BYTES) throw new Error(`${kind}: token of ${token.length} bytes`)
  return token
}
