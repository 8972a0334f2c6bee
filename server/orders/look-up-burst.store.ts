import type { Database, Tx } from '../database/database.ts'
import { v7 } from '../database/ids.ts'

/** `shopId` null: staff who look in all shops of the merchant. */
export type LookUpPlace = { readonly merchantId: string; readonly shopId: string | null }

export type LookUpBurst = LookUpPlace & {
  readonly id: string
  readonly failures: number
  /** The quarter of an hour in which they failed. */
  readonly quarter: Date
}

const QUARTER_MS = 15 * 60_000

export function quarterOf(now: Date): Date {
  return new Date(Math.floor(now.getTime() / QUARTER_MS) * QUARTER_MS)
}

/** When counting starts anew. */
export function nextQuarter(now: Date): Date {
  return new Date(quarterOf(now).getTime() + QUARTER_MS)
}

/** Counts a look-up that failed. Returns how many did at this place in this quarter of an hour. */
export async function countFailure(
  tx: Tx | Database,
  now: Date,
  { merchantId, shopId }: LookUpPlace,
): Promise<number> {
  const rows = await tx.$queryRaw<{ failures: number }[]>`
    INSERT INTO look_up_burst AS b (id, merchant_id, shop_id, quarter, failures)
    VALUES (${v7(now)}::uuid, ${merchantId}::uuid, ${shopId}::uuid, ${quarterOf(now)}::timestamptz, 1)
    ON CONFLICT (merchant_id, shop_id, quarter) DO UPDATE SET failures = b.failures + 1
    RETURNING failures`
  const [row] = rows
  if (row === undefined) throw new Error('a failed look-up was not counted')
  return row.failures
}

export async function countedFailures(
  tx: Tx | Database,
  now: Date,
  { merchantId, shopId }: LookUpPlace,
): Promise<number> {
  const where = { merchantId, shopId, quarter: quarterOf(now) }
  return (await tx.lookUpBurst.findFirst({ where, select: { failures: true } }))?.failures ?? 0
}

/** More than a person reads; the oldest come first. */
const LISTED_MAX = 500

/** Bursts since an instant, oldest first. A place with a shop sees that shop's alone. */
export async function listBursts(
  tx: Tx | Database,
  { merchantId, shopId }: LookUpPlace,
  { since, atLeast }: { since: Date; atLeast: number },
): Promise<LookUpBurst[]> {
  return tx.lookUpBurst.findMany({
    where: {
      merchantId,
      ...(shopId === null ? {} : { shopId }),
      quarter: { gte: since },
      failures: { gte: atLeast },
    },
    orderBy: [{ quarter: 'asc' }, { id: 'asc' }],
    take: LISTED_MAX,
  })
}

/** Of all merchants, in this quarter and the one before: how many look-ups failed, and at how many places too many. */
export async function countRecent(
  database: Database,
  now: Date,
  atLeast: number,
): Promise<{ failures: number; bursts: number }> {
  const quarter = { gte: new Date(quarterOf(now).getTime() - QUARTER_MS) }
  const [sum, bursts] = await Promise.all([
    database.lookUpBurst.aggregate({ where: { quarter }, _sum: { failures: true } }),
    database.lookUpBurst.count({ where: { quarter, failures: { gte: atLeast } } }),
  ])
  return { failures: sum._sum.failures ?? 0, bursts }
}

/** For the clean-up. */
export async function deleteOldBursts(database: Database, before: Date): Promise<void> {
  await database.lookUpBurst.deleteMany({ where: { quarter: { lt: before } } })
}
