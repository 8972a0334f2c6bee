import type { HostAdapter, HostEnv } from '../../../widget/hosts/host.ts'
import { CONSOLE, type Desk, type Posted } from '../../contract/host.contract.ts'

/** The fakes of the consoles: as little of each as its protocol needs, with a reply box that remembers. */

export type Open = (env: HostEnv) => HostAdapter | null

export type Box = { talk: string; text: string }[]

export const SIGNATURE = {
  appId: 'ww0123456789abcdef',
  agentId: '1000247',
  timestamp: '1414587457',
  nonceStr: 'Wm3WZYTPz0wzccnW',
  signature: '0f9de62fce790f9a083d5c99e95740ceb90c27ed',
}

export const envOf = (changes: Partial<HostEnv> = {}): HostEnv => ({
  window,
  parent: window,
  allowedOrigins: [CONSOLE],
  parentOrigin: CONSOLE,
  query: new URLSearchParams(),
  signPage: async () => SIGNATURE,
  ...changes,
})

/** Sets what a console's script would put on the page; answers its undo. */
export function plant(name: string, value: unknown): () => void {
  Reflect.set(window, name, value)
  return () => void Reflect.deleteProperty(window, name)
}

export function sayTo(
  target: Window,
  data: unknown,
  { origin = CONSOLE, source }: { origin?: string; source: unknown },
) {
  const event = new Event('message')
  for (const [name, value] of Object.entries({ data, origin, source })) {
    Object.defineProperty(event, name, { value })
  }
  target.dispatchEvent(event)
}

type Hear = (message: unknown, transfer: readonly unknown[]) => void

/** The console's window around the frame. */
export function openFrame(hear: Hear) {
  const posted: Posted[] = []
  const parent = {
    postMessage(message: unknown, origin: unknown, transfer: readonly unknown[] = []) {
      posted.push({ message, origin })
      hear(message, transfer)
    },
  } as unknown as Window // only what an adapter uses
  const say = (data: unknown, from: { origin?: string; source?: unknown } = {}) =>
    sayTo(window, data, { source: parent, ...from })
  return { posted, parent, say }
}

export const isPort = (value: unknown): value is MessagePort =>
  typeof member(value, 'postMessage') === 'function' && typeof member(value, 'start') === 'function'

const isText = (value: unknown): value is string => typeof value === 'string'
export const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
export const parse = (text: unknown): unknown => {
  try {
    return isText(text) ? JSON.parse(text) : null
  } catch {
    return null
  }
}

/** No frame: nothing is posted, and whatever comes through the window is not from a console. */
export const noMessages = (): Pick<Desk, 'posted' | 'say'> => ({
  posted: [],
  say: (data, from = {}) => sayTo(window, data, { source: window, ...from }),
})
