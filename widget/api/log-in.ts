import type { LogIn, LogInCode, LogInStep, StaffSession } from '../../server/contract/staff.ts'
import type { Call } from './call.ts'
import { isText, record } from './read.ts'
import { isStaffSession } from './read-staff.ts'

const isStep = record({ logInToken: isText, expiresAt: isText })

/** The first step. Refuses with `login_refused` for whatever was wrong, and with `staff_locked`. */
export function startLogIn(call: Call, ask: LogIn): Promise<LogInStep> {
  return call({ method: 'POST', path: '/staff/log-in', body: ask, reply: isStep })
}

/** The second step. Refuses with `login_refused`, `staff_locked`, and `login_expired` for a first step long ago. */
export function finishLogIn(call: Call, ask: LogInCode): Promise<StaffSession> {
  return call({ method: 'POST', path: '/staff/sessions', body: ask, reply: isStaffSession })
}
