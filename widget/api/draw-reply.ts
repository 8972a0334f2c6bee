import type { Call } from './call.ts'
import { isText, record } from './read.ts'

/** A sentence for the chat box that was true when it was drawn (F3). */
export type DrawnReply = { text: string; url: string; expiresAt: string }

const isDrawnReply = record({ text: isText, url: isText, expiresAt: isText })

/** Refuses with `reply_outdated` when the request has moved past `version`, the one on the agent's screen. */
export function drawReply(
  call: Call,
  requestId: string,
  drawn: { version: number; locale: 'zh-CN' | 'en' },
): Promise<DrawnReply> {
  const path = `/invoice-requests/${encodeURIComponent(requestId)}/reply`
  return call({ method: 'POST', path, body: drawn, reply: isDrawnReply })
}
