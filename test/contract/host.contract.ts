import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { HostAdapter, HostContext } from '../../widget/hosts/host.ts'

/** A conversation as an agent sees it. */
export type Talk = { readonly id: string; readonly nick: string; readonly order: string | null }

export type Posted = { readonly message: unknown; readonly origin: unknown }

/** A console with the panel beside it, and an agent at it. */
export type Desk = {
  readonly host: HostAdapter | null
  /** The agent opens another conversation, and the console says so. */
  show?(talk: Talk): void
  /** The agent opens another conversation, and the console says nothing. */
  showQuietly?(talk: Talk): void
  /** Something in the place where this console's context belongs. */
  tellRaw(told: unknown): void
  /** A window message from anywhere. */
  say(data: unknown, from?: { origin?: string; source?: unknown }): void
  /** The console's own message with the context, as it would come through the window; for the frames. */
  readonly contextMessage?: () => unknown
  /** What lies in the reply box, or was sent where there is none, by conversation. */
  readonly box: readonly { readonly talk: string; readonly text: string }[]
  /** Everything the panel posted to other windows. */
  readonly posted: readonly Posted[]
  close(): void
}

type Subject = {
  open(talk: Talk | null): Desk
  /** What this console lets an app do. */
  readonly can: {
    readonly insert?: boolean
    readonly sendLink?: boolean
    readonly resize?: boolean
    readonly openExternal?: boolean
    /** It frames the panel and speaks through window messages. */
    readonly messages?: boolean
  }
}

export const CONSOLE = 'https://chat.example.com'
const FIRST: Talk = { id: 'c-1', nick: '小**', order: 'TM-1001' }
const SECOND: Talk = { id: 'c-2', nick: '王**', order: 'TM-1002' }
const LINK = { url: 'https://fapiao.example/i/a#t=x', title: '开票', description: '自助开票' }
const HUGE = 'x'.repeat(1_000_000)

const HOSTILE: readonly [string, unknown][] = [
  ['nothing', null],
  ['a list', [[]]],
  ['a number', 7],
  ['1 MB of text', HUGE],
  ['1 MB in every field', { id: HUGE, conversation: { id: HUGE }, ticket: { id: HUGE }, orderNo: HUGE }],
  ['prototype keys', JSON.parse('{"__proto__":{"id":"c-1","buyerId":"b"},"constructor":{"id":1}}')],
  ['objects for texts', { id: { toString: 'c-1' }, buyerId: [], conversation: [], ticket: 'x' }],
]

/** All microtasks, and messages through ports that are on their way: each answer takes one more turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) {
    await vi.advanceTimersByTimeAsync(0)
    const { port1, port2 } = new MessageChannel()
    const came = new Promise((resolve) => {
      port2.onmessage = resolve
    })
    port1.postMessage(null)
    await came
    port1.close()
  }
}

/** What every console's adapter must do. A new one is finished when it passes this beside a fake of its console. */
export function describeHost(name: string, { open, can }: Subject): void {
  const opened: Desk[] = []
  beforeEach(() => {
    // Ports stay real: their messages come with the event loop.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    for (const desk of opened.splice(0)) {
      desk.host?.close()
      desk.close()
    }
    vi.useRealTimers()
  })
  const openDesk = async (talk: Talk | null = FIRST) => {
    const desk = open(talk)
    opened.push(desk)
    const contexts: HostContext[] = []
    const stop = desk.host?.onContext((context) => contexts.push(context))
    await settle()
    return { ...desk, contexts, stop, now: () => contexts[contexts.length - 1]?.conversation ?? '' }
  }

  describe(`${name} keeps the contract of hosts`, () => {
    test('tells which conversation is open, with its order, and tells it once', async () => {
      const { host, contexts, show } = await openDesk()
      show?.(FIRST)
      await vi.advanceTimersByTimeAsync(10_000)

      expect(contexts).toHaveLength(1)
      expect(contexts[0]).toMatchObject({ host: host?.id })
      expect(contexts[0]?.conversation).not.toBe('')
      if (contexts[0]?.orderNo !== null) expect(contexts[0]?.orderNo).toContain('TM-1001')
      await expect(host?.ready()).resolves.toEqual(contexts[0])
    })

    test('a listener who comes late hears the present context; one who left hears nothing', async () => {
      const { host, contexts, show, stop } = await openDesk()
      const late: HostContext[] = []
      host?.onContext((context) => late.push(context))
      await settle()
      expect(late).toEqual(contexts)

      stop?.()
      show?.(SECOND)
      await settle()
      expect(contexts).toHaveLength(1)
    })

    test('another conversation is another one, and the first is the first again', async () => {
      const desk = await openDesk()
      const other = desk.show === undefined ? await openDesk(SECOND) : desk
      const first = desk.now()
      desk.show?.(SECOND)
      await settle()
      expect(other.now()).not.toBe('')
      expect(other.now()).not.toBe(first)

      const again = desk.show === undefined ? await openDesk(FIRST) : desk
      desk.show?.(FIRST)
      await settle()
      expect(again.now()).toBe(first)
    })

    test('has the abilities of its console and no other', async () => {
      const { host } = await openDesk()
      const { insert = false, sendLink = false, resize = false, openExternal = false } = can
      expect({
        insert: host?.insertText !== undefined,
        sendLink: host?.sendLink !== undefined,
        resize: host?.resize !== undefined,
        openExternal: host?.openExternal !== undefined,
      }).toEqual({ insert, sendLink, resize, openExternal })
      expect(() => {
        host?.resize?.(480)
        host?.openExternal?.('https://fapiao.example/d/1')
      }).not.toThrow()
      await settle()
    })

    test('without a word of the console it waits, and throws nothing', async () => {
      const { contexts } = await openDesk(null)
      await vi.advanceTimersByTimeAsync(60_000)
      expect(contexts.filter(({ conversation }) => conversation !== '')).toEqual([])
    })

    test.for([...HOSTILE])('%s in the place of a context names no conversation', async ([, told]) => {
      const { contexts, tellRaw } = await openDesk(null)
      expect(() => tellRaw(told)).not.toThrow()
      await vi.advanceTimersByTimeAsync(10_000)
      expect(contexts.filter(({ conversation }) => conversation !== '')).toEqual([])
    })

    test('says nothing to everybody, and to nobody off the list', async () => {
      const { host, posted, now, show } = await openDesk()
      const writing = host?.insertText?.('您的发票已开具', now())
      await settle()
      await writing
      show?.(SECOND)
      host?.resize?.(300)
      await vi.advanceTimersByTimeAsync(10_000)
      expect(posted.filter(({ origin }) => origin !== CONSOLE)).toEqual([])
    })

    test('hears nothing more after the panel closed', async () => {
      const { host, contexts, show } = await openDesk()
      host?.close()
      show?.(SECOND)
      await vi.advanceTimersByTimeAsync(10_000)
      expect(contexts).toHaveLength(1)
    })
  })

  if (can.insert || can.sendLink) describeWriting(name, openDesk)
  if (can.messages) describeMessages(name, openDesk)
}

