import { createContexts } from './contexts.ts'
import { makeContext, memberAt, orderAmong, orderWithin, readHint } from './hints.ts'
import type { HostAdapter, HostEnv } from './host.ts'
import { methodOf, vendorAt } from './vendor.ts'

/**
 * A Crisp iframe widget (facts/hosts-and-embed.md §1.6). The address names the conversation; `$crisp`, of Crisp's
 * script where a shop names it, adds what the customer's session carries. The frame cannot reach the reply box.
 */
export function createHost({ window, query, parentOrigin }: HostEnv): HostAdapter {
  const contexts = createContexts()
  const crisp = vendorAt(window, '$crisp')
  const take = (conversation?: unknown) => {
    const data = memberAt(conversation, 'meta', 'data')
    contexts.take(
      makeContext('crisp', {
        conversationId: query.get('session_id') ?? memberAt(conversation, 'session_id'),
        buyerNick: memberAt(conversation, 'meta', 'nickname'),
        orderNo: orderAmong(data) ?? orderWithin(memberAt(conversation, 'last_message')),
        locale: query.get('locale'),
      }),
    )
  }
  take()
  if (typeof crisp === 'object' && crisp !== null) {
    // The handler first: data that comes without one is lost.
    Reflect.set(crisp, 'onDataAcquired', (namespace: unknown, told?: unknown) => {
      if (readHint(namespace) === 'conversation') take(told ?? vendorAt(crisp, 'data', 'conversation'))
    })
    methodOf(crisp, 'acquireData')?.('conversation')
  }
  return {
    id: 'crisp',
    origin: () => parentOrigin,
    ready: contexts.ready,
    onContext: contexts.onContext,
    resize: (height) => {
      methodOf(crisp, 'setHeight')?.(height)
    },
    close: contexts.close,
  }
}
