import { createContexts, createQuestions } from './contexts.ts'
import { type Members, makeContext, memberAt, membersOf, orderWithin, readHint, readJson } from './hints.ts'
import type { HostAdapter, HostEnv } from './host.ts'
import { createParentLink } from './parent-link.ts'

/**
 * A Zendesk app in the ticket's sidebar (ZAF v2, facts/hosts-and-embed.md §1.2): JSON texts, each with the app's
 * guid; nothing but the handshake before the console registered the app. One frame belongs to one ticket.
 * `?order_field=custom_field_123` names the field that holds the order.
 */
export function createHost(env: HostEnv): HostAdapter | null {
  const consoleOrigin = env.query.get('origin') ?? ''
  const appGuid = env.query.get('app_guid') ?? ''
  if (!env.allowedOrigins.includes(consoleOrigin)) return null

  const contexts = createContexts()
  const requests = createQuestions<Members | null>(null)
  let isRegistered = false
  const link = createParentLink({ ...env, allowedOrigins: [consoleOrigin] }, (data) => {
    const { key, id, result, message } = readJson(data)
    if (id !== undefined) requests.answer(id, membersOf(result))
    if (key !== 'zaf.app.registered' || isRegistered) return key !== undefined || id !== undefined
    isRegistered = true
    void readTicket(memberAt(message, 'context'))
    return true
  })
  if (link === null) return null

  const say = (message: object) => link.ask(JSON.stringify({ ...message, appGuid, instanceGuid: appGuid }))
  const request = (kind: 'get' | 'invoke', params: unknown) =>
    requests.ask((id) => say({ id, request: kind, params }))
  const readTicket = async (context: unknown) => {
    const field = `ticket.customField:${env.query.get('order_field')}`
    const paths = ['ticket', ...(env.query.has('order_field') ? [field] : [])]
    const { ticket, [field]: order } = (await request('get', paths)) ?? {}
    const { id, subject, requester } = membersOf(ticket)
    contexts.take(
      makeContext('zendesk', {
        conversationId: readHint(id) ?? readHint(memberAt(context, 'ticketId')),
        buyerId: memberAt(requester, 'id'),
        buyerNick: memberAt(requester, 'name'),
        orderNo: readHint(order) ?? orderWithin(subject),
      }),
    )
  }
  say({ key: 'iframe.handshake', message: { version: '2.0.0' } })

  return {
    id: 'zendesk',
    origin: () => consoleOrigin,
    ready: contexts.ready,
    onContext: contexts.onContext,
    async insertText(text, conversation) {
      if (!contexts.isOpen(conversation)) return 'refused'
      const result = await request('invoke', { 'ticket.editor.insert': [text] })
      if (result === null) return 'unconfirmed'
      return Object.keys(membersOf(result.errors)).length === 0 ? 'inserted' : 'refused'
    },
    resize(height) {
      if (isRegistered) void request('invoke', { resize: [{ width: '100%', height: `${height}px` }] })
    },
    close() {
      contexts.close()
      link.close()
    },
  }
}
