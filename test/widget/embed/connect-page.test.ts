import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { connectPage, type HostPage, isClaimGood, readClaim } from '../../../widget/embed/connect-page.ts'

const SHOP = 'https://shop.example.com'
const NONCE = 'nonce-0123456789abcdef'
const VIEW = { orderNo: 'WX-2001', mode: 'list', locale: 'zh-CN', theme: 'dark', vars: { accent: '#0a5' } }

const ports: MessagePort[] = []

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
  for (const port of ports.splice(0)) port.close()
})

/** The frame's side, with a parent that writes down what it hears. */
function openFrame() {
  const posted: { data: unknown; origin: string }[] = []
  const parent = {
    postMessage: (data: unknown, origin: string) => void posted.push({ data, origin }),
  } as unknown as Window // only what the frame uses
  const pages: HostPage[] = []
  void connectPage({ window, parent, allowedOrigins: [SHOP], newNonce: () => NONCE }, SHOP).then((page) =>
    pages.push(page),
  )
  const channel = new MessageChannel()
  ports.push(channel.port1, channel.port2)
  const say = (said: { data?: unknown; origin?: string; source?: unknown; ports?: unknown[] } = {}) => {
    const event = new Event('message')
    const message = {
      data: { fw: 1, t: 'welcome', nonce: NONCE },
      origin: SHOP,
      source: parent,
      ports: [channel.port2],
      ...said,
    }
    for (const [name, value] of Object.entries(message)) Object.defineProperty(event, name, { value })
    window.dispatchEvent(event)
  }
  return { parent, posted, pages, say, port: channel.port1 }
}

/** What was posted before has arrived when this has. */
const settle = () =>
  new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel()
    ports.push(port1, port2)
    port2.onmessage = () => resolve()
    port1.postMessage(null)
  })

describe('whom the frame may speak to', () => {
  test.for([
    ['', null],
    ['#v=1', null],
    [`#v=2&o=${SHOP}`, null],
    ['#v=1&o=null', null],
    ['#v=1&o=javascript:alert(1)', null],
    [`#v=1&o=${SHOP}/path`, null],
    [`#v=1&o=${SHOP}`, SHOP],
    [`#v=1&o=${encodeURIComponent(SHOP)}`, SHOP],
  ] as const)('the fragment %s claims %s', ([hash, claim]) => {
    expect(readClaim(hash)).toBe(claim)
  })

  test('a claim counts only when the shop lists it and the browser does not know better', () => {
    const parent = {} as Window
    const allowedOrigins = [SHOP]
    expect(isClaimGood({ window, parent, allowedOrigins }, SHOP)).toBe(true)
    expect(isClaimGood({ window, parent, allowedOrigins }, 'https://evil.example')).toBe(false)
    expect(isClaimGood({ window, parent, allowedOrigins: [] }, SHOP)).toBe(false)
    expect(isClaimGood({ window, parent: window, allowedOrigins }, SHOP)).toBe(false)
    expect(isClaimGood({ window, parent, allowedOrigins }, null)).toBe(false)

    const framedByOther = {
      location: { ancestorOrigins: ['https://evil.example'] },
      document: { referrer: '' },
    } as unknown as Window // what the browser says of its ancestors
    expect(isClaimGood({ window: framedByOther, parent, allowedOrigins }, SHOP)).toBe(false)
  })
})

describe('the frame and its page', () => {
  test('hello goes to the exact origin, and the page that echoes the nonce is the one', async () => {
    const { posted, pages, say, port } = openFrame()
    expect(posted).toEqual([{ data: { fw: 1, t: 'hello', nonce: NONCE }, origin: SHOP }])

    say()
    port.postMessage({ t: 'init', view: VIEW, isDialog: true })
    await expect.poll(() => pages).toHaveLength(1)

    expect(pages[0]?.view()).toEqual(VIEW)
    expect(pages[0]?.isDialog).toBe(true)
  })

  const otherPort = () => new MessageChannel().port1
  const hostile: [string, Parameters<ReturnType<typeof openFrame>['say']>[0]][] = [
    ['another origin', { origin: 'https://evil.example' }],
    ['a sandboxed page', { origin: 'null' }],
    ['another window', { source: {} }],
    ['no window', { source: null }],
    ['another nonce', { data: { fw: 1, t: 'welcome', nonce: 'nonce-of-somebody-else' } }],
    ['no data', { data: null }],
    ['a string of 1 MB', { data: 'x'.repeat(1_000_000) }],
    ['prototype keys', { data: JSON.parse(`{"__proto__":{"fw":1,"t":"welcome","nonce":"${NONCE}"}}`) }],
    ['no port', { ports: [] }],
    ['two ports', { ports: [otherPort(), otherPort()] }],
  ]
  test.for(hostile)('a welcome with %s opens nothing', async ([, said]) => {
    const { pages, say, port } = openFrame()
    expect(() => say(said)).not.toThrow()
    port.postMessage({ t: 'init', view: VIEW, isDialog: false })
    await settle()
    expect(pages).toEqual([])
  })

  test('the first port counts; a second welcome is not heard', async () => {
    const { pages, say, port } = openFrame()
    say()
    const second = new MessageChannel()
    ports.push(second.port1, second.port2)
    say({ ports: [second.port2] })
    second.port1.postMessage({ t: 'init', view: { ...VIEW, orderNo: 'evil' }, isDialog: false })
    port.postMessage({ t: 'init', view: VIEW, isDialog: false })

    await expect.poll(() => pages).toHaveLength(1)
    await settle()
    expect(pages[0]?.view().orderNo).toBe('WX-2001')
  })

  test('a token comes as the answer to its own question, and none comes after the wait', async () => {
    const { pages, say, port } = openFrame()
    const heard: unknown[] = []
    port.onmessage = (event: MessageEvent<unknown>) => void heard.push(event.data)
    say()
    port.postMessage({ t: 'init', view: VIEW, isDialog: false })
    await expect.poll(() => pages).toHaveLength(1)

    const first = pages[0]?.askForToken()
    const second = pages[0]?.askForToken()
    await expect
      .poll(() => heard)
      .toEqual([
        { t: 'token', id: 1 },
        { t: 'token', id: 2 },
      ])
    port.postMessage({ t: 'token', id: 2, token: 'two' })
    port.postMessage({ t: 'token', id: 99, token: 'nobody asked' })
    await expect(second).resolves.toBe('two')

    vi.advanceTimersByTime(15_000)
    await expect(first).resolves.toBeNull()
  })

  test('what the page says later arrives, and what makes no sense becomes a default', async () => {
    const { pages, say, port } = openFrame()
    say()
    port.postMessage({
      t: 'init',
      view: { orderNo: 7, locale: {}, theme: 'pink', vars: { accent: 3 } },
      isDialog: 1,
    })
    await expect.poll(() => pages).toHaveLength(1)
    expect(pages[0]?.view()).toEqual({
      orderNo: null,
      mode: 'request',
      locale: 'zh-CN',
      theme: 'auto',
      vars: {},
    })
    expect(pages[0]?.isDialog).toBe(false)

    const views: unknown[] = []
    pages[0]?.onView((view) => views.push(view))
    for (const odd of [null, 7, 'update', [], { t: '__proto__' }]) port.postMessage(odd)
    port.postMessage({ t: 'update', view: VIEW, isDialog: false })
    await expect.poll(() => views).toEqual([VIEW])
  })
})
