import { errors, importJWK, type JWTPayload, jwtVerify } from 'jose'
import type { ClaimsByKind } from './claims.ts'
import { type GatedToken, passGate } from './gate.ts'
import type { VerifyKey } from './key.ts'
import { CLOCK_SKEW_SECONDS, TOKEN_KINDS, type TokenKind, type TokenKindName } from './token-kinds.ts'
import { refuseToken, type TokenReason } from './token-problem.ts'

export type VerifyTokenDeps = {
  findKey(kid: string): Promise<VerifyKey | null>
  /** Our own name, the `iss` of every token the server signs. */
  readonly issuer: string
  now(): Date
}

/** What every token says about itself. One-time use and deny lists key on (issuer, jti), never on the text. */
export type TokenStamp = {
  readonly kid: string
  readonly issuer: string
  readonly jti: string
  readonly issuedAt: Date
  readonly expiresAt: Date
}

export type VerifiedToken<K extends TokenKindName> = ClaimsByKind[K] & TokenStamp

const JTI = /^[\x21-\x7e]{16,128}$/

/**
 * A token's claims, once every layer has passed: gate, key record, signature, claims, owner (trust §2,
 * RFC 8725). Refuses with `token_expired`, `token_invalid`, or `token_not_allowed` for a scope its key was
 * not given; `facts.reason` says which rule it broke.
 */
export async function verifyToken<K extends TokenKindName>(
  kind: K,
  raw: unknown,
  deps: VerifyTokenDeps,
): Promise<VerifiedToken<K>> {
  const rule: TokenKind<ClaimsByKind[K]> = TOKEN_KINDS[kind]
  const now = deps.now()
  const gated = passGate(raw)
  if (gated.typ !== rule.typ) throw refuseToken('type_wrong') // the library would ignore case and prefix

  const key = await deps.findKey(gated.kid)
  const fault = whyUnusable(key, kind, now) ?? (gated.alg === key?.algorithm ? null : 'algorithm_wrong')
  if (key === null || fault !== null) {
    await spendOneVerification()
    throw refuseToken(fault ?? 'key_unknown')
  }

  const issuer = key.owner ?? deps.issuer
  const payload = await checkSignature(gated, key, rule, { issuer, now })
  const stamp = readStamp(payload, gated.kid, rule.maxLifeSeconds, now)
  const claims = rule.read(payload)
  if (claims === null) throw refuseToken('claims_wrong')
  if (key.owner !== null && claims.merchant !== key.owner) throw refuseToken('merchant_wrong')
  if (key.owner !== null && !scopesAsked(claims).every((scope) => key.scopes.includes(scope))) {
    throw refuseToken('scope_not_granted')
  }
  return { ...claims, ...stamp }
}

function scopesAsked(claims: ClaimsByKind[TokenKindName]): readonly string[] {
  return 'scopes' in claims ? claims.scopes : []
}

function whyUnusable(key: VerifyKey | null, kind: TokenKindName, now: Date): TokenReason | null {
  if (key === null) return 'key_unknown'
  if (key.status === 'revoked') return 'key_revoked'
  if (key.notBefore.getTime() > now.getTime() + CLOCK_SKEW_SECONDS * 1000) return 'key_not_yet_valid'
  if (key.notAfter !== null && key.notAfter <= now) return 'key_ended'
  if (!key.kinds.includes(kind)) return 'key_for_another_kind'

  const signer = key.owner === null ? 'server' : 'merchant'
  if (TOKEN_KINDS[kind].signer !== signer) return 'key_of_wrong_owner'
  if (key.algorithm === 'HS256' && signer === 'server') return 'algorithm_wrong'
  return null
}

type Expected = { readonly issuer: string; readonly now: Date }

async function checkSignature(
  gated: GatedToken,
  key: VerifyKey,
  rule: TokenKind<unknown>,
  { issuer, now }: Expected,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(gated.token, key.key, {
      algorithms: [key.algorithm],
      issuer,
      audience: rule.audience,
      typ: rule.typ,
      requiredClaims: ['jti', 'iat', 'exp', ...rule.required],
      clockTolerance: CLOCK_SKEW_SECONDS,
      currentDate: now,
    })
    return payload
  } catch (error) {
    if (error instanceof errors.JOSEError) throw refuseToken(reasonOf(error))
    throw error // a key that does not fit its record: ours to repair, not the caller's
  }
}

const CLAIM_REASONS: ReadonlyMap<string, TokenReason> = new Map([
  ['iss', 'issuer_wrong'],
  ['aud', 'audience_wrong'],
  ['typ', 'type_wrong'],
  ['exp', 'times_wrong'],
  ['iat', 'times_wrong'],
])

/** Never keep the error itself: it carries the claims, a person's among them. */
function reasonOf(error: errors.JOSEError): TokenReason {
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === 'missing') return 'claim_missing'
    if (error.claim === 'nbf') return error.reason === 'invalid' ? 'times_wrong' : 'not_yet_valid'
    return CLAIM_REASONS.get(error.claim) ?? 'claims_wrong'
  }
  return 'signature_wrong'
}

/** The library takes exp 1e20, a future iat, an object as jti and a list as aud: the rest of trust §2. */
function readStamp(payload: JWTPayload, kid: string, maxLifeSeconds: number, now: Date): TokenStamp {
  const { iss, aud, jti, iat, exp, nbf } = payload
  if (typeof iss !== 'string') throw refuseToken('issuer_wrong') // compared already; here for the type
  if (typeof aud !== 'string') throw refuseToken('audience_wrong')
  if (!isWholeSecond(iat) || !isWholeSecond(exp) || exp <= iat) throw refuseToken('times_wrong')
  if (nbf !== undefined && !isWholeSecond(nbf)) throw refuseToken('times_wrong')
  if (exp - iat > maxLifeSeconds) throw refuseToken('life_too_long')
  if (iat > now.getTime() / 1000 + CLOCK_SKEW_SECONDS) throw refuseToken('issued_in_future')
  if (typeof jti !== 'string' || !JTI.test(jti)) throw refuseToken('jti_wrong')

  return { kid, issuer: iss, jti, issuedAt: new Date(iat * 1000), expiresAt: new Date(exp * 1000) }
}

const isWholeSecond = (value: unknown): value is number => Number.isSafeInteger(value)

/** Public key of RFC 8032 §7.1, test 1. Nothing is ever accepted under it. */
const DECOY = importJWK(
  { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
  'EdDSA',
)

/** An unknown key costs what a wrong signature costs, so the clock does not tell them apart. */
async function spendOneVerification(): Promise<void> {
  const key = await DECOY
  if (key instanceof Uint8Array) return
  await crypto.subtle.verify('Ed25519', key, new Uint8Array(64), new Uint8Array(256))
}
