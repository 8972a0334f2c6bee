import type { ReissueAsk, ReissueView } from '../../server/contract/reissues.ts'
import type { Call } from './call.ts'
import { isReissueView } from './read-reissues.ts'

type Asked = { readonly invoiceId: string; readonly ask: ReissueAsk; readonly idempotencyKey: string }

/**
 * Asks for a reissue. Where one runs already, that one is the answer. Refuses with `reissue_identical`, with
 * `reissue_limit_reached`, or with `preflight_failed` and its `errors`.
 */
export function requestReissue(call: Call, { invoiceId, ask, idempotencyKey }: Asked): Promise<ReissueView> {
  const path = `/invoices/${encodeURIComponent(invoiceId)}/reissues`
  return call({ method: 'POST', path, body: ask, idempotencyKey, reply: isReissueView })
}
