import { generateKeyPair } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { disableHostAccount } from '../../../server/hosts/host-account.store.ts'
import { HOST_ORIGIN, PUBLIC_URL } from '../../support/app.ts'
import { SECRET } from '../../support/console-servers.ts'
import { type HostDesk, openHostDesk } from '../../support/host-desk.ts'

let desk: HostDesk
beforeAll(async () => {
  desk = await openHostDesk({ env: { NODE_ENV: 'production' } })
})
afterAll(() => desk.close())

type Sent = { statusCode: number; headers: Record<string, unknown>; body: string }

/** Where a door sent the browser: the panel's address, and the token in its fragment. */
function sentTo({ statusCode, headers }: Sent): { page: string; entryToken: string } {
  expect(statusCode).toBe(303)
  const url = new URL(String(headers.location))
  const entryToken = new URLSearchParams(url.hash.slice(1)).get('e') ?? ''
  return { page: `${url.origin}${url.pathname}${url.search}`, entryToken }
}

const enter = (entryToken: string, hostOrigin?: string) =>
  desk.app.inject({
    method: 'POST',
    url: '/v1/sessions/entry',
    payload: hostOrigin === undefined ? { entryToken } : { entryToken, hostOrigin },
  })

const get = (url: string, headers: Record<string, string> = {}) =>
  desk.app.inject({ method: 'GET', url, headers })

const lastReason = async (account: string) => {
  const [entry] = await desk.database.$queryRaw<{ bytes: Uint8Array; act: string }[]>`
    SELECT bytes, act FROM audit_entry WHERE object = ${`host_account:${account}`} ORDER BY id DESC LIMIT 1`
  return JSON.parse(Buffer.from(entry?.bytes ?? []).toString('utf8')).after?.reason
}

const countRefusals = () => desk.database.auditEntry.count({ where: { act: 'host.proof_refused' } })

