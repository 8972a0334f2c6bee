import type { FrameView, FromPage } from './wire.ts'

/** Without a hello by then the frame is blocked or its server down: a blocked frame still fires `load`. */
const WATCHDOG_MS = 10_000
const HEIGHT_MIN_PX = 120
const HEIGHT_MAX_PX = 4000
/** A first height is kept free, so that the page does not jump when the frame says its own. */
const FRAME_STYLE = 'display:block;width:100%;border:0;height:320px'
/** A launch token is a few hundred bytes; the server refuses more than 4 KiB. */
const TOKEN_MAX = 4096

/** As words in one string: the shortest that a minifier leaves. */
const THEME = 'accent accent-fg bg surface fg muted border danger success radius font font-size'.split(' ')
const EVENTS = 'ready submitted status issued error'.split(' ')

/** The frame's title, the way out when it does not open, and the close button of the dialog. */
const CHINESE = ['开具发票', '发票窗口打不开？点此继续', '关闭'] as const
const ENGLISH = ['Invoice', 'Continue on the invoice page', 'Close'] as const

export type FrameSettings = {
  /** Absolute, without a slash at its end. */
  readonly endpoint: string
  /** Encoded for a path. */
  readonly shop: string
  readonly isDialog: boolean
  /** The element whose custom properties are taken over. */
  readonly styled: Element
  view(): Omit<FrameView, 'vars'>
  /** A launch token, or null where there is none to give. May fail: that is null, too. */
  takeToken(): Promise<unknown>
  emit(name: string, detail: Readonly<Record<string, unknown>>): void
  close(): void
}

export type MountedFrame = {
  /** Something changed on the page; it may have a token again. */
  update(): void
  /** Undoes everything that mounting did. */
  unmount(): void
}

export function wordsFor(locale: string): typeof CHINESE | typeof ENGLISH {
  return /^zh\b/i.test(locale) ? CHINESE : ENGLISH
}

/**
 * Puts one iframe into `place` and talks to it, and to it alone: origin and source of a message are both
 * checked, the nonce is echoed, and one MessagePort is handed over. A reloaded frame says hello with a new
 * nonce and gets a new port; a repeated hello gets nothing. Tokens travel over the port only.
 */
export function mountFrame(place: Node, settings: FrameSettings): MountedFrame {
  const frame = createFrame(settings)
  const { origin } = new URL(settings.endpoint)
  let fallback: HTMLElement | null = null
  let port: MessagePort | null = null
  let lastNonce = ''

  const say = (t: 'init' | 'update') => {
    const view: FrameView = { ...settings.view(), vars: readTheme(settings.styled) }
    const message: FromPage = { t, view, isDialog: settings.isDialog }
    port?.postMessage(message)
  }
  const update = () => say('update')

  const watchdog = setTimeout(() => {
    fallback = createFallback(settings)
    place.appendChild(fallback)
    settings.emit('error', { code: 'load_timeout' })
  }, WATCHDOG_MS)

  const openPort = (target: Window, nonce: string) => {
    port?.close()
    const channel = new MessageChannel()
    port = channel.port1
    const own = port
    own.onmessage = ({ data }) => obey(data, { frame, settings, say: (message) => own.postMessage(message) })
    target.postMessage({ fw: 1, t: 'welcome', nonce }, origin, [channel.port2])
    say('init')
  }

  const hear = (event: MessageEvent) => {
    const target = frame.contentWindow
    if (target === null || event.source !== target || event.origin !== origin) return
    const nonce = readHello(event.data)
    if (nonce === null || nonce === lastNonce) return
    lastNonce = nonce
    clearTimeout(watchdog)
    fallback?.remove()
    openPort(target, nonce)
  }

  // Before the frame is there: its first word must find somebody listening.
  addEventListener('message', hear)
  const dark = matchMedia('(prefers-color-scheme: dark)')
  dark.addEventListener('change', update)
  place.appendChild(frame)

  return {
    update,
    unmount() {
      clearTimeout(watchdog)
      removeEventListener('message', hear)
      dark.removeEventListener('change', update)
      port?.close()
      port = null
      frame.remove()
      fallback?.remove()
    },
  }
}

/** The origin is a claim that the frame checks against the shop's list; the fragment stays in the browser. */
function createFrame({ endpoint, shop, view }: FrameSettings): HTMLIFrameElement {
  const frame = document.createElement('iframe')
  frame.src = `${endpoint}/embed/${shop}#v=1&o=${location.origin}`
  frame.title = wordsFor(view().locale)[0]
  frame.allow = 'clipboard-read; clipboard-write; camera'
  frame.setAttribute('part', 'frame')
  frame.style.cssText = FRAME_STYLE
  return frame
}

function createFallback({ endpoint, shop, view }: FrameSettings): HTMLElement {
  const link = document.createElement('a')
  link.href = `${endpoint}/i/${shop}`
  link.target = '_blank'
  link.rel = 'noopener'
  link.textContent = wordsFor(view().locale)[1]
  link.style.cssText = 'display:block'
  return link
}

type Desk = { frame: HTMLElement; settings: FrameSettings; say(message: FromPage): void }

/** What the frame asks for over its port (`FromFrame`). It is our own page, but what is not known is nothing. */
function obey(data: unknown, { frame, settings, say }: Desk): void {
  const { t, h, id, name, detail } = looseOf(data)
  if (t === 'close') settings.close()
  if (t === 'resize' && typeof h === 'number' && h > 0) {
    const height = Math.min(HEIGHT_MAX_PX, Math.max(HEIGHT_MIN_PX, Math.round(h)))
    frame.style.height = `${height}px`
    settings.emit('resize', { height })
  }
  if (t === 'token' && typeof id === 'number') {
    const answer = (token: unknown) => say({ t, id, token: readToken(token) })
    settings.takeToken().then(answer, () => answer(null))
  }
  if (t === 'event' && typeof name === 'string' && EVENTS.includes(name)) settings.emit(name, looseOf(detail))
}

type Loose = Readonly<Partial<Record<string, unknown>>>

/** The members of an object; of anything else there are none. */
const looseOf = (value: unknown): Loose => (typeof value === 'object' && value ? { ...value } : {})

function readHello(data: unknown): string | null {
  const { fw, t, nonce } = looseOf(data)
  return fw === 1 && t === 'hello' && typeof nonce === 'string' && /^[\w-]{16,64}$/.test(nonce) ? nonce : null
}

function readToken(token: unknown): string | null {
  return typeof token === 'string' && token.trim() && token.length <= TOKEN_MAX ? token.trim() : null
}

/** Values as computed here; the frame decides which of them it can use. */
function readTheme(styled: Element): Record<string, string> {
  const computed = getComputedStyle(styled)
  return Object.fromEntries(THEME.map((name) => [name, computed.getPropertyValue(`--fw-${name}`).trim()]))
}
