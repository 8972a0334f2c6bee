import { type Static, Type } from 'typebox'
import { FenNumber, Id, Instant, oneOf, shape } from './shape.ts'

/** A month in Asia/Shanghai, by the business date of each document. */
export const Month = Type.String({ pattern: '^20\\d{2}-(0[1-9]|1[0-2])$' })

export const MonthQuery = shape({ month: Month })

/** Signed: what a red took back is below zero. */
const sums = {
  /** Documents, red ones counted as documents and not taken off. */
  count: Type.Integer(),
  netFen: FenNumber,
  taxFen: FenNumber,
  grossFen: FenNumber,
}

/** One rate of one kind and colour in one shop. A document with two rates counts in both rows. */
export const ReportRow = Type.Object({
  shopId: Id,
  shopName: Type.String(),
  kind: oneOf(['ordinary', 'special']),
  colour: oneOf(['blue', 'red']),
  treatment: oneOf(['taxed', 'exempt', 'untaxed']),
  rateBp: Type.Integer(),
  ...sums,
})
export type ReportRow = Static<typeof ReportRow>

/** `GET /v1/reports/month`: what was issued and taken back in a month; every total is Σ documents. */
export const MonthReport = Type.Object({
  month: Month,
  rows: Type.Array(ReportRow),
  total: Type.Object(sums),
  /** When it was read: until the month is over it still changes. */
  readAt: Instant,
})
export type MonthReport = Static<typeof MonthReport>
