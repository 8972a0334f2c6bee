/** Nobody makes us wait for longer than a day. */
const LONGEST_MS = 24 * 3_600_000

/** `Retry-After` in ms from now: seconds or an HTTP date (RFC 9110 §10.2.3). Null without one that can be read. */
export function readRetryAfter(value: string | undefined, now: Date): number | null {
  if (value === undefined) return null
  if (/^\d{1,9}$/.test(value)) return Math.min(Number(value) * 1_000, LONGEST_MS)
  const atMs = / GMT$/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(atMs) ? null : Math.min(Math.max(0, atMs - now.getTime()), LONGEST_MS)
}
