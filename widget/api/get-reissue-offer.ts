import type { ReissueOffer } from '../../server/contract/reissues.ts'
import type { Call } from './call.ts'
import { isReissueOffer } from './read-reissues.ts'

/** What this caller may correct on an invoice, and the reissue that runs or ran last (P6). */
export function getReissueOffer(call: Call, invoiceId: string): Promise<ReissueOffer> {
  const path = `/invoices/${encodeURIComponent(invoiceId)}/reissue-offer`
  return call({ method: 'GET', path, reply: isReissueOffer })
}
