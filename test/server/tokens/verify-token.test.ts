import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { Problem } from '../../../server/contract/problem.ts'
import { importVerifyKey } from '../../../server/tokens/import-key.ts'
import { newTokenId } from '../../../server/tokens/make-key.ts'
import { signToken } from '../../../server/tokens/sign-token.ts'
import { TOKEN_KINDS, type TokenKindName } from '../../../server/tokens/token-kinds.ts'
import { neutralTokenProblem } from '../../../server/tokens/token-problem.ts'
import { verifyToken } from '../../../server/tokens/verify-token.ts'
import { propertyRuns } from '../../support/properties.ts'
import {
  base64url,
  forge,
  hmacWith,
  ISSUER,
  launchClaims,
  launchHeader,
  launchPayload,
  NOW,
  NOW_S,
  openDesk,
  pemOf,
  refusalOf,
  register,
  SECRET,
  sessionClaims,
  signerOf,
} from './token-desk.ts'

let desk: Awaited<ReturnType<typeof openDesk>>
beforeAll(async () => {
  desk = await openDesk()
})

const verdictOf = (raw: unknown, kind: TokenKindName = 'launch') =>
  refusalOf(() => verifyToken(kind, raw, desk.deps))
const launchBy = (changes: object, headerChanges: object = {}, party = desk.merchantA) =>
  forge({ ...launchHeader(party), ...headerChanges }, { ...launchPayload, ...changes }, signerOf(party))

const serverStamp = { issuer: ISSUER, now: NOW, jti: 'jti-0123456789abcdef' }
const merchantStamp = { ...serverStamp, issuer: 'merchant-a' }

describe('a good token', () => {
  test('gives back the claims it was signed with, and its stamp', async () => {
    const raw = await signToken('launch', launchClaims, desk.merchantA.signing, merchantStamp)

    expect(await verifyToken('launch', raw, desk.deps)).toEqual({
      ...launchClaims,
      kid: desk.merchantA.terms.kid,
      issuer: 'merchant-a',
      jti: 'jti-0123456789abcdef',
      issuedAt: NOW,
      expiresAt: new Date('2026-11-22T04:05:00Z'),
    })
  })

  test('may be written by any library: optional claims left out, unknown claims ignored', async () => {
    const raw = launchBy({ shop: undefined, orders: undefined, origin: undefined, locale: 'zh-CN' })

    const launch = await verifyToken('launch', raw, desk.deps)

    expect(launch).toMatchObject({ shop: null, orders: [], origin: null })
    expect(launch).not.toHaveProperty('locale')
  })

  test.for(['EdDSA', 'ES256', 'RS256'] as const)('may be signed with %s', async (algorithm) => {
    const party = await register('merchant-a', ['launch'], algorithm)
    desk.put(party.verify)

    expect(await verdictOf(launchBy({}, {}, party))).toBe('accepted')
  })
})

