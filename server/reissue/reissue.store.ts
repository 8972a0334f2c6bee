import { type Actor, actorText, auditBytes } from '../audit/record.ts'
import type { RequestState, Surface } from '../contract/invoicing.ts'
import { Problem } from '../contract/problem.ts'
import type {
  RedReason,
  ReissueCause,
  ReissueMethod,
  ReissueState,
  ReissueView,
} from '../contract/reissues.ts'
import type { Database, Tx } from '../database/database.ts'
import { Prisma } from '../database/generated/client.ts'
import { v7 } from '../database/ids.ts'
import { publish } from '../live/publish.ts'
import type { Vault } from '../privacy/vault.ts'
import { type Change, changeFromJson, changeToJson } from './change.ts'
import { isRunning, mayMove } from './reissue-state.ts'

export type ReviewReason = NonNullable<ReissueView['reviewReason']>
export type WriteBack = NonNullable<ReissueView['writeBack']>

export type Reissue = {
  readonly id: string
  readonly merchantId: string
  readonly shopId: string
  /** The blue that it starts from. */
  readonly invoiceId: string
  readonly state: ReissueState
  readonly cause: ReissueCause
  readonly method: ReissueMethod
  readonly reason: RedReason
  readonly surface: Surface
  /** 64 hex digits. */
  readonly diffHash: string
  readonly reviewReason: ReviewReason | null
  readonly byCustomer: boolean
  readonly actor: string
  readonly approvedBy: string | null
  readonly acknowledgedAt: Date | null
  readonly redInvoiceId: string | null
  readonly consentUntil: Date | null
  readonly heldReason: string | null
  readonly endCode: string | null
  readonly endDetail: string | null
  readonly writeBack: WriteBack | null
  readonly version: number
  readonly leaseEpoch: number
  readonly leaseUntil: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly changesSealed: Uint8Array
  /** Orders of the original invoice. */
  readonly orderIds: readonly string[]
  /** The red form's number, once the bureau gave one. */
  readonly formNumber: string | null
  /** A red form is committed: it may have been sent. */
  readonly isSent: boolean
  readonly hasContradiction: boolean
  /** The newest request for the new blue. */
  readonly blueRequestId: string | null
  readonly blueState: RequestState | null
  readonly blueHeldReason: string | null
  readonly blueContradicted: boolean
  readonly replacementId: string | null
}

/** Reissues with what belongs to them, in one statement. */
function selectReissues(tx: Tx | Database, rest: Prisma.Sql): Promise<Reissue[]> {
  return tx.$queryRaw<Reissue[]>`
    SELECT r.id::text, r.merchant_id::text AS "merchantId", r.shop_id::text AS "shopId",
      r.invoice_id::text AS "invoiceId", r.state, r.cause, r.method, r.reason, r.surface,
      encode(r.diff_hash, 'hex') AS "diffHash", r.review_reason AS "reviewReason",
      r.by_customer AS "byCustomer", r.actor, r.approved_by AS "approvedBy",
      r.acknowledged_at AS "acknowledgedAt", r.red_invoice_id::text AS "redInvoiceId",
      r.consent_until AS "consentUntil", r.held_reason AS "heldReason", r.end_code AS "endCode",
      r.end_detail AS "endDetail", r.write_back AS "writeBack", r.version, r.lease_epoch AS "leaseEpoch",
      r.lease_until AS "leaseUntil", r.created_at AS "createdAt", r.updated_at AS "updatedAt",
      r.changes_sealed AS "changesSealed",
      (SELECT array_agg(a.order_id::text ORDER BY a.order_id) FROM invoice_allocation a
        WHERE a.invoice_id = r.invoice_id) AS "orderIds",
      s.form_number AS "formNumber", s.form_serial IS NOT NULL AS "isSent",
      s.contradiction IS NOT NULL AS "hasContradiction", q.id::text AS "blueRequestId",
      q.state AS "blueState", q.held_reason AS "blueHeldReason",
      b.contradiction IS NOT NULL AS "blueContradicted", i.id::text AS "replacementId"
    FROM reissue r
      LEFT JOIN red_sending s ON s.reissue_id = r.id
      LEFT JOIN LATERAL (SELECT * FROM invoice_request q WHERE q.reissue_id = r.id
        ORDER BY q.id DESC LIMIT 1) q ON true
      LEFT JOIN sending b ON b.request_id = q.id AND b.closed_at IS NULL
      LEFT JOIN invoice i ON i.request_id = q.id
    ${rest}`
}

export async function findReissue(tx: Tx | Database, id: string): Promise<Reissue | null> {
  const [found = null] = await selectReissues(tx, Prisma.sql`WHERE r.id = ${id}::uuid`)
  return found
}

/** Absence is a bug here. */
export async function getReissue(tx: Tx | Database, id: string): Promise<Reissue> {
  const found = await findReissue(tx, id)
  if (found === null) throw new Error(`reissue ${id} is gone`)
  return found
}

/** Locks the row until the transaction ends, then reads it: what the lock waited for is seen. */
export async function lockReissue(tx: Tx, id: string): Promise<Reissue | null> {
  await tx.$executeRaw`SELECT 1 FROM reissue WHERE id = ${id}::uuid FOR UPDATE`
  return findReissue(tx, id)
}

/** Newest first. */
export function listReissuesOf(tx: Tx | Database, invoiceId: string): Promise<Reissue[]> {
  return selectReissues(tx, Prisma.sql`WHERE r.invoice_id = ${invoiceId}::uuid ORDER BY r.id DESC LIMIT 50`)
}

