import type { MonthReport } from '../../server/contract/reports.ts'
import type { Call } from './call.ts'
import { isInteger, isText, listOf, oneOf, record } from './read.ts'

const sums = { count: isInteger, netFen: isInteger, taxFen: isInteger, grossFen: isInteger }

const isReport = record({
  month: isText,
  rows: listOf(
    record({
      shopId: isText,
      shopName: isText,
      kind: oneOf('ordinary', 'special'),
      colour: oneOf('blue', 'red'),
      treatment: oneOf('taxed', 'exempt', 'untaxed'),
      rateBp: isInteger,
      ...sums,
    }),
  ),
  total: record(sums),
  readAt: isText,
})

/** What was issued and taken back in a month, `YYYY-MM`. */
export function getMonthReport(call: Call, month: string): Promise<MonthReport> {
  return call({ method: 'GET', path: `/reports/month?month=${month}`, reply: isReport })
}

/** The same as a file for a spreadsheet. The mark in front of it is lost in reading, and Excel needs it. */
export async function getMonthCsv(call: Call, month: string): Promise<Blob> {
  const path = `/reports/month.csv?month=${month}`
  const text = await call({ method: 'GET', path, reply: isText, isFile: true })
  return new Blob(['\uFEFF', text], { type: 'text/csv;charset=utf-8' })
}
