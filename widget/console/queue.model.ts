import type { LiveTopic } from '../../server/contract/live.ts'
import type { ReviewItem } from '../../server/contract/reviews.ts'
import type { Client } from '../api/client.ts'
import { listReviews } from '../api/list-reviews.ts'

export type QueueState = {
  /** Null before the first answer. */
  readonly items: readonly ReviewItem[] | null
  readonly failure: unknown
}

export type Queue = {
  state(): QueueState
  refresh(): void
  subscribe(listener: () => void): () => void
  close(): void
}

/** New items tell nobody who does not watch them yet, so the list is read this often while somebody looks. */
const POLL_MS = 4_000

/** The review queue, kept true: read on every event of a listed item, on waking, and now and then. */
export function createQueue({ call, live, wakes }: Pick<Client, 'call' | 'live' | 'wakes'>): Queue {
  let state: QueueState = { items: null, failure: null }
  let reading: Promise<void> | null = null
  let isAskedAgain = false
  let isOver = false
  const listeners = new Set<() => void>()
  const watched = new Map<LiveTopic, () => void>()

  const show = (next: QueueState) => {
    if (isOver) return
    state = next
    watchAll(next.items ?? [])
    for (const listener of [...listeners]) listener()
  }

  const refresh = () => {
    if (isOver) return
    isAskedAgain = reading !== null
    reading ??= listReviews(call)
      .then(
        (items) => show({ items, failure: null }),
        // What is on the screen stays: a list that vanishes helps nobody.
        (failure: unknown) => show({ ...state, failure }),
      )
      .finally(() => {
        reading = null
        if (isAskedAgain) refresh()
      })
  }

  function watchAll(items: readonly ReviewItem[]): void {
    const topics = new Set(items.map(({ kind, id }): LiveTopic => `${kind}:${id}`))
    for (const [topic, unwatch] of watched) {
      if (topics.has(topic)) continue
      watched.delete(topic)
      unwatch()
    }
    for (const topic of [...topics].slice(0, WATCHED_MAX)) {
      if (!watched.has(topic)) watched.set(topic, live.watch(topic, refresh))
    }
  }

  const timer = setInterval(() => {
    if (wakes.isVisible()) refresh()
  }, POLL_MS)
  const unwake = wakes.onWake(() => {
    live.wake()
    refresh()
  })
  refresh()
  return {
    state: () => state,
    refresh,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      isOver = true
      clearInterval(timer)
      unwake()
      for (const unwatch of watched.values()) unwatch()
    },
  }
}

/** The server lets a socket watch 200 things. */
const WATCHED_MAX = 150
