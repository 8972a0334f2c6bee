import type { StaffView } from '../../server/contract/staff.ts'
import type { Call } from './call.ts'
import { isStaffView } from './read-staff.ts'

/** Ends a lock before its time. */
export function unlockStaff(call: Call, staffId: string): Promise<StaffView> {
  const path = `/staff/${encodeURIComponent(staffId)}/unlock`
  return call({ method: 'POST', path, body: {}, reply: isStaffView })
}
