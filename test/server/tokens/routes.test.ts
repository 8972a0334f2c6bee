import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearer, type GrantStage, HOST_ORIGIN, launch, openGrantStage } from '../../support/grants.ts'

let stage: GrantStage
beforeAll(async () => {
  stage = await openGrantStage()
})
afterAll(() => stage.close())

const renew = (token: string) =>
  stage.app.inject({ method: 'POST', url: '/v1/sessions/renew', headers: bearer(token), payload: {} })

async function openLink(linkToken: string) {
  return stage.app.inject({ method: 'POST', url: '/v1/sessions/link', payload: { linkToken } })
}

/** A link as a till makes one; its token is what stands behind `#t=`. */
async function makeLink(orderNumber?: string) {
  const reply = await stage.app.inject({
    method: 'POST',
    url: '/v1/shops/a-tm/links',
    headers: bearer(await stage.a.signApi()),
    payload: orderNumber === undefined ? {} : { orderNumber },
  })
  const { id, url } = reply.json<{ id: string; url: string }>()
  return { id, token: url.split('#t=')[1] ?? '' }
}

const auditsOf = (object: string) =>
  stage.database.auditEntry.findMany({ where: { object }, select: { act: true, actor: true } })

describe('a launch', () => {
  test('of an agent without a shop reaches all shops of the merchant and nobody else’s', async () => {
    const session = await launch(stage, await stage.a.signLaunch())

    expect(session).toMatchObject({ role: 'agent', via: 'launch', orderIds: [] })
    expect(session.shops).toMatchObject([{ code: 'a-pdd' }, { code: 'a-tm' }, { code: 'a-wx' }])
  })

  test('of a buyer carries the orders of that shop, in upper or lower case', async () => {
    const { a, orders } = stage
    const numbers = ['tm-1001', 'DUP-4001', 'WX-2001', 'NO-SUCH']

    const session = await launch(
      stage,
      await a.signLaunch({ role: 'customer', shop: 'a-tm', orders: numbers }),
    )

    expect(session.orderIds).toEqual([orders.tm1001, orders.dupTm])
    expect(session.shops).toMatchObject([{ code: 'a-tm', name: '武汉邮驿文创 a-tm', isDemo: true }])
  })

  test('leaves out a number that stands for two orders because no shop was named', async () => {
    const { a, orders } = stage
    const session = await launch(
      stage,
      await a.signLaunch({ role: 'customer', orders: ['DUP-4001', 'WX-2001'] }),
    )
    expect(session.orderIds).toEqual([orders.wx2001])
  })

  test('works once', async () => {
    const token = await stage.a.signLaunch()
    await launch(stage, token)
    expect(await launch(stage, token)).toMatchObject({ status: 401, code: 'token_replayed' })
  })

  test.for([
    ['a-tm', HOST_ORIGIN, HOST_ORIGIN, 'opened'],
    ['a-tm', null, HOST_ORIGIN, 'opened'],
    ['a-tm', null, undefined, 'opened'],
    ['a-tm', 'http://fapiao.test:8787', undefined, 'opened'],
    ['a-tm', HOST_ORIGIN, undefined, 'token_invalid'],
    ['a-tm', HOST_ORIGIN, 'https://evil.example', 'token_invalid'],
    ['a-tm', null, 'https://evil.example', 'token_invalid'],
    ['a-tm', 'https://evil.example', 'https://evil.example', 'token_invalid'],
    ['a-pdd', HOST_ORIGIN, HOST_ORIGIN, 'token_invalid'],
  ] as const)('for %s bound to %s and sent from %s is %s', async ([shop, origin, hostOrigin, expected]) => {
    const session = await launch(stage, await stage.a.signLaunch({ shop, origin }), hostOrigin)
    expect(session.token === undefined ? session.code : 'opened').toBe(expected)
  })

  test('for another merchant’s shop is refused', async () => {
    const { a, b } = stage
    for (const shop of ['b-tm', b.shop('b-tm').id]) {
      const refused = await launch(stage, await a.signLaunch({ shop }))
      expect(refused).toMatchObject({ status: 401, code: 'token_invalid', reason: 'shop_wrong' })
    }
  })

  test('is on record, and a buyer’s name is not', async () => {
    const { a, database } = stage
    await launch(stage, await a.signLaunch({ role: 'customer', shop: 'a-tm', sub: '王小明' }))

    const entry = await database.auditEntry.findFirstOrThrow({
      where: { act: 'session.opened', actor: { startsWith: 'customer:' } },
    })
    expect(entry.merchantId).toBe(a.id)
    expect(entry.actor).toMatch(/^customer:buyer:[\w-]{22}$/)
    expect(Buffer.from(entry.bytes).toString('utf8')).not.toContain('王小明')
  })

  test('under a revoked key is refused within five seconds', async () => {
    const { a, store, inTransaction, clock } = stage
    const { kid, signLaunch } = await stage.addKeys(a)
    const first = await launch(stage, await signLaunch())
    expect(first.token).toBeTypeOf('string')

    await inTransaction((tx) => store.revokeMerchantKey(tx, { merchantId: a.id, kid }))
    clock.now = new Date(clock.now.getTime() + 5_000)

    expect(await launch(stage, await signLaunch())).toMatchObject({ reason: 'key_revoked' })
  })
})

