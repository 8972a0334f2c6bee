import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { defineFapiaoWidget, FapiaoWidget, openFapiao } from '../../../widget/embed/fapiao-widget.ts'

const ENDPOINT = 'https://invoices.example.com'
const NONCE = 'nonce-0123456789'

type Welcome = { data: unknown; origin: string; ports: MessagePort[] }
/** Stands for the window inside a frame and keeps what the page said to it. */
type FakeWindow = { heard: Welcome[]; postMessage(data: unknown, origin: string, ports: MessagePort[]): void }

const windows = new WeakMap<object, FakeWindow>()

function windowOf(frame: object): FakeWindow {
  const known = windows.get(frame)
  if (known !== undefined) return known
  const heard: Welcome[] = []
  const made = {
    heard,
    postMessage: (data: unknown, origin: string, ports: MessagePort[]) =>
      void heard.push({ data, origin, ports }),
  }
  windows.set(frame, made)
  return made
}

beforeEach(() => {
  // No page is loaded: the test plays the frame's side itself.
  vi.spyOn(HTMLIFrameElement.prototype, 'contentWindow', 'get').mockImplementation(function (this: object) {
    return windowOf(this) as never
  })
  vi.spyOn(HTMLIFrameElement.prototype, 'src', 'set').mockImplementation(function (
    this: Element,
    url: string,
  ) {
    this.setAttribute('data-src', url)
  })
  defineFapiaoWidget()
})

