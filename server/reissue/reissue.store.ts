import type { RequestState, Surface } from '../contract/invoicing.ts'
import type {
  RedReason,
  ReissueCause,
  ReissueMethod,
  ReissueState,
  ReissueView,
} from '../contract/reissues.ts'
import type { Database, Tx } from '../database/database.ts'
import { Prisma } from '../database/generated/client.ts'
import { isRunning } from './reissue-state.ts'

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
