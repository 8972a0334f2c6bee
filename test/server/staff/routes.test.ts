import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectStaff } from '../../../server/connect-staff.ts'
import { disableStaff } from '../../../server/staff/change-staff.ts'
import { createStaffBook, type Known } from '../../../server/staff/staff-book.ts'
import { readLaunchClaims } from '../../../server/tokens/claims.ts'
import { STAFF_ROLES } from '../../../server/tokens/roles.ts'
import { bearer, openTestApp, type TestApp } from '../../support/app.ts'
import {
  OWN_PAGE,
  openStaffSession,
  STAFF_PASSWORD,
  type StagedStaff,
  stageStaff,
} from '../../support/staff.ts'

let stage: TestApp
beforeAll(async () => {
  stage = await openTestApp()
})
afterAll(() => stage.close())

const own = (url: string, payload: object = {}, headers: object = {}) =>
  stage.app.inject({ method: 'POST', url, payload, headers: { ...OWN_PAGE, ...headers } })
/** Both steps; the first one's refusal where it refuses. */
const logIn = async ({ code, ...ask }: { login: string; password: string; code: string }) => {
  const first = await own('/v1/staff/log-in', ask)
  if (first.statusCode !== 200) return first
  return own('/v1/staff/sessions', { ...first.json<{ logInToken: string }>(), expiresAt: undefined, code })
}
const get = (url: string, token: string) => stage.app.inject({ url, headers: bearer(token) })
const post = (url: string, token: string, payload?: object) =>
  stage.app.inject({ method: 'POST', url, headers: bearer(token), ...(payload && { payload }) })

describe('a staff session', () => {
  let staff: StagedStaff
  beforeAll(async () => {
    staff = await stageStaff(connectStaff(stage.services), stage.a.id)
  })

  test('says who is signed in and what for, and is renewed like any other', async () => {
    const reply = await logIn({ login: staff.login, password: STAFF_PASSWORD, code: await staff.code() })
    expect(reply.json()).toMatchObject({
      session: { role: 'finance', via: 'login', orderIds: [], shops: [{}, {}, {}] },
      staff: { id: staff.id, login: staff.login, merchantName: '武汉邮驿文创有限公司', stepUpUntil: null },
    })
    const { token } = reply.json<{ session: { token: string } }>().session
    const renewed = await post('/v1/sessions/renew', token)
    expect(renewed.json()).toMatchObject({ role: 'finance', via: 'login' })
    expect((await get('/v1/staff/me', token)).json()).toMatchObject({ id: staff.id })
  })

  test('is refused in the same bytes for an unknown name, a wrong password and a wrong code', async () => {
    const right = { login: staff.login, password: STAFF_PASSWORD, code: '000000' }
    const answers = await Promise.all([
      logIn(right),
      logIn({ ...right, login: 'nobody@a' }),
      logIn({ ...right, password: 'wrong horse battery' }),
    ])
    const bodies = answers.map((reply) => {
      const { requestId: _, reason: __, ...body } = reply.json<Record<string, unknown>>()
      return body
    })
    expect(bodies[0]).toMatchObject({ code: 'login_refused', status: 401 })
    expect(bodies[1]).toEqual(bodies[0])
    expect(bodies[2]).toEqual(bodies[0])
  })

  test('shows its second factor again', async () => {
    const { token, code } = await openStaffSession(stage, 'finance')
    const wrong = await post('/v1/staff/step-up', token, { code: '000000' })
    expect(wrong.json()).toMatchObject({ code: 'step_up_refused', status: 403, field: '/code' })
    const right = await post('/v1/staff/step-up', token, { code: await code(1) })
    expect(right.statusCode).toBe(200)
    const { stepUpUntil } = (await get('/v1/staff/me', token)).json<{ stepUpUntil: string }>()
    expect(stepUpUntil).toBe(right.json<{ until: string }>().until)
  })

  test('ends when the account is disabled', async () => {
    const own = await stageStaff(connectStaff(stage.services), stage.a.id)
    const reply = await logIn({ login: own.login, password: STAFF_PASSWORD, code: await own.code() })
    const { token } = reply.json<{ session: { token: string } }>().session
    const { inTransaction } = stage.services
    const change = { id: own.id, actor: { kind: 'operator', id: 'test' } } as const
    await inTransaction((tx) => disableStaff(connectStaff(stage.services), tx, change))
    expect((await get('/v1/staff/me', token)).json()).toMatchObject({ code: 'token_invalid' })
    expect((await post('/v1/sessions/renew', token)).statusCode).toBe(401)
  })

  test('cannot be made by a launch token', () => {
    const claims = { merchant: stage.a.id, sub: 'agent-7' }
    expect(readLaunchClaims({ ...claims, role: 'agent' })).not.toBeNull()
    for (const role of ['finance', 'shop_admin', 'auditor', 'senior_agent']) {
      expect(readLaunchClaims({ ...claims, role })).toBeNull()
    }
  })
})