describe('Zendesk', () => {
  let account: string
  beforeAll(async () => {
    account = await desk.addAccount('zendesk')
  })
  const post = (token: string) =>
    desk.app.inject({
      method: 'POST',
      url: `/hosts/zendesk/${account}?origin=https://acme.zendesk.com&app_guid=guid-1&other=x`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ token }).toString(),
    })

  test('its signed post opens the panel with the address the adapter needs, and nothing else', async () => {
    const { page, entryToken } = sentTo(await post(await desk.zendeskToken()))
    expect(page).toBe(
      `${PUBLIC_URL}/sidebar/a-wx?host=zendesk&origin=https%3A%2F%2Facme.zendesk.com&app_guid=guid-1`,
    )
    const opened = await enter(entryToken)
    expect(opened.statusCode).toBe(200)
    expect(opened.json()).toMatchObject({ role: 'agent', shops: [{ code: 'a-wx' }], orderIds: [] })
    const [entry] = await desk.database.$queryRaw<{ actor: string }[]>`
      SELECT actor FROM audit_entry WHERE act = 'session.opened' ORDER BY id DESC LIMIT 1`
    expect(entry?.actor).toBe('agent:zendesk:3712')
  })

  test('the token for the panel works once, ten at a time included', async () => {
    const { entryToken } = sentTo(await post(await desk.zendeskToken()))
    const opened = await Promise.all(Array.from({ length: 10 }, () => enter(entryToken)))
    expect(opened.map(({ statusCode }) => statusCode).sort()).toEqual([200, ...Array(9).fill(401)])
  })

  test('a page around the panel must stand in the list of its shop', async () => {
    const { entryToken } = sentTo(await post(await desk.zendeskToken()))
    expect((await enter(entryToken, 'https://elsewhere.example')).statusCode).toBe(401)
    // Refused, it was not used up.
    expect((await enter(entryToken, HOST_ORIGIN)).statusCode).toBe(200)
  })

  test('the same post a second time is refused, under another spelling of it too', async () => {
    const token = await desk.zendeskToken({ sub: '99' })
    sentTo(await post(token))
    const again = await post(token)
    expect(again.statusCode).toBe(401)
    expect(await lastReason(account)).toBe('replayed')
    const last = token.at(-1) ?? ''
    const spare = `${token.slice(0, -1)}${String.fromCharCode(last.charCodeAt(0) + 1)}`
    expect((await post(spare)).statusCode).toBe(401)
  })

  const forged = {
    'another key': async () =>
      desk.zendeskToken({ key: await generateKeyPair('RS256', { extractable: true }) }),
    'another installation': () =>
      desk.zendeskToken({ aud: 'https://acme.zendesk.com/api/v2/apps/installations/42.json' }),
    'another subdomain': () => desk.zendeskToken({ iss: 'evil.zendesk.com' }),
    'a time that is over': () => desk.zendeskToken({ seconds: -60 }),
    'a life of a year': () => desk.zendeskToken({ seconds: 31_536_000 }),
    'a subject of control characters': () => desk.zendeskToken({ sub: 'a\nb' }),
    'no signature': async () => {
      const [, payload] = (await desk.zendeskToken()).split('.')
      return `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.AA`
    },
    'the public key as a shared secret': async () => {
      const { SignJWT, exportSPKI } = await import('jose')
      const pem = await exportSPKI(desk.zendeskKey.publicKey)
      const iat = Math.floor(Date.now() / 1000)
      return new SignJWT({ sub: '1' })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer('acme.zendesk.com')
        .setAudience('https://acme.zendesk.com/api/v2/apps/installations/41.json')
        .setIssuedAt(iat)
        .setExpirationTime(iat + 300)
        .sign(Buffer.from(pem))
    },
    'no token at all': async () => '',
  }

  test.for(Object.keys(forged) as (keyof typeof forged)[])(
    '%s is refused with the one neutral answer, and the log says why',
    async (name) => {
      const before = await countRefusals()
      const answer = await post(await forged[name]())
      expect(answer.statusCode).toBe(401)
      const { requestId: _, ...body } = answer.json()
      const unknown = await desk.app.inject({ method: 'GET', url: '/hosts/front/nobody?auth_secret=x' })
      const { requestId: __, ...neutral } = unknown.json()
      expect(body).toEqual(neutral)
      expect(body.code).toBe('host_proof_refused')
      expect(await countRefusals()).toBe(before + 1)
    },
  )
})

describe('Front and Crisp', () => {
  test('the plugin’s secret opens the panel, and the secret stays behind', async () => {
    const account = await desk.addAccount('front')
    const { page, entryToken } = sentTo(await get(`/hosts/front/${account}?auth_secret=${SECRET}`))
    expect(page).toBe(`${PUBLIC_URL}/sidebar/a-wx?host=front`)
    expect((await enter(entryToken)).statusCode).toBe(200)
  })

  test.for(['', 'x', SECRET.slice(1), `${SECRET}x`])('the secret %j does not', async (secret) => {
    const account = await desk.addAccount('front')
    const answer = await get(`/hosts/front/${account}?auth_secret=${secret}`)
    expect(answer.statusCode).toBe(401)
    expect(await lastReason(account)).toBe('secret_wrong')
  })

  test('Crisp names the website too, and the conversation goes on to the panel', async () => {
    const account = await desk.addAccount('crisp')
    const asked = `website_id=site-1&session_id=session_77&token=${SECRET}&locale=zh`
    const { page } = sentTo(await get(`/hosts/crisp/${account}?${asked}`))
    expect(page).toBe(
      `${PUBLIC_URL}/sidebar/a-wx?host=crisp&website_id=site-1&session_id=session_77&locale=zh`,
    )
    const other = await get(`/hosts/crisp/${account}?website_id=site-2&token=${SECRET}`)
    expect(other.statusCode).toBe(401)
    expect(await lastReason(account)).toBe('website_wrong')
  })

  test('an account of one console opens no door of another', async () => {
    const front = await desk.addAccount('front')
    const answer = await get(`/hosts/crisp/${front}?website_id=site-1&token=${SECRET}`)
    expect(answer.statusCode).toBe(401)
  })

  test('a disabled account lets nobody in, and ends what it opened', async () => {
    const account = await desk.addAccount('front')
    const { entryToken } = sentTo(await get(`/hosts/front/${account}?auth_secret=${SECRET}`))
    const late = sentTo(await get(`/hosts/front/${account}?auth_secret=${SECRET}`))
    const { token } = (await enter(entryToken)).json()
    const today = () => get('/v1/invoice-requests', { authorization: `Bearer ${token}` })
    expect((await today()).statusCode).toBe(200)

    const at = new Date()
    await desk.services.inTransaction((tx) => disableHostAccount(tx, { id: account, at }))
    expect((await get(`/hosts/front/${account}?auth_secret=${SECRET}`)).statusCode).toBe(401)
    expect((await enter(late.entryToken)).statusCode).toBe(401)
    await expect.poll(async () => (await today()).statusCode).toBe(401)
  })
})

