import { describe, expect, test } from 'vitest'
import { importVerifyKey } from '../../../server/tokens/import-key.ts'
import { viewJwks } from '../../../server/tokens/jwks.ts'
import type { KeyTerms, StoredKey } from '../../../server/tokens/key.ts'
import { createKeyCache } from '../../../server/tokens/key-cache.ts'
import { makeKeyPair, newTokenId } from '../../../server/tokens/make-key.ts'
import { chooseSigningKey, retireKey } from '../../../server/tokens/rotation.ts'
import { signToken } from '../../../server/tokens/sign-token.ts'
import { verifyToken } from '../../../server/tokens/verify-token.ts'
import { ISSUER, NOW, openDesk, register, SECRET, sessionClaims } from './token-desk.ts'

const later = (seconds: number, from = NOW) => new Date(from.getTime() + seconds * 1000)
const made = await makeKeyPair('EdDSA')
const terms: KeyTerms = {
  kid: 'key-1',
  algorithm: 'EdDSA',
  owner: null,
  kinds: ['session'],
  scopes: [],
  status: 'active',
  notBefore: later(-3600),
  notAfter: null,
}
const row = (changes: Partial<KeyTerms> = {}): StoredKey => ({
  ...terms,
  ...changes,
  algorithm: 'EdDSA',
  publicJwk: made.publicJwk,
})

describe('making keys', () => {
  test('an id is never taken for an option of a command', () => {
    const ids = Array.from({ length: 2_000 }, newTokenId)
    expect(ids.filter((id) => !/^\w[\w-]{21}$/.test(id))).toEqual([])
  })

  test.for(['EdDSA', 'ES256', 'RS256'] as const)('a %s pair comes with a random id', async (algorithm) => {
    const [one, other] = await Promise.all([makeKeyPair(algorithm), makeKeyPair(algorithm)])

    expect(one.kid).toMatch(/^[A-Za-z0-9_-]{22}$/)
    expect(other.kid).not.toBe(one.kid)
    expect(one.algorithm).toBe(algorithm)
    expect(one.publicJwk).not.toHaveProperty('d')
    expect(one.privateJwk).toHaveProperty('d')
  })

  test('a stored key that is weak or of another algorithm is never imported', async () => {
    const es256 = await makeKeyPair('ES256')
    await expect(
      importVerifyKey({ ...terms, algorithm: 'ES256', publicJwk: made.publicJwk }),
    ).rejects.toThrow('key-1')
    await expect(
      importVerifyKey({ ...row(), algorithm: 'EdDSA', publicJwk: es256.publicJwk }),
    ).rejects.toThrow()
    await expect(importVerifyKey({ ...row(), algorithm: 'EdDSA', publicJwk: null })).rejects.toThrow('key-1')
  })
})

describe('choosing the key that signs', () => {
  const choose = (...keys: KeyTerms[]) => chooseSigningKey(keys, 'session', NOW)?.kid ?? null

  test('takes the newest active key of the kind, in whatever order the rows come', () => {
    const older = { ...terms, kid: 'older', notBefore: later(-7200) }
    expect(choose(older, terms)).toBe('key-1')
    expect(choose(terms, older)).toBe('key-1')
    const twin = { ...terms, kid: 'key-2' }
    expect(choose(terms, twin)).toBe(choose(twin, terms))
  })

  test.for<[string, Partial<KeyTerms>]>([
    ['retired', { status: 'retired' }],
    ['revoked', { status: 'revoked' }],
    ['not valid yet', { notBefore: later(1) }],
    ['made for another kind', { kinds: ['link'] }],
    ['ended before what it signs', { notAfter: later(929) }],
  ])('takes none that is %s', ([, changes]) => {
    expect(choose({ ...terms, ...changes })).toBeNull()
  })

  test('takes one that lives just long enough', () => {
    expect(choose({ ...terms, notAfter: later(930) })).toBe('key-1')
  })

  test('a retired key verifies until everything it signed has ended', () => {
    expect(retireKey(terms, NOW)).toEqual({ status: 'retired', notAfter: later(900 + 30 + 10) })
    const forLinks = retireKey({ ...terms, kinds: ['session', 'link'] }, NOW)
    expect(forLinks.notAfter).toEqual(later(400 * 86_400 + 30 + 10))
  })

  test('ten rotations in a minute refuse no token that is still good', async () => {
    const desk = await openDesk()
    let now = NOW
    const deps = { ...desk.deps, now: () => now }
    const tokens: { raw: string; endsAt: Date }[] = []
    let current = desk.server
    for (let turn = 0; turn < 10; turn += 1) {
      const raw = await signToken('session', sessionClaims, current.signing, {
        issuer: ISSUER,
        now,
        jti: newTokenId(),
      })
      tokens.push({ raw, endsAt: later(900, now) })
      desk.put({ ...current.verify, ...retireKey(current.terms, now) })
      current = await register(null, ['session'])
      desk.put(current.verify)
      now = later(6, now)
    }

    for (const { raw, endsAt } of tokens) {
      now = later(29, endsAt)
      await expect(verifyToken('session', raw, deps)).resolves.toMatchObject(sessionClaims)
      now = later(30, endsAt)
      await expect(verifyToken('session', raw, deps)).rejects.toMatchObject({ code: 'token_expired' })
    }
  })
})

