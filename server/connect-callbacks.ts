import { callbackToken } from './callbacks/callback-token.ts'
import type { CallbackRouteDeps } from './callbacks/routes.ts'
import { findWaitingRequest } from './invoicing/sending.store.ts'
import { askJob } from './invoicing/settle-answer.ts'
import { addJob } from './jobs/add-job.ts'
import { findWaitingReissue } from './reissue/red-sending.store.ts'
import { askRedJob } from './reissue/reissue-jobs.ts'
import type { Services } from './services.ts'

type Connecting = Pick<Services, 'inTransaction' | 'now'> & {
  readonly config: Pick<Services['config'], 'masterKey'>
}

/** A callback brings forward the question that would have been asked anyway. */
export function connectCallbacks({ config, inTransaction, now }: Connecting): CallbackRouteDeps {
  return {
    token: callbackToken(config.masterKey.reveal()),
    inTransaction,
    addJob,
    async findQuestion(tx, { kind, serial }) {
      if (kind === 'sheet') {
        const requestId = await findWaitingRequest(tx, serial)
        return requestId === null ? null : askJob(requestId, now())
      }
      const reissueId = await findWaitingReissue(tx, serial)
      return reissueId === null ? null : askRedJob(reissueId, now())
    },
  }
}
