import type { Call } from './call.ts'
import { type DownloadLink, isDownloadLink } from './read-requests.ts'

export type FileFormat = 'pdf' | 'ofd' | 'xml' | 'png'

/** A link to one file that opens without cookies, in any browser, until it expires. */
export function createDownload(call: Call, invoiceId: string, format: FileFormat): Promise<DownloadLink> {
  const path = `/invoices/${encodeURIComponent(invoiceId)}/downloads`
  return call({ method: 'POST', path, body: { format }, reply: isDownloadLink })
}
