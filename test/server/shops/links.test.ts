import jsQR from 'jsqr'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearer, type GrantStage, launch, openGrantStage, PUBLIC_URL } from '../../support/grants.ts'

let stage: GrantStage
beforeAll(async () => {
  stage = await openGrantStage()
})
afterAll(() => stage.close())

type Made = { id: string; url: string; qrSvg: string; qrPng: string; expiresAt: string; code: string }

async function handOver(orderId: string, token: string) {
  const reply = await stage.app.inject({
    method: 'POST',
    url: `/v1/orders/${orderId}/links`,
    headers: bearer(token),
  })
  return { status: reply.statusCode, ...reply.json<Made>() }
}

async function atTill(code: string, orderNumber: string | null, scopes = ['links']) {
  const reply = await stage.app.inject({
    method: 'POST',
    url: `/v1/shops/${code}/links`,
    headers: bearer(await stage.a.signApi(scopes)),
    payload: orderNumber === null ? {} : { orderNumber },
  })
  return { status: reply.statusCode, ...reply.json<Made>() }
}

async function revoke(id: string, token: string) {
  const reply = await stage.app.inject({ method: 'DELETE', url: `/v1/links/${id}`, headers: bearer(token) })
  return reply.statusCode === 204 ? 204 : reply.json<{ code: string }>().code
}

const agentOf = async (claims: Parameters<GrantStage['a']['signLaunch']>[0] = {}) =>
  (await launch(stage, await stage.a.signLaunch(claims))).token

describe('an agent hands over', () => {
  test('a link that opens the order in a browser, with its QR code', async () => {
    const { orders } = stage
    const made = await handOver(orders.wx2001, await agentOf())

    expect(made.status).toBe(201)
    expect(made.url).toMatch(new RegExp(`^${PUBLIC_URL}/i/a-wx#t=[\\w-]+\\.[\\w-]+\\.[\\w-]+$`))
    expect(made.qrSvg).toMatch(/^<svg /)
    expect(new URL(made.url).search).toBe('')
  })

  test('for as long as the shop says', async () => {
    const { orders, clock } = stage
    const wx = await handOver(orders.wx2001, await agentOf())
    const tm = await handOver(orders.tm1001, await agentOf())
    const days = (made: Made) => Math.round((Date.parse(made.expiresAt) - clock.now.getTime()) / 86_400_000)
    expect([days(wx), days(tm)]).toEqual([7, 30])
  })

  test('no order of another merchant, of another shop, or of nobody: one answer', async () => {
    const { orders } = stage
    const [everywhere, oneShop] = [await agentOf(), await agentOf({ shop: 'a-tm' })]
    const answers = [
      await handOver(orders.b1001, everywhere),
      await handOver(orders.wx2001, oneShop),
      await handOver('01931b0e-0000-7000-8000-000000000001', everywhere),
    ]
    expect(answers.map(({ status, code }) => [status, code])).toEqual(
      answers.map(() => [404, 'order_not_found']),
    )
  })

  test('and a customer hands over nothing', async () => {
    const { orders } = stage
    const token = await agentOf({ role: 'customer', shop: 'a-tm', orders: ['TM-1001'] })
    expect(await handOver(orders.tm1001, token)).toMatchObject({ status: 403, code: 'token_not_allowed' })
  })
})

describe('a till', () => {
  test('gets a picture that a camera reads back as the link', async () => {
    const made = await atTill('a-tm', 'tm-1001')
    const { data, width, height } = PNG.sync.read(Buffer.from(made.qrPng, 'base64'))
    expect(jsQR.default(new Uint8ClampedArray(data), width, height)?.data).toBe(made.url)
  })

  test('gets the shop’s own link without a number', async () => {
    const made = await atTill('a-tm', null)
    const row = await stage.database.link.findUniqueOrThrow({ where: { id: made.id } })
    expect(row).toMatchObject({ shopId: stage.a.shop('a-tm').id, orderId: null })
  })

  test.for([
    ['b-tm', 'TM-1001', ['links'], 'shop_not_found'],
    ['no-such', 'TM-1001', ['links'], 'shop_not_found'],
    ['a-tm', 'WX-2001', ['links'], 'order_not_found'],
    ['a-tm', '订单', ['links'], 'order_number_invalid'],
    ['a-tm', 'TM-1001', ['orders'], 'token_not_allowed'],
    ['A_TM', 'TM-1001', ['links'], 'request_invalid'],
  ] as const)('of %s asking for %s with %j is refused: %s', async ([code, number, scopes, refusal]) => {
    expect(await atTill(code, number, [...scopes])).toMatchObject({ code: refusal })
  })
})

describe('a link is taken back', () => {
  test('by an agent or by the backend, and twice is once', async () => {
    const [token, api] = [await agentOf(), await stage.a.signApi()]
    const { id } = await atTill('a-tm', 'TM-1001')
    expect(await revoke(id, token)).toBe(204)
    const { revokedAt } = await stage.database.link.findUniqueOrThrow({ where: { id } })
    stage.clock.now = new Date(stage.clock.now.getTime() + 1_000)

    expect(await revoke(id, api)).toBe(204)

    expect(await stage.database.link.findUniqueOrThrow({ where: { id } })).toMatchObject({ revokedAt })
  })

  test('never by another merchant', async () => {
    const { id } = await atTill('a-tm', 'TM-1001')
    expect(await revoke(id, await stage.b.signApi())).toBe('link_not_found')
    expect(await stage.database.link.findUniqueOrThrow({ where: { id } })).toMatchObject({ revokedAt: null })
  })

  test('nor by an agent of another shop', async () => {
    const { id } = await atTill('a-tm', 'TM-1001')
    expect(await revoke(id, await agentOf({ shop: 'a-wx' }))).toBe('link_not_found')
    expect(await revoke(id, await agentOf({ shop: 'a-tm' }))).toBe(204)
  })
})
