import type { SessionView } from '../../server/contract/sessions.ts'
import type { Call } from './call.ts'
import { isSessionView } from './read-replies.ts'

/** A session of the same rights with a new end. */
export function renewSession(call: Call): Promise<SessionView> {
  return call({ method: 'POST', path: '/sessions/renew', body: {}, reply: isSessionView })
}
