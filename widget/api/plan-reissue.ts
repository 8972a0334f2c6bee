import type { ReissueAsk, ReissuePlan } from '../../server/contract/reissues.ts'
import type { Call } from './call.ts'
import { isReissuePlan } from './read-reissues.ts'

/** What a reissue would do, with everything that stands against it (F12). Nothing is kept. */
export function planReissue(call: Call, invoiceId: string, ask: ReissueAsk): Promise<ReissuePlan> {
  const path = `/invoices/${encodeURIComponent(invoiceId)}/reissues?dry_run=true`
  return call({ method: 'POST', path, body: ask, reply: isReissuePlan })
}