describe('RFC 8725', () => {
  test('3.1 the algorithm is that of our key record, never the one the token names', async () => {
    const rsa = await register('merchant-a', ['launch'], 'RS256')
    desk.put(rsa.verify)
    const pem = await pemOf(rsa.publicKey)
    const header = { ...launchHeader(rsa), alg: 'HS256' }

    expect(await verdictOf(forge(header, launchPayload, hmacWith(pem)))).toBe(
      'token_invalid: algorithm_wrong',
    )
    const { publicJwk } = desk.merchantA.publicKey
    const raw = publicJwk.kty === 'OKP' ? Buffer.from(publicJwk.x, 'base64url') : Buffer.alloc(0)
    expect(await verdictOf(forge(launchHeader(desk.merchantA), launchPayload, hmacWith(raw)))).toBe(
      'token_invalid: signature_wrong',
    )
  })

  test.for([
    'none',
    'None',
    'HS256',
    'HS512',
    'RS512',
    'PS256',
    'ES384',
    'Ed448',
    'RSA1_5',
    '',
    null,
    ['EdDSA'],
  ])('3.2 the algorithm %j is refused', async (alg) => {
    expect(await verdictOf(launchBy({}, { alg }))).toBe('token_invalid: algorithm_wrong')
  })

  test('3.2 a shared secret works for a merchant who registered it, and never for the server', async () => {
    const terms = { ...desk.merchantA.terms, kid: 'shared-1', algorithm: 'HS256' as const }
    const shared = await importVerifyKey({ ...terms, secret: SECRET })
    desk.put(shared)
    const header = { alg: 'HS256', typ: 'launch+jwt', kid: 'shared-1' }
    expect(await verdictOf(forge(header, launchPayload, hmacWith(SECRET)))).toBe('accepted')

    desk.put({ ...shared, kid: 'shared-2', owner: null, kinds: ['session'] })
    const session = { ...header, typ: 'session+jwt', kid: 'shared-2' }
    const payload = { ...launchPayload, ...sessionClaims, iss: ISSUER, aud: 'fapiao-sidecar:session' }
    expect(await verdictOf(forge(session, payload, hmacWith(SECRET)), 'session')).toBe(
      'token_invalid: algorithm_wrong',
    )
    await expect(importVerifyKey({ ...terms, owner: null, secret: SECRET })).rejects.toThrow('shared-1')
  })

  test('3.3 a signature by anyone else is refused', async () => {
    const raw = forge(launchHeader(desk.merchantA), launchPayload, signerOf(desk.merchantB))
    expect(await verdictOf(raw)).toBe('token_invalid: signature_wrong')
  })

  test('3.5 a stored secret shorter than 32 bytes never becomes a key', async () => {
    const terms = { ...desk.merchantA.terms, algorithm: 'HS256' as const }
    await expect(importVerifyKey({ ...terms, secret: SECRET.slice(1) })).rejects.toThrow('too short')
  })

  test('3.6 a compressed payload is refused', async () => {
    const packed = Buffer.from('789cab562a4a2c57b2520a0d71d3b550aa0500', 'hex')
    const raw = forge({ ...launchHeader(desk.merchantA), zip: 'DEF' }, packed, signerOf(desk.merchantA))
    expect(await verdictOf(raw)).toBe('token_invalid: not_utf8')
  })

  test('3.7 a payload with a byte order mark is refused, though it is signed', async () => {
    const raw = forge(
      launchHeader(desk.merchantA),
      `\uFEFF${JSON.stringify(launchPayload)}`,
      signerOf(desk.merchantA),
    )
    expect(await verdictOf(raw)).toBe('token_invalid: not_an_object')
  })

  test('3.8 issuer, key and merchant are one', async () => {
    expect(await verdictOf(launchBy({ iss: 'merchant-b' }))).toBe('token_invalid: issuer_wrong')
    expect(await verdictOf(launchBy({ merchant: 'merchant-b' }))).toBe('token_invalid: merchant_wrong')
    const both = { iss: 'merchant-b', merchant: 'merchant-b' }
    expect(await verdictOf(launchBy(both))).toBe('token_invalid: issuer_wrong')
    expect(await verdictOf(launchBy({}, {}, desk.merchantB))).toBe('token_invalid: issuer_wrong')
    expect(await verdictOf(launchBy(both, {}, desk.merchantB))).toBe('accepted')
  })

  test('3.9 the audience is one text, that of the surface', async () => {
    for (const aud of ['fapiao-sidecar:session', 'other', '', ['other']]) {
      expect(await verdictOf(launchBy({ aud }))).toBe('token_invalid: audience_wrong')
    }
    expect(await verdictOf(launchBy({ aud: ['fapiao-sidecar'] }))).toBe('token_invalid: audience_wrong')
    expect(await verdictOf(launchBy({ aud: ['fapiao-sidecar', 'x'] }))).toBe('token_invalid: audience_wrong')
  })

  test('3.10 keys and addresses in the header are ignored, and nothing is fetched', async () => {
    let visits = 0
    const bait = createServer((_, reply) => {
      visits += 1
      reply.end('{"keys":[]}')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => bait.once('listening', resolve))
    const { port } = bait.address() as AddressInfo
    const url = `http://127.0.0.1:${port}/jwks.json`
    const stranger = await register('merchant-a', ['launch'])
    const lure = { jku: url, x5u: url, x5c: ['AAAA'], jwk: stranger.publicKey.publicJwk }

    expect(await verdictOf(launchBy({}, lure))).toBe('accepted')
    expect(await verdictOf(launchBy({}, lure, stranger))).toBe('token_invalid: key_unknown')
    const underOurKid = { ...launchHeader(desk.merchantA), ...lure }
    expect(await verdictOf(forge(underOurKid, launchPayload, signerOf(stranger)))).toBe(
      'token_invalid: signature_wrong',
    )
    expect(visits).toBe(0)
    await new Promise((resolve) => bait.close(resolve))
  })

  test('3.10 the names of an object are no keys', async () => {
    for (const kid of ['__proto__', 'constructor', 'toString']) {
      expect(await verdictOf(launchBy({}, { kid }))).toBe('token_invalid: key_unknown')
    }
  })

  test.for([
    'JWT',
    'LAUNCH+JWT',
    'application/launch+jwt',
    'session+jwt',
    '',
    null,
    ['launch+jwt'],
    undefined,
  ])('3.11 the type %j is not that of a launch token', async (typ) => {
    expect(await verdictOf(launchBy({}, { typ }))).toBe('token_invalid: type_wrong')
  })

  test('3.12 no kind of token passes as another', async () => {
    const stamps = { server: serverStamp, merchant: merchantStamp }
    const { merchant } = launchClaims
    const tokens: { readonly [K in TokenKindName]: string } = {
      launch: await signToken('launch', launchClaims, desk.merchantA.signing, stamps.merchant),
      session: await signToken('session', sessionClaims, desk.server.signing, stamps.server),
      link: await signToken(
        'link',
        { merchant, shop: 'shop-a-wx', order: null, lid: 'link-1' },
        desk.server.signing,
        stamps.server,
      ),
      download: await signToken(
        'download',
        { merchant, invoice: 'invoice-1', doc: 'doc-1', format: 'pdf' },
        desk.server.signing,
        stamps.server,
      ),
      api: await signToken(
        'api',
        { merchant, scopes: ['orders.write'] },
        desk.merchantA.signing,
        stamps.merchant,
      ),
    }
    const kinds: TokenKindName[] = ['launch', 'session', 'link', 'download', 'api']

    for (const made of kinds) {
      for (const read of kinds) {
        const expected = made === read ? 'accepted' : 'token_invalid: type_wrong'
        expect(await verdictOf(tokens[made], read), `${made} as ${read}`).toBe(expected)
      }
    }
    const { typ, audience } = { typ: kinds.map((k) => TOKEN_KINDS[k].typ), audience: kinds.map(audienceOf) }
    expect([new Set(typ).size, new Set(audience).size]).toEqual([5, 5])
  })

  test('3.12 a key signs only the kinds it was made for', async () => {
    const forApi = await register('merchant-a', ['api'])
    desk.put(forApi.verify)
    expect(await verdictOf(launchBy({}, {}, forApi))).toBe('token_invalid: key_for_another_kind')
  })

  test('3.12 a merchant signs no session, and the server no launch', async () => {
    const merchant = await register('merchant-a', ['session'])
    const server = await register(null, ['launch'])
    desk.put(merchant.verify)
    desk.put(server.verify)
    const header = { ...launchHeader(merchant), typ: 'session+jwt' }
    const payload = { ...launchPayload, ...sessionClaims, aud: 'fapiao-sidecar:session' }

    const session = forge(header, payload, signerOf(merchant))
    expect(await verdictOf(session, 'session')).toBe('token_invalid: key_of_wrong_owner')
    expect(await verdictOf(launchBy({ iss: ISSUER }, {}, server))).toBe('token_invalid: key_of_wrong_owner')
  })
})

const audienceOf = (kind: TokenKindName): string => TOKEN_KINDS[kind].audience

describe('the clock', () => {
  test('may be 30 seconds off in either direction, and no more', async () => {
    const lifeOf300 = (iat: number) => launchBy({ iat, exp: iat + 300 })
    expect(await verdictOf(lifeOf300(NOW_S - 329))).toBe('accepted')
    expect(await verdictOf(lifeOf300(NOW_S - 330))).toBe('token_expired: expired')
    expect(await verdictOf(lifeOf300(NOW_S + 30))).toBe('accepted')
    expect(await verdictOf(lifeOf300(NOW_S + 31))).toBe('token_invalid: issued_in_future')
    expect(await verdictOf(launchBy({ nbf: NOW_S + 30 }))).toBe('accepted')
    expect(await verdictOf(launchBy({ nbf: NOW_S + 31 }))).toBe('token_invalid: not_yet_valid')
  })

  test('a life above the limit of its kind is refused, whatever is left of it', async () => {
    expect(await verdictOf(launchBy({ exp: NOW_S + 301 }))).toBe('token_invalid: life_too_long')
    expect(await verdictOf(launchBy({ iat: NOW_S - 299, exp: NOW_S + 2 }))).toBe(
      'token_invalid: life_too_long',
    )
  })
})

describe('a hostile claim', () => {
  const PLAIN = 'x'.repeat(16)
  test.for<[string, object, string]>([
    ['exp missing', { exp: undefined }, 'claim_missing'],
    ['exp as text', { exp: String(NOW_S + 300) }, 'times_wrong'],
    ['exp null', { exp: null }, 'times_wrong'],
    ['exp 1e20', { exp: 1e20 }, 'times_wrong'],
    ['exp with a fraction', { exp: NOW_S + 100.5 }, 'times_wrong'],
    ['exp before iat', { iat: NOW_S + 20, exp: NOW_S + 10 }, 'times_wrong'],
    ['iat missing', { iat: undefined }, 'claim_missing'],
    ['iat as text', { iat: String(NOW_S) }, 'times_wrong'],
    ['iat a fraction', { iat: NOW_S + 0.5 }, 'times_wrong'],
    ['iat far in the past', { iat: -1e15 }, 'life_too_long'],
    ['nbf as text', { nbf: '0' }, 'times_wrong'],
    ['nbf a fraction', { nbf: 0.5 }, 'times_wrong'],
    ['jti missing', { jti: undefined }, 'claim_missing'],
    ['jti an object', { jti: { id: PLAIN } }, 'jti_wrong'],
    ['jti a list', { jti: [PLAIN] }, 'jti_wrong'],
    ['jti a number', { jti: 1_234_567_890_123_456 }, 'jti_wrong'],
    ['jti of 15 letters', { jti: 'x'.repeat(15) }, 'jti_wrong'],
    ['jti of 129 letters', { jti: 'x'.repeat(129) }, 'jti_wrong'],
    ['jti with a space', { jti: `${PLAIN} ` }, 'jti_wrong'],
    ['jti with a line feed', { jti: `${PLAIN}\n` }, 'jti_wrong'],
    ['jti with a NUL', { jti: `${PLAIN}\u0000` }, 'jti_wrong'],
    ['iss missing', { iss: undefined }, 'claim_missing'],
    ['iss a list', { iss: ['merchant-a'] }, 'issuer_wrong'],
    ['aud missing', { aud: undefined }, 'claim_missing'],
    ['sub missing', { sub: undefined }, 'claim_missing'],
    ['sub empty', { sub: '' }, 'claims_wrong'],
    ['sub with a control character', { sub: 'a\u0007' }, 'claims_wrong'],
    ['sub that turns the text around', { sub: 'a\u202Eb' }, 'claims_wrong'],
    ['sub with a lone surrogate', { sub: 'a\ud800' }, 'claims_wrong'],
    ['merchant an object', { merchant: { id: 'merchant-a' } }, 'claims_wrong'],
    ['merchant a list', { merchant: ['merchant-a'] }, 'claims_wrong'],
    ['merchant empty', { merchant: '' }, 'claims_wrong'],
    ['merchant in other letters', { merchant: 'Merchant-A' }, 'merchant_wrong'],
    ['shop a number', { shop: 7 }, 'claims_wrong'],
    ['shop empty', { shop: '' }, 'claims_wrong'],
    ['role of the staff', { role: 'finance' }, 'claims_wrong'],
    ['role in a list', { role: ['agent'] }, 'claims_wrong'],
    ['orders as one text', { orders: 'WX-2001' }, 'claims_wrong'],
    ['orders with a number', { orders: ['WX-2001', 2] }, 'claims_wrong'],
    ['one order twice', { orders: ['WX-2001', 'WX-2001'] }, 'claims_wrong'],
    ['51 orders', { orders: Array.from({ length: 51 }, (_, at) => `WX-${at}`) }, 'claims_wrong'],
    ['an order number with a space', { orders: ['WX 2001'] }, 'claims_wrong'],
    ['origin null as text', { origin: 'null' }, 'claims_wrong'],
    ['origin with a path', { origin: 'https://shop.example/' }, 'claims_wrong'],
    ['origin with its default port', { origin: 'https://shop.example:443' }, 'claims_wrong'],
    ['origin with a user', { origin: 'https://a@shop.example' }, 'claims_wrong'],
    ['origin of a script', { origin: 'javascript:alert(1)' }, 'claims_wrong'],
    ['origin a star', { origin: '*' }, 'claims_wrong'],
    ['origin with a star in it', { origin: 'https://*.example' }, 'claims_wrong'],
    ['origin that goes on in a policy', { origin: 'https://a.example;b' }, 'claims_wrong'],
    ['a session of 4 seconds', { sessionSeconds: 4 }, 'claims_wrong'],
    ['a session of 901 seconds', { sessionSeconds: 901 }, 'claims_wrong'],
    ['a session of 20.5 seconds', { sessionSeconds: 20.5 }, 'claims_wrong'],
    ['a session limit as text', { sessionSeconds: '20' }, 'claims_wrong'],
    ['a session limit of null', { sessionSeconds: null }, 'claims_wrong'],
    ['a session limit in a list', { sessionSeconds: [20] }, 'claims_wrong'],
  ])('%s is refused', async ([, changes, reason]) => {
    expect(await verdictOf(launchBy(changes))).toBe(`token_invalid: ${reason}`)
  })

  test('a prototype in the payload gives nothing away', async () => {
    const { role: _, ...rest } = launchPayload
    const text = `${JSON.stringify(rest).slice(0, -1)},"__proto__":{"role":"agent"}}`
    const raw = forge(launchHeader(desk.merchantA), text, signerOf(desk.merchantA))
    expect(await verdictOf(raw)).toBe('token_invalid: claim_missing')
  })

  test('each claim a kind requires is missed', async () => {
    const payload = { ...launchPayload, ...sessionClaims, iss: ISSUER, aud: 'fapiao-sidecar:session' }
    const header = { ...launchHeader(desk.server), typ: 'session+jwt' }
    const sessionWithout = (claim: string) =>
      forge(header, { ...payload, [claim]: undefined }, signerOf(desk.server))

    expect(await verdictOf(sessionWithout('nothing'), 'session')).toBe('accepted')
    for (const claim of ['iss', 'aud', 'jti', 'iat', 'exp', ...TOKEN_KINDS.session.required]) {
      expect(await verdictOf(sessionWithout(claim), 'session'), claim).toBe('token_invalid: claim_missing')
    }
  })
})

describe('the key a token names', () => {
  test.for([
    ['revoked', { status: 'revoked' }, 'key_revoked'],
    ['ended this second', { notAfter: NOW }, 'key_ended'],
    [
      'retired and past its overlap',
      { status: 'retired', notAfter: new Date(NOW_S * 1000 - 1) },
      'key_ended',
    ],
    ['not valid for another 31 seconds', { notBefore: new Date((NOW_S + 31) * 1000) }, 'key_not_yet_valid'],
  ] as const)('is refused when %s', async ([, changes, reason]) => {
    const party = await register('merchant-a', ['launch'])
    desk.put({ ...party.verify, ...changes })
    expect(await verdictOf(launchBy({}, {}, party))).toBe(`token_invalid: ${reason}`)
  })

  test('still verifies while it is retired and its overlap lasts', async () => {
    const party = await register('merchant-a', ['launch'])
    desk.put({ ...party.verify, status: 'retired', notAfter: new Date((NOW_S + 1) * 1000) })
    expect(await verdictOf(launchBy({}, {}, party))).toBe('accepted')
  })

  test('is not asked for before the gate and the type have passed', async () => {
    const before = desk.asked.length
    await verdictOf(launchBy({}, { typ: 'JWT' }))
    await verdictOf(launchBy({}, { kid: '../x' }))
    await verdictOf(`${launchBy({})}=`)
    expect(desk.asked).toHaveLength(before)
  })

  test('bounds what an api token may ask for', async () => {
    const api = (scopes: string[]) =>
      signToken('api', { merchant: 'merchant-a', scopes }, desk.merchantA.signing, merchantStamp)
    expect(await verdictOf(await api(['orders.write']), 'api')).toBe('accepted')
    expect(await verdictOf(await api([]), 'api')).toBe('accepted')
    expect(await verdictOf(await api(['orders.write', 'staff.write']), 'api')).toBe(
      'token_not_allowed: scope_not_granted',
    )
  })

  test('that does not fit its record is a bug of ours and no refusal', async () => {
    const other = await register('merchant-a', ['launch'], 'ES256')
    desk.put({ ...desk.merchantA.verify, kid: other.terms.kid, algorithm: 'ES256' })
    await expect(verdictOf(launchBy({}, {}, other))).rejects.not.toBeInstanceOf(Problem)
  })
})

describe('a bent token', () => {
  test('is refused with any single bit changed', { timeout: 60_000 }, async () => {
    const bytes = Buffer.from(launchBy({}))
    const accepted: number[] = []
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const bent = Buffer.from(bytes)
      bent.writeUInt8(bent.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      if ((await verdictOf(bent.toString('latin1'))) === 'accepted') accepted.push(bit)
    }
    expect(accepted).toEqual([])
  })

  test('is refused with any byte of its decoded parts changed, cut or doubled', {
    timeout: 60_000,
  }, async () => {
    const good = launchBy({})
    const parts = good.split('.').map((part) => Buffer.from(part, 'base64url'))
    const bend = fc.record({
      part: fc.nat({ max: 2 }),
      at: fc.nat({ max: 2_000 }),
      mask: fc.integer({ min: 1, max: 255 }),
      how: fc.constantFrom('change', 'cut', 'double'),
    })
    const property = fc.asyncProperty(fc.array(bend, { minLength: 1, maxLength: 3 }), async (bends) => {
      const bent: Buffer[] = [...parts]
      for (const { part, at, mask, how } of bends) {
        bent[part] = bendBytes(bent[part] ?? Buffer.alloc(0), at, mask, how)
      }
      const raw = bent.map(base64url).join('.')
      fc.pre(raw !== good)
      expect(await verdictOf(raw)).not.toBe('accepted')
    })
    await fc.assert(property, { numRuns: propertyRuns(2_000) })
  })

  test('any text or value at all is refused with a problem', async () => {
    const property = fc.asyncProperty(fc.anything(), async (raw) => {
      expect(await verdictOf(raw)).toMatch(/^token_invalid: /)
    })
    await fc.assert(property, { numRuns: propertyRuns(500) })
  })
})

function bendBytes(bytes: Buffer, at: number, mask: number, how: string): Buffer {
  const place = bytes.length === 0 ? 0 : at % bytes.length
  if (how === 'cut') return bytes.subarray(0, place)
  if (how === 'double') return Buffer.concat([bytes, bytes.subarray(place)])
  return Buffer.from(bytes.map((byte, index) => (index === place ? byte ^ mask : byte)))
}

describe('the answer', () => {
  const refusedBy = async (raw: unknown) => {
    const caught = await verifyToken('launch', raw, desk.deps).catch((error: unknown) => error)
    if (!(caught instanceof Problem)) throw new Error('not refused')
    return caught
  }

  test('names the reason in development and is one and the same in production', async () => {
    const refused = await Promise.all(
      [
        launchBy({}, { alg: 'none' }),
        launchBy({ aud: 'other' }),
        launchBy({ iss: 'merchant-b' }),
        launchBy({ iat: NOW_S - 600, exp: NOW_S - 300 }),
        launchBy({}, { kid: newTokenId() }),
      ].map(refusedBy),
    )

    expect(new Set(refused.map((problem) => problem.facts.reason)).size).toBe(5)
    const neutral = refused.map(neutralTokenProblem)
    expect(new Set(neutral.map((p) => JSON.stringify([p.code, p.message, p.facts, p.field]))).size).toBe(1)
    expect(neutral[0]).toMatchObject({ code: 'token_invalid', facts: {} })
  })

  test('leaves other problems as they are', () => {
    const others = [new Problem('token_not_allowed'), new Problem('order_not_found', { facts: { id: 'x' } })]
    expect(others.map(neutralTokenProblem)).toEqual(others)
  })

  test('carries neither a claim nor the error of the library', async () => {
    const problem = await refusedBy(launchBy({ sub: 'buyer-canary', aud: 'other' }))

    expect(problem.cause).toBeUndefined()
    expect(JSON.stringify(problem) + problem.stack).not.toContain('buyer-canary')
    expect(Object.keys(problem.facts)).toEqual(['reason'])
  })
})
