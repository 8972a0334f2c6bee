import type { ReissueView } from '../../server/contract/reissues.ts'
import type { Call } from './call.ts'
import { isReissueView } from './read-reissues.ts'

/** 换开 as it stands now. */
export function getReissue(call: Call, reissueId: string): Promise<ReissueView> {
  return call({ method: 'GET', path: `/reissues/${encodeURIComponent(reissueId)}`, reply: isReissueView })
}
