import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importVerifyKey } from '../../../server/tokens/import-key.ts'
import { signToken } from '../../../server/tokens/sign-token.ts'
import { TOKEN_KINDS, type TokenKindName } from '../../../server/tokens/token-kinds.ts'
import { verifyToken } from '../../../server/tokens/verify-token.ts'
import { HOST_ORIGIN, openTestApp, type TestApp } from '../../support/app.ts'
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
  type Party,
  pemOf,
  refusalOf,
  register,
  SECRET,
  sessionClaims,
  signerOf,
} from './token-desk.ts'

/**
 * Every MUST of the token table, each a test that is named after it (facts/trust.md §2 with the rows of RFC
 * 8725; threats 5 and 6). Beside it: one spelling per token in gate.test.ts, claims that must be there in
 * verify-token.test.ts, public vectors in vectors.test.ts, keys fit to be registered in read-public-key.test.ts,
 * rotation under load and what is taken back, in two processes, in two-processes.test.ts.
 */

type Desk = Awaited<ReturnType<typeof openDesk>>
let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
})

const KINDS: readonly TokenKindName[] = ['launch', 'session', 'link', 'entry', 'download', 'api']

const verdictOf = (raw: unknown, kind: TokenKindName = 'launch') =>
  refusalOf(() => verifyToken(kind, raw, desk.deps))
const launchBy = (changes: object, headerChanges: object = {}, party = desk.merchantA) =>
  forge({ ...launchHeader(party), ...headerChanges }, { ...launchPayload, ...changes }, signerOf(party))

const claimsFor = (merchant: string) => ({
  launch: { ...launchClaims, merchant },
  session: { ...sessionClaims, merchant },
  link: { merchant, shop: `${merchant}-wx`, order: null, lid: 'link-1' },
  entry: { merchant, shop: `${merchant}-wx`, account: 'account-1', sub: 'zendesk:7' },
  download: { merchant, invoice: 'invoice-1', doc: 'doc-1', format: 'pdf' as const },
  api: { merchant, scopes: ['orders.write'] },
})

/** A good token of each kind: the merchant's two under its key, the others under the server's. */
async function signAll({ server, merchantA }: Desk): Promise<Record<TokenKindName, string>> {
  const claims = claimsFor('merchant-a')
  const own = { issuer: 'merchant-a', now: NOW, jti: 'jti-0123456789abcdef' }
  const ours = { ...own, issuer: ISSUER }
  return {
    launch: await signToken('launch', claims.launch, merchantA.signing, own),
    session: await signToken('session', claims.session, server.signing, ours),
    link: await signToken('link', claims.link, server.signing, ours),
    entry: await signToken('entry', claims.entry, server.signing, ours),
    download: await signToken('download', claims.download, server.signing, ours),
    api: await signToken('api', claims.api, merchantA.signing, own),
  }
}

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
    const tokens = await signAll(desk)
    for (const made of KINDS) {
      for (const read of KINDS) {
        const expected = made === read ? 'accepted' : 'token_invalid: type_wrong'
        expect(await verdictOf(tokens[made], read), `${made} as ${read}`).toBe(expected)
      }
    }
    const rules = KINDS.map((kind) => TOKEN_KINDS[kind])
    expect(new Set(rules.map(({ typ }) => typ)).size).toBe(KINDS.length)
    expect(new Set(rules.map(({ audience }) => audience)).size).toBe(KINDS.length)
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

  test.for([
    ['launch', 300],
    ['session', 900],
    ['link', 400 * 86_400],
    ['download', 600],
    ['api', 300],
  ] as const)('lets a %s token live %i seconds and not one more', async ([kind, seconds]) => {
    const good = (await signAll(desk))[kind]
    const payload = JSON.parse(Buffer.from(good.split('.')[1] ?? '', 'base64url').toString())
    const party = TOKEN_KINDS[kind].signer === 'server' ? desk.server : desk.merchantA
    const header = { ...launchHeader(party), typ: TOKEN_KINDS[kind].typ }
    const lasting = (life: number) => forge(header, { ...payload, exp: NOW_S + life }, signerOf(party))

    expect(payload.exp - payload.iat).toBe(seconds)
    expect(await verdictOf(lasting(seconds), kind)).toBe('accepted')
    expect(await verdictOf(lasting(seconds + 1), kind)).toBe('token_invalid: life_too_long')
  })
})

