import { shanghaiClock } from '../invoicing/business-date.ts'

/** An instant as the clock in Asia/Shanghai shows it, to the second; what every document prints. */
export type ShanghaiTime = {
  readonly year: string
  readonly month: string
  readonly day: string
  /** `YYYYMMDD` */
  readonly compactDate: string
  /** `YYYYMMDDHHMMSS` */
  readonly compact: string
  /** `YYYY-MM-DD HH:mm:ss` */
  readonly spaced: string
}

/** Throws a RangeError for an invalid date. */
export function shanghaiTime(instant: Date): ShanghaiTime {
  const [date = '', time = ''] = shanghaiClock(instant).split('T')
  const compactDate = date.replaceAll('-', '')
  return {
    year: date.slice(0, 4),
    month: date.slice(5, 7),
    day: date.slice(8, 10),
    compactDate,
    compact: compactDate + time.replaceAll(':', ''),
    spaced: `${date} ${time}`,
  }
}
