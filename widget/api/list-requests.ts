import type { InvoiceRequestView } from '../../server/contract/invoicing.ts'
import type { Call } from './call.ts'
import { listOf, record } from './read.ts'
import { isRequestView } from './read-requests.ts'

const isRequestList = record({ items: listOf(isRequestView) })

/** What this agent asked for today, newest first. */
export async function listRequests(call: Call): Promise<InvoiceRequestView[]> {
  const { items } = await call({ method: 'GET', path: '/invoice-requests', reply: isRequestList })
  return items
}
