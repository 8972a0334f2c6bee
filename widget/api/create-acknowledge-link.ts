import type { Call } from './call.ts'
import { newKey } from './new-key.ts'
import { isText, record } from './read.ts'

/** Where a customer sees the changes of a reissue and confirms them. */
export type AcknowledgeLink = { url: string; expiresAt: string }

const isAcknowledgeLink = record({ url: isText, expiresAt: isText })

export function createAcknowledgeLink(call: Call, reissueId: string): Promise<AcknowledgeLink> {
  const path = `/reissues/${encodeURIComponent(reissueId)}/acknowledge-link`
  return call({ method: 'POST', path, body: {}, idempotencyKey: newKey(), reply: isAcknowledgeLink })
}
