import type Front from '@frontapp/plugin-sdk'
import type { SingleConversationContext } from '@frontapp/plugin-sdk'
import frontSdk from '@frontapp/plugin-sdk/dist/index.umd.js?raw'
import { afterEach, expect, test, vi } from 'vitest'
import { createHost as createFront } from '../../../widget/hosts/front.host.ts'
import type { HostAdapter } from '../../../widget/hosts/host.ts'
import { createHost as createWecom } from '../../../widget/hosts/wecom.host.ts'
import { createHost as createZendesk } from '../../../widget/hosts/zendesk.host.ts'
import { type Box, envOf, parse, SIGNATURE } from './desk.ts'
import { frontHost, ZENDESK_QUERY, zendeskHost } from './framed-desks.ts'
import { wecomHost } from './native-desks.ts'

/**
 * The vendors' own SDKs beside the same console as our adapters: what the console hears must be the same, and
 * what it answers must mean the same. The SDKs are loaded by these tests alone.
 */
const TALK = { id: 'c-1', nick: '小**', order: 'TM-1001' }
const TEXT = '您的发票已开具'
const LINK = { url: 'https://fapiao.example/i/a#t=x', title: '自助开票', description: '点开填写抬头' }

const undo: (() => void)[] = []
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step()
})

/** Makes the page look framed, or opened by another app, for code that reads it from the globals. */
function pretend(target: object, name: string, value: unknown): void {
  const own = Object.getOwnPropertyDescriptor(target, name)
  Object.defineProperty(target, name, { value, configurable: true, writable: true })
  undo.push(() => {
    if (own === undefined) Reflect.deleteProperty(target, name)
    else Object.defineProperty(target, name, own)
  })
}

const isSingle = (context: object): context is SingleConversationContext =>
  Reflect.get(context, 'type') === 'singleConversation'

async function firstContext(host: HostAdapter | null) {
  if (host === null) throw new Error('no adapter')
  undo.push(() => host.close())
  host.onContext(() => {})
  return { host, context: await host.ready() }
}

test('Zendesk’s SDK and our adapter ask the same of the same console', async () => {
  const params = new URLSearchParams(ZENDESK_QUERY)
  const wanted = ['ticket', 'ticket.customField:custom_field_7']
  const theirBox: Box = []
  const theirs = zendeskHost(TALK, theirBox)
  pretend(window, 'parent', theirs.parent)
  history.replaceState(null, '', `?${ZENDESK_QUERY}`)
  const { default: ZAFClient } = await import('zendesk_app_framework_sdk')
  const client = ZAFClient.init()
  const told = await client.get(wanted)
  await client.invoke('ticket.editor.insert', TEXT)
  await client.invoke('resize', { width: '100%', height: '480px' })

  const ourBox: Box = []
  const ours = zendeskHost(TALK, ourBox)
  const { host, context } = await firstContext(createZendesk(envOf({ parent: ours.parent, query: params })))
  expect(await host.insertText?.(TEXT, context.conversation)).toBe('inserted')
  host.resize?.(480)

  const read = ({ posted }: typeof ours) =>
    posted.map(({ message, origin }) => {
      const { id, message: body, ...rest } = Object(parse(message))
      return { ...rest, hasId: typeof id === 'number', hasVersion: typeof body?.version === 'string', origin }
    })
  // The SDK also subscribes to a change of context, which in a ticket's sidebar does not come.
  const asked = read(theirs).filter(({ key }) => !String(key).startsWith('iframe.on:'))
  expect(read(ours)).toEqual(asked)
  expect(asked.map(({ key, request }) => key ?? request)).toEqual([
    'iframe.handshake',
    'get',
    'invoke',
    'invoke',
  ])
  expect(ourBox).toEqual(theirBox)
  expect(context).toMatchObject({ conversationId: told.ticket.id, buyerNick: told.ticket.requester.name })
})

test('Front’s SDK and our adapter ask the same of the same console', async () => {
  const theirBox: Box = []
  const theirs = frontHost(TALK, theirBox)
  undo.push(theirs.close)
  pretend(window, 'parent', theirs.parent)
  // As a page loads it, a classic script: its default export answers to `then`, so no module of it can be awaited.
  new Function(frontSdk)()
  undo.push(() => void Reflect.deleteProperty(window, 'Front'))
  const { contextUpdates }: Pick<typeof Front, 'contextUpdates'> = Reflect.get(window, 'Front')
  // Boxed: the SDK's contexts answer to every name, `then` included.
  const { told } = await new Promise<{ told: SingleConversationContext }>((resolve) => {
    contextUpdates.subscribe((context) => {
      if (isSingle(context)) resolve({ told: context })
    })
  })
  const { results } = await told.listMessages()
  const [last] = results.slice(-1)
  if (last === undefined) throw new Error('no message')
  const content = { body: TEXT, type: 'text' as const }
  await told.createDraft({ content, replyOptions: { type: 'reply', originalMessageId: last.id } })
  await told.openUrl(LINK.url)

  const ourBox: Box = []
  const ours = frontHost(TALK, ourBox)
  undo.push(ours.close)
  const { host, context } = await firstContext(createFront(envOf({ parent: ours.parent })))
  expect(await host.insertText?.(TEXT, context.conversation)).toBe('inserted')
  host.openExternal?.(LINK.url)

  await vi.waitFor(() => expect(ours.calls).toEqual(theirs.calls))
  expect(theirs.calls).toHaveLength(3)
  expect(ours.posted.map(({ message }) => message)).toEqual(theirs.posted.map(({ message }) => message))
  expect(ourBox).toEqual(theirBox)
  expect(context.conversationId).toBe(told.conversation.id)
})

test('企业微信’s SDK and our adapter ask the same of the same app', async () => {
  pretend(navigator, 'userAgent', 'Mozilla/5.0 (Windows NT 10.0) wxwork/4.1.30 MicroMessenger/7.0.1')
  const theirBox: Box = []
  const theirs = wecomHost(TALK, theirBox)
  const ww = await import('@wecom/jssdk')
  const { appId, agentId, ...signed } = SIGNATURE
  ww.register({
    corpId: appId,
    agentId,
    jsApiList: ['getContext', 'getCurExternalContact', 'sendChatMessage', 'openDefaultBrowser'],
    getAgentConfigSignature: async () => ({ ...signed, timestamp: Number(signed.timestamp) }),
  })
  await ww.getContext()
  const { userId } = await ww.getCurExternalContact()
  const { url: link, title, description: desc } = LINK
  await ww.sendChatMessage({
    msgtype: 'news',
    news: { link, title, desc, imgUrl: '' },
  })
  await ww.openDefaultBrowser({ url: link })
  theirs.close()

  const ourBox: Box = []
  const ours = wecomHost(TALK, ourBox)
  undo.push(ours.close)
  const { host, context } = await firstContext(createWecom(envOf()))
  expect(await host.sendLink?.(LINK, context.conversation)).toBe('sent')
  host.openExternal?.(link)

  // Ours looks again who is open before it sends.
  const onceEach = (calls: readonly unknown[]) => [...new Set(calls.map((call) => JSON.stringify(call)))]
  await vi.waitFor(() => expect(onceEach(ours.calls)).toEqual(onceEach(theirs.calls)))
  expect(theirs.calls.map(({ name }) => name)).toEqual([
    'agentConfig',
    'getContext',
    'getCurExternalContact',
    'sendChatMessage',
    'openDefaultBrowser',
  ])
  expect(ourBox).toEqual(theirBox)
  expect(context.buyerId).toBe(userId)
})
