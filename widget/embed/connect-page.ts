import { findParentOrigin } from '../hosts/parent-origin.ts'
import type { FrameView, FromFrame, FromPage, Hello } from './wire.ts'

/** The page around the frame, once both sides have shown who they are. */
export type HostPage = {
  /** As the browser vouched for it in the handshake. */
  readonly origin: string
  readonly isDialog: boolean
  view(): FrameView
  onView(listener: (view: FrameView) => void): () => void
  /** A launch token from the page's own backend, or null when it has none to give. */
  askForToken(): Promise<string | null>
  say(message: FromFrame): void
  close(): void
}

type Deps = {
  readonly window: Window
  readonly parent: Window
  /** Origins on the shop's list, as the server wrote them into the page. */
  readonly allowedOrigins: readonly string[]
  readonly newNonce: () => string
}

/** A page's backend may be slow; a person waits no longer than this for a token. */
const TOKEN_WAIT_MS = 15_000

/** The origin that the fragment claims to frame us (`#v=1&o=…`), or null. */
export function readClaim(hash: string): string | null {
  const members = new URLSearchParams(hash.replace(/^#/, ''))
  const origin = members.get('o')
  return members.get('v') === '1' && origin !== null && /^https?:\/\/[^/?#]+$/.test(origin) ? origin : null
}

/**
 * Whether we may speak to the claimed origin: it is on the shop's list, and the browser does not know
 * better. Anybody can write a fragment, so the claim alone counts for nothing.
 */
export function isClaimGood(
  { window, parent, allowedOrigins }: Pick<Deps, 'window' | 'parent' | 'allowedOrigins'>,
  claim: string | null,
): claim is string {
  if (claim === null || parent === window || !allowedOrigins.includes(claim)) return false
  const known = findParentOrigin(window)
  return known === null || known === claim
}

/**
 * Says hello to exactly `origin` and waits for the page that echoes the nonce. The first port counts;
 * window messages and ports after it are not heard. Never settles when nobody answers: the page shows its way
 * out then. Answers when `init` came, too.
 */
export function connectPage(deps: Deps, origin: string): Promise<HostPage> {
  const { window, parent } = deps
  const nonce = deps.newNonce()
  return new Promise((resolve) => {
    const hear = (event: MessageEvent) => {
      const [port, ...more] = event.ports
      if (event.source !== parent || event.origin !== origin) return
      if (port === undefined || more.length > 0 || !isWelcome(event.data, nonce)) return
      window.removeEventListener('message', hear)
      openPage(port, origin, resolve)
    }
    window.addEventListener('message', hear)
    const hello: Hello = { fw: 1, t: 'hello', nonce }
    parent.postMessage(hello, origin)
  })
}

function openPage(port: MessagePort, origin: string, onOpen: (page: HostPage) => void): void {
  const tokens = createTokenQuestions((message) => port.postMessage(message))
  const listeners = new Set<(view: FrameView) => void>()
  let view: FrameView | null = null

  const init = (message: Extract<FromPage, { t: 'init' | 'update' }>) => {
    const isFirst = view === null
    view = message.view
    if (isFirst) onOpen(pageOf(message))
    else for (const listener of [...listeners]) listener(message.view)
  }
  const pageOf = ({ view: first, isDialog }: { view: FrameView; isDialog: boolean }): HostPage => ({
    origin,
    isDialog,
    view: () => view ?? first,
    onView(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    askForToken: tokens.ask,
    say: (message) => port.postMessage(message),
    close: () => port.close(),
  })

  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    const message = readFromPage(data)
    if (message === null) return
    if (message.t === 'token') tokens.settle(message.id, message.token)
    else init(message)
  }
}

/** Questions under numbers of their own, so that a late answer is not taken for the next one's. */
function createTokenQuestions(say: (message: FromFrame) => void) {
  let lastId = 0
  const waiting = new Map<number, (token: string | null) => void>()
  return {
    ask: (): Promise<string | null> =>
      new Promise((resolve) => {
        const id = ++lastId
        const end = (token: string | null) => {
          clearTimeout(timer)
          waiting.delete(id)
          resolve(token)
        }
        const timer = setTimeout(() => end(null), TOKEN_WAIT_MS)
        waiting.set(id, end)
        say({ t: 'token', id })
      }),
    settle(id: number, token: string | null) {
      waiting.get(id)?.(token)
    },
  }
}

type Members = Readonly<Partial<Record<string, unknown>>>

const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

function isWelcome(data: unknown, nonce: string): boolean {
  const members = membersOf(data)
  return members.fw === 1 && members.t === 'welcome' && members.nonce === nonce
}

function readFromPage(data: unknown): FromPage | null {
  const { t, id, token, view, isDialog } = membersOf(data)
  if (t === 'token' && typeof id === 'number') {
    return { t, id, token: typeof token === 'string' ? token : null }
  }
  if (t === 'init' || t === 'update') return { t, view: readView(view), isDialog: isDialog === true }
  return null
}

function readView(value: unknown): FrameView {
  const { orderNo, mode, locale, theme, vars } = membersOf(value)
  const texts = Object.entries(membersOf(vars)).flatMap(([name, text]) =>
    typeof text === 'string' ? [[name, text] as const] : [],
  )
  return {
    orderNo: typeof orderNo === 'string' && orderNo.length <= 100 ? orderNo : null,
    mode: mode === 'list' ? 'list' : 'request',
    locale: typeof locale === 'string' ? locale.slice(0, 35) : 'zh-CN',
    theme: theme === 'dark' || theme === 'light' ? theme : 'auto',
    vars: Object.fromEntries(texts),
  }
}
