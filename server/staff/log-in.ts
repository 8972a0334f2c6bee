import { recordAudit } from '../audit/record.ts'
import { Problem } from '../contract/problem.ts'
import type { Tx } from '../database/database.ts'
import { actOf, recordRefusal } from './act-of.ts'
import type { StaffGuard } from './guard.ts'
import { isPassword } from './password.ts'
import { acceptFactor, type FactorDeps, type FactorOutcome } from './second-factor.ts'
import { findLogIn, insertLogIn, newSecret, useLogIn } from './session.store.ts'
import { type OpenedSession, openSession, type SessionDeps, type Whence } from './session.ts'
import { changeStaff, findStaff, findStaffByLogin, lockStaff } from './staff.store.ts'
import { normaliseLogin, type Staff } from './staff.ts'

export type LogInDeps = FactorDeps & SessionDeps & { readonly guard: StaffGuard; newSid(): string }

export type PasswordAsk = {
  readonly login: string
  readonly password: string
  readonly address: string
}

/** Opens the second step and nothing else: no route takes it but those of signing in. */
export type LogInStep = { readonly logInToken: string; readonly expiresAt: Date }

/** Long enough to find the phone, and to set up an authenticator on it. */
const STEP_MS = 10 * 60_000

/** Of no password anybody knows: an unknown name costs the same time as a wrong password. */
const NOBODYS_HASH =
  '$argon2id$v=19$m=47104,t=1,p=1$bm9ib2R5cyBzYWx0ISEhIQ$Xaujo7Kt0BMXx94NSpAuv1nFWbDdNd6Js3acjTqcVCw'

/**
 * The first step: a name and its password. Unknown names, wrong passwords and closed accounts are one answer,
 * `login_refused`, in bytes and in time; five of them lock the name (`staff_locked`), whether it exists or
 * not. A right password forgives none of the wrong codes before it: who has a stolen one guesses five codes,
 * and not five more with each new start.
 */
export async function startLogIn(deps: LogInDeps, ask: PasswordAsk): Promise<LogInStep> {
  const loginIndex = indexOfLogin(deps, ask.login)
  const { isLast } = await deps.guard.take(loginIndex, ask.address)
  const found = await findStaffByLogin(deps.database, loginIndex)
  const isRight = await isPassword(ask.password, found?.passwordHash ?? NOBODYS_HASH)
  if (found === null) throw new Problem('login_refused', { facts: { reason: 'unknown' } })
  if (!isRight || found.disabledAt !== null) {
    const reason = isRight ? 'disabled' : 'password'
    await deps.inTransaction((tx) =>
      recordRefusal(deps, tx, found, { act: 'staff.login_refused', reason, isLast }),
    )
    throw new Problem('login_refused', { facts: { reason } })
  }
  await deps.guard.giveBack(loginIndex, ask.address)
  const { id: staffId, merchantId } = found
  const expiresAt = new Date(deps.now().getTime() + STEP_MS)
  const logInToken = newSecret()
  await insertLogIn(deps.database, { staffId, merchantId, expiresAt }, logInToken)
  return { logInToken, expiresAt }
}

export type CodeAsk = {
  readonly logInToken: string
  /** Six digits, or a recovery code. */
  readonly code: string
  readonly address: string
  readonly whence: Whence
}

/**
 * The second step: the code of the authenticator, or a recovery code, makes a session of the first. Refuses with
 * `login_expired` where there is no first step, `login_refused` for wrong and used codes, of which five lock
 * the name, and `staff_locked`.
 */
export async function finishLogIn(deps: LogInDeps, ask: CodeAsk): Promise<OpenedSession> {
  const half = await findLogIn(deps.database, deps.now(), ask.logInToken)
  const found = half && (await findStaff(deps.database, half.staffId))
  if (found === null) throw new Problem('login_expired', { nextAction: 'log_in' })
  const { isLast } = await deps.guard.take(found.loginIndex, ask.address)

  const outcome = await deps.inTransaction(async (tx) => {
    const staff = await lockStaff(tx, found.id)
    const refusal = await findRefusal(deps, tx, staff, ask)
    if (refusal !== null) {
      await recordRefusal(deps, tx, staff, { act: 'staff.login_refused', reason: refusal, isLast })
      return { refusal }
    }
    await deps.guard.clear(tx, staff.loginIndex, ask.address)
    const opened = await openSession(deps, tx, { staff, whence: ask.whence })
    await changeStaff(tx, staff.id, { lastLoginAt: deps.now() })
    const facts = { sid: opened.claims.sid, role: staff.role }
    await recordAudit(tx, deps.now(), actOf(staff, 'staff.logged_in', facts))
    return { refusal: null, opened }
  })
  if (outcome.refusal !== null) throw new Problem('login_refused', { facts: { reason: outcome.refusal } })
  return outcome.opened
}

export function indexOfLogin({ vault }: Pick<FactorDeps, 'vault'>, login: string) {
  return vault.index('server', 'staff login', normaliseLogin(login))
}

type Refusal = 'disabled' | 'twice' | Exclude<FactorOutcome, 'accepted' | 'recovery_code'>

async function findRefusal(
  deps: LogInDeps,
  tx: Tx,
  staff: Staff,
  { code, logInToken }: CodeAsk,
): Promise<Refusal | null> {
  if (staff.disabledAt !== null) return 'disabled'
  const outcome = await acceptFactor(deps, tx, staff, code)
  if (outcome !== 'accepted' && outcome !== 'recovery_code') return outcome
  if (!(await useLogIn(tx, logInToken))) return 'twice'
  if (outcome === 'recovery_code') {
    await recordAudit(tx, deps.now(), actOf(staff, 'staff.recovery_code_used'))
  }
  return null
}
