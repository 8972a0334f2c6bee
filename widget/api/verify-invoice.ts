import type { VerificationAsk, VerificationReply } from '../../server/contract/verifications.ts'
import type { Call } from './call.ts'
import { isFlag, isText, oneOf, orNull, record } from './read.ts'

const isReply = record({
  verdict: oneOf('valid', 'reversed', 'partly_reversed', 'replaced', 'unknown'),
  mismatch: orNull(oneOf('record', 'file')),
  colour: orNull(oneOf('blue', 'red')),
  isDemo: isFlag,
  replacedBy: orNull(isText),
})

/** What became of an invoice. Anybody may ask; no session goes along. */
export function verifyInvoice(call: Call, ask: VerificationAsk): Promise<VerificationReply> {
  return call({ method: 'POST', path: '/verifications', body: ask, reply: isReply })
}