export async function findRunningOf(tx: Tx | Database, invoiceId: string): Promise<Reissue | null> {
  const reissues = await listReissuesOf(tx, invoiceId)
  return reissues.find(isRunning) ?? null
}

/** Reissues whose red exists, of every invoice that covers or covered one of these orders; newest first. */
export function listReversedOver(tx: Tx | Database, orderIds: readonly string[]): Promise<Reissue[]> {
  return selectReissues(
    tx,
    Prisma.sql`WHERE r.red_invoice_id IS NOT NULL AND r.invoice_id IN (
      SELECT a.invoice_id FROM invoice_allocation a WHERE a.order_id = ANY(${[...orderIds]}::uuid[]))
      ORDER BY r.id DESC`,
  )
}

/** Oldest first: who waits longest is looked at first. */
export function listReissuesIn(
  tx: Tx | Database,
  { merchantId, state }: { merchantId: string; state: ReissueState },
): Promise<Reissue[]> {
  return selectReissues(
    tx,
    Prisma.sql`WHERE r.merchant_id = ${merchantId}::uuid AND r.state = ${state}
      ORDER BY r.updated_at LIMIT 200`,
  )
}

export type Used = { readonly total: number; readonly byCustomer: number }

/**
 * What counts against the caps of an order (M-01): its reissues that changed something or still may.
 * Corrections after a refund are not counted. The highest count among several orders.
 */
export async function countUsed(tx: Tx | Database, orderIds: readonly string[]): Promise<Used> {
  const [row] = await tx.$queryRaw<Used[]>`
    SELECT coalesce(max(total), 0)::int AS total, coalesce(max(own), 0)::int AS "byCustomer" FROM (
      SELECT count(*) AS total, count(*) FILTER (WHERE r.by_customer) AS own
      FROM reissue r JOIN invoice_allocation a ON a.invoice_id = r.invoice_id
      WHERE a.order_id = ANY(${[...orderIds]}::uuid[]) AND r.cause <> 'refund'
        AND r.state NOT IN ('rejected', 'red_refused', 'buyer_refused', 'lapsed', 'withdrawn')
      GROUP BY a.order_id) AS per_order`
  return row ?? { total: 0, byCustomer: 0 }
}

type NewReissue = Pick<
  Reissue,
  | 'merchantId'
  | 'shopId'
  | 'invoiceId'
  | 'cause'
  | 'method'
  | 'reason'
  | 'surface'
  | 'byCustomer'
  | 'diffHash'
> & { actor: Actor; reviewReason: ReviewReason | null; change: Change }

/** Inserts a plan with its history. A second running one of an invoice violates `reissue_one_running`. */
export async function insertReissue(vault: Vault, tx: Tx, now: Date, made: NewReissue): Promise<string> {
  const id = v7(now)
  const { merchantId, change, diffHash, actor: who, ...rest } = made
  const actor = actorText(who)
  await tx.reissue.create({
    data: {
      id,
      merchantId,
      ...rest,
      actor,
      state: 'planned',
      changesSealed: await vault.sealJson(changePlace({ merchantId, id }), changeToJson(change)),
      diffHash: Buffer.from(diffHash, 'hex'),
      createdAt: now,
      updatedAt: now,
    },
  })
  await tx.reissueMove.create({
    data: { id: v7(now), reissueId: id, fromState: null, toState: 'planned', actor, at: now },
  })
  return id
}

type Sealed = Pick<Reissue, 'id' | 'merchantId' | 'changesSealed'>

export async function openChange(vault: Vault, reissue: Sealed): Promise<Change> {
  return changeFromJson(await vault.openJson(changePlace(reissue), reissue.changesSealed))
}

export function sealChange(vault: Vault, reissue: Omit<Sealed, 'changesSealed'>, change: Change) {
  return vault.sealJson(changePlace(reissue), changeToJson(change))
}

function changePlace({ merchantId, id }: { merchantId: string; id: string }) {
  return { merchantId, table: 'reissue', column: 'changes', rowId: id }
}

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
  const act = { merchantId, actor, act: `reissue.${to}`, object: `reissue:${id}`, facts: { from }, reason }
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

/** Takes the lease for a call about the red form. Null: not in such a state, or somebody else holds it. */
export async function leaseReissue(
  tx: Tx,
  id: string,
  { now, until }: { now: Date; until: Date },
): Promise<number | null> {
  const [row] = await tx.$queryRaw<{ leaseEpoch: number }[]>`
    UPDATE reissue SET lease_epoch = lease_epoch + 1, lease_until = ${until}
    WHERE id = ${id}::uuid AND (lease_until IS NULL OR lease_until <= ${now})
      AND state IN ('red_requested', 'waiting_buyer')
    RETURNING lease_epoch AS "leaseEpoch"`
  return row?.leaseEpoch ?? null
}

/** Gives the lease back. Throws where it was lost: whoever took over settles. */
export async function endRedLease(
  tx: Tx,
  { id, leaseEpoch }: { id: string; leaseEpoch: number },
): Promise<void> {
  const kept = await tx.reissue.updateMany({ where: { id, leaseEpoch }, data: { leaseUntil: null } })
  if (kept.count !== 1) throw new Error(`the lease of reissue ${id} was lost`)
}

/** Why the issuer takes no red form now; null: it does again. Everybody who looks reads again. */
export async function writeHeld(
  tx: Tx,
  { id, heldReason }: { id: string; heldReason: string | null },
): Promise<void> {
  await tx.reissue.update({ where: { id }, data: { heldReason, version: { increment: 1 } } })
  await tellReissue(tx, await getReissue(tx, id))
}
