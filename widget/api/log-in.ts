import type { LogIn, StaffSession } from '../../server/contract/staff.ts'
import type { Call } from './call.ts'
import { isStaffSession } from './read-staff.ts'

/** Refuses with `login_refused` for whatever was wrong, and with `staff_locked`. */
export function logIn(call: Call, ask: LogIn): Promise<StaffSession> {
  return call({ method: 'POST', path: '/staff/sessions', body: ask, reply: isStaffSession })
}
