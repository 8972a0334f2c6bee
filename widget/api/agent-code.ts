import type { AgentCodeAsk } from '../../server/contract/hosts.ts'
import type { SessionView } from '../../server/contract/sessions.ts'
import type { Call } from './call.ts'
import { isNothing } from './read.ts'
import { isSessionView } from './read-replies.ts'

/** Has a code put into a private note of the conversation. The same answer whether the console knows the two. */
export function askAgentCode(call: Call, ask: AgentCodeAsk): Promise<null> {
  return call({ method: 'POST', path: '/hosts/agent-codes', body: ask, reply: isNothing })
}

/** A session for the code out of that note. It works once; five wrong ones end it. */
export function enterWithCode(call: Call, ask: AgentCodeAsk, code: string): Promise<SessionView> {
  return call({ method: 'POST', path: '/sessions/agent-code', body: { ...ask, code }, reply: isSessionView })
}
