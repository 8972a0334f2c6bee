import type { SessionView } from '../../server/contract/sessions.ts'
import type { Call } from './call.ts'
import { isSessionView } from './read-replies.ts'

/** A customer's session for a link. Altered, expired and foreign links are one answer: `link_invalid`. */
export function exchangeLink(call: Call, linkToken: string): Promise<SessionView> {
  return call({ method: 'POST', path: '/sessions/link', body: { linkToken }, reply: isSessionView })
}
