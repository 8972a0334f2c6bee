import { readFileSync } from 'node:fs'
import { exportJWK, generateKeyPair, importJWK, jwtVerify } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { buildDemoApp, SALES } from '../../../embed-demo/demo-app.ts'
import type { Merchant } from '../../../embed-demo/merchant.ts'
import { stageOrders } from '../../../server/demo/stage-orders.ts'

const NOW = new Date('2026-11-22T04:00:00Z')
const SERVER = 'http://localhost:8787'

const TOTP = 'otpauth://totp/demo:finance?secret=JBSWY3DPEHPK3PXP&issuer=demo'
const ACCOUNTS = [{ login: 'finance@demo-a', role: 'finance', password: 'demo', totpUri: TOTP }]

let merchant: Merchant
let publicKey: Awaited<ReturnType<typeof importJWK>>

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true })
  publicKey = await importJWK(await exportJWK(pair.publicKey), 'ES256')
  merchant = {
    merchantId: 'merchant-a',
    issuer: 'merchant-a',
    kid: 'kid-0123456789abcdefgh',
    algorithm: 'ES256',
    privateJwk: await exportJWK(pair.privateKey),
    shops: [
      { code: 'a-tm', id: 'shop-tm' },
      { code: 'a-wx', id: 'shop-wx' },
    ],
  }
})

/** The demo's backend, and what it asked the product. */
async function openDemo(answer: () => Response = importBegun) {
  const asked: { url: string; authorization: string | null; body: unknown }[] = []
  const app = await buildDemoApp({
    readAccounts: async () => ACCOUNTS,
    merchants: [merchant],
    serverUrl: SERVER,
    outboxUrl: null,
    bureauUrl: null,
    now: () => NOW,
    fetch: async (input, init) => {
      const authorization = new Headers(init?.headers).get('authorization')
      asked.push({ url: String(input), authorization, body: init?.body })
      return answer()
    },
  })
  return { app, asked }
}

const importBegun = () => Response.json({ id: 'import-1', state: 'running' }, { status: 202 })

const verify = (token: string, audience: string) =>
  jwtVerify(token, publicKey, { audience, issuer: 'merchant-a', currentDate: NOW })

async function launch(body: object) {
  const { app } = await openDemo()
  const reply = await app.inject({
    method: 'POST',
    url: '/api/launch',
    headers: { host: '127.0.0.1:8788' },
    payload: body,
  })
  return { status: reply.statusCode, body: reply.json<{ launchToken: string }>() }
}

describe('the merchant of the demo', () => {
  test('signs in a buyer with the orders that are theirs, for one use and five minutes', async () => {
    const { body } = await launch({ surface: 'storefront', orders: ['TM-1001'] })
    const { payload, protectedHeader } = await verify(body.launchToken, 'fapiao-sidecar')

    expect(protectedHeader).toEqual({ alg: 'ES256', kid: merchant.kid, typ: 'launch+jwt' })
    expect(payload).toMatchObject({
      merchant: 'merchant-a',
      shop: 'shop-wx',
      role: 'customer',
      orders: ['WX-2001', 'WX-2002', 'WX-2003'],
      origin: 'http://127.0.0.1:8788',
    })
    expect(Number(payload.exp) - Number(payload.iat)).toBe(300)
    expect(payload.jti).toMatch(/^[\w-]{22}$/)
  })

  test('signs in an agent for every shop', async () => {
    const { body } = await launch({ surface: 'console' })
    const { payload } = await verify(body.launchToken, 'fapiao-sidecar')
    expect(payload).toMatchObject({ role: 'agent', orders: [] })
    expect(payload).not.toHaveProperty('shop')
  })

  test.for([{}, { surface: 'admin' }, { surface: '__proto__' }, []])('gives %j nothing', async (body) => {
    expect(await launch(body)).toMatchObject({ status: 404 })
  })

  test('answers no other host name, so that no foreign page reaches its key', async () => {
    const { app } = await openDemo()
    const reply = await app.inject({ method: 'POST', url: '/api/launch', headers: { host: 'evil.example' } })
    expect(reply.statusCode).toBe(421)
  })

  test('its storefront allows the loader, the frame and its own files, and nothing else', async () => {
    const { app } = await openDemo()
    const reply = await app.inject({ url: '/storefront', headers: { host: '127.0.0.1:8788' } })
    const policy = String(reply.headers['content-security-policy'])

    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(`script-src 'self' ${SERVER};`)
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(policy).not.toContain('unsafe')
    expect(reply.body).toContain(`src="${SERVER}/embed.js"`)
    expect(reply.body).not.toMatch(/<style|\sstyle=|<script>/)
  })

  test('hands an upload on with a token of its own that the page never sees', async () => {
    const { app, asked } = await openDemo()
    const reply = await app.inject({
      method: 'POST',
      url: '/api/imports?shop=a-tm&dry_run=true',
      headers: { host: '127.0.0.1:8788', 'content-type': 'multipart/form-data; boundary=x' },
      payload: '--x--',
    })

    expect(reply.json()).toEqual({ id: 'import-1', state: 'running' })
    expect(asked[0]?.url).toBe(`${SERVER}/v1/imports?shop=a-tm&dry_run=true`)
    const { payload } = await verify(asked[0]?.authorization?.slice(7) ?? '', 'fapiao-sidecar:api')
    expect(payload).toMatchObject({ merchant: 'merchant-a', scopes: ['imports'] })
  })
})

