/** First look after a doubt, then doubling, at most this far apart. */
const FIRST_MS = 2_000
const MOST_MS = 60_000

/** The pause before the next question, after so many. */
export function doubtPauseMs(asked: number): number {
  return Math.min(FIRST_MS * 2 ** Math.min(asked, 10), MOST_MS)
}

/** Seconds between questions; the last one repeats. */
export const DOUBT_SCHEDULE_SECONDS = [0, 1, 2, 3, 4, 5].map((asked) => doubtPauseMs(asked) / 1_000)

/** How long after the doubt began the question comes that follows `asked` others. */
export function doubtElapsedMs(asked: number): number {
  let elapsed = 0
  for (let turn = 0; turn <= asked && turn < 10; turn++) elapsed += doubtPauseMs(turn)
  return elapsed + Math.max(0, asked - 9) * MOST_MS
}
