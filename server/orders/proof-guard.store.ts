import type { Database, Tx } from '../database/database.ts'

type Key = Uint8Array<ArrayBuffer>

export type TryRule = {
  /** Tries until the cool-down begins; the last of them still counts. */
  tries: number
  coolDownMs: number
  /** Without a cool-down a count starts again after this long. */
  forgetAfterMs: number
}

/** Null: this try may go on. Otherwise nothing may be tried before that instant. */
export type BlockedUntil = Date | null

/**
 * Counts a try before its proof is looked at, in one statement: of twenty at once as many get through
 * as of twenty in a row, in however many processes.
 */
export async function takeTry(tx: Tx | Database, now: Date, key: Key, rule: TryRule): Promise<BlockedUntil> {
  const { tries, coolDownMs, forgetAfterMs } = rule
  const blockUntil = new Date(now.getTime() + coolDownMs)
  const forgotten = new Date(now.getTime() - forgetAfterMs)
  const rows = await tx.$queryRaw<{ failures: number; blocked_until: Date | null }[]>`
    INSERT INTO proof_guard AS g (key, failures, since, blocked_until)
    VALUES (${key}, 1, ${now}::timestamptz, NULL)
    ON CONFLICT (key) DO UPDATE SET (failures, since, blocked_until) = (
      SELECT CASE WHEN is_over THEN 1 ELSE least(g.failures, ${tries}::int) + 1 END,
             CASE WHEN is_over THEN ${now}::timestamptz ELSE g.since END,
             CASE WHEN is_over THEN NULL
                  WHEN g.failures + 1 >= ${tries}::int THEN coalesce(g.blocked_until, ${blockUntil}::timestamptz)
             END
      FROM (SELECT coalesce(g.blocked_until <= ${now}::timestamptz,
                            g.since <= ${forgotten}::timestamptz) AS is_over) AS age)
    RETURNING failures, blocked_until`
  const [row] = rows
  if (row === undefined) throw new Error('a try was not counted')
  return row.failures > tries ? (row.blocked_until ?? blockUntil) : null
}

/** Whether anything may be tried at all, without counting. */
export async function findBlock(tx: Tx | Database, now: Date, key: Key): Promise<BlockedUntil> {
  const row = await tx.proofGuard.findUnique({ where: { key }, select: { blockedUntil: true } })
  return row?.blockedUntil != null && row.blockedUntil > now ? row.blockedUntil : null
}

/** The proof was right: the count of its order starts again. */
export async function forgetTries(tx: Tx | Database, key: Key): Promise<void> {
  await tx.$executeRaw`DELETE FROM proof_guard WHERE key = ${key}`
}

/** The proof was right: this one try does not count. */
export async function giveBackTry(tx: Tx | Database, key: Key): Promise<void> {
  await tx.$executeRaw`
    UPDATE proof_guard SET failures = greatest(failures - 1, 0), blocked_until = NULL WHERE key = ${key}`
}

/** For the clean-up: rows that bind nobody any more. Returns how many went. */
export async function deleteOldTries(tx: Tx | Database, before: Date): Promise<number> {
  return tx.$executeRaw`
    DELETE FROM proof_guard WHERE since < ${before}::timestamptz
      AND (blocked_until IS NULL OR blocked_until < ${before}::timestamptz)`
}
