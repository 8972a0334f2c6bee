import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Problem } from '../../../server/contract/problem.ts'
import type { Database, InTransaction } from '../../../server/database/database.ts'
import { inTransactionOf } from '../../../server/database/database.ts'
import type { Vault } from '../../../server/privacy/vault.ts'
import { disableStaff, resetTotp, unlockStaff } from '../../../server/staff/change-staff.ts'
import { createStaffGuard } from '../../../server/staff/guard.ts'
import { type LogInAsk, logIn } from '../../../server/staff/log-in.ts'
import { assertStepUp, stepUp } from '../../../server/staff/step-up.ts'
import { newTokenId } from '../../../server/tokens/make-key.ts'
import { scopesOf } from '../../../server/tokens/scopes.ts'
import { createTestDatabase } from '../../support/database.ts'
import { STAFF_PASSWORD, type StagedStaff, stageStaff } from '../../support/staff.ts'
import { openTestVault, stageMerchant } from '../../support/stage.ts'

let database: Database
let inTransaction: InTransaction
let vault: Vault
let drop: () => Promise<void>
let merchantId: string
const clock = { now: new Date('2026-11-22T04:00:00Z') }
const now = () => clock.now
const pass = (ms: number) => {
  clock.now = new Date(clock.now.getTime() + ms)
}
const OPERATOR = { kind: 'operator', id: 'test' } as const

beforeAll(async () => {
  const opened = await createTestDatabase()
  ;({ database, drop } = opened)
  inTransaction = inTransactionOf(database)
  vault = await openTestVault(database)
  const shops = { 'a-tm': {} }
  merchantId = (await stageMerchant(database, vault, { name: 'A', taxId: '91420100MA4KTEXT0N', shops })).id
})
afterAll(() => drop())

let staff: StagedStaff
beforeEach(async () => {
  pass(3_600_000)
  staff = await stageStaff(depsOf(), merchantId)
})

function depsOf() {
  const guard = createStaffGuard({ database, vault, now })
  return { database, inTransaction, vault, now, guard, newId: newTokenId, scopesOf }
}

/** What signing in was answered with: the role of the session, or the problem's code. */
async function tryLogIn(ask: Partial<LogInAsk> = {}): Promise<string> {
  const code = ask.code ?? (await staff.code())
  const full = { login: staff.login, password: STAFF_PASSWORD, address: '203.0.113.7', ...ask, code }
  return logIn(depsOf(), full).then(({ role }) => role, codeOf)
}

function codeOf(error: unknown): string {
  if (error instanceof Problem) return error.code
  throw error
}

const acts = async () =>
  (
    await database.auditEntry.findMany({ where: { object: `staff:${staff.id}` }, orderBy: { at: 'asc' } })
  ).map(({ act }) => act)

const WRONG = '000000'
const session = async () => {
  const claims = await logIn(depsOf(), {
    ...{ login: staff.login, password: STAFF_PASSWORD, address: '203.0.113.7' },
    code: await staff.code(),
  })
  return { subject: claims.sub, sid: claims.sid }
}

describe('signing in', () => {
  test('takes a name, a password and the code of the authenticator', async () => {
    expect(await tryLogIn()).toBe('finance')
    expect(await acts()).toEqual(['staff.added', 'staff.logged_in'])
  })

  test('takes the name however it is typed', async () => {
    expect(await tryLogIn({ login: `  ${staff.login.toUpperCase()} ` })).toBe('finance')
  })

  test.for([-1, 1])('takes a code %i half minute away: clocks differ', async (steps) => {
    expect(await tryLogIn({ code: await staff.code(steps) })).toBe('finance')
  })

  test.for([-2, 2])('refuses a code %i half minutes away', async (steps) => {
    expect(await tryLogIn({ code: await staff.code(steps) })).toBe('login_refused')
  })

  test('takes a code once', async () => {
    const code = await staff.code()
    expect(await tryLogIn({ code })).toBe('finance')
    expect(await tryLogIn({ code })).toBe('login_refused')
    pass(30_000)
    expect(await tryLogIn()).toBe('finance')
  })

  test('takes a code once, however many ask at the same time', async () => {
    const code = await staff.code()
    const answers = await Promise.all([tryLogIn({ code }), tryLogIn({ code }), tryLogIn({ code })])
    expect(answers.filter((answer) => answer === 'finance')).toHaveLength(1)
  })

  test('takes each recovery code once, however it is typed', async () => {
    const [code = ''] = staff.recoveryCodes
    expect(await tryLogIn({ code: code.toLowerCase().replaceAll('-', ' ') })).toBe('finance')
    expect(await tryLogIn({ code })).toBe('login_refused')
    expect(await acts()).toContain('staff.recovery_code_used')
  })

  test.for([
    ['an unknown name', { login: 'nobody@a' }],
    ['a wrong password', { password: 'wrong horse battery' }],
    ['a wrong code', { code: WRONG }],
    ['no code at all', { code: '' }],
  ] as const)('answers %s with one refusal', async ([, ask]) => {
    expect(await tryLogIn(ask)).toBe('login_refused')
  })

  test('leaves the code of a wrong password unused', async () => {
    expect(await tryLogIn({ password: 'wrong horse battery' })).toBe('login_refused')
    expect(await tryLogIn()).toBe('finance')
  })

  test('is over for a disabled account', async () => {
    await inTransaction((tx) => disableStaff(depsOf(), tx, { id: staff.id, actor: OPERATOR }))
    expect(await tryLogIn()).toBe('login_refused')
  })

  test('takes no code of a secret that was replaced', async () => {
    const old = await staff.code()
    await inTransaction((tx) => resetTotp(depsOf(), tx, { id: staff.id, actor: OPERATOR }))
    expect(await tryLogIn({ code: old })).toBe('login_refused')
    expect(await tryLogIn()).toBe('finance')
  })
})

