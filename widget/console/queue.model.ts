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

/** Without events the list is read this often while somebody looks; with them, every fifth time in case one was lost. */
const POLL_MS = 4_000
const LIVE_POLLS = 5

/** The review queue, kept true: read on every event of the merchant's desk, on waking, and now and then. */
export function createQueue(
  { call, live, wakes }: Pick<Client, 'call' | 'live' | 'wakes'>,
  merchantId: string,
): Queue {
  let state: QueueState = { items: null, failure: null }
  let reading: Promise<void> | null = null
  let isAskedAgain = false
  let isOver = false
  let polls = 0
  const listeners = new Set<() => void>()
  const topic: LiveTopic = `desk:${merchantId}`

  const show = (next: QueueState) => {
    if (isOver) return
    state = next
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

  const timer = setInterval(() => {
    polls += 1
    const isDue = !live.isLive(topic) || polls % LIVE_POLLS === 0
    if (isDue && wakes.isVisible()) refresh()
  }, POLL_MS)
  const unwake = wakes.onWake(() => {
    live.wake()
    refresh()
  })
  const unwatch = live.watch(topic, refresh)
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
      unwatch()
    },
  }
}
