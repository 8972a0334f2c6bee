import type { Tx } from '../database/database.ts'
import { v7 } from '../database/ids.ts'

/** 操作人. `kind:id` in rows; the id is never a person's name. Read from the session, never from a body. */
export type Actor = {
  /** `staff`: an account of `server/staff`. */
  readonly kind: 'agent' | 'customer' | 'staff' | 'merchant' | 'operator' | 'worker'
  readonly id: string
  /** What the session let them act as; where there is none, the kind says it. */
  readonly role?: string
}

export function actorText({ kind, id }: Actor): string {
  return `${kind}:${id}`
}

/** Only strings, safe integers, booleans and null, so that `JSON.stringify` is canonical (RFC 8785). */
export type AuditFacts = Readonly<Record<string, string | number | boolean | null>>

export type AuditAct = {
  merchantId: string
  actor: Actor
  /** For whom the actor did it, as `actorText` writes it: a worker's step, for who asked for the whole. */
  onBehalf?: string | null
  /** `noun.past_tense`; a contract. */
  act: string
  /** `order:<id>`, `request:<id>`, … */
  object: string
  /** What held before, where the act replaced it. */
  before?: AuditFacts
  /** What holds since. Ids, states and amounts; a personal value enters through `hidePersonal` only. */
  facts?: AuditFacts
  reason?: string | null
  /** 32 bytes: what `hidePersonal` hashed with. Kept beside the entry until its person is erased. */
  salt?: Uint8Array<ArrayBuffer>
}

/**
 * Writes what was done in the transaction that does it. The sequencer numbers it after the commit, so
 * an act that is rolled back leaves no trace and no gap.
 */
export async function recordAudit(tx: Tx, now: Date, act: AuditAct): Promise<void> {
  const id = v7(now)
  const bytes = auditBytes(now, act)
  const salt = act.salt ?? null
  await tx.$executeRaw`
    WITH entry AS (
      INSERT INTO audit_entry (id, merchant_id, bytes, act, object, actor, at)
      VALUES (${id}::uuid, ${act.merchantId}::uuid, ${bytes}, ${act.act}, ${act.object},
              ${actorText(act.actor)}, ${now})
      RETURNING id, merchant_id
    ), salted AS (
      INSERT INTO audit_salt (entry_id, merchant_id, salt)
      SELECT id, merchant_id, ${salt}::bytea FROM entry WHERE ${salt}::bytea IS NOT NULL)
    INSERT INTO audit_pending (entry_id, merchant_id) SELECT id, merchant_id FROM entry`
}

/** The bytes that are hashed, in the canonical form of RFC 8785. */
export function auditBytes(at: Date, act: Omit<AuditAct, 'salt'>) {
  const { actor, before = null, facts = null } = act
  const entry = {
    action: act.act,
    actor: actorText(actor),
    after: facts && sorted(facts),
    at: at.toISOString(),
    before: before && sorted(before),
    merchant: act.merchantId,
    object: act.object,
    onBehalf: act.onBehalf ?? null,
    reason: act.reason ?? null,
    role: actor.role ?? actor.kind,
    v: 2,
  }
  return new Uint8Array(Buffer.from(JSON.stringify(entry), 'utf8'))
}

/** By UTF-16 units, as RFC 8785 §3.2.3 wants it. Numbers are safe integers, or it is a bug. */
function sorted(facts: AuditFacts): AuditFacts {
  const entries = Object.entries(facts)
  const odd = entries.find(([, value]) => typeof value === 'number' && !Number.isSafeInteger(value))
  if (odd !== undefined) throw new Error(`audit: ${odd[0]} is no whole number`)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
