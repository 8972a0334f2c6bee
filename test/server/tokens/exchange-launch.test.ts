import { beforeEach, describe, expect, test } from 'vitest'
import {
  type BurntJti,
  type ExchangeLaunchDeps,
  exchangeLaunch,
} from '../../../server/tokens/exchange-launch.ts'
import { newTokenId } from '../../../server/tokens/make-key.ts'
import { signToken } from '../../../server/tokens/sign-token.ts'
import { verifyToken } from '../../../server/tokens/verify-token.ts'
import { ISSUER, launchClaims, NOW, openDesk, type Party, refusalOf } from './token-desk.ts'

type Tx = { readonly burns: BurntJti[] }

/** A store that remembers what was committed, and nothing of what was rolled back. */
async function openExchange() {
  const desk = await openDesk()
  const burnt = new Map<string, BurntJti>()
  const state = { now: NOW, crashOnce: false }
  const deps: ExchangeLaunchDeps<Tx> = {
    ...desk.deps,
    now: () => state.now,
    newId: newTokenId,
    async inTransaction(work) {
      const tx: Tx = { burns: [] }
      const result = await work(tx)
      for (const burn of tx.burns) {
        burnt.set(`${burn.issuer} ${burn.jti}`, burn)
      }
      return result
    },
    async burnJti(tx, burn) {
      if (burnt.has(`${burn.issuer} ${burn.jti}`)) return false
      tx.burns.push(burn)
      return true
    },
    async findReach(_tx, { merchant, shop, orderNumbers }) {
      if (state.crashOnce) {
        state.crashOnce = false
        throw new Error('crash')
      }
      if (shop !== null && shop !== `shop-${merchant.slice(-1)}-wx`) return null
      return { shop, orders: orderNumbers.filter((n) => n.startsWith('WX-')).map((n) => `id-of-${n}`) }
    },
    getSigningKey: async () => desk.server.signing,
    scopesOf: (role) => (role === 'agent' ? ['order.search'] : ['invoice.request']),
    subjectOf: ({ sub }) => sub,
    recordOpened: async () => undefined,
  }
  const launchOf = (changes: object = {}, party: Party = desk.merchantA, jti = 'jti-0123456789abcdef') => {
    const issuer = party.terms.owner ?? ISSUER
    return signToken('launch', { ...launchClaims, merchant: issuer, ...changes }, party.signing, {
      issuer,
      now: NOW,
      jti,
    })
  }
  return { desk, deps, state, burnt, launchOf }
}

const at = { origin: 'https://shop.example' }
let stage: Awaited<ReturnType<typeof openExchange>>
beforeEach(async () => {
  stage = await openExchange()
})

describe('a launch token becomes a session', () => {
  test('that knows the person, the shop, the proven orders and the origin', async () => {
    const { deps, launchOf } = stage

    const opened = await exchangeLaunch(deps, await launchOf({ orders: ['WX-2001', 'TM-9'] }), at)

    expect(opened.claims).toEqual({
      merchant: 'merchant-a',
      shop: 'shop-a-wx',
      role: 'customer',
      sub: '买家 17',
      scopes: ['invoice.request'],
      orders: ['id-of-WX-2001'],
      origin: 'https://shop.example',
      sid: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
      via: 'launch',
      voucher: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
      since: NOW.getTime() / 1000,
    })
    const session = await verifyToken('session', opened.token, deps)
    expect(session).toMatchObject({ ...opened.claims, issuer: ISSUER, expiresAt: opened.expiresAt })
    expect(opened.expiresAt).toEqual(new Date('2026-11-22T04:15:00Z'))
  })

  test('with the scopes of the role that the merchant vouches for', async () => {
    const { deps, launchOf } = stage
    const opened = await exchangeLaunch(deps, await launchOf({ role: 'agent' }), at)
    expect(opened.claims).toMatchObject({ role: 'agent', scopes: ['order.search'] })
  })
})

