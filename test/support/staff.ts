import { connectStaff } from '../../server/connect-staff.ts'
import type { Services } from '../../server/services.ts'
import { addStaff } from '../../server/staff/change-staff.ts'
import type { FactorDeps } from '../../server/staff/second-factor.ts'
import { findStaff } from '../../server/staff/staff.store.ts'
import { staffPlace } from '../../server/staff/staff.ts'
import { totpCode } from '../../server/staff/totp.ts'
import type { StaffRole } from '../../server/tokens/roles.ts'
import type { TestApp } from './app.ts'

export const STAFF_PASSWORD = 'correct horse battery'

export type StagedStaff = {
  readonly id: string
  readonly login: string
  readonly recoveryCodes: readonly string[]
  /** What the person's authenticator shows, now or `steps` half minutes away. */
  code(steps?: number): Promise<string>
}

type Deps = FactorDeps & Pick<Services, 'inTransaction' | 'database'>

let count = 0

/** An account with a password and an authenticator. */
export async function stageStaff(
  deps: Deps,
  merchantId: string,
  { role = 'finance', shopId = null, launchSubject = null }: Partial<Account> = {},
): Promise<StagedStaff> {
  count += 1
  const login = `${role.replace('_', '-')}-${count}@a`
  const actor = { kind: 'operator', id: 'test' } as const
  const made = { merchantId, shopId, login, role, password: STAFF_PASSWORD, launchSubject, actor }
  const { id, recoveryCodes } = await deps.inTransaction((tx) => addStaff(deps, tx, made))
  const code = async (steps = 0) => {
    const staff = await findStaff(deps.database, id)
    if (staff === null) throw new Error('the account is gone')
    const secret = await deps.vault.openBytes(staffPlace(staff, 'totp'), staff.totpSealed)
    return totpCode(secret, new Date(deps.now().getTime() + steps * 30_000))
  }
  return { id, login, recoveryCodes, code }
}

type Account = { role: StaffRole; shopId: string | null; launchSubject: string | null }

/** A session of a new account, as signing in opens it, and its authenticator. */
export async function openStaffSession(
  { app, services, a }: Pick<TestApp, 'app' | 'services' | 'a'>,
  role: StaffRole,
  { merchantId = a.id, ...account }: Partial<Account & { merchantId: string }> = {},
): Promise<StagedStaff & { token: string }> {
  const staff = await stageStaff(connectStaff(services), merchantId, { role, ...account })
  return { ...staff, ...(await signIn(app, staff)) }
}

/** As a page of ours asks; the address of the test app is one. */
export const OWN_PAGE = { 'sec-fetch-site': 'same-origin' } as const

type SignedIn = { readonly token: string; readonly cookie: string }

/** Both steps of signing in, as the console takes them. */
export async function signIn(
  app: TestApp['app'],
  { login, code }: Pick<StagedStaff, 'login' | 'code'>,
  { password = STAFF_PASSWORD, headers = {} }: { password?: string; headers?: Record<string, string> } = {},
): Promise<SignedIn> {
  const post = (url: string, payload: object) =>
    app.inject({ method: 'POST', url, payload, headers: { ...OWN_PAGE, ...headers } })
  const first = await post('/v1/staff/log-in', { login, password })
  if (first.statusCode !== 200) throw new Error(`the password was answered with ${first.body}`)
  const { logInToken } = first.json<{ logInToken: string }>()
  const reply = await post('/v1/staff/sessions', { logInToken, code: await code() })
  if (reply.statusCode !== 200) throw new Error(`the code was answered with ${reply.body}`)
  const { token } = reply.json<{ session: { token: string } }>().session
  return { token, cookie: cookieOf(reply.headers['set-cookie']) }
}

/** What a browser sends back: name and value alone. */
export function cookieOf(header: unknown): string {
  return String(header).split(';')[0] ?? ''
}
