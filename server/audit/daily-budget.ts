import type { Database, Tx } from '../database/database.ts'
import { businessDate } from '../invoicing/business-date.ts'

export type Budget = {
  merchantId: string
  /** Whose budget: an agent, an invoice. */
  subject: string
  purpose: 'reveal' | 'resend'
  perDay: number
}

/**
 * Takes one from a day's budget (Asia/Shanghai), or nothing: one statement, with a CHECK behind it.
 * Returns what is left, null where nothing was.
 */
export async function takeFromBudget(
  tx: Tx,
  now: Date,
  { merchantId, subject, purpose, perDay }: Budget,
): Promise<number | null> {
  const day = businessDate(now)
  const rows = await tx.$queryRaw<{ used: number }[]>`
    INSERT INTO daily_budget AS b (merchant_id, subject, purpose, day, used, granted)
    SELECT ${merchantId}::uuid, ${subject}, ${purpose}, ${day}::date, 1, ${perDay}::int WHERE ${perDay}::int > 0
    ON CONFLICT (merchant_id, subject, purpose, day)
    DO UPDATE SET used = b.used + 1, granted = ${perDay}::int WHERE b.used < ${perDay}::int
    RETURNING used`
  const [row] = rows
  return row === undefined ? null : perDay - row.used
}

export async function leftInBudget(
  tx: Tx | Database,
  now: Date,
  { merchantId, subject, purpose, perDay }: Budget,
): Promise<number> {
  const day = new Date(`${businessDate(now)}T00:00:00Z`)
  const row = await tx.dailyBudget.findUnique({
    where: { merchantId_subject_purpose_day: { merchantId, subject, purpose, day } },
  })
  return Math.max(0, perDay - (row?.used ?? 0))
}
