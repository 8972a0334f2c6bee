import { LIVE_CLOSE, type LiveFromClient, type LiveTopic } from '../contract/live.ts'
import { Problem } from '../contract/problem.ts'
import type { Hub } from './hub.ts'
import { createOutbox, type Wire } from './outbox.ts'
import type { Change } from './publish.ts'
import { isTopic, mayWatch, type TopicOwner, type Watcher } from './watch-rules.ts'

export type LiveSocket = Wire & { close(code: number): void }

export type ConversationDeps = {
  now(): Date
  readonly hub: Hub
  /** Refuses with a token problem. */
  readWatcher(token: string): Promise<Watcher>
  findTopicOwner(topic: LiveTopic): Promise<TopicOwner | null>
  /** Counts this socket for its principal; false when there are too many. */
  admit(watcher: Watcher): boolean
}

export type Conversation = {
  /** One text message of the client. */
  hear(text: string): void
  /** Null before the greeting. */
  watcher(): Watcher | null
  end(): void
}

/** A page watches an order, its request and its invoice; an agent's list some dozens. */
const TOPICS_MAX = 200
/** ≤ 20 messages a second (trust §4). */
const MESSAGES_PER_SECOND = 20

/** `1008`: what was said is not of this protocol. */
const POLICY_VIOLATION = 1008

/**
 * One socket's side of `/v1/live`. The first message says who is there; a later greeting renews the same
 * session. Rights are checked when a topic is asked for and again whenever an event is sent.
 */
export function createConversation(deps: ConversationDeps, socket: LiveSocket): Conversation {
  let watcher: Watcher | null = null
  let isOver = false
  const owners = new Map<LiveTopic, TopicOwner>()
  const outbox = createOutbox(socket, isAllowed)
  const subscriber = { tell: (change: Change) => outbox.offer(change) }
  const pace = createPace(deps.now)
  // Messages are answered in their order, also where one of them waits for the database.
  let turn: Promise<void> = Promise.resolve()

  function isAllowed(topic: LiveTopic): boolean {
    const owner = owners.get(topic)
    if (owner === undefined || watcher === null || watcher.expiresAt <= deps.now()) return false
    return mayWatch(watcher, owner)
  }

  async function greet(token: string): Promise<void> {
    const next = await deps.readWatcher(token)
    if (isOver) return
    if (watcher === null && !deps.admit(next)) return socket.close(LIVE_CLOSE.tooMuch)
    if (watcher !== null && watcher.sid !== next.sid) return socket.close(LIVE_CLOSE.tokenEnded)
    watcher = next
    outbox.say({ kind: 'ready' })
  }

  async function subscribe(topic: LiveTopic, own: Watcher): Promise<void> {
    const isNew = !owners.has(topic)
    const owner = owners.size < TOPICS_MAX || !isNew ? await deps.findTopicOwner(topic) : null
    if (isOver) return
    if (owner === null || !mayWatch(own, owner)) return outbox.say({ kind: 'refused', topic })
    owners.set(topic, owner)
    deps.hub.add(topic, subscriber)
    outbox.say({ kind: 'subscribed', topic })
  }

  function unsubscribe(topic: LiveTopic): void {
    owners.delete(topic)
    deps.hub.remove(topic, subscriber)
  }

  async function answer(message: LiveFromClient | null): Promise<void> {
    if (isOver) return
    if (message === null) return socket.close(POLICY_VIOLATION)
    if (message.kind === 'hello') return greet(message.token)
    if (watcher === null) return socket.close(LIVE_CLOSE.tokenEnded)
    if (message.kind === 'subscribe') return subscribe(message.topic, watcher)
    unsubscribe(message.topic)
  }

  return {
    watcher: () => watcher,
    hear(text) {
      if (!pace.isWithin()) return socket.close(LIVE_CLOSE.tooMuch)
      const message = readMessage(text)
      turn = turn
        .then(() => answer(message))
        .catch((error: unknown) =>
          socket.close(error instanceof Problem ? LIVE_CLOSE.tokenEnded : SERVER_FAULT),
        )
    },
    end() {
      isOver = true
      for (const topic of [...owners.keys()]) unsubscribe(topic)
    },
  }
}

/** `1011`: ours; the client comes back by itself. */
const SERVER_FAULT = 1011

function createPace(now: () => Date) {
  let second = 0
  let count = 0
  return {
    isWithin(): boolean {
      const current = Math.floor(now().getTime() / 1000)
      count = current === second ? count + 1 : 1
      second = current
      return count <= MESSAGES_PER_SECOND
    },
  }
}

function readMessage(text: string): LiveFromClient | null {
  const { kind, token, topic } = readObject(text)
  if (kind === 'hello') return typeof token === 'string' ? { kind, token } : null
  if (kind !== 'subscribe' && kind !== 'unsubscribe') return null
  return isTopic(topic) ? { kind, topic } : null
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
