import { createContexts, createQuestions } from './contexts.ts'
import { type Members, makeContext, memberAt, membersOf, nobody, orderAmong, orderWithin } from './hints.ts'
import type { HostAdapter, HostEnv } from './host.ts'
import { createParentLink } from './parent-link.ts'

const HANDSHAKE = '@frontapp/ui-sdk#WebViewBridge.handshake'

/**
 * A Front plugin (facts/hosts-and-embed.md §1.4): one handshake hands a port over, and everything else goes
 * through it; window messages are not heard at all. The handshake goes to origins of the shop's list only.
 */
export function createHost(env: HostEnv): HostAdapter | null {
  const link = createParentLink(env, () => false)
  if (link === null) return null
  const contexts = createContexts()
  const calls = createQuestions<Members | null>(null)
  const ports: MessagePort[] = []
  let desk: MessagePort | null = null
  let told: Members = {}

  const hear = (port: MessagePort, data: unknown) => {
    // With several origins on the list several ports are offered; whoever answers first is the console.
    if (desk !== null && desk !== port) return
    const { type, context, id, value } = membersOf(data)
    if (type === 'context_update') {
      const next = readContext(membersOf(context))
      if (next === null) return
      desk = port
      told = membersOf(context)
      contexts.take(next)
    } else if (type === 'function_result') calls.answer(id, { value })
    else if (type === 'function_error') calls.answer(id, {})
  }
  link.ask(HANDSHAKE, () => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = ({ data }) => hear(port1, data)
    ports.push(port1)
    return [port2]
  })

  const call = (name: string, ...args: unknown[]) => {
    const { id: contextId } = told
    return calls.ask((id) => desk?.postMessage({ type: 'function_call', id, contextId, name, args }))
  }
  const draft = async (body: string) => {
    const content = { body, type: 'text' }
    const draftId = memberAt(told, 'conversation', 'draftId')
    if (typeof draftId === 'string') return call('updateDraft', draftId, { updateMode: 'insert', content })
    const results = memberAt(await call('listMessages'), 'value', 'results')
    const last: unknown = Array.isArray(results) ? results[results.length - 1] : null
    const originalMessageId = memberAt(last, 'id')
    const replyOptions = { type: 'reply', originalMessageId }
    return call('createDraft', { content, ...(originalMessageId ? { replyOptions } : {}) })
  }
  return {
    id: 'front',
    origin: link.origin,
    ready: contexts.ready,
    onContext: contexts.onContext,
    async insertText(text, conversation) {
      if (!contexts.isOpen(conversation)) return 'refused'
      const answer = await draft(text)
      if (answer === null) return 'unconfirmed'
      return 'value' in answer ? 'inserted' : 'refused'
    },
    openExternal: (url) => void call('openUrl', url),
    close() {
      contexts.close()
      link.close()
      for (const port of ports) port.close()
    },
  }
}

function readContext({ type, conversation }: Members) {
  if (typeof type !== 'string') return null
  if (type !== 'singleConversation') return nobody('front')
  const { id, subject, blurb, recipient, customFieldAttributes } = membersOf(conversation)
  return makeContext('front', {
    conversationId: id,
    buyerId: memberAt(recipient, 'handle'),
    buyerNick: memberAt(recipient, 'name'),
    orderNo: orderAmong(customFieldAttributes) ?? orderWithin(subject) ?? orderWithin(blurb),
  })
}
