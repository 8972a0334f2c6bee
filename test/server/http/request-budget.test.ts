import { createHash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { Type } from 'typebox'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createApp } from '../../../server/http/create-app.ts'
import { BUDGETS, createRequestBudget } from '../../../server/http/request-budget.ts'
import { addCounts, deleteOldCounts } from '../../../server/http/request-count.store.ts'
import type { SessionGrant } from '../../../server/tokens/grant.ts'
import { createTestDatabase } from '../../support/database.ts'
import { callFrom, openForwardingProxy } from '../../support/forwarding-proxy.ts'

let store: Awaited<ReturnType<typeof createTestDatabase>>
beforeAll(async () => {
  store = await createTestDatabase()
})
afterAll(() => store.drop())

const clock = { ms: Date.parse('2026-11-22T04:00:00Z') }
/** Each test has a minute of its own, of which ten seconds are over. */
beforeEach(() => {
  clock.ms = (Math.floor(clock.ms / 60_000) + 1) * 60_000 + 10_000
})

/** A hundredth of the usual: 120 an address, 6 a stranger, 0.6 → 1 act of a customer. */
function openBudget(percent = 1) {
  return createRequestBudget({
    now: () => new Date(clock.ms),
    hash: (name) => createHash('sha256').update(name).digest(),
    addCounts: (minute, counts) => addCounts(store.database, minute, counts),
    percent,
  })
}

const GRANT: SessionGrant = {
  ...{ kind: 'session', merchantId: 'm', shopId: 's', role: 'customer', subject: 'link:1', scopes: [] },
  ...{
    orderIds: [],
    origin: null,
    via: 'launch',
    since: new Date(),
    expiresAt: new Date(),
    kid: 'k',
    sid: '',
  },
}

async function openApp(trustedProxies: string[] = []) {
  const app = await createApp({
    ...{ publicUrl: 'http://fapiao.test', isProduction: true, logLevel: 'silent', version: '0' },
    ...{ trustedProxies, assertReady: async () => undefined, budget: openBudget() },
  })
  const schema = { response: { 200: Type.Object({ ok: Type.Boolean() }) } }
  app.get('/v1/open', { schema }, () => ({ ok: true }))
  app.get('/page', () => ({ ok: true }))
  const known = {
    schema,
    onRequest: async (request: { grant: unknown; headers: Record<string, unknown> }) => {
      request.grant = { ...GRANT, sid: String(request.headers['x-sid']) }
    },
  }
  app.get('/v1/known', known, () => ({ ok: true }))
  app.post('/v1/known', known, () => ({ ok: true }))
  await app.ready()
  return app
}

describe('a budget', () => {
  test('is one for all processes: what one counted, the other knows', async () => {
    const [one, other] = [openBudget(100), openBudget(100)]
    for (let time = 0; time < 6; time++) expect(one.take('somebody', 6)).toBeNull()
    expect(one.take('somebody', 6)).toBe(50)
    expect(other.take('somebody', 6)).toBeNull() // it has not heard of the six yet

    await expect.poll(() => other.take('somebody', 6)).toBe(50)

    expect(other.take('somebody else', 6)).toBeNull()
    for (const budget of [one, other]) budget.close()
  })

  test('is whole again with the next minute', () => {
    const budget = openBudget(100)
    budget.take('somebody', 1)
    expect(budget.take('somebody', 1)).toBe(50)

    clock.ms += 50_000

    expect(budget.take('somebody', 1)).toBeNull()
    budget.close()
  })

  test('counts on alone while the database is away, and loses nothing of it', async () => {
    let isAway = true
    const sent: number[] = []
    const budget = createRequestBudget({
      now: () => new Date(clock.ms),
      hash: (name) => Buffer.from(name),
      async addCounts(_, counts) {
        if (isAway) throw new Error('away')
        sent.push(...counts.values())
        return counts
      },
      percent: 100,
    })
    for (let time = 0; time < 3; time++) budget.take('somebody', 3)
    expect(budget.take('somebody', 3)).toBe(50)
    isAway = false

    await expect.poll(() => sent).toEqual([3])

    budget.close()
  })

  test('leaves no row behind when its minute is long over', async () => {
    const budget = openBudget(100)
    budget.take('somebody', 1)
    await expect.poll(() => store.database.requestCount.count()).toBeGreaterThan(0)
    budget.close()

    await deleteOldCounts(store.database, new Date(clock.ms + 60_000))

    expect(await store.database.requestCount.count()).toBe(0)
  })
})

