import { ApiProblem, isWorthRetrying } from './problems.ts'

/** Between attempts, in ms; together they stay under half a minute (facts/hosts-and-embed.md §4.7). */
const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 8_000]
/** A longer wait than this is shown to the person instead of being sat out. */
const LONGEST_PAUSE_MS = 30_000

export type BackOffDeps = {
  wait(ms: number): Promise<void>
  /** Told before each pause, so that the page can say what it is waiting for. */
  onPause?(ms: number, cause: unknown): void
}

export const waitMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Tries again while trying again can help. What it repeats must be a reading or carry one key throughout. */
export async function withBackOff<T>(deps: BackOffDeps, attempt: () => Promise<T>): Promise<T> {
  for (const leastMs of PAUSES_MS) {
    try {
      return await attempt()
    } catch (cause) {
      const pauseMs = Math.max(leastMs, askedPauseMs(cause))
      if (!isWorthRetrying(cause) || pauseMs > LONGEST_PAUSE_MS) throw cause
      deps.onPause?.(pauseMs, cause)
      await deps.wait(pauseMs)
    }
  }
  return attempt()
}

function askedPauseMs(cause: unknown): number {
  return cause instanceof ApiProblem ? (cause.retryAfter ?? 0) * 1_000 : 0
}