describe('five wrong codes', () => {
  const fail = async (times: number, ask: Partial<LogInAsk> = {}) => {
    const answers: string[] = []
    for (let count = 0; count < times; count += 1) answers.push(await tryLogIn({ code: WRONG, ...ask }))
    return answers
  }

  test('lock the account, and that is kept', async () => {
    expect(await fail(5)).toEqual(Array(5).fill('login_refused'))
    expect(await tryLogIn()).toBe('staff_locked')
    expect((await acts()).filter((act) => act === 'staff.locked')).toHaveLength(1)
  })

  test('lock a name that does not exist just the same', async () => {
    const login = `ghost-${clock.now.getTime()}@a`
    expect(await fail(5, { login })).toEqual(Array(5).fill('login_refused'))
    expect(await tryLogIn({ login })).toBe('staff_locked')
  })

  test('lock no longer than a quarter of an hour', async () => {
    await fail(5)
    pass(15 * 60_000 + 1)
    expect(await tryLogIn()).toBe('finance')
  })

  test('are forgiven by a shop admin', async () => {
    await fail(5)
    const ask = { id: staff.id, actor: OPERATOR, merchantId, shopId: null }
    await inTransaction((tx) => unlockStaff(depsOf(), tx, ask))
    expect(await tryLogIn()).toBe('finance')
    expect(await acts()).toContain('staff.unlocked')
  })

  test('let nobody through in between: of twenty at once five are looked at', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => tryLogIn({ code: WRONG })))
    expect(answers.filter((answer) => answer === 'login_refused')).toHaveLength(5)
    expect(answers.filter((answer) => answer === 'staff_locked')).toHaveLength(15)
  })

  test('in a row are needed: being right starts the count again', async () => {
    await fail(4)
    expect(await tryLogIn()).toBe('finance')
    pass(30_000)
    await fail(4)
    expect(await tryLogIn()).toBe('finance')
  })

  test('of an authenticator shown again lock as well', async () => {
    const own = await session()
    for (let count = 0; count < 5; count += 1) {
      expect(await stepUp(depsOf(), own, WRONG).then(String, codeOf)).toBe('step_up_refused')
    }
    pass(30_000)
    expect(await stepUp(depsOf(), own, await staff.code()).then(String, codeOf)).toBe('staff_locked')
    expect(await tryLogIn()).toBe('staff_locked')
  })
})

describe('the second factor, shown again', () => {
  const assert = async (own: { subject: string; sid: string }, code?: string) =>
    assertStepUp(depsOf(), own, code).then(() => 'passed', codeOf)

  test('is asked for after signing in, and is not the code that signed in', async () => {
    const code = await staff.code()
    const own = await session()
    expect(await assert(own)).toBe('step_up_needed')
    expect(await assert(own, code)).toBe('step_up_refused')
    pass(30_000)
    expect(await assert(own, await staff.code())).toBe('passed')
  })

  test('counts for five minutes in its session, and in no other one', async () => {
    const own = await session()
    pass(30_000)
    await stepUp(depsOf(), own, await staff.code())
    pass(4 * 60_000)
    expect(await assert(own)).toBe('passed')
    const other = await session()
    expect(await assert(other)).toBe('step_up_needed')
    pass(60_000)
    expect(await assert(own)).toBe('step_up_needed')
  })
})
