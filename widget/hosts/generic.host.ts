import { createContexts, createQuestions, keepAsking } from './contexts.ts'
import { makeContext, membersOf } from './hints.ts'
import type { HostAdapter, HostEnv, InsertOutcome } from './host.ts'
import { createParentLink } from './parent-link.ts'

/**
 * The contract any chat console can fulfil with two lines (P14). Messages are plain objects by `postMessage`:
 *
 *     console → panel  { type: 'fapiao:context', platform, shopId, buyerNick, buyerId, orderNo,
 *                        conversationId?, locale?, theme? }
 *     panel → console  { type: 'fapiao:ready', version: 1 }              please send the context (again)
 *     panel → console  { type: 'fapiao:insert-text', id, text, conversationId, buyerId, buyerNick, orderNo }
 *     console → panel  { type: 'fapiao:inserted', id, ok }               optional
 *
 * The console fills its reply box only if that conversation is still the open one, and never sends by
 * itself. Its origin must be on the shop's list; everything it says is a hint. Contexts may come late, twice
 * or malformed.
 */
export function createHost(env: HostEnv): HostAdapter | null {
  const contexts = createContexts()
  const inserts = createQuestions<InsertOutcome>('unconfirmed')
  const link = createParentLink(env, (data) => {
    const { type, id, ok, ...told } = membersOf(data)
    if (type === 'fapiao:inserted') inserts.answer(id, ok === true ? 'inserted' : 'refused')
    if (type !== 'fapiao:context') return false
    const context = makeContext('generic', told)
    contexts.take(context)
    return context !== null
  })
  if (link === null) return null
  const stopAsking = keepAsking(
    () => contexts.latest() !== null,
    () => link.say({ type: 'fapiao:ready', version: 1 }),
  )

  return {
    id: 'generic',
    origin: link.origin,
    ready: contexts.ready,
    onContext: contexts.onContext,
    async insertText(text, conversation) {
      // Read again at the last moment: the agent may have moved on while the sentence was made.
      const latest = contexts.latest()
      if (latest === null || !contexts.isOpen(conversation)) return 'refused'
      const { conversationId, buyerId, buyerNick, orderNo } = latest
      const about = { conversationId, buyerId, buyerNick, orderNo }
      return inserts.ask((id) => link.say({ type: 'fapiao:insert-text', id, text, ...about }))
    },
    close() {
      stopAsking()
      contexts.close()
      link.close()
    },
  }
}
