import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connectStaff } from '../../../server/connect-staff.ts'
import { changeRole } from '../../../server/staff/change-staff.ts'
import { maskAddress } from '../../../server/staff/device.ts'
import { bearer, openTestApp, PUBLIC_URL, type TestApp } from '../../support/app.ts'
import { openLiveSocket } from '../../support/grants.ts'
import {
  cookieOf,
  OWN_PAGE,
  STAFF_PASSWORD,
  type StagedStaff,
  signIn,
  stageStaff,
} from '../../support/staff.ts'

let stage: TestApp
beforeAll(async () => {
  stage = await openTestApp()
  await enter()
})
afterAll(() => stage.close())

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'

let staff: StagedStaff
let own: { token: string; cookie: string }

/** A new account, signed in: for tests that end its sessions. */
async function enter(): Promise<void> {
  staff = await stageStaff(connectStaff(stage.services), stage.a.id)
  own = await signIn(stage.app, staff, { headers: { 'user-agent': CHROME } })
}

const post = (url: string, headers: Record<string, string>, payload?: string | object) =>
  stage.app.inject({ method: 'POST', url, headers, ...(payload === undefined ? {} : { payload }) })
const resume = (cookie: string, headers: Record<string, string> = OWN_PAGE) =>
  post('/v1/staff/sessions/resume', { cookie, ...headers })
const get = (url: string, token: string) => stage.app.inject({ url, headers: bearer(token) })
const remove = (url: string, token: string) =>
  stage.app.inject({ method: 'DELETE', url, headers: bearer(token) })
const sidOf = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sid
/** A second log-in of the same account: another device of the same person. */
const signInAgain = async () => {
  const [code = ''] = staff.recoveryCodes
  return signIn(stage.app, { login: staff.login, code: async () => code })
}

describe('the cookie', () => {
  test('is of this host alone, for TLS, out of reach of scripts and not sent by other sites', async () => {
    const first = await post('/v1/staff/log-in', OWN_PAGE, { login: staff.login, password: STAFF_PASSWORD })
    expect(first.headers).not.toHaveProperty('set-cookie')
    const { logInToken } = first.json<{ logInToken: string }>()
    const planted = { ...OWN_PAGE, cookie: '__Host-fapiao-staff=planted' }
    const [code] = staff.recoveryCodes
    const second = await post('/v1/staff/sessions', planted, { logInToken, code })
    expect(second.headers['set-cookie']).toMatch(
      /^__Host-fapiao-staff=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
    )
    expect((await resume('__Host-fapiao-staff=planted')).statusCode).toBe(204)
  })

  test('brings a page back in after a reload, as the same session', async () => {
    const back = await resume(own.cookie)
    expect(back.json()).toMatchObject({
      session: { role: 'finance', via: 'login' },
      staff: { login: staff.login },
    })
    expect(sidOf(back.json().session.token)).toBe(sidOf(own.token))
    expect(back.headers).not.toHaveProperty('set-cookie')
  })

  test('opens nothing but that: every other route wants the token', async () => {
    for (const route of stage.routes.filter(({ url }) => url.startsWith('/v1/staff'))) {
      if (route.method === 'POST' && /log-in|sessions/.test(route.url)) continue
      const url = route.url.replace(':id', staff.id)
      const reply = await stage.app.inject({
        ...{ method: route.method as 'GET', url, payload: {} },
        headers: { cookie: own.cookie, ...OWN_PAGE },
      })
      expect(`${route.method} ${url} ${reply.statusCode}`).toBe(`${route.method} ${url} 401`)
    }
  })

  test.for([
    ['none', ''],
    ['an unknown one', `__Host-fapiao-staff=${'a'.repeat(43)}`],
    ['one of another name', `__Host-fapiao=${'a'.repeat(43)}`],
  ] as const)('is nobody and cleared where there is %s', async ([, cookie]) => {
    const reply = await resume(cookie)
    expect(reply.statusCode).toBe(204)
    expect(reply.headers['set-cookie']).toContain('Max-Age=0')
  })

  test('counts for nothing when it is there twice: one of them was planted', async () => {
    expect((await resume(`${own.cookie}; __Host-fapiao-staff=${'a'.repeat(43)}`)).statusCode).toBe(204)
  })
})

