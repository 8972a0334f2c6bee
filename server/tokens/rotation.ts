import type { KeyTerms } from './key.ts'
import { CLOCK_SKEW_SECONDS, TOKEN_KINDS, type TokenKindName } from './token-kinds.ts'

/**
 * The key that signs this kind now, or null when one must be made. It outlives what it signs; of several the
 * newest wins, so every process that sees the same rows chooses the same key.
 */
export function chooseSigningKey<K extends KeyTerms>(
  keys: readonly K[],
  kind: TokenKindName,
  now: Date,
): K | null {
  const lastUse = endOfLife([kind], now)
  const usable = keys.filter(
    (key) =>
      key.status === 'active' &&
      key.kinds.includes(kind) &&
      key.notBefore <= now &&
      (key.notAfter === null || key.notAfter >= lastUse),
  )
  return usable.toSorted(newestFirst)[0] ?? null
}

/** Nobody has to remember it: an older key gets a successor. */
const SIGNING_KEY_MAX_MS = 90 * 86_400_000

/** Whether the key that signs this kind has done so for 90 days, or there is none. */
export function isRotationDue(keys: readonly KeyTerms[], kind: TokenKindName, now: Date): boolean {
  const key = chooseSigningKey(keys, kind, now)
  return key === null || now.getTime() - key.notBefore.getTime() >= SIGNING_KEY_MAX_MS
}

/**
 * When a key that signs no more may stop verifying: after the longest life of its kinds, the clock skew, and
 * the time until every process has learnt of its successor.
 */
export function retireKey(key: KeyTerms, now: Date): Pick<KeyTerms, 'status' | 'notAfter'> {
  return { status: 'retired', notAfter: new Date(endOfLife(key.kinds, now).getTime() + SPREAD_MS) }
}

/** Trust §2: what is said about a key reaches every process within 5 s; twice that, to be safe. */
const SPREAD_MS = 10_000

function endOfLife(kinds: readonly TokenKindName[], now: Date): Date {
  const lifeSeconds = Math.max(0, ...kinds.map((kind) => TOKEN_KINDS[kind].maxLifeSeconds))
  return new Date(now.getTime() + (lifeSeconds + CLOCK_SKEW_SECONDS) * 1000)
}

function newestFirst(a: KeyTerms, b: KeyTerms): number {
  return b.notBefore.getTime() - a.notBefore.getTime() || (a.kid < b.kid ? 1 : -1)
}
