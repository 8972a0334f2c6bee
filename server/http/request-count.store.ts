import type { Database } from '../database/database.ts'

/** Hexadecimal keys and how often each came since the last time. */
export type Counts = ReadonlyMap<string, number>

/**
 * Adds what this process counted and returns what all of them did in that minute, in one statement for all keys.
 * In the order of keys: two processes that add the same ones never wait for each other in a ring.
 */
export async function addCounts(database: Database, minute: Date, counts: Counts): Promise<Counts> {
  const keys = [...counts.keys()]
  const times = [...counts.values()]
  const rows = await database.$queryRaw<{ key: string; count: number }[]>`
    INSERT INTO request_count AS r (key, minute, count)
    SELECT decode(key, 'hex'), ${minute}::timestamptz, times
    FROM unnest(${keys}::text[], ${times}::int[]) AS counted (key, times) ORDER BY key
    ON CONFLICT (key, minute) DO UPDATE SET count = r.count + excluded.count
    RETURNING encode(key, 'hex') AS key, count`
  return new Map(rows.map(({ key, count }) => [key, count]))
}

/** For the clean-up: minutes that are over. */
export async function deleteOldCounts(database: Database, before: Date): Promise<void> {
  await database.requestCount.deleteMany({ where: { minute: { lt: before } } })
}
