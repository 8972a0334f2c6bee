import type { ReissueView } from '../../server/contract/reissues.ts'
import type { Call } from './call.ts'
import { isReissueView } from './read-reissues.ts'

/** The customer confirms exactly the changes that were shown (F7); others are `reissue_plan_changed`. */
export function acknowledgeReissue(
  call: Call,
  { id, diffHash }: Pick<ReissueView, 'id' | 'diffHash'>,
): Promise<ReissueView> {
  const path = `/reissues/${encodeURIComponent(id)}/acknowledge`
  const idempotencyKey = `acknowledge-${id}-${diffHash.slice(0, 16)}`
  return call({ method: 'POST', path, body: { diffHash }, idempotencyKey, reply: isReissueView })
}