describe('who asks too often', () => {
  test('without a token gets 429 with Retry-After and a code, before anything is done', async () => {
    const app = await openApp()
    const replies = await Promise.all(Array.from({ length: 8 }, () => app.inject('/v1/open')))
    await app.close()

    expect(replies.map(({ statusCode }) => statusCode)).toEqual([...Array(6).fill(200), 429, 429])
    expect(replies[7]?.json()).toMatchObject({ code: 'rate_limited', source: 'policy', retryAfter: 50 })
    expect(replies[7]?.headers['retry-after']).toBe('50')
  })

  test('with a token is stopped alone: the neighbour of the same address goes on', async () => {
    const app = await openApp()
    const act = (sid: string) =>
      app.inject({ method: 'POST', url: '/v1/known', headers: { 'x-sid': sid }, payload: {} })
    expect((await act('one')).statusCode).toBe(200)
    expect((await act('one')).statusCode).toBe(429)
    expect((await act('other')).statusCode).toBe(200)
    const reading = await app.inject({ url: '/v1/known', headers: { 'x-sid': 'one' } })
    await app.close()

    expect(reading.statusCode).toBe(200)
  })

  test('is bounded by the address in all, and pages are not counted', async () => {
    const app = await openApp()
    const most = BUDGETS.address / 100
    for (let time = 0; time < most; time++) {
      expect((await app.inject({ url: '/v1/known', headers: { 'x-sid': `${time}` } })).statusCode).toBe(200)
    }
    const beyond = await app.inject({ url: '/v1/known', headers: { 'x-sid': 'new' } })
    const page = await app.inject('/page')
    const neighbour = await app.inject({
      url: '/v1/known',
      remoteAddress: '192.0.2.7',
      headers: { 'x-sid': 'n' },
    })
    await app.close()

    expect(beyond.statusCode).toBe(429)
    expect(page.statusCode).toBe(200)
    expect(neighbour.statusCode).toBe(200)
  })
})

/** What a client may write to look like another one. */
const FORGED: readonly Record<string, string | string[]>[] = [
  { 'x-forwarded-for': '203.0.113.1' },
  { 'x-forwarded-for': '127.0.0.1' },
  { 'x-forwarded-for': '203.0.113.2, 127.0.0.1' },
  { 'x-forwarded-for': ['203.0.113.3', '203.0.113.4'] },
  { 'x-forwarded-for': 'nonsense, ::1, ' },
  { forwarded: 'for=203.0.113.5;proto=https', 'x-real-ip': '203.0.113.5' },
  { 'x-client-ip': '203.0.113.6', 'cf-connecting-ip': '203.0.113.6', 'true-client-ip': '203.0.113.6' },
  { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-host': 'evil.example', host: 'evil.example' },
]

describe('no header of the client resets a counter', () => {
  const statusesOf = async (port: number, from: string, trial: typeof FORGED) => {
    const statuses: number[] = []
    for (const headers of trial) {
      statuses.push((await callFrom({ port, path: '/v1/open', from, headers })).status)
    }
    return statuses
  }
  const LIMITED = [...Array(6).fill(200), 429, 429]

  test('directly', async () => {
    const app = await openApp()
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo

    expect(await statusesOf(port, '127.0.0.2', FORGED)).toEqual(LIMITED)
    expect(await statusesOf(port, '127.0.0.3', FORGED.slice(0, 1))).toEqual([200])

    await app.close()
  })

  test('through a trusted proxy, behind which each client counts alone', async () => {
    const app = await openApp(['127.0.0.1/32'])
    await app.listen({ host: '127.0.0.1', port: 0 })
    const proxy = await openForwardingProxy((app.server.address() as AddressInfo).port)

    expect(await statusesOf(proxy.port, '127.0.0.2', FORGED)).toEqual(LIMITED)
    expect(await statusesOf(proxy.port, '127.0.0.3', FORGED)).toEqual(LIMITED)

    await proxy.close()
    await app.close()
  })

  test('nor does a proxy that is not trusted', async () => {
    const app = await openApp(['192.0.2.0/24'])
    await app.listen({ host: '127.0.0.1', port: 0 })
    const proxy = await openForwardingProxy((app.server.address() as AddressInfo).port)

    expect(await statusesOf(proxy.port, '127.0.0.2', FORGED.slice(0, 6))).toEqual(LIMITED.slice(0, 6))
    expect(await statusesOf(proxy.port, '127.0.0.3', FORGED.slice(0, 2))).toEqual([429, 429])

    await proxy.close()
    await app.close()
  })
})
