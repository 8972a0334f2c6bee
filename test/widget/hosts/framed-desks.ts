import type { HostAdapter } from '../../../widget/hosts/host.ts'
import { CONSOLE, type Desk, type Talk } from '../../contract/host.contract.ts'
import { type Box, envOf, isPort, member, type Open, openFrame, parse } from './desk.ts'

export function genericDesk(open: Open, first: Talk | null): Desk {
  const box: Box = []
  let talk = first
  const contextOf = (told: Talk) => ({
    type: 'fapiao:context',
    platform: 'taobao',
    shopId: 'a-tm',
    buyerNick: told.nick,
    buyerId: `b-${told.id}`,
    orderNo: told.order,
    conversationId: told.id,
  })
  const frame = openFrame((message) => {
    if (member(message, 'type') === 'fapiao:ready' && talk !== null) frame.say(contextOf(talk))
    if (member(message, 'type') !== 'fapiao:insert-text') return
    const ok = member(message, 'conversationId') === talk?.id
    if (ok) box.push({ talk: talk?.id ?? '', text: String(member(message, 'text')) })
    frame.say({ type: 'fapiao:inserted', id: member(message, 'id'), ok })
  })
  return {
    ...frame,
    host: open(envOf({ parent: frame.parent })),
    box,
    show(next) {
      talk = next
      frame.say(contextOf(next))
    },
    tellRaw: (told) => frame.say(told instanceof Object ? { ...told, type: 'fapiao:context' } : told),
    contextMessage: () => contextOf({ id: 'c-1', nick: '小**', order: 'TM-1001' }),
    close() {},
  }
}

export function chatwootDesk(open: Open, first: Talk | null): Desk {
  let talk = first
  const contextOf = ({ id, nick, order }: Talk) =>
    JSON.stringify({
      event: 'appContext',
      data: {
        conversation: {
          id: Number(id.slice(2)),
          account_id: 1,
          custom_attributes: {},
          messages: [{ content: `你好，${order} 可以开发票吗` }],
          meta: { sender: { name: nick } },
        },
        contact: { id: 7, name: nick, custom_attributes: order === null ? {} : { order_no: order } },
        currentAgent: { id: 3, name: 'Lin', email: 'lin@shop.example' },
        theme: 'light',
      },
    })
  const frame = openFrame((message) => {
    if (message === 'chatwoot-dashboard-app:fetch-info' && talk !== null) frame.say(contextOf(talk))
  })
  return {
    ...frame,
    host: open(envOf({ parent: frame.parent })),
    box: [],
    show(next) {
      talk = next
      frame.say(contextOf(next))
    },
    tellRaw: (told) => frame.say(JSON.stringify({ event: 'appContext', data: told })),
    contextMessage: () => contextOf({ id: 'c-1', nick: '小**', order: 'TM-1001' }),
    close() {},
  }
}

export const ZENDESK_QUERY = `origin=${encodeURIComponent(CONSOLE)}&app_guid=guid-1&order_field=custom_field_7`

/** `answer`: what the ticket says, for hostile ones. */
export function zendeskHost(talk: Talk | null, box: Box, answer?: () => unknown) {
  const ticketOf = ({ id, nick }: Talk) => ({
    id,
    subject: '开发票',
    requester: { id: 9, name: nick, email: 'buyer@ex.cn' },
  })
  const context = { product: 'support', account: { subdomain: 'acme' }, location: 'ticket_sidebar' }
  const registered = () =>
    JSON.stringify({
      key: 'zaf.app.registered',
      message: { metadata: {}, context: { ...context, ticketId: talk?.id } },
    })
  const frame = openFrame((text) => {
    const message = parse(text)
    if (member(message, 'key') === 'iframe.handshake' && (talk !== null || answer)) frame.say(registered())
    const kind = member(message, 'request')
    const result = kind === 'get' ? read() : invoke(member(message, 'params'))
    if (typeof kind === 'string') frame.say(JSON.stringify({ id: member(message, 'id'), result }))
  })
  const read = () => ({
    ticket: answer ? answer() : talk && ticketOf(talk),
    'ticket.customField:custom_field_7': talk?.order ?? null,
    errors: {},
  })
  const invoke = (params: unknown) => {
    const inserted = member(params, 'ticket.editor.insert')
    if (Array.isArray(inserted)) box.push({ talk: talk?.id ?? '', text: String(inserted[0]) })
    return { errors: {} }
  }
  return { ...frame, registered }
}

export function zendeskDesk(open: Open, talk: Talk | null): Desk {
  const box: Box = []
  let raw: unknown
  const frame = zendeskHost(talk, box, talk === null ? () => raw : undefined)
  let host: HostAdapter | null = null
  const start = () => open(envOf({ parent: frame.parent, query: new URLSearchParams(ZENDESK_QUERY) }))
  host = start()
  return {
    ...frame,
    host,
    box,
    tellRaw(told) {
      raw = told
      frame.say(frame.registered())
    },
    contextMessage: frame.registered,
    close() {},
  }
}

export function frontHost(first: Talk | null, box: Box) {
  let talk = first
  let port: MessagePort | null = null
  const contextOf = ({ id, nick, order }: Talk) => ({
    type: 'singleConversation',
    id: `context-${id}`,
    functionArities: { listMessages: 2, createDraft: 2, updateDraft: 3, openUrl: 2 },
    conversation: {
      id,
      type: 'email',
      subject: '开发票',
      blurb: '',
      recipient: { handle: `${id}@ex.cn`, name: nick },
      customFieldAttributes: order === null ? {} : { order_no: order },
    },
  })
  const tell = (context: unknown) => port?.postMessage({ type: 'context_update', context })
  const calls: unknown[] = []
  const hear = (call: unknown) => {
    const [id, name, args] = ['id', 'name', 'args'].map((each) => member(call, each))
    if (member(call, 'type') !== 'function_call') return
    calls.push({ name, args })
    const results = [{ id: 'msg-1' }, { id: 'msg-2' }]
    const value = name === 'listMessages' ? { results } : { id: 'draft-1' }
    if (name === 'createDraft' && Array.isArray(args)) {
      box.push({ talk: talk?.id ?? '', text: String(member(member(args[0], 'content'), 'body')) })
    }
    port?.postMessage({ type: 'function_result', id, value })
  }
  const frame = openFrame((message, [transferred]) => {
    if (message !== '@frontapp/ui-sdk#WebViewBridge.handshake' || !isPort(transferred)) return
    port = transferred
    port.onmessage = ({ data }) => hear(data)
    if (talk !== null) tell(contextOf(talk))
  })
  const show = (next: Talk) => {
    talk = next
    tell(contextOf(next))
  }
  return { ...frame, tell, show, calls, close: () => port?.close() }
}

export function frontDesk(open: Open, first: Talk | null): Desk {
  const box: Box = []
  const frame = frontHost(first, box)
  return {
    ...frame,
    host: open(envOf({ parent: frame.parent })),
    box,
    tellRaw: (told) => frame.tell(told instanceof Object ? { type: 'singleConversation', ...told } : told),
    contextMessage: () => ({
      type: 'context_update',
      context: { type: 'singleConversation', conversation: { id: 'x' } },
    }),
  }
}