describe('the published keys', () => {
  test('are those of the server that verify now or soon, with nothing private', () => {
    const published = viewJwks(
      [
        row(),
        row({ kid: 'soon', notBefore: later(60) }),
        row({ kid: 'overlapping', status: 'retired', notAfter: later(1) }),
        row({ kid: 'ended', status: 'retired', notAfter: NOW }),
        row({ kid: 'revoked', status: 'revoked' }),
        row({ kid: 'merchants', owner: 'merchant-a' }),
        { ...terms, kid: 'shared', owner: 'merchant-a', algorithm: 'HS256', secret: SECRET },
      ],
      NOW,
    )

    expect(published.keys.map((key) => key.kid)).toEqual(['key-1', 'soon', 'overlapping'])
    expect(published.keys[0]).toEqual({ ...made.publicJwk, kid: 'key-1', alg: 'EdDSA', use: 'sig' })
  })

  test('never show a private key that was stored by mistake', () => {
    const wrong: StoredKey = { ...row(), algorithm: 'EdDSA', publicJwk: made.privateJwk }
    expect(() => viewJwks([wrong], NOW)).toThrow()
  })
})

describe('the key cache', () => {
  function openCache(rows: Map<string, StoredKey>, keysMax?: number) {
    const seen = { now: NOW, reads: [] as string[] }
    const readKey = async (kid: string) => {
      seen.reads.push(kid)
      return rows.get(kid) ?? null
    }
    return { seen, cache: createKeyCache({ readKey, now: () => seen.now }, keysMax) }
  }

  test('reads a key once in two seconds and imports it once', async () => {
    const { seen, cache } = openCache(new Map([['key-1', row()]]))
    const first = await cache.findKey('key-1')
    seen.now = later(1.999)
    expect(await cache.findKey('key-1')).toBe(first)
    expect(seen.reads).toHaveLength(1)

    seen.now = later(2)
    const again = await cache.findKey('key-1')

    expect(seen.reads).toHaveLength(2)
    expect(again?.key).toBe(first?.key)
  })

  test('a change that was told is seen at once, also where it was being read when it was told', async () => {
    const rows = new Map([['key-1', row()]])
    const { cache } = openCache(rows)
    await cache.findKey('key-1')
    rows.set('key-1', row({ status: 'revoked' }))
    cache.forget()
    expect(await cache.findKey('key-1')).toMatchObject({ status: 'revoked' })

    const early = cache.findKey('key-2')
    rows.set('key-2', row({ kid: 'key-2' }))
    cache.forget()
    expect(await early).toBeNull()
    expect(await cache.findKey('key-2')).toMatchObject({ kid: 'key-2' })
  })

  test('a revocation and a removal are seen within five seconds', async () => {
    const rows = new Map([['key-1', row()]])
    const { seen, cache } = openCache(rows)
    await cache.findKey('key-1')

    rows.set('key-1', row({ status: 'revoked' }))
    seen.now = later(5)
    expect(await cache.findKey('key-1')).toMatchObject({ status: 'revoked' })

    rows.delete('key-1')
    seen.now = later(10)
    expect(await cache.findKey('key-1')).toBeNull()
  })

  test('a clock set back reads anew', async () => {
    const { seen, cache } = openCache(new Map([['key-1', row()]]))
    await cache.findKey('key-1')
    seen.now = later(-1)
    await cache.findKey('key-1')
    expect(seen.reads).toHaveLength(2)
  })

  test('a key made a moment ago is found, though it was asked for in vain before', async () => {
    const rows = new Map<string, StoredKey>()
    const { cache } = openCache(rows)
    expect(await cache.findKey('key-1')).toBeNull()
    rows.set('key-1', row())
    expect(await cache.findKey('key-1')).toMatchObject({ kid: 'key-1' })
  })

  test('other material under the same id is another key', async () => {
    const rows = new Map([['key-1', row()]])
    const { seen, cache } = openCache(rows)
    const first = await cache.findKey('key-1')
    const other = await makeKeyPair('EdDSA')
    rows.set('key-1', { ...row(), algorithm: 'EdDSA', publicJwk: other.publicJwk })
    seen.now = later(5)
    expect((await cache.findKey('key-1'))?.key).not.toBe(first?.key)
  })

  test('a hundred askers at once cause one read', async () => {
    const { seen, cache } = openCache(new Map([['key-1', row()]]))
    const found = await Promise.all(Array.from({ length: 100 }, () => cache.findKey('key-1')))
    expect(new Set(found).size).toBe(1)
    expect(seen.reads).toHaveLength(1)
  })

  test('a failed read is not remembered', async () => {
    let calls = 0
    const readKey = async () => {
      calls += 1
      if (calls === 1) throw new Error('connection lost')
      return row()
    }
    const cache = createKeyCache({ readKey, now: () => NOW })
    await expect(cache.findKey('key-1')).rejects.toThrow('connection lost')
    expect(await cache.findKey('key-1')).toMatchObject({ kid: 'key-1' })
  })

  test('holds no more keys than its bound and lets the least used go', async () => {
    const rows = new Map(['a', 'b', 'c'].map((kid) => [kid, row({ kid })]))
    const { seen, cache } = openCache(rows, 2)
    for (const kid of ['a', 'b', 'a', 'c', 'a', 'b']) await cache.findKey(kid)
    expect(seen.reads).toEqual(['a', 'b', 'c', 'b'])
  })

  test('unknown ids push no known key out', async () => {
    const { seen, cache } = openCache(new Map([['key-1', row()]]), 2)
    await cache.findKey('key-1')
    for (let at = 0; at < 10; at += 1) await cache.findKey(`unknown-${at}`)
    await cache.findKey('key-1')
    expect(seen.reads.filter((kid) => kid === 'key-1')).toHaveLength(1)
  })
})

