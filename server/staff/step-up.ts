import { recordAudit } from '../audit/record.ts'
import { Problem } from '../contract/problem.ts'
import type { Database, InTransaction } from '../database/database.ts'
import { actOf, recordRefusal } from './act-of.ts'
import type { StaffGuard } from './guard.ts'
import { acceptTotp, type FactorDeps } from './second-factor.ts'
import { rotateSecret } from './session.ts'
import { findStaff, findStepUp, lockStaff, saveStepUp } from './staff.store.ts'

export type StepUpDeps = FactorDeps & {
  readonly database: Database
  readonly inTransaction: InTransaction
  readonly guard: StaffGuard
}

/** A staff session. */
type Session = { readonly subject: string; readonly sid: string }

/** S0-54: for so long the authenticator need not be looked at again. */
const STEP_UP_MS = 5 * 60_000

/**
 * Before anything that needs the second factor again: passes while an earlier one counts, otherwise looks
 * at the code of the `X-Step-Up` header. Refuses with `step_up_needed`, `step_up_refused` (also for a code that
 * was used, be it for signing in) and `staff_locked`: wrong codes count like wrong logins. Stands in
 * transactions of its own, before the caller's: a refusal must not roll back its count.
 */
export async function assertStepUp(
  deps: StepUpDeps,
  session: Session,
  code: string | undefined,
): Promise<void> {
  if ((await findStepUp(deps.database, deps.now(), session.sid)) !== null) return
  if (code === undefined) throw new Problem('step_up_needed', { nextAction: 'enter_code' })
  await stepUp(deps, session, code)
}

export type SteppedUp = {
  readonly until: Date
  /** Of the session's new cookie: who had copied the old one does not rise with it. */
  readonly secret: string
}

/** Takes a code and answers until when it counts. Refuses as `assertStepUp` does. */
export async function stepUp(deps: StepUpDeps, { subject, sid }: Session, code: string): Promise<SteppedUp> {
  const { database, guard, now } = deps
  const known = await findStaff(database, subject)
  if (known === null) throw new Problem('token_not_allowed', { facts: { reason: 'no_account' } })
  const { isLast } = await guard.take(known.loginIndex, null)

  const until = new Date(now().getTime() + STEP_UP_MS)
  const outcome = await deps.inTransaction(async (tx) => {
    const staff = await lockStaff(tx, known.id)
    const accepted = await acceptTotp(deps, tx, staff, code)
    if (accepted !== 'accepted') {
      await recordRefusal(deps, tx, staff, { act: 'staff.step_up_refused', reason: accepted, isLast })
      return { refusal: accepted }
    }
    await guard.clear(tx, staff.loginIndex, null)
    await saveStepUp(tx, { sid, staffId: staff.id, until })
    await recordAudit(tx, now(), actOf(staff, 'staff.stepped_up', { sid }))
    return { refusal: null, secret: await rotateSecret(tx, sid) }
  })
  if (outcome.refusal !== null) {
    throw new Problem('step_up_refused', { field: '/code', facts: { reason: outcome.refusal } })
  }
  return { until, secret: outcome.secret }
}
