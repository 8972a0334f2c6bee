import type { StaffView } from '../../server/contract/staff.ts'
import type { Call } from './call.ts'
import { listOf, record } from './read.ts'
import { isStaffView } from './read-staff.ts'

const isList = record({ items: listOf(isStaffView) })

/** The accounts a shop admin looks after. */
export async function listStaff(call: Call): Promise<StaffView[]> {
  return (await call({ method: 'GET', path: '/staff', reply: isList })).items
}