describe('the till of the demo', () => {
  const linkMade = () =>
    Response.json(
      { id: 'link-1', url: 'http://x/i/a-wx#t=a.b.c', qrSvg: '<svg/>', qrPng: '', expiresAt: '2026-12-22' },
      { status: 201 },
    )
  async function print(body: object, answer = linkMade) {
    const { app, asked } = await openDemo(answer)
    const headers = { host: '127.0.0.1:8788' }
    const reply = await app.inject({ method: 'POST', url: '/api/link', headers, payload: body })
    return { asked, status: reply.statusCode, body: reply.json<Record<string, unknown>>() }
  }

  test('asks once for a link of the order, as the merchant and for nothing else', async () => {
    const { asked, body } = await print({ shop: 'a-wx', order: 'WX-2001' })

    expect(asked).toMatchObject([{ url: `${SERVER}/v1/shops/a-wx/links`, body: '{"orderNumber":"WX-2001"}' }])
    const { payload } = await verify(asked[0]?.authorization?.slice(7) ?? '', 'fapiao-sidecar:api')
    expect(payload).toMatchObject({ merchant: 'merchant-a', scopes: ['links'] })
    expect(body).toEqual({
      url: 'http://x/i/a-wx#t=a.b.c',
      qrSvg: '<svg/>',
      expiresAt: '2026-12-22',
      lines: [{ title: '邮路主题手账', paidFen: 99_90 }],
    })
  })

  test('prints nothing for an order that the product does not know', async () => {
    const unknown = () => Response.json({ code: 'order_not_found' }, { status: 404 })
    expect(await print({ shop: 'a-wx', order: 'NO-SUCH' }, unknown)).toMatchObject({
      status: 404,
      body: { status: 404 },
    })
  })

  test.for([{}, { shop: 'b-tm', order: 'TM-1001' }, { shop: 'a-wx', order: 7 }, { shop: '__proto__' }])(
    'asks for nothing when it is given %j',
    async (body) => {
      expect(await print(body)).toMatchObject({ status: 404, asked: [] })
    },
  )

  test('offers orders of the stage, in the right shop and with what they cost', async () => {
    const page = readFileSync(new URL('../../../embed-demo/pages/receipt.html', import.meta.url), 'utf8')
    const offered = [...page.matchAll(/<option value="(\S+) (\S+)">/g)]

    const stage = stageOrders(NOW)
    const bought = offered.map(([, shop, number = '']) => {
      const { lines } =
        stage
          .filter(({ shopCode }) => shopCode === shop)
          .flatMap(({ orders }) => orders)
          .find((order) => order.number === number) ?? {}
      return [number, lines?.map(({ title, amountFen }) => ({ title, paidFen: Number(amountFen) }))]
    })

    expect(Object.fromEntries(bought)).toEqual(SALES)
  })
})

test('the authenticator shows the code of each account, and no secret', async () => {
  const { app } = await openDemo()
  const reply = await app.inject({ url: '/api/authenticator', headers: { host: '127.0.0.1:8788' } })
  const { accounts, endsInMs, consoleUrl } = reply.json()
  const code = expect.stringMatching(/^\d{6}$/)
  expect(accounts).toEqual([{ login: 'finance@demo-a', role: 'finance', password: 'demo', code }])
  expect([endsInMs, consoleUrl]).toEqual([30_000, `${SERVER}/console`])
  expect(reply.body).not.toContain('JBSWY3DPEHPK3PXP')
})
