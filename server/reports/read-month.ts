import type { MonthReport } from '../contract/reports.ts'
import type { Database } from '../database/database.ts'
import { jsonFen } from '../invoicing/money.ts'
import { type MonthRow, type MonthSums, sumDocuments, sumLines } from './month.store.ts'

export type ReadMonthDeps = { readonly database: Database; readonly now: () => Date }

type Ask = { readonly merchantId: string; readonly shopId: string | null; readonly month: string }

export type MonthFigures = { readonly rows: readonly MonthRow[]; readonly total: MonthSums }

/** What was issued and taken back in a month of Asia/Shanghai, reds below zero (S0-51). */
export async function readMonth({ database }: ReadMonthDeps, ask: Ask): Promise<MonthFigures> {
  const { merchantId, shopId, month } = ask
  const place = { merchantId, shopId, from: `${month}-01`, until: `${monthAfter(month)}-01` }
  const [rows, total] = await database.$transaction(
    async (tx) => [await sumLines(tx, place), await sumDocuments(tx, place)],
    { isolationLevel: 'RepeatableRead' },
  )
  return { rows, total }
}

/** As the API shows it. */
export function viewMonth(month: string, { rows, total }: MonthFigures, readAt: Date): MonthReport {
  return {
    month,
    rows: rows.map((row) => ({ ...row, ...viewSums(row) })),
    total: viewSums(total),
    readAt: readAt.toISOString(),
  }
}

function viewSums({ count, netFen, taxFen, grossFen }: MonthSums): MonthReport['total'] {
  return { count, netFen: jsonFen(netFen), taxFen: jsonFen(taxFen), grossFen: jsonFen(grossFen) }
}

function monthAfter(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number)
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`
}