describe('a link', () => {
  test('of one order opens exactly that order, and does so every time', async () => {
    const { orders } = stage
    const { id, token } = await makeLink('TM-1001')

    const [first, second] = [await openLink(token), await openLink(token)]

    expect(first.json()).toMatchObject({ role: 'customer', via: 'order_link', orderIds: [orders.tm1001] })
    expect(second.statusCode).toBe(200)
    expect(await auditsOf(`link:${id}`)).toEqual([
      { act: 'link.created', actor: `merchant:${stage.a.kid}` },
      { act: 'link.opened', actor: `customer:link:${id}` },
      { act: 'link.opened', actor: `customer:link:${id}` },
    ])
  })

  test('of a shop opens no order', async () => {
    const { token } = await makeLink()
    expect((await openLink(token)).json()).toMatchObject({ via: 'shop_link', orderIds: [] })
  })

  test('that is altered, expired, revoked or no link at all is one answer', async () => {
    const { a, app, clock } = stage
    const [good, gone] = [await makeLink('TM-1001'), await makeLink('TM-1001')]
    await app.inject({ method: 'DELETE', url: `/v1/links/${gone.id}`, headers: bearer(await a.signApi()) })
    const altered = `${good.token.slice(0, -4)}AAAA`
    const before = clock.now
    const answers = [await openLink(altered), await openLink(gone.token), await openLink('a.b.c')]
    clock.now = new Date(before.getTime() + 31 * 86_400_000)
    answers.push(await openLink(good.token))
    clock.now = before

    for (const answer of answers) {
      expect(answer.statusCode).toBe(401)
      const { requestId: _, reason: __, ...told } = answer.json<Record<string, unknown>>()
      expect(told).toEqual({
        type: 'urn:fapiao-sidecar:problem:link_invalid',
        title: 'This link is not valid or has expired.',
        detail: 'This link is not valid or has expired.',
        status: 401,
        code: 'link_invalid',
        source: 'client',
      })
    }
  })
})

describe('a renewal', () => {
  test('keeps the rights and moves the end', async () => {
    const { a, clock } = stage
    const session = await launch(
      stage,
      await a.signLaunch({ role: 'customer', shop: 'a-tm', orders: ['TM-1001'] }),
    )
    clock.now = new Date(clock.now.getTime() + 600_000)

    const renewed = (await renew(session.token)).json<Record<string, unknown>>()

    const { token: _, expiresAt: end, ...rights } = renewed
    const { token: __, expiresAt: before, ...same } = session
    expect(rights).toEqual(same)
    expect(Date.parse(String(end)) - Date.parse(String(before))).toBe(600_000)
  })

  test('is possible for twelve hours, and not a second more', async () => {
    const { a, clock } = stage
    const start = Math.floor(clock.now.getTime() / 1000) * 1000
    let { token } = await launch(stage, await a.signLaunch())
    let ends = 0
    for (let minutes = 10; minutes <= 12 * 60; minutes += 10) {
      clock.now = new Date(start + minutes * 60_000)
      const reply = await renew(token)
      if (reply.statusCode !== 200) break
      ;({ token } = reply.json<{ token: string }>())
      ends = Date.parse(reply.json<{ expiresAt: string }>().expiresAt)
    }
    expect(ends).toBe(start + 12 * 3600_000)
    expect((await renew(token)).json()).toMatchObject({ status: 401, code: 'token_expired' })
  })

  test('of a session that its launch limited ends where the launch said', async () => {
    const { a, clock } = stage
    const start = Math.floor(clock.now.getTime() / 1000) * 1000
    const { token } = await launch(stage, await a.signLaunch({ sessionSeconds: 600 }))

    clock.now = new Date(start + 400_000)
    const renewed = (await renew(token)).json<{ token: string; expiresAt: string }>()
    expect(Date.parse(renewed.expiresAt)).toBe(start + 600_000)

    clock.now = new Date(start + 600_000)
    expect((await renew(renewed.token)).json()).toMatchObject({ status: 401, code: 'token_expired' })
  })

  test('of a session that came through a link ends with the link', async () => {
    const { a, app } = stage
    const { id, token } = await makeLink('TM-1001')
    const session = (await openLink(token)).json<{ token: string }>()
    expect((await renew(session.token)).statusCode).toBe(200)

    await app.inject({ method: 'DELETE', url: `/v1/links/${id}`, headers: bearer(await a.signApi()) })

    expect((await renew(session.token)).json()).toMatchObject({ code: 'link_invalid' })
  })
})

