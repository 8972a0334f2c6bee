import { createHash } from 'node:crypto'
import { importVerifyKey } from './import-key.ts'
import type { StoredKey, VerifyKey } from './key.ts'

export type KeyCacheDeps = {
  /** One row by its kid, whatever its status; null if there is none. */
  readKey(kid: string): Promise<StoredKey | null>
  now(): Date
}

export type KeyCache = {
  findKey(kid: string): Promise<VerifyKey | null>
  /** Something about a key changed: each is read anew before its next use. */
  forget(): void
}

type Held = {
  readonly key: VerifyKey
  readonly print: string
  readonly readAtMs: number
  readonly readIn: number
}

/**
 * A revocation is told to every process at once; where that gets lost it is seen by looking again. Open
 * sockets look every two seconds as well, and both together stay within 5 s (trust §2).
 */
const FRESH_MS = 2_000
/** About 1 kB each; the least recently used one goes. */
const KEYS_MAX = 1_000

/**
 * Keys by kid in a Map: read again after 2 s, imported once for as long as their material stays. An unknown
 * kid is asked for every time: a key made by another process a moment ago must be found.
 */
export function createKeyCache(deps: KeyCacheDeps, keysMax = KEYS_MAX): KeyCache {
  const held = new Map<string, Held>()
  const asking = new Map<string, Promise<VerifyKey | null>>()
  let generation = 0

  async function read(kid: string): Promise<VerifyKey | null> {
    const readAtMs = deps.now().getTime() // before the read: what changes meanwhile is not missed
    const readIn = generation
    const stored = await deps.readKey(kid)
    const before = held.get(kid)
    held.delete(kid)
    if (stored === null) return null

    const print = fingerprint(stored)
    const key = await (before?.print === print ? renewTerms(before.key, stored) : importVerifyKey(stored))
    held.set(kid, { key, print, readAtMs, readIn })
    dropOldest()
    return key
  }

  function dropOldest(): void {
    const [oldest] = held.keys()
    if (held.size > keysMax && oldest !== undefined) held.delete(oldest)
  }

  async function findKey(kid: string): Promise<VerifyKey | null> {
    const found = held.get(kid)
    const ageMs = found === undefined ? 0 : deps.now().getTime() - found.readAtMs
    if (found !== undefined && found.readIn === generation && ageMs >= 0 && ageMs < FRESH_MS) {
      held.delete(kid) // to the end of the Map: most recently used
      held.set(kid, found)
      return found.key
    }

    const asked = asking.get(kid)
    if (asked !== undefined) return asked
    const answer = read(kid).finally(() => {
      if (asking.get(kid) === answer) asking.delete(kid)
    })
    asking.set(kid, answer)
    return answer
  }

  return {
    findKey,
    forget() {
      generation += 1
      asking.clear() // what was asked before may be answered from before
    },
  }
}

function renewTerms({ key }: VerifyKey, stored: StoredKey): VerifyKey {
  const { kid, algorithm, owner, kinds, scopes, status, notBefore, notAfter } = stored
  return { kid, algorithm, owner, kinds, scopes, status, notBefore, notAfter, key }
}

function fingerprint(stored: StoredKey): string {
  const material = stored.algorithm === 'HS256' ? stored.secret : JSON.stringify(stored.publicJwk)
  return createHash('sha256').update(`${stored.algorithm}\n`).update(material).digest('base64')
}
