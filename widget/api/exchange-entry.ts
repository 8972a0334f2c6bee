import type { SessionView } from '../../server/contract/sessions.ts'
import type { Call } from './call.ts'
import { isSessionView } from './read-replies.ts'

/** A session for the token that a console's door put into the address; as with a launch, once and in its place. */
export function exchangeEntry(
  call: Call,
  entryToken: string,
  hostOrigin: string | null,
): Promise<SessionView> {
  const body = hostOrigin === null ? { entryToken } : { entryToken, hostOrigin }
  return call({ method: 'POST', path: '/sessions/entry', body, reply: isSessionView })
}
