import type { InvoiceRequestView } from '../../server/contract/invoicing.ts'
import type { Call } from './call.ts'
import { isRequestView } from './read-requests.ts'

/** 开票申请 as it stands now. */
export function getRequest(call: Call, requestId: string): Promise<InvoiceRequestView> {
  const path = `/invoice-requests/${encodeURIComponent(requestId)}`
  return call({ method: 'GET', path, reply: isRequestView })
}