describe('keys', () => {
  test('are published without their private half', async () => {
    const reply = await stage.app.inject('/.well-known/jwks.json')
    const { keys } = reply.json<{ keys: Record<string, unknown>[] }>()
    expect(keys).toHaveLength(4)
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  })

  test('are made once, also by several processes that start together', async () => {
    const { store, database } = stage
    await Promise.all([store.prepareSigningKeys(), store.prepareSigningKeys()])
    expect(await database.signingKey.count()).toBe(4)
  })

  test('rotate while sessions signed before go on', async () => {
    const { a, store, clock, database } = stage
    const { token } = await launch(stage, await a.signLaunch())
    const before = await store.getSigningKey('session')

    await store.rotateSigningKeys()
    clock.now = new Date(clock.now.getTime() + 5_000)

    expect((await store.getSigningKey('session')).kid).not.toBe(before.kid)
    expect((await renew(token)).statusCode).toBe(200)
    expect(
      await database.signingKey.groupBy({ by: ['status'], _count: true, orderBy: { status: 'asc' } }),
    ).toEqual([
      { status: 'active', _count: 4 },
      { status: 'retired', _count: 4 },
    ])
  })

  test('get successors by themselves after 90 days, once, however many workers look', async () => {
    const { store, clock, database } = stage
    const before = await database.signingKey.count()
    const since = clock.now
    const afterDays = (days: number) => new Date(since.getTime() + days * 86_400_000)

    clock.now = afterDays(89)
    expect(await store.rotateAgedKeys()).toEqual([])
    clock.now = afterDays(90)
    const made = (await Promise.all([store.rotateAgedKeys(), store.rotateAgedKeys()])).flat()

    expect(made.map(({ kind }) => kind).sort()).toEqual(['download', 'entry', 'link', 'session'])
    expect(await database.signingKey.count()).toBe(before + 4)
    expect(made.map(({ kid }) => kid)).toContain((await store.getSigningKey('link')).kid)
    const link = await database.signingKey.findFirstOrThrow({
      where: { kinds: { has: 'link' }, status: 'retired' },
      orderBy: { notAfter: 'desc' },
    })
    expect(link.notAfter?.getTime()).toBeGreaterThanOrEqual(clock.now.getTime() + 400 * 86_400_000)
    clock.now = since
  })

  test('shared secrets are stored sealed', async () => {
    const { a, store, inTransaction, database } = stage
    const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')
    const kid = await inTransaction((tx) =>
      store.registerMerchantKey(tx, { merchantId: a.id, kinds: ['api'], scopes: ['orders'], secret }),
    )
    const { secretSealed } = await database.merchantKey.findUniqueOrThrow({ where: { kid } })
    expect(Buffer.from(secretSealed ?? []).includes(Buffer.from(secret, 'base64url'))).toBe(false)
    expect(await store.findKey(kid)).toMatchObject({ algorithm: 'HS256', owner: a.id, scopes: ['orders'] })
  })
})

test('burnt tokens are forgotten once no clock could accept them', async () => {
  const { a, store, clock, database } = stage
  await launch(stage, await a.signLaunch())
  expect(await database.usedJti.count()).toBeGreaterThan(0)

  clock.now = new Date(clock.now.getTime() + 7 * 60_000)
  await store.dropExpiredJtis()

  expect(await database.usedJti.count()).toBe(0)
})
