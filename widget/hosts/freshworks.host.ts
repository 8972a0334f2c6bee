import { createContexts } from './contexts.ts'
import { makeContext, memberAt, nobody, orderAmong, orderWithin, readHint } from './hints.ts'
import type { HostAdapter, HostContext, HostEnv } from './host.ts'
import { methodOf } from './vendor.ts'

/**
 * A Freshworks app in the ticket's sidebar (platform 3.0, facts/hosts-and-embed.md §1.5). The platform's client
 * script, which the server writes into the page where a shop names it, makes `window.app`.
 */
export function createHost({ window, parentOrigin }: HostEnv): HostAdapter {
  const contexts = createContexts()
  const connected = connect(window)

  const readTicket = async (): Promise<HostContext | null> => {
    const get = methodOf(await connected, 'data', 'get')
    if (get === null) return null
    // The ticket alone tells which conversation it is; without a contact it is still that one.
    const [ticket, contact] = await Promise.all([settled(get('ticket')), settled(get('contact'))])
    const told = memberAt(ticket, 'ticket')
    if (readHint(memberAt(told, 'id')) === null) return null
    return makeContext('freshworks', {
      conversationId: memberAt(told, 'id'),
      buyerId: memberAt(contact, 'contact', 'id'),
      buyerNick: memberAt(contact, 'contact', 'name'),
      orderNo: orderAmong(memberAt(told, 'custom_fields')) ?? orderWithin(memberAt(told, 'subject')),
    })
  }
  const readAgain = async () => contexts.take(await readTicket())
  void connected.then((client) => {
    const on = methodOf(client, 'events', 'on')
    on?.('app.activated', readAgain)
    on?.('app.deactivated', () => contexts.take(nobody('freshworks')))
    return readAgain()
  })

  return {
    id: 'freshworks',
    origin: () => parentOrigin,
    ready: contexts.ready,
    onContext: contexts.onContext,
    async insertText(text, conversation) {
      contexts.take((await readTicket()) ?? nobody('freshworks'))
      if (!contexts.isOpen(conversation)) return 'refused'
      const trigger = methodOf(await connected, 'interface', 'trigger')
      const ask = { id: 'editor', text, replace: false, position: 'end' }
      return (await settled(trigger?.('setValue', ask))) === null ? 'unconfirmed' : 'inserted'
    },
    resize: (height) => {
      void connected.then((client) => methodOf(client, 'instance', 'resize')?.({ height: `${height}px` }))
    },
    close: contexts.close,
  }
}

const connect = (window: Window): Promise<unknown> => settled(methodOf(window, 'app', 'initialized')?.())

/** Null for a refusal: the platform rejects what the page may not read. */
const settled = (asked: unknown): Promise<unknown> =>
  Promise.resolve(asked ?? null).then(
    (answer: unknown) => answer ?? null,
    () => null,
  )
