import type { SessionView } from '../../server/contract/sessions.ts'
import type { Call } from './call.ts'
import { isSessionView } from './read-replies.ts'

/**
 * A session for a launch token. The token burns: a second exchange is refused. `hostOrigin` is the page
 * around this one, as the browser told it; the server wants it on the shop's list.
 */
export function exchangeLaunch(
  call: Call,
  launchToken: string,
  hostOrigin: string | null,
): Promise<SessionView> {
  const body = hostOrigin === null ? { launchToken } : { launchToken, hostOrigin }
  return call({ method: 'POST', path: '/sessions/launch', body, reply: isSessionView })
}