type Open = (talk?: Talk | null) => Promise<Desk & { contexts: HostContext[]; now(): string }>

function describeWriting(name: string, openDesk: Open): void {
  const write = ({ host }: Desk, conversation: string) =>
    host?.insertText?.('您的发票已开具', conversation) ?? host?.sendLink?.(LINK, conversation)

  describe(`${name}: what is written to the customer`, () => {
    test('goes to the conversation it was made for', async () => {
      const desk = await openDesk()
      const outcome = write(desk, desk.now())
      await settle()
      expect(['inserted', 'sent']).toContain(await outcome)
      expect(desk.box).toHaveLength(1)
      expect(desk.box[0]?.talk).toBe('c-1')
    })

    test('is refused for another conversation than the open one', async () => {
      const desk = await openDesk()
      const before = desk.now()
      desk.show?.(SECOND)
      await settle()
      const outcome = write(desk, desk.show === undefined ? 'another' : before)
      await settle()
      expect(await outcome).toBe('refused')
      expect(desk.box).toEqual([])
    })

    test('is refused when the agent moved on without the console saying so', async () => {
      const desk = await openDesk()
      if (desk.showQuietly === undefined) return
      const before = desk.now()
      desk.showQuietly(SECOND)
      const outcome = write(desk, before)
      await settle()
      expect(await outcome).toBe('refused')
      expect(desk.box).toEqual([])
    })
  })
}

function describeMessages(name: string, openDesk: Open): void {
  const strangers: [string, { origin?: string; source?: unknown }][] = [
    ['another origin', { origin: 'https://evil.example' }],
    ['an origin that only begins like it', { origin: `${CONSOLE}.evil.example` }],
    ['a page without an origin', { origin: 'null' }],
    ['another window of the right origin', { source: {} }],
    ['no window', { source: null }],
  ]
  describe(`${name}: who is heard`, () => {
    test.for(strangers)('not %s', async ([, from]) => {
      const { contexts, say, contextMessage } = await openDesk(null)
      expect(() => say(contextMessage?.(), from)).not.toThrow()
      await vi.advanceTimersByTimeAsync(5_000)
      expect(contexts).toEqual([])
    })

    test('a handshake that comes again changes nothing', async () => {
      const { contexts, say, contextMessage } = await openDesk()
      for (let count = 0; count < 3; count++) say(contextMessage?.())
      await vi.advanceTimersByTimeAsync(5_000)
      expect(contexts).toHaveLength(1)
    })

    test.for([...HOSTILE])('%s as a message changes nothing', async ([, told]) => {
      const { contexts, say } = await openDesk()
      expect(() => {
        say(told)
        say(JSON.stringify(told))
      }).not.toThrow()
      await settle()
      expect(contexts).toHaveLength(1)
    })
  })
}
