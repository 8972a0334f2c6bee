import { beforeAll, describe, expect, test } from 'vitest'
import { Problem } from '../../../server/contract/problem.ts'
import { newTokenId } from '../../../server/tokens/make-key.ts'
import { signToken } from '../../../server/tokens/sign-token.ts'
import { TOKEN_KINDS, type TokenKindName } from '../../../server/tokens/token-kinds.ts'
import { neutralTokenProblem } from '../../../server/tokens/token-problem.ts'
import { verifyToken } from '../../../server/tokens/verify-token.ts'
import {
  forge,
  ISSUER,
  launchClaims,
  launchHeader,
  launchPayload,
  NOW,
  NOW_S,
  openDesk,
  refusalOf,
  register,
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
