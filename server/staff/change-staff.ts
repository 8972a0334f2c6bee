import { randomInt } from 'node:crypto'
import { type Actor, recordAudit } from '../audit/record.ts'
import { Problem } from '../contract/problem.ts'
import type { Tx } from '../database/database.ts'
import { v7 } from '../database/ids.ts'
import type { StaffRole } from '../tokens/roles.ts'
import { forgetTries } from './guard.store.ts'
import { indexOfLogin } from './log-in.ts'
import { hashPassword } from './password.ts'
import { type FactorDeps, recoveryIndex } from './second-factor.ts'
import { endSessions } from './session.store.ts'
import { changeStaff, findStaff, insertStaff, lockStaff, replaceRecoveryCodes } from './staff.store.ts'
import { LOGIN, normaliseLogin, type Staff, staffPlace } from './staff.ts'
import { newTotpSecret, totpUri } from './totp.ts'

export type NewAccount = {
  readonly merchantId: string
  readonly shopId: string | null
  readonly login: string
  readonly role: StaffRole
  readonly password: string
  /** What the merchant's launch tokens call the same person. */
  readonly launchSubject: string | null
}

/** Shown once to whoever sets the account up; we keep the secret sealed and the codes hashed. */
export type Enrolment = { readonly totpUri: string; readonly recoveryCodes: readonly string[] }

/** NIST SP 800-63B §3.1.1.2: with a second factor eight would do; nobody is asked for odd characters. */
const PASSWORD_MIN_CHARS = 10
const RECOVERY_CODES = 8

/** Refuses with `request_invalid` for a name or password that is none. A name that is taken violates its index. */
export async function addStaff(
  deps: FactorDeps,
  tx: Tx,
  { actor, ...made }: NewAccount & { actor: Actor; id?: string },
): Promise<Enrolment & { id: string }> {
  const login = normaliseLogin(made.login)
  if (!LOGIN.test(login)) throw new Problem('request_invalid', { field: '/login' })
  if (made.password.length < PASSWORD_MIN_CHARS) throw new Problem('request_invalid', { field: '/password' })

  const { merchantId, shopId, role, launchSubject, id = v7(deps.now()) } = made
  const secret = newTotpSecret()
  await insertStaff(tx, {
    ...{ id, merchantId, shopId, role, launchSubject },
    loginIndex: indexOfLogin(deps, login),
    loginSealed: await deps.vault.sealJson(staffPlace({ id, merchantId }, 'login'), login),
    passwordHash: await hashPassword(made.password),
    totpSealed: await deps.vault.sealBytes(staffPlace({ id, merchantId }, 'totp'), secret),
  })
  const recoveryCodes = await makeRecoveryCodes(deps, tx, { id, merchantId })
  await record(deps, tx, { id, merchantId }, { actor, act: 'staff.added', facts: { role, shop: shopId } })
  return { id, totpUri: totpUri(secret, login), recoveryCodes }
}

type Change = { readonly id: string; readonly actor: Actor }

/** The account cannot sign in, and its sessions end within seconds. */
export async function disableStaff(deps: FactorDeps, tx: Tx, { id, actor }: Change): Promise<void> {
  const staff = await lockStaff(tx, id)
  await changeStaff(tx, id, { disabledAt: deps.now() })
  await endSessions(tx, deps.now(), { staffId: id })
  await record(deps, tx, staff, { actor, act: 'staff.disabled' })
}

export async function changeRole(
  deps: FactorDeps,
  tx: Tx,
  { id, actor, role }: Change & { role: StaffRole },
): Promise<void> {
  const staff = await lockStaff(tx, id)
  await changeStaff(tx, id, { role })
  await endSessions(tx, deps.now(), { staffId: id })
  await record(deps, tx, staff, { actor, act: 'staff.role_changed', facts: { from: staff.role, to: role } })
}

export async function resetPassword(
  deps: FactorDeps,
  tx: Tx,
  { id, actor, password }: Change & { password: string },
): Promise<void> {
  if (password.length < PASSWORD_MIN_CHARS) throw new Problem('request_invalid', { field: '/password' })
  const staff = await lockStaff(tx, id)
  const passwordHash = await hashPassword(password)
  await changeStaff(tx, id, { passwordHash })
  await endSessions(tx, deps.now(), { staffId: id })
  await record(deps, tx, staff, { actor, act: 'staff.password_reset' })
}

/** A new secret and new recovery codes; the old ones are worth nothing. */
export async function resetTotp(deps: FactorDeps, tx: Tx, { id, actor }: Change): Promise<Enrolment> {
  const staff = await lockStaff(tx, id)
  const secret = newTotpSecret()
  const totpSealed = await deps.vault.sealBytes(staffPlace(staff, 'totp'), secret)
  await changeStaff(tx, id, { totpSealed, totpLastStep: null })
  await endSessions(tx, deps.now(), { staffId: id })
  const recoveryCodes = await makeRecoveryCodes(deps, tx, staff)
  await record(deps, tx, staff, { actor, act: 'staff.totp_reset' })
  return { totpUri: totpUri(secret, await openLogin(deps, staff)), recoveryCodes }
}

/** Ends a lock before its time. Refuses with `staff_not_found`, also for another merchant's or shop's account. */
export async function unlockStaff(
  deps: FactorDeps,
  tx: Tx,
  { id, actor, merchantId, shopId }: Change & { merchantId: string; shopId: string | null },
): Promise<Staff> {
  const staff = await findStaff(tx, id)
  const isTheirs = staff?.merchantId === merchantId && (shopId === null || staff.shopId === shopId)
  if (staff === null || !isTheirs) throw new Problem('staff_not_found')
  await forgetTries(tx, staff.loginIndex)
  await record(deps, tx, staff, { actor, act: 'staff.unlocked' })
  return staff
}

export async function openLogin({ vault }: Pick<FactorDeps, 'vault'>, staff: Staff): Promise<string> {
  const login = await vault.openJson(staffPlace(staff, 'login'), staff.loginSealed)
  if (typeof login !== 'string') throw new Error(`the login of staff ${staff.id} is not a text`)
  return login
}

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

async function makeRecoveryCodes(
  { vault }: FactorDeps,
  tx: Tx,
  staff: Pick<Staff, 'id' | 'merchantId'>,
): Promise<string[]> {
  const part = () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  const codes = Array.from({ length: RECOVERY_CODES }, () => [part(), part(), part()].join('-'))
  const hashed = codes.map((code) => recoveryIndex(vault, staff, code))
  await replaceRecoveryCodes(tx, staff.id, hashed)
  return codes
}

async function record(
  { now }: Pick<FactorDeps, 'now'>,
  tx: Tx,
  { id, merchantId }: Pick<Staff, 'id' | 'merchantId'>,
  { actor, act, facts = {} }: { actor: Actor; act: string; facts?: Record<string, string | null> },
): Promise<void> {
  await recordAudit(tx, now(), { merchantId, actor, act, object: `staff:${id}`, facts })
}
