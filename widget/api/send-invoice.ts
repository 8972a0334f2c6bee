import type { DeliveryView } from '../../server/contract/invoicing.ts'
import type { Call } from './call.ts'
import { isDelivery } from './read-requests.ts'

/** Mails an issued invoice once more; `resend_limit_reached` when there were too many. */
export function sendInvoice(
  call: Call,
  { invoiceId, email, idempotencyKey }: { invoiceId: string; email: string; idempotencyKey: string },
): Promise<DeliveryView> {
  const path = `/invoices/${encodeURIComponent(invoiceId)}/deliveries`
  return call({ method: 'POST', path, body: { email }, idempotencyKey, reply: isDelivery })
}
