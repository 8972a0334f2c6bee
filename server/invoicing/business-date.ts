/** Shanghai has kept UTC+8 without summer time since 1992. */
const SHANGHAI_OFFSET_MS = 8 * 3_600_000

/** The clock in Asia/Shanghai as `YYYY-MM-DDTHH:mm:ss`. Throws a RangeError for an invalid date. */
export function shanghaiClock(instant: Date): string {
  return new Date(instant.getTime() + SHANGHAI_OFFSET_MS).toISOString().slice(0, 19)
}

/** The day in Asia/Shanghai, `YYYY-MM-DD`. */
export function businessDate(instant: Date): string {
  return shanghaiClock(instant).slice(0, 10)
}

/** The instant at which a business date begins. */
export function startOfBusinessDate(date: string): Date {
  return new Date(`${date}T00:00:00+08:00`)
}
