import type { InvoiceAsk, InvoiceRequestView } from '../../server/contract/invoicing.ts'
import type { Call } from './call.ts'
import { isRequestView } from './read-requests.ts'

/**
 * Asks for an invoice. The same key with the same ask is the same request, however often it is sent.
 * Refuses with `preflight_failed` and its `errors`, or with the reason that stands against the order.
 */
export function requestInvoice(
  call: Call,
  ask: InvoiceAsk,
  idempotencyKey: string,
): Promise<InvoiceRequestView> {
  return call({ method: 'POST', path: '/invoice-requests', body: ask, idempotencyKey, reply: isRequestView })
}
