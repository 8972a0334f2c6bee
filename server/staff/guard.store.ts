import type { Database, Tx } from '../database/database.ts'

type Key = Uint8Array<ArrayBuffer>

export type TryRule = { readonly tries: number; readonly lockMs: number; readonly forgetAfterMs: number }

/** `isLast`: one more wrong one is not looked at before `lockedUntil`. */
export type Try =
  | { readonly kind: 'taken'; readonly isLast: boolean }
  | { readonly kind: 'locked'; readonly until: Date }

/**
 * Counts a try before anything is looked at, in one statement: of twenty at once as many get through as of
 * twenty in a row, in however many processes. The last one allowed locks; being right lifts that again.
 */
export async function takeTry(database: Database, now: Date, key: Key, rule: TryRule): Promise<Try> {
  const { tries, lockMs, forgetAfterMs } = rule
  const lockUntil = new Date(now.getTime() + lockMs)
  const forgotten = new Date(now.getTime() - forgetAfterMs)
  const rows = await database.$queryRaw<{ failures: number }[]>`
    INSERT INTO staff_guard AS g (key, failures, since, locked_until)
    VALUES (${key}, 1, ${now}::timestamptz, NULL)
    ON CONFLICT (key) DO UPDATE SET (failures, since, locked_until) = (
      SELECT CASE WHEN is_over THEN 1 ELSE g.failures + 1 END,
             CASE WHEN is_over THEN ${now}::timestamptz ELSE g.since END,
             CASE WHEN NOT is_over AND g.failures + 1 >= ${tries}::int THEN ${lockUntil}::timestamptz END
      FROM (SELECT coalesce(g.locked_until <= ${now}::timestamptz,
                            g.since <= ${forgotten}::timestamptz) AS is_over) AS age)
      WHERE g.locked_until IS NULL OR g.locked_until <= ${now}::timestamptz
    RETURNING failures`
  const [row] = rows
  if (row !== undefined) return { kind: 'taken', isLast: row.failures >= tries }
  return { kind: 'locked', until: (await findLock(database, now, key)) ?? lockUntil }
}

/** Until when nothing is looked at; null: not locked. */
export async function findLock(tx: Tx | Database, now: Date, key: Key): Promise<Date | null> {
  const row = await tx.staffGuard.findUnique({ where: { key } })
  return row?.lockedUntil != null && row.lockedUntil > now ? row.lockedUntil : null
}

/** It was right, or somebody who may has unlocked it: the count starts again. */
export async function forgetTries(tx: Tx | Database, key: Key): Promise<void> {
  await tx.staffGuard.deleteMany({ where: { key } })
}

/** This one try does not count. Each was counted before it was looked at, so what it locked is open again. */
export async function giveBackTry(tx: Tx | Database, key: Key): Promise<void> {
  await tx.$executeRaw`
    UPDATE staff_guard SET failures = greatest(failures - 1, 0), locked_until = NULL WHERE key = ${key}`
}

/** For the clean-up: what binds nobody any more. */
export async function deleteOldStaffTries(database: Database, before: Date): Promise<void> {
  await database.staffGuard.deleteMany({
    where: { since: { lt: before }, OR: [{ lockedUntil: null }, { lockedUntil: { lt: before } }] },
  })
  await database.staffStepUp.deleteMany({ where: { until: { lt: before } } })
}