// Threat 9: form, no-cors, text/plain, method override.
describe('a foreign page', () => {
  const COOKIE_ROUTES = ['/v1/staff/log-in', '/v1/staff/sessions', '/v1/staff/sessions/resume']

  test.for([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a neighbour on the same site', { 'sec-fetch-site': 'same-site', origin: 'http://fapiao.test:9999' }],
    ['a typed address', { 'sec-fetch-site': 'none' }],
    ['an older browser elsewhere', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['a look-alike', { origin: `${PUBLIC_URL}.evil.example` }],
    ['who does not say', {}],
  ] as const)('is refused before anything is read: %s', async ([, headers]) => {
    for (const url of COOKIE_ROUTES) {
      const reply = await post(url, { cookie: own.cookie, ...headers }, {})
      expect(reply.json()).toMatchObject({ code: 'page_foreign', status: 403 })
      expect(reply.headers).not.toHaveProperty('set-cookie')
    }
  })

  test('of an older browser is told from our own by its origin', async () => {
    expect((await resume(own.cookie, { origin: PUBLIC_URL })).statusCode).toBe(200)
  })

  test.for([
    ['application/x-www-form-urlencoded', 'login=a&password=b'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['text/plain', '{}'],
    ['text/plain;charset=UTF-8', '{"login":"a","password":"b"}'],
  ] as const)('would not be understood either, as it cannot send JSON: %s', async ([type, body]) => {
    for (const url of COOKIE_ROUTES) {
      const headers = { cookie: own.cookie, 'content-type': type, ...OWN_PAGE }
      expect((await post(url, headers, body)).json()).toMatchObject({ code: 'media_type_unsupported' })
    }
  })

  test.for(['x-http-method-override', 'x-method-override', 'x-http-method'])(
    'cannot turn one method into another with %s',
    async (name) => {
      const headers = { ...OWN_PAGE, ...bearer(own.token), [name]: 'DELETE' }
      expect(
        (await post('/v1/staff/sessions?_method=DELETE', headers, { _method: 'DELETE' })).statusCode,
      ).toBe(422)
      expect((await get('/v1/staff/me', own.token)).statusCode).toBe(200)
    },
  )
})

// Threat 29: a pending log-in reaches MFA routes only.
test('a first step without its second opens no route but that one', async () => {
  const first = await post('/v1/staff/log-in', OWN_PAGE, { login: staff.login, password: STAFF_PASSWORD })
  const { logInToken } = first.json<{ logInToken: string }>()
  const asCookie = `__Host-fapiao-staff=${logInToken}`
  expect((await resume(asCookie)).statusCode).toBe(204)
  const guarded = stage.routes.filter(({ schema }) => schema?.security?.some((way) => 'session' in way))
  expect(guarded.length).toBeGreaterThan(30)
  for (const { method, url } of guarded) {
    const reply = await stage.app.inject({
      ...{ method: method as 'GET', url: url.replaceAll(/:\w+/g, staff.id), payload: {} },
      headers: { cookie: asCookie, ...bearer(logInToken), ...OWN_PAGE },
    })
    expect(`${method} ${url} ${reply.statusCode}`).toBe(`${method} ${url} 401`)
  }
})

describe('the list of log-ins', () => {
  beforeEach(enter)

  type Listed = { items: { id: string; isOpen: boolean; isOwn: boolean; device: string; address: string }[] }
  const list = async (token: string) => (await get('/v1/staff/sessions', token)).json<Listed>().items

  test('says device and network, and which one is asking', async () => {
    const other = await signInAgain()
    const items = await list(own.token)
    expect(items).toMatchObject([
      { id: sidOf(other.token), isOpen: true, isOwn: false, device: '?' },
      { id: sidOf(own.token), isOpen: true, isOwn: true, device: 'Chrome · Windows', address: '127.0.0.*' },
    ])
  })

  test('ends one, at once and with its cookie, and leaves the other', async () => {
    const other = await signInAgain()
    expect((await remove(`/v1/staff/sessions/${sidOf(other.token)}`, own.token)).statusCode).toBe(204)
    expect((await resume(other.cookie)).statusCode).toBe(204)
    await expect
      .poll(async () => (await get('/v1/staff/me', other.token)).statusCode, { timeout: 25_000 })
      .toBe(401)
    expect((await get('/v1/staff/me', own.token)).statusCode).toBe(200)
    expect((await list(own.token)).map(({ isOpen }) => isOpen)).toEqual([false, true])
    const again = await remove(`/v1/staff/sessions/${sidOf(other.token)}`, own.token)
    expect(again.json()).toMatchObject({ code: 'staff_session_not_found', status: 404 })
  })

  test('ends all of them, the one that asks and its open socket too', async () => {
    const other = await signInAgain()
    const heard: string[] = []
    let closedWith = 0
    const socket = await openLiveSocket(stage, {}, (opened) => {
      opened.on('message', (data) => heard.push(String(data)))
      opened.on('close', (code) => {
        closedWith = code
      })
    })
    socket.send(JSON.stringify({ kind: 'hello', token: other.token }))
    await expect.poll(() => heard.join(), { timeout: 25_000 }).toContain('ready')

    const reply = await remove('/v1/staff/sessions', own.token)
    expect(reply.statusCode).toBe(204)
    expect(reply.headers['set-cookie']).toContain('Max-Age=0')
    await expect.poll(() => closedWith, { timeout: 25_000 }).toBe(4401)
    for (const { token, cookie } of [own, other]) {
      expect((await resume(cookie)).statusCode).toBe(204)
      await expect
        .poll(async () => (await get('/v1/staff/me', token)).statusCode, { timeout: 25_000 })
        .toBe(401)
    }
    const acts = await stage.database.auditEntry.findMany({ where: { act: 'staff.session_ended' } })
    expect(acts.filter(({ object }) => object === `staff:${staff.id}`)).toHaveLength(2)
  })

  test("does not show or end another person's", async () => {
    const stranger = await stageStaff(connectStaff(stage.services), stage.a.id)
    const theirs = await signIn(stage.app, stranger)
    const reply = await remove(`/v1/staff/sessions/${sidOf(theirs.token)}`, own.token)
    expect(reply.json()).toMatchObject({ code: 'staff_session_not_found' })
    expect((await resume(theirs.cookie)).statusCode).toBe(200)
    expect((await list(own.token)).map(({ id }) => id)).not.toContain(sidOf(theirs.token))
  })

  test('is none for who has no account', async () => {
    for (const token of [await stage.a.agent(), await stage.a.customer()]) {
      expect((await get('/v1/staff/sessions', token)).json()).toMatchObject({ code: 'token_not_allowed' })
      expect((await remove('/v1/staff/sessions', token)).statusCode).toBe(403)
    }
  })
})

test('signing out as every session does ends the cookie too', async () => {
  await enter()
  expect((await remove('/v1/sessions/current', own.token)).statusCode).toBe(204)
  expect((await resume(own.cookie)).statusCode).toBe(204)
})

test('stepping up hands out the next cookie, and another role takes it back', async () => {
  await enter()
  const risen = await post('/v1/staff/step-up', bearer(own.token), { code: await staff.code(1) })
  const next = cookieOf(risen.headers['set-cookie'])
  expect((await resume(own.cookie)).statusCode).toBe(204)
  expect((await resume(next)).statusCode).toBe(200)
  const change = { id: staff.id, actor: { kind: 'operator', id: 'test' }, role: 'auditor' } as const
  await stage.services.inTransaction((tx) => changeRole(connectStaff(stage.services), tx, change))
  expect((await resume(next)).statusCode).toBe(204)
})

test.for([
  ['203.0.113.77', '203.0.113.*'],
  ['::ffff:203.0.113.77', '203.0.113.*'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:*'],
  ['2001:db8::1', '2001:db8:0:*'],
  ['::1', '0:0:0:*'],
] as const)('of %s is kept what says where: %s', ([address, kept]) => {
  expect(maskAddress(address)).toBe(kept)
})
