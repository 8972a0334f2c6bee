import type { Tx } from '../database/database.ts'
import { v7 } from '../database/ids.ts'

/** 操作人. `kind:id` in rows; the id is never a person's name. */
export type Actor =
  | { kind: 'agent'; id: string }
  | { kind: 'customer'; id: string }
  /** An account of `server/staff`. */
  | { kind: 'staff'; id: string }
  | { kind: 'merchant'; id: string }
  | { kind: 'operator'; id: string }
  | { kind: 'worker'; id: string }

export function actorText({ kind, id }: Actor): string {
  return `${kind}:${id}`
}

/** Only strings, safe integers, booleans and null, so that `JSON.stringify` is canonical (RFC 8785). */
export type AuditFacts = Readonly<Record<string, string | number | boolean | null>>

export type AuditAct = {
  merchantId: string
  actor: Actor
  /** `noun.past_tense`; a contract. */
  act: string
  /** `order:<id>`, `request:<id>`, … */
  object: string
  /** Ids, states and amounts. A personal value enters as a keyed hash only. */
  facts?: AuditFacts
  reason?: string | null
}

/**
 * Writes what was done in the transaction that does it. The sequencer numbers it after the commit, so
 * an act that is rolled back leaves no trace and no gap.
 */
export async function recordAudit(tx: Tx, now: Date, act: AuditAct): Promise<void> {
  const id = v7(now)
  const bytes = auditBytes(now, act)
  await tx.$executeRaw`
    WITH entry AS (
      INSERT INTO audit_entry (id, merchant_id, bytes, act, object, actor, at)
      VALUES (${id}::uuid, ${act.merchantId}::uuid, ${bytes}, ${act.act}, ${act.object},
              ${actorText(act.actor)}, ${now})
      RETURNING id, merchant_id)
    INSERT INTO audit_pending (entry_id, merchant_id) SELECT id, merchant_id FROM entry`
}

/** The bytes that are hashed: sorted keys, no white space. */
export function auditBytes(
  at: Date,
  { merchantId, actor, act, object, facts = {}, reason = null }: AuditAct,
) {
  const sortedFacts = Object.fromEntries(Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1)))
  const entry = {
    act,
    actor: actorText(actor),
    at: at.toISOString(),
    facts: sortedFacts,
    merchant: merchantId,
    object,
    reason,
    v: 1,
  }
  return new Uint8Array(Buffer.from(JSON.stringify(entry), 'utf8'))
}
