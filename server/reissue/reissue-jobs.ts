import type { Actor } from '../audit/record.ts'
import { type JobRequest, PRIORITY } from '../jobs/define-job.ts'

export const REQUEST_RED = 'reissue.red'
export const ASK_RED = 'reissue.ask'
export const REVOKE_RED = 'reissue.revoke'

/** Who moves a reissue where no person does. */
export const SAGA: Actor = { kind: 'worker', id: 'reissue' }

/** The job that sends the red form; one per reissue. */
export function redJob(reissueId: string, runAt: Date): JobRequest {
  return {
    kind: REQUEST_RED,
    payload: { reissueId },
    key: `red:${reissueId}`,
    runAt,
    priority: PRIORITY.person,
  }
}

/** The job that asks what became of a red form; one per reissue. */
export function askRedJob(reissueId: string, runAt: Date): JobRequest {
  return {
    kind: ASK_RED,
    payload: { reissueId },
    key: `ask_red:${reissueId}`,
    runAt,
    priority: PRIORITY.normal,
  }
}

/** The job that takes an unanswered red form back; one per reissue. */
export function revokeRedJob(reissueId: string, runAt: Date): JobRequest {
  return {
    kind: REVOKE_RED,
    payload: { reissueId },
    key: `revoke_red:${reissueId}`,
    runAt,
    priority: PRIORITY.person,
  }
}
