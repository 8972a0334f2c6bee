import type { LiveTopic } from '../contract/live.ts'
import type { Tx } from '../database/database.ts'

export type Change = { topic: LiveTopic; version: number }

/** The channel all processes of one database listen on. */
export const LIVE_CHANNEL = 'fapiao_live'

/** Triggers tell here that a right was taken back: a key, a link, a session, a staff account. */
export const REVOKED_CHANNEL = 'fapiao_revoked'

/** Tells every process what changed, when and if the transaction commits. Carries ids only. */
export async function publish(tx: Tx, ...changes: Change[]): Promise<void> {
  const payloads = changes.map((change) => JSON.stringify(change))
  await tx.$executeRaw`SELECT pg_notify(${LIVE_CHANNEL}, payload) FROM unnest(${payloads}::text[]) AS payload`
}
