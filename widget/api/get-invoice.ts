import type { InvoiceView } from '../../server/contract/invoicing.ts'
import type { Call } from './call.ts'
import { isInvoiceView } from './read-requests.ts'

/** One issued document and how its deliveries went. */
export function getInvoice(call: Call, invoiceId: string): Promise<InvoiceView> {
  return call({ method: 'GET', path: `/invoices/${encodeURIComponent(invoiceId)}`, reply: isInvoiceView })
}
