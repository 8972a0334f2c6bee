import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createHost } from '../../../widget/hosts/generic.host.ts'
import type { HostAdapter, HostContext } from '../../../widget/hosts/host.ts'
import { envOf } from './desk.ts'

const CONSOLE = 'https://chat.example.com'
const CONTEXT = {
  type: 'fapiao:context',
  platform: 'taobao',
  shopId: 'a-tm',
  buyerNick: '小**',
  buyerId: 'b-1',
  orderNo: 'TM-1001',
}

type Posted = { message: Record<string, unknown>; origin: string }

const opened: HostAdapter[] = []

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  for (const host of opened.splice(0)) host.close()
  vi.useRealTimers()
})

/** A panel inside a console that writes down what it hears. */
function openPanel({ parentOrigin = CONSOLE as string | null, allowedOrigins = [CONSOLE] } = {}) {
  const posted: Posted[] = []
  const parent = {
    postMessage: (message: Record<string, unknown>, origin: string) => void posted.push({ message, origin }),
  } as unknown as Window // only what the adapter uses
  const host = createHost(envOf({ parent, allowedOrigins, parentOrigin }))
  const contexts: HostContext[] = []
  if (host !== null) {
    opened.push(host)
    host.onContext((context) => contexts.push(context))
  }
  const say = (data: unknown, { origin = CONSOLE, source = parent as unknown } = {}) => {
    const event = new Event('message')
    for (const [name, value] of Object.entries({ data, origin, source })) {
      Object.defineProperty(event, name, { value })
    }
    window.dispatchEvent(event)
  }
  return { host, parent, posted, contexts, say }
}

describe('a chat console beside the panel', () => {
  test('tells which conversation is open, and the panel hears it once', () => {
    const { contexts, say } = openPanel()
    say(CONTEXT)
    say({ ...CONTEXT })
    say({ ...CONTEXT, orderNo: ' TM-1001 ' })

    expect(contexts).toHaveLength(1)
    expect(contexts[0]).toMatchObject({
      platform: 'taobao',
      shopId: 'a-tm',
      orderNo: 'TM-1001',
      buyerId: 'b-1',
    })
  })

  test('another order of the same buyer stays in the same conversation, another buyer is another one', () => {
    const { contexts, say } = openPanel()
    say(CONTEXT)
    say({ ...CONTEXT, orderNo: 'TM-1002' })
    say({ ...CONTEXT, buyerId: 'b-2' })

    const [first, second, third] = contexts.map(({ conversation }) => conversation)
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })

  test('is asked for the context until it answers', () => {
    const { posted, say } = openPanel()
    vi.advanceTimersByTime(400)
    expect(posted.map(({ message, origin }) => [message.type, origin])).toEqual([
      ['fapiao:ready', CONSOLE],
      ['fapiao:ready', CONSOLE],
    ])

    say(CONTEXT)
    vi.advanceTimersByTime(10_000)
    expect(posted).toHaveLength(2)
  })

  test('is not listened to unless it is on the list of the shop', () => {
    expect(openPanel({ parentOrigin: 'https://evil.example' }).host).toBeNull()
    expect(createHost(envOf({ parentOrigin: null }))).toBeNull()
  })

  test('where the browser does not name it, hears nothing before it spoke and is then the only one', () => {
    const other = 'https://other.example.com'
    const { contexts, posted, say } = openPanel({ parentOrigin: null, allowedOrigins: [CONSOLE, other] })
    vi.advanceTimersByTime(10_000)
    expect(posted).toEqual([])

    say(CONTEXT)
    say({ ...CONTEXT, buyerId: 'b-2' }, { origin: other })
    expect(contexts.map(({ buyerId }) => buyerId)).toEqual(['b-1'])
  })

  const huge = 'x'.repeat(1_000_000)
  const hostile: [string, unknown, { origin?: string; source?: unknown }?][] = [
    ['from another origin', CONTEXT, { origin: 'https://evil.example' }],
    ['from an origin that only begins like it', CONTEXT, { origin: `${CONSOLE}.evil.example` }],
    ['from a sandboxed page', CONTEXT, { origin: 'null' }],
    ['from another window', CONTEXT, { source: {} }],
    ['from no window', CONTEXT, { source: null }],
    ['without data', null],
    ['as text', JSON.stringify(CONTEXT)],
    ['as a list', [CONTEXT]],
    ['with nobody in it', { type: 'fapiao:context' }],
    ['with 1 MB of order', { type: 'fapiao:context', orderNo: huge }],
    [
      'with objects for texts',
      { type: 'fapiao:context', orderNo: { toString: () => 'TM-1001' }, buyerId: [] },
    ],
    ['under prototype keys', JSON.parse('{"__proto__":{"type":"fapiao:context","buyerId":"b-1"}}')],
    ['of another kind', { ...CONTEXT, type: 'constructor' }],
    ['an answer nobody waits for', { type: 'fapiao:inserted', id: 99, ok: true }],
  ]
  test.for(hostile)('a context %s changes nothing', ([, data, from]) => {
    const { contexts, say } = openPanel()
    expect(() => say(data, from)).not.toThrow()
    expect(contexts).toEqual([])

    say(CONTEXT)
    expect(contexts).toHaveLength(1)
  })

  test('hears nothing more after the panel closed', () => {
    const { host, contexts, say } = openPanel()
    host?.close()
    say(CONTEXT)
    expect(contexts).toEqual([])
  })
})

describe('a reply for the chat box', () => {
  test('goes to the exact origin of the console and is not sent by itself', async () => {
    const { host, contexts, posted, say } = openPanel()
    say(CONTEXT)
    const outcome = host?.insertText?.('您的发票已开具', contexts[0]?.conversation ?? '')
    const insert = posted[posted.length - 1]

    expect(insert).toMatchObject({
      origin: CONSOLE,
      message: { type: 'fapiao:insert-text', text: '您的发票已开具', buyerId: 'b-1' },
    })
    say({ type: 'fapiao:inserted', id: insert?.message.id, ok: true })
    await expect(outcome).resolves.toBe('inserted')
  })

  test('is refused when the agent is in another conversation by now', async () => {
    const { host, contexts, posted, say } = openPanel()
    say(CONTEXT)
    const drawnFor = contexts[0]?.conversation ?? ''
    say({ ...CONTEXT, buyerId: 'b-2' })

    await expect(host?.insertText?.('给 b-1 的话', drawnFor)).resolves.toBe('refused')
    expect(JSON.stringify(posted)).not.toContain('给 b-1 的话')
  })

  test('is refused when the console says no, and unconfirmed when it says nothing', async () => {
    const { host, contexts, posted, say } = openPanel()
    say(CONTEXT)
    const conversation = contexts[0]?.conversation ?? ''
    const refused = host?.insertText?.('一', conversation)
    say({ type: 'fapiao:inserted', id: posted[posted.length - 1]?.message.id, ok: false })
    await expect(refused).resolves.toBe('refused')

    const silent = host?.insertText?.('二', conversation)
    vi.advanceTimersByTime(2_000)
    await expect(silent).resolves.toBe('unconfirmed')
  })
})