describe('signing', () => {
  const stamp = { issuer: ISSUER, now: NOW, jti: 'jti-0123456789abcdef' }

  test('a link lives as long as the shop says, and never beyond 400 days', async () => {
    const { server, deps } = await openDesk()
    const link = { merchant: 'merchant-a', shop: 'shop-a', order: null, lid: 'link-1' }
    const days = (count: number) => ({ ...stamp, lifeSeconds: count * 86_400 })

    const raw = await signToken('link', link, server.signing, days(30))

    const { expiresAt } = await verifyToken('link', raw, deps)
    expect(expiresAt).toEqual(later(30 * 86_400))
    for (const wrong of [401, 0, -1, Number.NaN]) {
      await expect(signToken('link', link, server.signing, days(wrong))).rejects.toThrow('life out of bounds')
    }
  })

  test('makes nothing that would be refused', async () => {
    const { server, merchantA } = await openDesk()
    await expect(signToken('session', sessionClaims, merchantA.signing, stamp)).rejects.toThrow('other kinds')
    const claims = { ...sessionClaims, origin: 'https://shop.example/path' }
    await expect(signToken('session', claims, server.signing, stamp)).rejects.toThrow('no reader')
    const orders = Array.from({ length: 50 }, (_, at) => `${at}`.padStart(64, 'o'))
    const huge = { ...sessionClaims, orders }
    await expect(signToken('session', huge, server.signing, stamp)).rejects.toThrow(/token of \d+ bytes/)
  })

  test('fifty orders with ids of 36 characters fit', async () => {
    const { server } = await openDesk()
    const orders = Array.from({ length: 50 }, (_, at) => `${at}`.padStart(36, '0'))
    const raw = await signToken('session', { ...sessionClaims, orders }, server.signing, stamp)
    expect(raw.length).toBeLessThan(4096)
  })

  test('leaves out what the claims do not name', async () => {
    const { server } = await openDesk()
    const claims = { ...sessionClaims, phone: '13800000000' }
    const raw = await signToken('session', claims, server.signing, stamp)
    expect(Buffer.from(raw.split('.')[1] ?? '', 'base64url').toString()).not.toContain('138')
  })
})
