import { type AuditAct, recordAudit } from '../audit/record.ts'
import { Problem } from '../contract/problem.ts'
import type { Database, InTransaction, Tx } from '../database/database.ts'
import type { SessionClaims } from '../tokens/claims.ts'
import type { SessionRole } from '../tokens/roles.ts'
import type { StaffGuard } from './guard.ts'
import { isPassword } from './password.ts'
import { acceptFactor, type FactorDeps, type FactorOutcome } from './second-factor.ts'
import { changeStaff, findStaffByLogin, lockStaff } from './staff.store.ts'
import { normaliseLogin, type Staff } from './staff.ts'

export type LogInDeps = FactorDeps & {
  readonly database: Database
  readonly inTransaction: InTransaction
  readonly guard: StaffGuard
  newId(): string
  scopesOf(role: SessionRole): readonly string[]
}

export type LogInAsk = {
  readonly login: string
  readonly password: string
  /** Six digits, or a recovery code. */
  readonly code: string
  readonly address: string
}

/** Of no password anybody knows: an unknown name costs the same time as a wrong password. */
const NOBODYS_HASH =
  '$argon2id$v=19$m=47104,t=1,p=1$bm9ib2R5cyBzYWx0ISEhIQ$Xaujo7Kt0BMXx94NSpAuv1nFWbDdNd6Js3acjTqcVCw'

type Refusal = 'password' | 'disabled' | Exclude<FactorOutcome, 'accepted' | 'recovery_code'>

/**
 * A name, a password and a code become the rights of a session. Unknown names, wrong passwords, wrong, used
 * and disabled ones are one answer, `login_refused`, in bytes and in time; five of them lock the name
 * (`staff_locked`), whether it exists or not.
 */
export async function logIn(deps: LogInDeps, ask: LogInAsk): Promise<SessionClaims> {
  const loginIndex = indexOfLogin(deps, ask.login)
  const { isLast } = await deps.guard.take(loginIndex, ask.address)
  const found = await findStaffByLogin(deps.database, loginIndex)
  const isRight = await isPassword(ask.password, found?.passwordHash ?? NOBODYS_HASH)
  if (found === null) throw new Problem('login_refused', { facts: { reason: 'unknown' } })

  const sid = deps.newId()
  const refusal = await deps.inTransaction(async (tx): Promise<Refusal | null> => {
    const staff = await lockStaff(tx, found.id)
    const refused = await findRefusal(deps, tx, staff, { code: ask.code, isRight })
    if (refused !== null) {
      await recordRefusal(deps, tx, staff, { act: 'staff.login_refused', reason: refused, isLast })
      return refused
    }
    await deps.guard.clear(tx, loginIndex, ask.address)
    await changeStaff(tx, staff.id, { lastLoginAt: deps.now() })
    await recordAudit(tx, deps.now(), actOf(staff, 'staff.logged_in', { sid, role: staff.role }))
    return null
  })
  if (refusal !== null) throw new Problem('login_refused', { facts: { reason: refusal } })
  return claimsOf(deps, found, sid)
}

export function indexOfLogin({ vault }: Pick<FactorDeps, 'vault'>, login: string) {
  return vault.index('server', 'staff login', normaliseLogin(login))
}

/** A wrong password uses no code up. */
async function findRefusal(
  deps: LogInDeps,
  tx: Tx,
  staff: Staff,
  { code, isRight }: { code: string; isRight: boolean },
): Promise<Refusal | null> {
  if (!isRight) return 'password'
  if (staff.disabledAt !== null) return 'disabled'
  const outcome = await acceptFactor(deps, tx, staff, code)
  if (outcome === 'recovery_code') {
    await recordAudit(tx, deps.now(), actOf(staff, 'staff.recovery_code_used'))
    return null
  }
  return outcome === 'accepted' ? null : outcome
}

/** What was wrong, and that it was the last try before the lock. */
export async function recordRefusal(
  { now }: Pick<FactorDeps, 'now'>,
  tx: Tx,
  staff: Staff,
  { act, reason, isLast }: { act: string; reason: string; isLast: boolean },
): Promise<void> {
  await recordAudit(tx, now(), actOf(staff, act, { reason }))
  if (isLast) await recordAudit(tx, now(), actOf(staff, 'staff.locked'))
}

export function actOf(
  { id, merchantId }: Pick<Staff, 'id' | 'merchantId'>,
  act: string,
  facts: AuditAct['facts'] = {},
): AuditAct {
  return { merchantId, actor: { kind: 'staff', id }, act, object: `staff:${id}`, facts }
}

function claimsOf({ now, scopesOf }: LogInDeps, staff: Staff, sid: string): SessionClaims {
  return {
    merchant: staff.merchantId,
    shop: staff.shopId,
    role: staff.role,
    sub: staff.id,
    scopes: scopesOf(staff.role),
    orders: [],
    origin: null,
    sid,
    via: 'login',
    since: Math.floor(now().getTime() / 1000),
  }
}
