import type { StaffSession } from '../../server/contract/staff.ts'
import type { Call } from './call.ts'
import { orNull } from './read.ts'
import { isStaffSession } from './read-staff.ts'

const isAnswer = orNull(isStaffSession)

/** The session of this browser's cookie, as a new token; null where nobody is signed in. */
export function resumeStaff(call: Call): Promise<StaffSession | null> {
  return call({ method: 'POST', path: '/staff/sessions/resume', body: {}, reply: isAnswer })
}