describe.for(['wecom', 'feishu'] as const)('%s', (host) => {
  let account: string
  beforeAll(async () => {
    account = await desk.addAccount(host)
  })
  beforeEach(() => {
    desk.consoles.giveCode('good-code', 'zhang.san')
    desk.consoles.state.isDown = false
  })

  /** Sent to the console's sign-in, and what this browser brings back from there. */
  async function ask() {
    const answer = await get(`/hosts/${host}/${account}`)
    expect(answer.statusCode).toBe(303)
    const url = new URL(String(answer.headers.location))
    return {
      url,
      state: url.searchParams.get('state') ?? '',
      cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '',
      setCookie: String(answer.headers['set-cookie']),
    }
  }

  test('asks the console who it is, and opens the panel for that agent', async () => {
    const { url, state, cookie, setCookie } = await ask()
    expect(url.searchParams.get('redirect_uri')).toBe(`${PUBLIC_URL}/hosts/${host}/${account}`)
    expect(setCookie).toMatch(/; HttpOnly; SameSite=Lax$/)
    const back = await get(`/hosts/${host}/${account}?code=good-code&state=${state}`, { cookie })
    const { page, entryToken } = sentTo(back)
    expect(page).toBe(`${PUBLIC_URL}/sidebar/a-wx?host=${host}`)
    expect((await enter(entryToken)).statusCode).toBe(200)
    const [entry] = await desk.database.$queryRaw<{ actor: string }[]>`
      SELECT actor FROM audit_entry WHERE act = 'session.opened' ORDER BY id DESC LIMIT 1`
    expect(entry?.actor).toBe(`agent:${host}:zhang.san`)
  })

  test('a code works once, and in the browser that was sent alone', async () => {
    const { state, cookie } = await ask()
    const back = (headers: Record<string, string>, mark = state) =>
      get(`/hosts/${host}/${account}?code=good-code&state=${mark}`, headers)
    expect((await back({})).statusCode).toBe(401)
    expect(await lastReason(account)).toBe('state_wrong')
    expect((await back({ cookie }, 'x'.repeat(32))).statusCode).toBe(401)
    expect((await back({ cookie: 'fapiao-door=' }, '')).statusCode).toBe(401)
    expect((await back({ cookie })).statusCode).toBe(303)
    expect((await back({ cookie })).statusCode).toBe(401)
  })

  test('a console that does not answer is said to be away, and refuses nobody', async () => {
    const { state, cookie } = await ask()
    const before = await countRefusals()
    desk.consoles.state.isDown = true
    // Whatever was lent before is asked for again elsewhere: the code at least needs the console.
    const answer = await get(`/hosts/${host}/${account}?code=good-code&state=${state}`, { cookie })
    expect(answer.statusCode).toBe(503)
    expect(answer.json().code).toBe('host_unavailable')
    expect(await countRefusals()).toBe(before)
  })
})