afterEach(() => {
  document.body.replaceChildren()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function addWidget(attributes: Record<string, string> = {}): FapiaoWidget {
  const widget = document.createElement('fapiao-widget')
  for (const [name, value] of Object.entries({ shop: 's_acme', endpoint: ENDPOINT, ...attributes })) {
    widget.setAttribute(name, value)
  }
  document.body.appendChild(widget)
  if (!(widget instanceof FapiaoWidget)) throw new Error('not defined')
  return widget
}

const frameOf = (widget: Element) => widget.shadowRoot?.querySelector('iframe') ?? null

type Said = { data?: unknown; origin?: string; source?: unknown }

/** A window message as the frame, or somebody else, would send it. */
function say(widget: Element, said: Said = {}): void {
  const frame = frameOf(widget)
  const message = {
    data: { fw: 1, t: 'hello', nonce: NONCE },
    origin: ENDPOINT,
    source: frame === null ? null : windowOf(frame),
    ...said,
  }
  const event = new Event('message')
  for (const [name, value] of Object.entries(message)) Object.defineProperty(event, name, { value })
  window.dispatchEvent(event)
}

const heardBy = (widget: Element): Welcome[] => {
  const frame = frameOf(widget)
  return frame === null ? [] : windowOf(frame).heard
}

const last = <T>(list: readonly T[]): T | undefined => list[list.length - 1]

/** The frame's end of the port, with everything that arrived on it. */
function portOf(widget: Element): { port: MessagePort; said: unknown[] } {
  const port = last(heardBy(widget))?.ports[0]
  if (port === undefined) throw new Error('no port was handed over')
  const said: unknown[] = []
  port.onmessage = (event: MessageEvent<unknown>) => void said.push(event.data)
  return { port, said }
}

describe('the widget on a storefront', () => {
  test('puts one frame into the page, with the shop in the path and no token in the address', () => {
    const widget = addWidget({ token: 'secret-launch-token' })

    const source = frameOf(widget)?.getAttribute('data-src')
    expect(source).toBe(`${ENDPOINT}/embed/s_acme#v=1&o=${location.origin}`)
    expect(widget.shadowRoot?.querySelectorAll('iframe, script, style, link')).toHaveLength(1)
  })

  test('answers the frame alone, echoes its nonce and hands over one port', async () => {
    const widget = addWidget({ 'order-no': 'WX-2001', locale: 'zh-CN' })
    say(widget)

    const [welcome, ...more] = heardBy(widget)
    expect(more).toEqual([])
    expect(welcome).toMatchObject({ data: { fw: 1, t: 'welcome', nonce: NONCE }, origin: ENDPOINT })
    expect(welcome?.ports).toHaveLength(1)
    const { said } = portOf(widget)
    await expect
      .poll(() => said)
      .toMatchObject([{ t: 'init', view: { orderNo: 'WX-2001', locale: 'zh-CN' } }])
  })

  const huge = 'x'.repeat(1_000_000)
  const hostile: [string, Said][] = [
    ['another origin', { origin: 'https://evil.example' }],
    ['an origin that only begins like ours', { origin: `${ENDPOINT}.evil.example` }],
    ['a sandboxed page', { origin: 'null' }],
    ['another window of our origin', { source: { postMessage() {} } }],
    ['no window at all', { source: null }],
    ['no data', { data: null }],
    ['a string', { data: JSON.stringify({ fw: 1, t: 'hello', nonce: NONCE }) }],
    ['another version', { data: { fw: 2, t: 'hello', nonce: NONCE } }],
    ['no nonce', { data: { fw: 1, t: 'hello' } }],
    ['a nonce of 1 MB', { data: { fw: 1, t: 'hello', nonce: huge } }],
    ['a nonce that is an object', { data: { fw: 1, t: 'hello', nonce: { toString: () => NONCE } } }],
    ['prototype keys', { data: JSON.parse('{"__proto__":{"fw":1,"t":"hello"},"nonce":"nonce-0123456789"}') }],
  ]
  test.for(hostile)('gives nothing to %s', ([, said]) => {
    const widget = addWidget()
    expect(() => say(widget, said)).not.toThrow()
    expect(heardBy(widget)).toEqual([])

    say(widget)
    expect(heardBy(widget)).toHaveLength(1)
  })

  test('a repeated hello gets no second port, a reloaded frame with a new nonce does', () => {
    const widget = addWidget()
    say(widget)
    say(widget)
    expect(heardBy(widget)).toHaveLength(1)

    say(widget, { data: { fw: 1, t: 'hello', nonce: 'nonce-after-reload' } })
    expect(heardBy(widget)).toHaveLength(2)
  })

  test('fetches a token each time the frame asks, and sends it over the port only', async () => {
    let minted = 0
    const widget = addWidget()
    widget.getToken = async () => `token-${++minted}`
    say(widget)
    const { port, said } = portOf(widget)

    port.postMessage({ t: 'token', id: 1 })
    port.postMessage({ t: 'token', id: 2 })

    await expect
      .poll(() => said.slice(1))
      .toEqual([
        { t: 'token', id: 1, token: 'token-1' },
        { t: 'token', id: 2, token: 'token-2' },
      ])
    expect(JSON.stringify(heardBy(widget).map(({ data }) => data))).not.toContain('token-')
    expect(frameOf(widget)?.getAttribute('data-src')).not.toContain('token-')
  })

  test('hands out a token attribute once, and says when the page brings a new one', async () => {
    const widget = addWidget({ token: 'first' })
    say(widget)
    const { port, said } = portOf(widget)
    port.postMessage({ t: 'token', id: 1 })
    port.postMessage({ t: 'token', id: 2 })
    await expect.poll(() => said.length).toBe(3)
    widget.setAttribute('token', 'second')
    await expect.poll(() => said.length).toBe(4)
    port.postMessage({ t: 'token', id: 3 })

    await expect
      .poll(() => said.slice(1))
      .toEqual([
        { t: 'token', id: 1, token: 'first' },
        { t: 'token', id: 2, token: null },
        expect.objectContaining({ t: 'update' }),
        { t: 'token', id: 3, token: 'second' },
      ])
  })

  const badCallbacks: [string, unknown][] = [
    ['fails', () => Promise.reject(new Error('backend down'))],
    [
      'throws',
      () => {
        throw new Error('backend down')
      },
    ],
    ['answers a number', () => 42],
    ['answers 1 MB', () => huge],
    ['answers nothing', () => undefined],
  ]
  test.for(badCallbacks)('a callback that %s means no token, not a broken widget', async ([, getToken]) => {
    const widget = addWidget()
    Reflect.set(widget, 'getToken', getToken)
    say(widget)
    const { port, said } = portOf(widget)
    port.postMessage({ t: 'token', id: 7 })

    await expect.poll(() => last(said)).toEqual({ t: 'token', id: 7, token: null })
  })

  test('takes the height the frame asks for, within bounds, and ignores what it does not know', async () => {
    const widget = addWidget()
    const heights: unknown[] = []
    widget.addEventListener('fapiao-resize', (event) => heights.push((event as CustomEvent).detail.height))
    say(widget)
    const { port } = portOf(widget)

    for (const h of [412.4, 3, 1e9, Number.NaN, -1, '900', null]) port.postMessage({ t: 'resize', h })
    for (const odd of [
      null,
      'close',
      7,
      { t: '__proto__' },
      { t: 'event', name: 'constructor', detail: {} },
    ]) {
      port.postMessage(odd)
    }
    port.postMessage({ t: 'resize', h: 500 })

    await expect.poll(() => heights).toEqual([412, 120, 4000, 500])
    expect(frameOf(widget)?.style.height).toBe('500px')
  })

  test('tells the page what happened, through events that bubble', async () => {
    const widget = addWidget()
    const heard: unknown[] = []
    for (const name of ['ready', 'submitted', 'issued', 'constructor']) {
      document.body.addEventListener(`fapiao-${name}`, (event) =>
        heard.push([name, (event as CustomEvent).detail]),
      )
    }
    say(widget)
    const { port } = portOf(widget)
    port.postMessage({ t: 'event', name: 'ready', detail: {} })
    port.postMessage({ t: 'event', name: 'constructor', detail: {} })
    port.postMessage({
      t: 'event',
      name: 'issued',
      detail: { code: 'issued', number: '26420000000000000001' },
    })

    await expect
      .poll(() => heard)
      .toEqual([
        ['ready', {}],
        ['issued', { code: 'issued', number: '26420000000000000001' }],
      ])
  })

  test('offers a link after ten seconds without a hello, and takes it back when the frame comes late', () => {
    vi.useFakeTimers()
    const widget = addWidget({ locale: 'zh-CN' })
    const errors: unknown[] = []
    widget.addEventListener('fapiao-error', (event) => errors.push((event as CustomEvent).detail))

    vi.advanceTimersByTime(9_999)
    expect(errors).toEqual([])
    vi.advanceTimersByTime(1)

    const link = widget.shadowRoot?.querySelector('a')
    expect(errors).toEqual([{ code: 'load_timeout' }])
    expect(link?.getAttribute('href')).toBe(`${ENDPOINT}/i/s_acme`)
    expect(link?.textContent).toContain('发票')
    say(widget)
    expect(widget.shadowRoot?.querySelector('a')).toBeNull()
  })

  test('leaves nothing behind when it is removed, and starts anew when it comes back', () => {
    vi.useFakeTimers()
    const widget = addWidget()
    say(widget)
    const first = frameOf(widget)
    widget.remove()

    expect(frameOf(widget)).toBeNull()
    expect(vi.getTimerCount()).toBe(0)
    if (first !== null) {
      const before = windowOf(first).heard.length
      say(widget, { source: windowOf(first), data: { fw: 1, t: 'hello', nonce: 'nonce-from-the-grave' } })
      expect(windowOf(first).heard).toHaveLength(before)
    }

    document.body.appendChild(widget)
    say(widget)
    expect(frameOf(widget)).not.toBe(first)
    expect(heardBy(widget)).toHaveLength(1)
  })

  test('two widgets on one page do not hear each other', async () => {
    const [one, two] = [addWidget({ shop: 's_one' }), addWidget({ shop: 's_two' })]
    one.getToken = () => 'token-one'
    two.getToken = () => 'token-two'
    say(one)
    expect(heardBy(two)).toEqual([])
    say(two)

    const [first, second] = [portOf(one), portOf(two)]
    first.port.postMessage({ t: 'token', id: 1 })
    second.port.postMessage({ t: 'token', id: 1 })
    await expect
      .poll(() => [last(first.said), last(second.said)])
      .toEqual([
        { t: 'token', id: 1, token: 'token-one' },
        { t: 'token', id: 1, token: 'token-two' },
      ])
  })

  test('is another frame for another shop, and the same one for another order', async () => {
    const widget = addWidget({ 'order-no': 'WX-2001' })
    say(widget)
    const { said } = portOf(widget)
    const first = frameOf(widget)

    widget.setAttribute('order-no', 'WX-2003')
    await expect.poll(() => last(said)).toMatchObject({ t: 'update', view: { orderNo: 'WX-2003' } })
    expect(frameOf(widget)).toBe(first)

    widget.setAttribute('shop', 's_other')
    expect(frameOf(widget)).not.toBe(first)
    expect(frameOf(widget)?.getAttribute('data-src')).toContain('/embed/s_other#')
  })

  test('passes on the twelve custom properties and no other', async () => {
    const widget = addWidget({
      style: '--fw-accent: #0a5; --fw-other: 1px',
    })
    say(widget)
    const { said } = portOf(widget)

    await expect.poll(() => said).toMatchObject([{ t: 'init', view: { vars: { accent: '#0a5' } } }])
    expect(JSON.stringify(said)).not.toContain('other')
  })

  test.for(['javascript:alert(1)', 'data:text/html,x', 'http://', 'file:///etc'])(
    'mounts nothing from %s',
    (endpoint) => {
      expect(frameOf(addWidget({ endpoint }))).toBeNull()
    },
  )
})

describe('the widget as a dialog', () => {
  test('opens over the page and gives the focus back when it closes', () => {
    const opener = document.createElement('button')
    document.body.appendChild(opener)
    opener.focus()
    const widget = addWidget({ variant: 'dialog' })
    expect(frameOf(widget)).toBeNull()
    let closed = 0
    widget.addEventListener('fapiao-close', () => closed++)

    widget.open()
    const dialog = widget.shadowRoot?.querySelector('dialog')
    expect(dialog?.hasAttribute('open')).toBe(true)
    expect(frameOf(widget)).not.toBeNull()
    widget.open()
    expect(widget.shadowRoot?.querySelectorAll('dialog')).toHaveLength(1)
    widget.shadowRoot?.querySelector('button')?.click()

    expect(widget.shadowRoot?.querySelector('dialog, iframe')).toBeNull()
    expect(closed).toBe(1)
    expect(document.activeElement).toBe(opener)
  })

  test('Escape inside the frame closes it, too', async () => {
    const widget = addWidget({ variant: 'dialog' })
    widget.open()
    say(widget)
    portOf(widget).port.postMessage({ t: 'close' })

    await expect.poll(() => frameOf(widget)).toBeNull()
  })

  test('opened from a script, it is gone from the page when it closes', () => {
    const opened = openFapiao({ shop: 's_acme', endpoint: ENDPOINT, orderNo: 'WX-2001' })
    const widget = document.querySelector('fapiao-widget')
    let closed = 0
    const undo = opened.on('close', () => closed++)
    expect(widget?.getAttribute('order-no')).toBe('WX-2001')

    opened.close()
    undo()

    expect(document.querySelector('fapiao-widget')).toBeNull()
    expect(closed).toBe(1)
  })
})

describe('the element in frameworks', () => {
  test('takes properties as well as attributes, and those set before it was defined', () => {
    const widget = document.createElement('fapiao-widget')
    Object.defineProperty(widget, 'shop', { value: 's_early', configurable: true, writable: true })
    Reflect.set(widget, 'endpoint', ENDPOINT)
    Reflect.set(widget, 'orderNo', 'WX-2001')
    document.body.appendChild(widget)

    expect(widget.getAttribute('order-no')).toBe('WX-2001')
    expect(frameOf(widget)?.getAttribute('data-src')).toContain('/embed/s_early#')
    Reflect.set(widget, 'orderNo', null)
    expect(widget.hasAttribute('order-no')).toBe(false)
  })
})

describe('embed.js', () => {
  test('runs what was queued before it came and what comes after, and may be loaded twice', async () => {
    const ran: string[] = []
    window.fapiaoWidget = [
      () => {
        ran.push('before')
        throw new Error('one bad task')
      },
      () => void ran.push('next'),
    ]
    const thrown: unknown[] = []
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((task: () => void) => thrown.push(task)) as never)
    await import('../../../widget/embed/loader.ts')
    const queue = window.fapiaoWidget
    queue.push((api) => void ran.push(Object.keys(api).sort().join()))
    vi.resetModules()
    await import('../../../widget/embed/loader.ts')

    expect(ran).toEqual(['before', 'next', 'configure,open'])
    expect(window.fapiaoWidget).toBe(queue)
    expect(thrown).toHaveLength(1)
    Reflect.deleteProperty(window, 'fapiaoWidget')
  })
})
