import type { Database, Tx } from '../database/database.ts'
import { CLOCK_SKEW_SECONDS, TOKEN_KINDS } from './token-kinds.ts'

/** What ended when: `session:<sid>`, `person:<merchant>:<sub>`, `link:<lid>` or `key:<kid>`. */
export type EndedMark = { readonly subject: string; readonly at: Date }

/**
 * The life of a session token, the clocks, and a minute: a process that has not heard yet may renew in
 * between, and what it signs then is refused by the same mark.
 */
export const ENDED_KEEP_MS = (TOKEN_KINDS.session.maxLifeSeconds + CLOCK_SKEW_SECONDS + 60) * 1000

export function sessionMark(sid: string): string {
  return `session:${sid}`
}

export function personMark(merchantId: string, sub: string): string {
  return `person:${merchantId}:${sub}`
}

/** From now on no token of it is good. Twice is once, and the later instant counts. */
export async function endSession(
  tx: Tx,
  { subject, merchantId, at }: EndedMark & { readonly merchantId: string },
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO ended_session (subject, merchant_id, at) VALUES (${subject}, ${merchantId}::uuid, ${at})
    ON CONFLICT (subject) DO UPDATE SET at = greatest(ended_session.at, excluded.at)`
}

/** Ended sessions and persons, and the keys and console accounts whose sessions must not go on. */
export async function listEnded(database: Database, now: Date): Promise<EndedMark[]> {
  const since = new Date(now.getTime() - ENDED_KEEP_MS)
  return database.$queryRaw<EndedMark[]>`
    SELECT subject, at FROM ended_session WHERE at > ${since}
    UNION ALL SELECT 'key:' || kid, ${now}::timestamptz FROM merchant_key WHERE status = 'revoked'
    UNION ALL SELECT 'key:' || id, disabled_at FROM host_account WHERE disabled_at IS NOT NULL`
}

/** Forgets what no token could contradict any more; says how many. */
export async function dropOldEnded(database: Database, now: Date): Promise<number> {
  const { count } = await database.endedSession.deleteMany({
    where: { at: { lt: new Date(now.getTime() - ENDED_KEEP_MS) } },
  })
  return count
}
