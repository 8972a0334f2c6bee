import type { StepUpReply } from '../../server/contract/staff.ts'
import type { Call } from './call.ts'
import { isText, record } from './read.ts'

/** The second factor, shown again; it counts for five minutes. Refuses with `step_up_refused` and `staff_locked`. */
export function stepUp(call: Call, code: string): Promise<StepUpReply> {
  return call({ method: 'POST', path: '/staff/step-up', body: { code }, reply: record({ until: isText }) })
}
