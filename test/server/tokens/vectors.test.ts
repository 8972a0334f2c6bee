import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compactVerify, errors } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { Problem } from '../../../server/contract/problem.ts'
import { passGate } from '../../../server/tokens/gate.ts'
import { importVerifyKey } from '../../../server/tokens/import-key.ts'
import type { VerifyKey } from '../../../server/tokens/key.ts'
import { readPublicKey } from '../../../server/tokens/read-public-key.ts'
import { readSharedSecret } from '../../../server/tokens/shared-secret.ts'
import { TOKEN_KINDS, type TokenKindName } from '../../../server/tokens/token-kinds.ts'
import { verifyToken } from '../../../server/tokens/verify-token.ts'
import { NOW, refusalOf } from './token-desk.ts'

/**
 * Threat 5 of facts/trust.md: the public vectors of Project Wycheproof and of RFC 7520, under keys that were
 * registered as a merchant registers them. A vector that says invalid is never accepted, and one that says
 * valid is, where its algorithm is one of ours.
 */

type Key = string | { readonly kty: string; readonly k?: string }
type Row<V> = { readonly about: string; readonly key: Key; readonly vector: V }

/** The vectors of all groups of a file, each with the key of its group. */
function readVectors<V extends readonly string[]>(name: string): Row<V>[] {
  const path = join(import.meta.dirname, '../../fixtures/jose', `wycheproof-${name}.json`)
  const { groups }: { groups: { about: string; key: Key; tests: V[] }[] } = JSON.parse(
    readFileSync(path, 'utf8'),
  )
  return groups.flatMap(({ about, key, tests }) => tests.map((vector) => ({ about, key, vector })))
}

const TERMS = {
  ...{ kid: 'vector', owner: 'merchant-a', scopes: [], status: 'active' as const, notAfter: null },
  ...{ kinds: ['launch', 'api'] as const, notBefore: new Date('2026-01-01T00:00:00Z') },
}

/** Null where registering refuses it: it is for another use, an algorithm that is not ours, or too weak. */
async function register(key: Key): Promise<VerifyKey | null> {
  try {
    if (typeof key !== 'string' && key.kty === 'oct') {
      return await importVerifyKey({ ...TERMS, algorithm: 'HS256', secret: readSharedSecret(key.k) })
    }
    return await importVerifyKey({ ...TERMS, ...readPublicKey(key) })
  } catch (error) {
    if (error instanceof Problem) return null
    throw error
  }
}

let slowestMs = 0
async function timed<T>(work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const result = await work()
  slowestMs = Math.max(slowestMs, performance.now() - started)
  return result
}
afterAll(() => console.log(`slowest verification of a vector: ${slowestMs.toFixed(1)} ms`))

describe('JSON web signatures', () => {
  const rows = readVectors<[about: string, jws: string, result: string]>('jws')
  const told = (result: string) => rows.filter(({ vector }) => vector[2] === result)

  /** The library under our key and its one algorithm: what stands behind the gate. */
  async function verifies(key: VerifyKey | null, jws: string): Promise<boolean> {
    if (key === null) return false
    try {
      await timed(() => compactVerify(jws, key.key, { algorithms: [key.algorithm] }))
      return true
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) return false
      throw error
    }
  }

  const isStopped = async (jws: string) =>
    /not_three_parts|not_canonical/.test(await refusalOf(() => passGate(jws)))

  test('that are invalid are accepted by nobody: what the library takes, the gate has refused', async () => {
    const wrong: string[] = []
    for (const { about, key, vector } of told('invalid')) {
      const [what, jws] = vector
      const isTaken = await verifies(await register(key), jws)
      if (isTaken && !(await isStopped(jws))) wrong.push(`${about}: ${what}`)
    }
    expect(wrong).toEqual([])
    expect(told('invalid').length).toBeGreaterThan(130)
  })

  test('that are valid verify under our keys, so that the others were refused for their faults', async () => {
    const verified = new Set<string>()
    for (const { key, vector } of told('valid')) {
      const registered = await register(key)
      if (await verifies(registered, vector[1])) verified.add(registered?.algorithm ?? '')
    }
    expect([...verified].sort()).toEqual(['ES256', 'HS256', 'RS256'])
  })

  test('are no tokens of ours, whatever is signed: no kind accepts one of them', async () => {
    const kinds = Object.keys(TOKEN_KINDS) as TokenKindName[]
    const accepted: string[] = []
    for (const { about, key, vector } of rows) {
      const registered = await register(key)
      const deps = { issuer: 'https://fapiao.example', now: () => NOW, findKey: async () => registered }
      for (const kind of kinds) {
        const verdict = await timed(() => refusalOf(() => verifyToken(kind, vector[1], deps)))
        if (!verdict.startsWith('token_invalid')) accepted.push(`${about}: ${vector[0]} as ${kind}`)
      }
    }
    expect(accepted).toEqual([])
  })
})

describe.for([
  ['ed25519', { name: 'Ed25519' }],
  ['es256', { name: 'ECDSA', hash: 'SHA-256' }],
] as const)('signatures by %s', ([name, algorithm]) => {
  const rows = readVectors<[about: string, msg: string, sig: string, result: string]>(name)
  const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))

  test('are accepted exactly where the vectors say valid', async () => {
    const wrong: string[] = []
    for (const { key, vector } of rows) {
      const [about, msg, sig, result] = vector
      const registered = await register(key)
      if (registered === null) throw new Error('a key of the vectors was refused')
      const isValid = await timed(() =>
        crypto.subtle.verify(algorithm, registered.key, bytes(sig), bytes(msg)),
      )
      if (isValid !== (result === 'valid')) wrong.push(`${about} ${sig.slice(0, 16)}`)
    }
    expect(wrong).toEqual([])
    expect(rows.filter(({ vector }) => vector[3] === 'invalid').length).toBeGreaterThan(50)
  })
})
