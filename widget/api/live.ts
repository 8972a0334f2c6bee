import type { LiveFromClient, LiveTopic } from '../../server/contract/live.ts'
import { isObject, isText, readJson } from './read.ts'

export type LiveDeps = {
  /** Opens a socket; handed in, because a test has no server. */
  open(): WebSocket
  bearer(): string | null
  random(): number
}

/** Hints that something changed. `isLive` says whether they come: while not, the reader polls. */
export type Live = {
  watch(topic: LiveTopic, onChanged: () => void): () => void
  isLive(topic: LiveTopic): boolean
  /** Tries at once instead of at the next pause: the network is back, or the page came to the front. */
  wake(): void
  close(): void
}

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000

type Socket = { readonly raw: WebSocket; isReady: boolean; readonly topics: Set<string> }

/**
 * One socket for all topics, opened with the first watcher and closed with the last. The token is the
 * first message, never part of the address. Reconnects with doubling pauses and jitter, so that a restart
 * of the server is not answered by every page at once.
 */
export function createLive(deps: LiveDeps): Live {
  const watchers = createWatchers()
  let socket: Socket | null = null
  const again = createPause(deps.random, () => connect())

  const say = (message: LiveFromClient) => socket?.raw.send(JSON.stringify(message))

  const start = (own: Socket) => {
    own.isReady = true
    again.reset()
    for (const topic of watchers.topics()) say({ kind: 'subscribe', topic })
  }

  const hear = (own: Socket, { kind, topic }: { kind: string; topic: string }) => {
    if (own !== socket) return
    if (kind === 'ready') start(own)
    if (kind === 'subscribed') own.topics.add(topic)
    // Whatever happened before the subscription stood is read now.
    if (kind === 'subscribed' || kind === 'changed') watchers.tell(topic)
  }

  const connect = () => {
    again.cancel()
    const token = deps.bearer()
    if (socket !== null || watchers.isEmpty()) return
    if (token === null) return again.plan()
    const own: Socket = { raw: deps.open(), isReady: false, topics: new Set() }
    socket = own
    own.raw.addEventListener('open', () => say({ kind: 'hello', token }))
    own.raw.addEventListener('message', ({ data }) => hear(own, readMessage(data)))
    own.raw.addEventListener('close', () => {
      if (socket !== own) return
      socket = null
      if (!watchers.isEmpty()) again.plan()
    })
  }

  const close = () => {
    again.cancel()
    const closing = socket
    socket = null
    closing?.raw.close()
  }

  const unwatch = (topic: LiveTopic, onChanged: () => void) => {
    if (!watchers.remove(topic, onChanged)) return
    if (socket?.isReady) say({ kind: 'unsubscribe', topic })
    socket?.topics.delete(topic)
    if (watchers.isEmpty()) close()
  }

  return {
    watch(topic, onChanged) {
      const isNew = watchers.add(topic, onChanged)
      if (socket?.isReady && isNew) say({ kind: 'subscribe', topic })
      else connect()
      return () => unwatch(topic, onChanged)
    },
    isLive: (topic) => socket?.topics.has(topic) ?? false,
    wake() {
      again.reset()
      connect()
    },
    close,
  }
}

/** What a message says; a kind that is not known is heard by nobody. */
function readMessage(data: unknown): { kind: string; topic: string } {
  const message = isText(data) ? readJson(data) : null
  const { kind, topic } = isObject(message) ? message : { kind: '', topic: '' }
  return { kind: isText(kind) ? kind : '', topic: isText(topic) ? topic : '' }
}

/** Who listens to what. `add` and `remove` say whether the topic is new or now without a listener. */
function createWatchers() {
  const byTopic = new Map<string, { topic: LiveTopic; listeners: Set<() => void> }>()
  return {
    topics: () => [...byTopic.values()].map(({ topic }) => topic),
    isEmpty: () => byTopic.size === 0,
    add(topic: LiveTopic, listener: () => void): boolean {
      const own = byTopic.get(topic)
      own?.listeners.add(listener)
      if (!own) byTopic.set(topic, { topic, listeners: new Set([listener]) })
      return !own
    },
    remove(topic: LiveTopic, listener: () => void): boolean {
      const own = byTopic.get(topic)
      if (!own?.listeners.delete(listener)) return false
      return own.listeners.size === 0 && byTopic.delete(topic)
    },
    tell(topic: string) {
      for (const listener of [...(byTopic.get(topic)?.listeners ?? [])]) listener()
    },
  }
}

/** A doubling pause, half of it by chance. One at a time. */
function createPause(random: () => number, onEnd: () => void) {
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const cancel = () => {
    clearTimeout(timer)
    timer = undefined
  }
  return {
    cancel,
    reset() {
      failures = 0
    },
    plan() {
      if (timer !== undefined) return
      const longestMs = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS)
      failures += 1
      timer = setTimeout(onEnd, longestMs / 2 + (random() * longestMs) / 2)
    },
  }
}
