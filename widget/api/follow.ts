import type { LiveTopic } from '../../server/contract/live.ts'
import type { Live } from './live.ts'
import { ApiProblem, isWorthRetrying } from './problems.ts'

/** What wakes a page: coming to the front, out of the back-forward cache, or back on the network. */
export type Wakes = { isVisible(): boolean; onWake(listener: () => void): () => void }

export const pageWakes: Wakes = {
  isVisible: () => document.visibilityState !== 'hidden',
  onWake(listener) {
    const whenVisible = () => {
      if (document.visibilityState !== 'hidden') listener()
    }
    addEventListener('pageshow', listener)
    addEventListener('online', listener)
    document.addEventListener('visibilitychange', whenVisible)
    return () => {
      removeEventListener('pageshow', listener)
      removeEventListener('online', listener)
      document.removeEventListener('visibilitychange', whenVisible)
    }
  },
}

export type FollowDeps = { readonly live: Live; readonly wakes: Wakes }

export type Followed<T> = {
  readonly topic: LiveTopic
  read(): Promise<T>
  onValue(value: T): void
  onFailure(cause: unknown): void
  /** After such a value nothing more is expected soon: no more polling, events are still heard. */
  isSettled(value: T): boolean
}

const FIRST_POLL_MS = 2_000
const LONGEST_POLL_MS = 10_000

/**
 * Keeps a value true: reads at once, on every event, whenever the page wakes, and, while no events come,
 * every 2 to 10 seconds as long as somebody looks. GET is the truth, an event only a reason to GET.
 * Returns its undo.
 */
export function follow<T>({ live, wakes }: FollowDeps, followed: Followed<T>): () => void {
  let isOver = false
  let isSettled = false
  let pauseMs = FIRST_POLL_MS
  let reading: Promise<void> | null = null
  let isAskedAgain = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const plan = () => {
    clearTimeout(timer)
    if (isOver || isSettled) return
    timer = setTimeout(() => {
      // Events come: only look now and then, in case one was lost.
      if (wakes.isVisible() && !(live.isLive(followed.topic) && pauseMs < LONGEST_POLL_MS)) refresh()
      else plan()
      pauseMs = Math.min(pauseMs * 1.5, LONGEST_POLL_MS)
    }, pauseMs)
  }

  const readOnce = async () => {
    try {
      const value = await followed.read()
      if (isOver) return
      isSettled = followed.isSettled(value)
      followed.onValue(value)
    } catch (cause) {
      if (isOver) return
      // What trying again cannot mend is not asked again until something happens.
      isSettled = !isWorthRetrying(cause)
      if (cause instanceof ApiProblem) pauseMs = Math.max(pauseMs, (cause.retryAfter ?? 0) * 1_000)
      followed.onFailure(cause)
    }
  }

  // One reading at a time; whatever asks meanwhile gets one more, so the last event is never lost.
  const refresh = () => {
    isAskedAgain = reading !== null
    reading ??= readOnce().finally(() => {
      reading = null
      if (isAskedAgain && !isOver) refresh()
      else plan()
    })
  }

  const wake = () => {
    pauseMs = FIRST_POLL_MS
    live.wake()
    refresh()
  }

  const unwatch = live.watch(followed.topic, refresh)
  const unwake = wakes.onWake(wake)
  refresh()
  return () => {
    isOver = true
    clearTimeout(timer)
    unwatch()
    unwake()
  }
}
