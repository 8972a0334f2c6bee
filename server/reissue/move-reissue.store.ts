import { type Actor, actorText, auditBytes } from '../audit/record.ts'
import { Problem } from '../contract/problem.ts'
import type { ReissueState } from '../contract/reissues.ts'
import type { Tx } from '../database/database.ts'
import { Prisma } from '../database/generated/client.ts'
import { v7 } from '../database/ids.ts'
import { publish } from '../live/publish.ts'
import { getReissue, type Reissue, type WriteBack } from './reissue.store.ts'
import { mayMove } from './reissue-state.ts'

type Settable = Partial<{
  approvedBy: string | null
  redInvoiceId: string | null
  consentUntil: Date | null
  heldReason: string | null
  endCode: string | null
  endDetail: string | null
  leaseUntil: Date | null
  changesSealed: Uint8Array
}>

type Move = {
  reissue: Reissue
  to: ReissueState
  actor: Actor
  reason?: string | null
  now: Date
  /** The lease under which the mover works; another epoch means that somebody took over. */
  leaseEpoch?: number
  set?: Settable
  writeBack?: WriteBack
}

/**
 * The only way a reissue changes state: checks the table and the version, writes state, history and
 * audit entry in one statement, and tells who watches. Answers with the reissue as it is then. Refuses
 * with `move_not_allowed`, also where somebody else moved it first or took over the lease.
 */
export async function moveReissue(tx: Tx, move: Move): Promise<Reissue> {
  const { reissue, to, actor, reason = null, now, leaseEpoch, set = {}, writeBack } = move
  const { id, merchantId, state: from, version } = reissue
  const facts = { id, from, to }
  if (!mayMove(from, to)) throw new Problem('move_not_allowed', { facts })
  const act = {
    ...{ merchantId, actor, act: `reissue.${to}`, object: `reissue:${id}`, reason },
    onBehalf: reissue.actor === actorText(actor) ? null : reissue.actor,
    before: { state: from },
    facts: { state: to },
  }
  const underLease =
    leaseEpoch === undefined ? Prisma.empty : Prisma.sql`AND lease_epoch = ${leaseEpoch}::int`
  const written =
    writeBack === undefined ? Prisma.empty : Prisma.sql`, write_back = ${JSON.stringify(writeBack)}::jsonb`
  const [moved] = await tx.$queryRaw<{ count: number }[]>`
    WITH moved AS (
      UPDATE reissue SET state = ${to}, version = version + 1, updated_at = ${now} ${assignments(set)} ${written}
      WHERE id = ${id}::uuid AND state = ${from} AND version = ${version}::int ${underLease} RETURNING id
    ), history AS (
      INSERT INTO reissue_move (id, reissue_id, from_state, to_state, actor, reason, at)
      SELECT ${v7(now)}::uuid, id, ${from}, ${to}, ${actorText(actor)}, ${reason}::text, ${now}::timestamptz FROM moved
    ), entry AS (
      INSERT INTO audit_entry (id, merchant_id, bytes, act, object, actor, at)
      SELECT ${v7(now)}::uuid, ${merchantId}::uuid, ${auditBytes(now, act)}::bytea, ${act.act}, ${act.object},
             ${actorText(actor)}, ${now}::timestamptz FROM moved RETURNING id, merchant_id
    ), pending AS (
      INSERT INTO audit_pending (entry_id, merchant_id) SELECT id, merchant_id FROM entry
    )
    SELECT count(*)::int AS count FROM moved`
  if (moved?.count !== 1) throw new Problem('move_not_allowed', { facts })
  await tellReissue(tx, { ...reissue, version: version + 1 })
  return getReissue(tx, id)
}

/** Whoever looks at the reissue, its invoice, its orders or the merchant's desk reads again. */
export async function tellReissue(
  tx: Tx,
  {
    id,
    merchantId,
    version,
    invoiceId,
    orderIds,
  }: Pick<Reissue, 'id' | 'merchantId' | 'version' | 'invoiceId' | 'orderIds'>,
): Promise<void> {
  await publish(
    tx,
    { topic: `reissue:${id}`, version },
    { topic: `invoice:${invoiceId}`, version: 0 },
    { topic: `desk:${merchantId}`, version: 0 },
    ...orderIds.map((orderId) => ({ topic: `order:${orderId}` as const, version: 0 })),
  )
}

const COLUMNS = {
  approvedBy: 'approved_by',
  redInvoiceId: 'red_invoice_id',
  consentUntil: 'consent_until',
  heldReason: 'held_reason',
  endCode: 'end_code',
  endDetail: 'end_detail',
  leaseUntil: 'lease_until',
  changesSealed: 'changes_sealed',
} as const satisfies Record<keyof Settable, string>

const TYPES = {
  redInvoiceId: 'uuid',
  consentUntil: 'timestamptz',
  leaseUntil: 'timestamptz',
  changesSealed: 'bytea',
} as const satisfies Partial<Record<keyof Settable, string>>

/** `, column = value` for each field that the move sets; names come from the tables above alone. */
function assignments(set: Settable): Prisma.Sql {
  const types = new Map<string, string>(Object.entries(TYPES))
  const parts = Object.entries(COLUMNS).flatMap(([field, column]) => {
    const value = Object.entries(set).find(([name]) => name === field)?.[1]
    if (value === undefined) return []
    return [Prisma.sql`, ${Prisma.raw(column)} = ${value}::${Prisma.raw(types.get(field) ?? 'text')}`]
  })
  return parts.length === 0 ? Prisma.empty : Prisma.join(parts, ' ')
}

/** Who confirmed the changes (F7). The first confirmation stands. */
export async function writeAcknowledgement(
  tx: Tx,
  { id, actor, now }: { id: string; actor: Actor; now: Date },
): Promise<boolean> {
  const written = await tx.reissue.updateMany({
    where: { id, acknowledgedAt: null },
    data: {
      acknowledgedAt: now,
      acknowledgedBy: actorText(actor),
      updatedAt: now,
      version: { increment: 1 },
    },
  })
  return written.count === 1
}

/** Why the issuer takes no red form now; null: it does again. Everybody who looks reads again. */
export async function writeHeld(
  tx: Tx,
  { id, heldReason }: { id: string; heldReason: string | null },
): Promise<void> {
  await tx.reissue.update({ where: { id }, data: { heldReason, version: { increment: 1 } } })
  await tellReissue(tx, await getReissue(tx, id))
}
