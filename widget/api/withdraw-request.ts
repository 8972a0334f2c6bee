import type { InvoiceRequestView } from '../../server/contract/invoicing.ts'
import type { Call } from './call.ts'
import { isRequestView } from './read-requests.ts'

/** Takes a request back inside its undo window; `move_not_allowed` when it is too late. */
export function withdrawRequest(
  call: Call,
  requestId: string,
  idempotencyKey: string,
): Promise<InvoiceRequestView> {
  const path = `/invoice-requests/${encodeURIComponent(requestId)}/withdraw`
  return call({ method: 'POST', path, body: {}, idempotencyKey, reply: isRequestView })
}
