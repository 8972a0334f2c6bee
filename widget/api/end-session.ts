import type { Call } from './call.ts'
import { isNothing } from './read.ts'

/** Signs out: the session and its cookie, wherever they are. */
export function endSession(call: Call): Promise<null> {
  return call({ method: 'DELETE', path: '/sessions/current', reply: isNothing })
}
