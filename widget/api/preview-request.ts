import type { InvoiceAsk, Preview } from '../../server/contract/invoicing.ts'
import type { Call } from './call.ts'
import { isPreview } from './read-replies.ts'

/** What would be issued. Faults of the title stand inside, under `errors`; nothing is kept. */
export function previewRequest(call: Call, ask: InvoiceAsk): Promise<Preview> {
  return call({ method: 'POST', path: '/invoice-requests?dry_run=true', body: ask, reply: isPreview })
}
