import { createContexts } from './contexts.ts'
import { makeContext, memberAt, orderWithin, readHint, readJson } from './hints.ts'
import type { HostAdapter, HostEnv } from './host.ts'
import { askVendor, methodOf } from './vendor.ts'

const API_LIST = ['getTriggerContext', 'getBlockActionSourceDetail']

/**
 * 飞书's sidebar (facts/hosts-and-embed.md §1.9): `h5sdk` takes the page's signature, `tt` answers. A chat is no
 * customer, so it names the conversation and nothing else; the messages that were chosen may hold an order.
 */
export function createHost({ window, query, signPage }: HostEnv): HostAdapter {
  const contexts = createContexts()
  let connected: Promise<unknown> | null = null
  const readChat = async () => {
    connected ??= introduce(window, signPage)
    if ((await connected) === null) return
    const triggerCode = triggerOf(query)
    const [chat, chosen] = await Promise.all([
      call(window, 'getTriggerContext', { triggerCode }),
      triggerCode === null ? null : call(window, 'getBlockActionSourceDetail', { triggerCode }),
    ])
    const messages: unknown = memberAt(chosen, 'content', 'messages') ?? memberAt(chosen, 'messages')
    contexts.take(
      makeContext('feishu', {
        conversationId: memberAt(chat, 'openChatId') ?? memberAt(messages, '0', 'openChatId'),
        orderNo: orderIn(messages),
      }),
    )
  }
  return {
    id: 'feishu',
    origin: () => null,
    ready: contexts.ready,
    onContext(listener) {
      void readChat()
      return contexts.onContext(listener)
    },
    close: contexts.close,
  }
}

const triggerOf = (query: URLSearchParams): string | null =>
  query.get('trigger_code') ?? readHint(readJson(query.get('bdp_launch_query')).__trigger_id__)

function orderIn(messages: unknown): string | null {
  if (!Array.isArray(messages)) return null
  const found = messages.slice(0, 20).map((each: unknown) => {
    const content = memberAt(each, 'content')
    return orderWithin(readHint(readJson(content).text) ?? content)
  })
  return found.find((order) => order !== null) ?? null
}

const call = (window: Window, name: string, ask: object) =>
  askVendor((success, fail) => methodOf(window, 'tt', name)?.({ ...ask, success, fail }))

/** Null where the app does not take the page. */
async function introduce(window: Window, signPage: HostEnv['signPage']): Promise<unknown> {
  const sdk = methodOf(window, 'h5sdk', 'config')
  if (sdk === null) return null
  try {
    const { appId, timestamp, nonceStr, signature } = await signPage()
    const ask = { appId, timestamp: Number(timestamp), nonceStr, signature, jsApiList: API_LIST }
    const taken = await askVendor((done, onFail) => sdk({ ...ask, onSuccess: () => done(true), onFail }))
    return taken === null ? null : askVendor((done) => methodOf(window, 'h5sdk', 'ready')?.(() => done(true)))
  } catch {
    return null
  }
}