describe('a merchant among twenty', () => {
  const SHOPS = 20

  type Names = { readonly iss: string; readonly merchant: string; readonly kid: string }

  /** Its own name, the victim's or the server's in each place. */
  function namesFor(attacker: Party, victim: Party): Names[] {
    const owners = [attacker, victim].map(({ terms }) => String(terms.owner))
    const kids = [attacker, victim, desk.server].map(({ terms }) => terms.kid)
    return [...owners, ISSUER].flatMap((iss) =>
      owners.flatMap((merchant) => kids.map((kid) => ({ iss, merchant, kid }))),
    )
  }

  /** What it may write: its own two kinds, in its own name throughout. */
  const isOwn = ({ terms }: Party, { iss, merchant, kid }: Names, kind: TokenKindName) =>
    TOKEN_KINDS[kind].signer === 'merchant' &&
    [iss, merchant, kid].join() === [terms.owner, terms.owner, terms.kid].join()

  function forgeBy(attacker: Party, kind: TokenKindName, { iss, merchant, kid }: Names): string {
    const { typ, audience } = TOKEN_KINDS[kind]
    const stamp = { iss, aud: audience, jti: 'jti-0123456789abcdef', iat: NOW_S, exp: NOW_S + 60 }
    const header = { alg: attacker.terms.algorithm, typ, kid }
    return forge(header, { ...claimsFor(merchant)[kind], ...stamp }, signerOf(attacker))
  }

  test('writes no token of any kind for another one', { timeout: 60_000 }, async () => {
    const parties = await Promise.all(
      Array.from({ length: SHOPS }, (_, at) => register(`merchant-${at}`, ['launch', 'api'])),
    )
    for (const { verify } of parties) desk.put(verify)
    const tries = parties.flatMap((attacker, at) =>
      // Each against another one, and no two pairs the same.
      parties
        .slice(at - SHOPS + 1 + (at % 7))
        .slice(0, 1)
        .flatMap((victim) => namesFor(attacker, victim).map((names) => ({ attacker, names }))),
    )

    const accepted: string[] = []
    for (const kind of KINDS) {
      for (const { attacker, names } of tries) {
        const verdict = await verdictOf(forgeBy(attacker, kind, names), kind)
        const expected = isOwn(attacker, names, kind)
        if ((verdict === 'accepted') !== expected) accepted.push(`${kind} ${JSON.stringify(names)}`)
      }
    }

    expect(accepted).toEqual([])
    expect(tries).toHaveLength(SHOPS * 18)
  })

  test('passes none of its own tokens as one of another kind', async () => {
    for (let at = 0; at < SHOPS; at += 1) {
      const party = await register(`merchant-${at}`, ['launch', 'api'])
      desk.put(party.verify)
      const own = { issuer: `merchant-${at}`, now: NOW, jti: 'jti-0123456789abcdef' }
      const claims = claimsFor(own.issuer)
      const launch = await signToken('launch', claims.launch, party.signing, own)
      const api = await signToken('api', claims.api, party.signing, own)

      const taken = async (raw: string) => {
        const verdicts = await Promise.all(KINDS.map((kind) => verdictOf(raw, kind)))
        return KINDS.filter((_, index) => verdicts[index] === 'accepted')
      }

      expect([await taken(launch), await taken(api)]).toEqual([['launch'], ['api']])
    }
  })
})

describe('at the exchange', () => {
  let stage: TestApp
  beforeAll(async () => {
    stage = await openTestApp()
  })
  afterAll(() => stage?.close())

  /** What became of each: `opened`, or the code of its refusal. */
  async function exchange(asks: readonly { launchToken: string; hostOrigin?: string }[]) {
    const replies = await Promise.all(
      asks.map((payload) => stage.app.inject({ method: 'POST', url: '/v1/sessions/launch', payload })),
    )
    return replies.map((reply) => (reply.statusCode === 200 ? 'opened' : reply.json().code)).toSorted()
  }

  // More than there are connections to the database: the winner must not wait for one that a loser holds.
  test('the jti is good once: of twenty exchanges at once one opens a session', async () => {
    const launchToken = await stage.a.launch()

    const codes = await exchange(Array.from({ length: 20 }, () => ({ launchToken })))

    expect(codes).toEqual(['opened', ...Array.from({ length: 19 }, () => 'token_replayed')])
    expect(await stage.database.usedJti.count()).toBe(1)
  })

  test('a launch bound to an origin is taken from there alone, and the others do not use it up', async () => {
    const launchToken = await stage.a.launch({ shop: 'a-tm', origin: HOST_ORIGIN })
    const foreign = ['https://127.0.0.1:8788', 'http://127.0.0.1', 'http://127.0.0.1:8788.evil.example']

    const codes = await exchange(foreign.map((hostOrigin) => ({ launchToken, hostOrigin })))

    expect(codes).not.toContain('opened')
    expect(await exchange([{ launchToken, hostOrigin: HOST_ORIGIN }])).toEqual(['opened'])
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

  // 1,000 mutations here, 100,000 in `npm run test:long`.
  test('of any kind is refused with bytes of its decoded parts changed, cut or doubled', {
    timeout: 60_000,
  }, async () => {
    const tokens = await signAll(desk)
    const bend = fc.record({
      part: fc.nat({ max: 2 }),
      at: fc.nat({ max: 2_000 }),
      mask: fc.integer({ min: 1, max: 255 }),
      how: fc.constantFrom('change', 'cut', 'double'),
    })
    const bends = fc.array(bend, { minLength: 1, maxLength: 3 })
    const property = fc.asyncProperty(fc.constantFrom(...KINDS), bends, async (kind, changes) => {
      const bent: Buffer[] = tokens[kind].split('.').map((part) => Buffer.from(part, 'base64url'))
      for (const { part, at, mask, how } of changes) {
        bent[part] = bendBytes(bent[part] ?? Buffer.alloc(0), at, mask, how)
      }
      const raw = bent.map(base64url).join('.')
      fc.pre(raw !== tokens[kind])
      expect(await verdictOf(raw, kind)).not.toBe('accepted')
    })
    await fc.assert(property, { numRuns: propertyRuns(1_000) })
  })

  test('or any text or value at all is refused with a problem', async () => {
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
