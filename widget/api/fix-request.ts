import type { FixAsk, InvoiceRequestView } from '../../server/contract/invoicing.ts'
import type { Call } from './call.ts'
import { isRequestView } from './read-requests.ts'

type Fix = { readonly requestId: string; readonly fix: FixAsk; readonly idempotencyKey: string }

/** Corrects what a rejection named, and nothing else: the same request goes on (F9). */
export function fixRequest(call: Call, { requestId, fix, idempotencyKey }: Fix): Promise<InvoiceRequestView> {
  const path = `/invoice-requests/${encodeURIComponent(requestId)}/fix`
  return call({ method: 'POST', path, body: fix, idempotencyKey, reply: isRequestView })
}