describe('a launch that limits its session', () => {
  test.for([5, 20, 900])('to %i seconds opens one that ends then', async (sessionSeconds) => {
    const { deps, launchOf } = stage

    const { claims, expiresAt, token } = await exchangeLaunch(deps, await launchOf({ sessionSeconds }), at)

    expect(expiresAt).toEqual(new Date(NOW.getTime() + sessionSeconds * 1000))
    expect(await verifyToken('session', token, deps)).toMatchObject({ sessionSeconds, since: claims.since })
  })
})

describe('once', () => {
  test('a second exchange is refused', async () => {
    const { deps, launchOf } = stage
    const raw = await launchOf()
    await exchangeLaunch(deps, raw, at)
    expect(await refusalOf(() => exchangeLaunch(deps, raw, at))).toBe('token_replayed: replayed')
  })

  test('another token with the same jti is refused too, also from another key', async () => {
    const { deps, launchOf } = stage
    await exchangeLaunch(deps, await launchOf(), at)
    const other = await launchOf({ sub: 'someone else' })
    expect(await refusalOf(() => exchangeLaunch(deps, other, at))).toBe('token_replayed: replayed')
  })

  test("one merchant's jti burns nobody else's", async () => {
    const { desk, deps, launchOf } = stage
    await exchangeLaunch(deps, await launchOf(), at)
    const raw = await launchOf({ shop: 'shop-b-wx' }, desk.merchantB)
    expect(await refusalOf(() => exchangeLaunch(deps, raw, at))).toBe('accepted')
  })

  test('after a crash before the commit the token is still good', async () => {
    const { deps, state, launchOf, burnt } = stage
    const raw = await launchOf()
    state.crashOnce = true
    await expect(exchangeLaunch(deps, raw, at)).rejects.toThrow('crash')
    expect(burnt.size).toBe(0)

    expect(await refusalOf(() => exchangeLaunch(deps, raw, at))).toBe('accepted')
  })

  test('the burnt jti stays until no clock could accept the token', async () => {
    const { deps, burnt, launchOf } = stage
    await exchangeLaunch(deps, await launchOf(), at)
    expect([...burnt.values()]).toEqual([
      {
        issuer: 'merchant-a',
        jti: 'jti-0123456789abcdef',
        expiresAt: new Date('2026-11-22T04:06:00Z'),
      },
    ])
  })
})

describe('a launch is refused and stays unburnt', () => {
  test.for([
    'https://evil.example',
    'https://shop.example.evil.example',
    'http://shop.example',
    'null',
    null,
  ])('from the origin %j, when it is bound to another', async (origin) => {
    const { deps, burnt, launchOf } = stage
    const raw = await launchOf()
    expect(await refusalOf(() => exchangeLaunch(deps, raw, { origin }))).toBe('token_invalid: origin_wrong')
    expect(burnt.size).toBe(0)
    expect(await refusalOf(() => exchangeLaunch(deps, raw, at))).toBe('accepted')
  })

  test("for another merchant's shop", async () => {
    const { deps, burnt, launchOf } = stage
    const raw = await launchOf({ shop: 'shop-b-wx' })
    expect(await refusalOf(() => exchangeLaunch(deps, raw, at))).toBe('token_invalid: shop_wrong')
    expect(burnt.size).toBe(0)
  })

  test('after its end', async () => {
    const { deps, state, burnt, launchOf } = stage
    const raw = await launchOf()
    state.now = new Date('2026-11-22T04:05:30Z')
    expect(await refusalOf(() => exchangeLaunch(deps, raw, at))).toBe('token_expired: expired')
    expect(burnt.size).toBe(0)
  })

  test('when it is no launch token at all', async () => {
    const { deps, launchOf } = stage
    const { token } = await exchangeLaunch(deps, await launchOf(), at)
    for (const raw of [token, undefined, '', 'a.b.c']) {
      expect(await refusalOf(() => exchangeLaunch(deps, raw, at))).toContain('token_invalid')
    }
  })

  test('not bound to an origin, it is taken from any', async () => {
    const { deps, launchOf } = stage
    const raw = await launchOf({ origin: null })
    const opened = await exchangeLaunch(deps, raw, { origin: null })
    expect(opened.claims.origin).toBeNull()
  })
})