test('an ended session, a closed account and another role are known within two seconds, even unheard', async () => {
  const clock = { now: new Date('2026-11-22T04:00:00Z') }
  const open: Known = {
    staff: { id: 's', merchantId: 'm', role: 'finance', disabledAt: null },
    session: { endedAt: null },
  }
  let standing = open
  let reads = 0
  const book = createStaffBook({
    now: () => clock.now,
    readSession: async () => {
      reads += 1
      return standing
    },
  })
  const session = { merchantId: 'm', role: 'finance', subject: 's', sid: 'one' } as const
  expect(await book.isStaffLive(session)).toBe(true)
  expect(await book.isStaffLive({ ...session, role: 'shop_admin' })).toBe(false)
  expect(await book.isStaffLive({ ...session, subject: 'another' })).toBe(false)
  expect(reads).toBe(1)

  const over: Known[] = [
    { ...open, session: { endedAt: clock.now } },
    { ...open, staff: { ...open.staff, disabledAt: clock.now } },
    { ...open, staff: { ...open.staff, role: 'auditor' } },
  ]
  for (const changed of over) {
    standing = changed
    clock.now = new Date(clock.now.getTime() + 2_000)
    expect(await book.isStaffLive(session)).toBe(false)
  }
})

describe('a shop admin', () => {
  test('sees the accounts of the merchant, and which are locked, and unlocks one', async () => {
    const admin = await openStaffSession(stage, 'shop_admin')
    const finance = await stageStaff(connectStaff(stage.services), stage.a.id)
    for (let count = 0; count < 5; count += 1) {
      await logIn({ login: finance.login, password: STAFF_PASSWORD, code: '000000' })
    }
    const locked = await logIn({ login: finance.login, password: STAFF_PASSWORD, code: await finance.code() })
    expect(locked.statusCode).toBe(429)
    expect(locked.json()).toMatchObject({ code: 'staff_locked', nextAction: 'ask_shop_admin' })
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(800)

    type Listed = { items: { id: string; login: string; lockedUntil: string | null }[] }
    const { items } = (await get('/v1/staff', admin.token)).json<Listed>()
    expect(items.find(({ id }) => id === finance.id)).toMatchObject({ login: finance.login })
    expect(items.find(({ id }) => id === finance.id)?.lockedUntil).not.toBeNull()

    const unlocked = await post(`/v1/staff/${finance.id}/unlock`, admin.token)
    expect(unlocked.json()).toMatchObject({ id: finance.id, lockedUntil: null })
    const again = await logIn({ login: finance.login, password: STAFF_PASSWORD, code: await finance.code() })
    expect(again.statusCode).toBe(200)
  })

  test("does not learn of another merchant's accounts", async () => {
    const admin = await openStaffSession(stage, 'shop_admin')
    const foreign = await stageStaff(connectStaff(stage.services), stage.b.id)
    const reply = await post(`/v1/staff/${foreign.id}/unlock`, admin.token)
    const nobody = await post('/v1/staff/01890000-0000-7000-8000-00000000dead/unlock', admin.token)
    expect(reply.json()).toMatchObject({ code: 'staff_not_found', status: 404 })
    expect(nobody.json()).toMatchObject({ code: 'staff_not_found' })
    const { items } = (await get('/v1/staff', admin.token)).json<{ items: { id: string }[] }>()
    expect(items.map(({ id }) => id)).not.toContain(foreign.id)
  })
})

/** Route → the roles that pass its gate; everybody else is told 403. */
const GATES = {
  'GET /v1/staff/me': [...STAFF_ROLES],
  'GET /v1/staff': ['shop_admin'],
  'GET /v1/invoice-requests': ['agent', 'senior_agent'],
  'POST /v1/titles/search': ['agent', 'senior_agent', 'finance'],
  'POST /v1/tickets': ['agent', 'senior_agent'],
  'POST /v1/invoice-requests': ['agent', 'senior_agent'],
  'POST /v1/invoices/01936f8e-0000-7000-8000-000000000000/deliveries': ['agent', 'senior_agent'],
} as const

test('each role passes the gates it should, and no other', async () => {
  for (const role of STAFF_ROLES) {
    const { token } = await openStaffSession(stage, role)
    for (const [name, roles] of Object.entries(GATES)) {
      const [method, url = ''] = name.split(' ')
      const reply = await (method === 'GET' ? get(url, token) : post(url, token, {}))
      const isIn = roles.some((one) => one === role)
      expect(`${role} ${name} ${reply.statusCode === 403 ? 'out' : 'in'}`).toBe(
        `${role} ${name} ${isIn ? 'in' : 'out'}`,
      )
    }
  }
})

test('agents and customers without an account have none to show', async () => {
  for (const token of [await stage.a.agent(), await stage.a.customer()]) {
    expect((await get('/v1/staff/me', token)).json()).toMatchObject({ code: 'token_not_allowed' })
    expect((await get('/v1/staff', token)).statusCode).toBe(403)
  }
})
