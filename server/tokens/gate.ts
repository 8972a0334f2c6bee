import { Problem } from '../contract/problem.ts'
import type { JsonObject } from './claims.ts'
import { refuseToken } from './token-problem.ts'

/** 4 KiB: twice the largest token we make, and a bound on what anyone can have us decode. */
export const TOKEN_MAX_BYTES = 4096

const THREE_PARTS = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){2}$/
/** The alphabet of the key ids we hand out: nothing else reaches the key store. */
const KID = /^[A-Za-z0-9_-]{1,64}$/

/** `ignoreBOM` keeps a byte order mark in the text, so that it fails the test for `{`. */
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export type GatedToken = {
  readonly token: string
  readonly kid: string
  /** What the header says, to be compared with our key record and never obeyed. */
  readonly alg: unknown
  readonly typ: unknown
}

/**
 * What a token must be before the library sees it (trust §2): the library accepts white space, padding,
 * spare bits and byte order marks, so one token would have many spellings. `jku`, `x5u`, `x5c` and `jwk`
 * are never read. Refuses with `token_invalid`.
 */
export function passGate(raw: unknown): GatedToken {
  const { token, kid, alg, typ } = readForm(raw)
  if (typeof kid !== 'string' || !KID.test(kid)) throw refuseToken('kid_wrong')
  return { token, kid, alg, typ }
}

/** The same for a token that somebody else signed, whose header is theirs: the text, or null. */
export function passCompactForm(raw: unknown): string | null {
  try {
    return readForm(raw).token
  } catch (error) {
    if (error instanceof Problem) return null
    throw error
  }
}

function readForm(raw: unknown) {
  if (typeof raw !== 'string') throw refuseToken('not_a_string')
  if (raw.length > TOKEN_MAX_BYTES) throw refuseToken('too_long') // longer in bytes: not ASCII, refused below
  if (!THREE_PARTS.test(raw)) throw refuseToken('not_three_parts')

  const [header, payload] = raw.split('.').map(decodeCanonical)
  const { kid, alg, typ, ...others } = readObject(header)
  readObject(payload)

  if (Object.hasOwn(others, 'crit')) throw refuseToken('crit_refused')
  if (Object.hasOwn(others, 'b64')) throw refuseToken('b64_refused')
  return { token: raw, kid, alg, typ }
}

function decodeCanonical(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  if (bytes.toString('base64url') !== part) throw refuseToken('not_canonical')
  return bytes
}

function readObject(bytes: Buffer | undefined): JsonObject {
  const text = decodeText(bytes)
  if (!text.startsWith('{')) throw refuseToken('not_an_object')
  try {
    const value: JsonObject = JSON.parse(text) // begins with `{`, so it is an object or throws
    return value
  } catch {
    throw refuseToken('not_an_object')
  }
}

function decodeText(bytes: Buffer | undefined): string {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    throw refuseToken('not_utf8')
  }
}
