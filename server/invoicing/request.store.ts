import { randomInt } from 'node:crypto'
import { type Actor, actorText, auditBytes } from '../audit/record.ts'
import type {
  FixField,
  Presentation,
  RequestState,
  ReviewReason,
  Surface,
  TitleKind,
} from '../contract/invoicing.ts'
import { Problem } from '../contract/problem.ts'
import type { Database, Tx } from '../database/database.ts'
import { Prisma } from '../database/generated/client.ts'
import { v7 } from '../database/ids.ts'
import { publish } from '../live/publish.ts'
import type { Vault } from '../privacy/vault.ts'
import type { InvoiceKind, Party } from './invoice.ts'
import { mayMove, RUNNING_STATES } from './request-state.ts'

/**
 * The title a person asked for, with where to send the invoice. Sealed in the row. Rows written before
 * there were more kinds than company and person carry none.
 */
export type AskedTitle = { kind?: TitleKind; buyer: Party; email: string | null; phone: string | null }

export type InvoiceRequest = {
  readonly id: string
  readonly merchantId: string
  readonly shopId: string
  readonly ticketNumber: string
  readonly state: RequestState
  readonly surface: Surface
  readonly kind: InvoiceKind
  readonly amountFen: bigint
  readonly isPerson: boolean
  readonly remark: string
  /** As it was previewed; null: as the shop shows it. */
  readonly presentation: Presentation | null
  /** The version of the shop's template that it was previewed with; null: a plan made its content. */
  readonly templateVersion: number | null
  readonly actor: string
  readonly reviewReason: ReviewReason | null
  readonly heldReason: string | null
  readonly rejectCode: string | null
  readonly rejectDetail: string | null
  /** What the reviewer wants corrected. */
  readonly rejectFields: readonly FixField[]
  readonly overrideReason: string | null
  /** Requests of one ask that was split share it; part 1, 2, … */
  readonly batchId: string | null
  readonly partNo: number
  readonly notBefore: Date
  readonly version: number
  readonly leaseEpoch: number
  readonly leaseUntil: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly shares: readonly { orderId: string; amountFen: bigint }[]
  readonly titleSealed: Uint8Array
  readonly invoiceId: string | null
  readonly sentAt: Date | null
  readonly queryCount: number
  /** The reissue whose new blue it is: its content was planned, and its claim is the saga's. */
  readonly reissueId: string | null
}

type RequestRow = Omit<InvoiceRequest, 'shares'> & { shares: { orderId: string; amountFen: string }[] }

/** A request with its shares, invoice and sending in one statement; see `selectOrders` for why by hand. */
async function selectRequests(tx: Tx | Database, rest: Prisma.Sql): Promise<InvoiceRequest[]> {
  const rows = await tx.$queryRaw<RequestRow[]>`
    SELECT r.id::text, r.merchant_id::text AS "merchantId", r.shop_id::text AS "shopId",
      r.ticket_number AS "ticketNumber", r.state, r.surface, r.kind, r.amount_fen AS "amountFen",
      r.is_person AS "isPerson", r.remark, r.presentation, r.template_version AS "templateVersion", r.actor, r.review_reason AS "reviewReason",
      r.held_reason AS "heldReason", r.reject_code AS "rejectCode", r.reject_detail AS "rejectDetail",
      r.reject_fields AS "rejectFields", r.override_reason AS "overrideReason",
      r.batch_id::text AS "batchId", r.part_no AS "partNo",
      r.not_before AS "notBefore", r.version, r.lease_epoch AS "leaseEpoch", r.lease_until AS "leaseUntil",
      r.created_at AS "createdAt", r.updated_at AS "updatedAt", r.title_sealed AS "titleSealed",
      r.reissue_id::text AS "reissueId",
      i.id::text AS "invoiceId", s.sent_at AS "sentAt", coalesce(s.query_count, 0) AS "queryCount",
      (SELECT json_agg(json_build_object('orderId', h.order_id, 'amountFen', h.amount_fen::text)
          ORDER BY h.order_id) FROM request_share h WHERE h.request_id = r.id) AS shares
    FROM invoice_request r
      LEFT JOIN invoice i ON i.request_id = r.id
      LEFT JOIN sending s ON s.request_id = r.id AND s.closed_at IS NULL
    ${rest}`
  return rows.map((row) => ({
    ...row,
    shares: row.shares.map(({ orderId, amountFen }) => ({ orderId, amountFen: BigInt(amountFen) })),
  }))
}

export async function findRequest(tx: Tx | Database, id: string): Promise<InvoiceRequest | null> {
  const [request = null] = await selectRequests(tx, Prisma.sql`WHERE r.id = ${id}::uuid`)
  return request
}

export async function findRequestByTicket(
  tx: Tx | Database,
  ticketNumber: string,
): Promise<InvoiceRequest | null> {
  const [request = null] = await selectRequests(tx, Prisma.sql`WHERE r.ticket_number = ${ticketNumber}`)
  return request
}

/** The running request of an order, or the newest that ended; null where nobody asked. */
export async function findLatestRequest(tx: Tx | Database, orderId: string): Promise<InvoiceRequest | null> {
  const requests = await selectRequests(
    tx,
    Prisma.sql`WHERE r.id IN (SELECT request_id FROM request_share WHERE order_id = ${orderId}::uuid)
      ORDER BY r.created_at DESC LIMIT 10`,
  )
  return requests.find(isRunning) ?? requests[0] ?? null
}

/** The other requests of the same ask, by part; none where it was not split. */
export async function listSiblings(
  tx: Tx | Database,
  { id, batchId }: Pick<InvoiceRequest, 'id' | 'batchId'>,
): Promise<InvoiceRequest[]> {
  if (batchId === null) return []
  return selectRequests(
    tx,
    Prisma.sql`WHERE r.batch_id = ${batchId}::uuid AND r.id <> ${id}::uuid ORDER BY r.part_no`,
  )
}

export function listRequestsSince(
  tx: Tx | Database,
  { merchantId, actor, since }: { merchantId: string; actor: string; since: Date },
): Promise<InvoiceRequest[]> {
  return selectRequests(
    tx,
    Prisma.sql`WHERE r.merchant_id = ${merchantId}::uuid AND r.actor = ${actor} AND r.created_at >= ${since}
      ORDER BY r.created_at DESC LIMIT 100`,
  )
}

export function isRunning({ state }: { state: RequestState }): boolean {
  const running: readonly RequestState[] = RUNNING_STATES
  return running.includes(state)
}

type NewRequest = {
  merchantId: string
  shopId: string
  surface: Surface
  kind: InvoiceKind
  isPerson: boolean
  title: AskedTitle
  remark: string
  presentation?: Presentation | null
  templateVersion?: number
  actor: Actor
  shares: readonly { orderId: string; amountFen: bigint }[]
  reviewReason: string | null
  overrideReason?: string | null
  /** Where the ask was split. */
  batch?: { id: string; partNo: number } | null
  notBefore: Date
  state: 'queued' | 'in_review'
  reissueId?: string
}

/** The new blue of a reissue: reviewed and paid for by the plan, so nothing stands before its sending. */
export type NewReplacement = Omit<
  NewRequest,
  'presentation' | 'templateVersion' | 'reviewReason' | 'overrideReason' | 'batch' | 'notBefore' | 'state'
> & { reissueId: string }

/** Inserts it queued, with its shares; what they claim of the orders is passed on by the saga. */
export function insertReplacement(vault: Vault, tx: Tx, now: Date, made: NewReplacement): Promise<string> {
  return insertRequest(vault, tx, now, { ...made, reviewReason: null, notBefore: now, state: 'queued' })
}

/** Inserts a request in its first state, with its history and shares. */
export async function insertRequest(vault: Vault, tx: Tx, now: Date, made: NewRequest): Promise<string> {
  const id = v7(now)
  const { merchantId, shopId, surface, kind, isPerson, remark, reviewReason, notBefore, state } = made
  const titleSealed = await vault.sealJson(titlePlace({ merchantId, id }), made.title)
  const actor = actorText(made.actor)
  await tx.invoiceRequest.create({
    data: {
      id,
      merchantId,
      shopId,
      ticketNumber: newTicketNumber(),
      state,
      surface,
      kind,
      amountFen: made.shares.reduce((a, { amountFen }) => a + amountFen, 0n),
      titleSealed,
      isPerson,
      remark,
      presentation: made.presentation ?? Prisma.DbNull,
      templateVersion: made.templateVersion ?? null,
      actor,
      reviewReason,
      overrideReason: made.overrideReason ?? null,
      batchId: made.batch?.id ?? null,
      partNo: made.batch?.partNo ?? 1,
      notBefore,
      reissueId: made.reissueId ?? null,
      createdAt: now,
      updatedAt: now,
    },
  })
  await tx.requestShare.createMany({ data: made.shares.map((share) => ({ ...share, requestId: id })) })
  await tx.requestMove.createMany({
    data: [
      { id: v7(now), requestId: id, fromState: null, toState: 'submitted', actor, at: now },
      {
        id: v7(now),
        requestId: id,
        fromState: 'submitted',
        toState: state,
        actor,
        reason: reviewReason,
        at: now,
      },
    ],
  })
  if (state === 'in_review') await publish(tx, { topic: `desk:${made.merchantId}`, version: 0 })
  return id
}

export function sealTitle(
  vault: Vault,
  request: Pick<InvoiceRequest, 'id' | 'merchantId'>,
  title: AskedTitle,
): Promise<Uint8Array> {
  return vault.sealJson(titlePlace(request), title)
}

export async function openTitle(
  vault: Vault,
  request: Pick<InvoiceRequest, 'id' | 'merchantId' | 'titleSealed'>,
): Promise<AskedTitle> {
  return (await vault.openJson(titlePlace(request), request.titleSealed)) as AskedTitle // written by insertRequest
}

function titlePlace({ merchantId, id }: { merchantId: string; id: string }) {
  return { merchantId, table: 'invoice_request', column: 'title', rowId: id }
}

/** Read out over the phone: no 0/O, 1/I/L, and groups of four. */
const TICKET_ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'

function newTicketNumber(): string {
  const letters = Array.from({ length: 8 }, () => TICKET_ALPHABET[randomInt(TICKET_ALPHABET.length)]).join('')
  return `F-${letters.slice(0, 4)}-${letters.slice(4)}`
}

type Move = {
  request: Pick<InvoiceRequest, 'id' | 'merchantId' | 'state' | 'version' | 'shares' | 'actor'>
  to: RequestState
  actor: Actor
  reason?: string | null
  now: Date
  /** The lease under which the mover works; another epoch means that somebody took over. */
  leaseEpoch?: number
  set?: Partial<{
    heldReason: string | null
    rejectCode: string | null
    rejectDetail: string | null
    reviewReason: string | null
    leaseUntil: Date | null
    rejectFields: FixField[]
    titleSealed: Uint8Array
    remark: string
    notBefore: Date
  }>
}

/**
 * The only way a request changes state: checks the table, writes state, history and audit entry in one
 * statement, and tells who watches. Refuses with `move_not_allowed`, also where somebody else moved it
 * first or took over the lease.
 */
export async function moveRequest(tx: Tx, move: Move): Promise<void> {
  const { request, to, actor, reason = null, now, leaseEpoch, set = {} } = move
  const { id, merchantId, state: from, version, shares, actor: asker } = request
  if (!mayMove(from, to)) throw new Problem('move_not_allowed', { facts: { id, from, to } })
  const act = {
    merchantId,
    actor,
    act: `invoice_request.${to}`,
    object: `request:${id}`,
    onBehalf: asker === actorText(actor) ? null : asker,
    before: { state: from },
    facts: { state: to },
    reason,
  }
  const underLease =
    leaseEpoch === undefined ? Prisma.empty : Prisma.sql`AND lease_epoch = ${leaseEpoch}::int`
  const [moved] = await tx.$queryRaw<{ count: number }[]>`
    WITH moved AS (
      UPDATE invoice_request SET state = ${to}, version = version + 1, updated_at = ${now} ${assignments(set)}
      WHERE id = ${id}::uuid AND state = ${from} ${underLease} RETURNING id
    ), history AS (
      INSERT INTO request_move (id, request_id, from_state, to_state, actor, reason, at)
      SELECT ${v7(now)}::uuid, id, ${from}, ${to}, ${actorText(actor)}, ${reason}::text, ${now}::timestamptz FROM moved
    ), entry AS (
      INSERT INTO audit_entry (id, merchant_id, bytes, act, object, actor, at)
      SELECT ${v7(now)}::uuid, ${merchantId}::uuid, ${auditBytes(now, act)}::bytea, ${act.act}, ${act.object},
             ${actorText(actor)}, ${now}::timestamptz FROM moved RETURNING id, merchant_id
    ), pending AS (
      INSERT INTO audit_pending (entry_id, merchant_id) SELECT id, merchant_id FROM entry
    )
    SELECT count(*)::int AS count FROM moved`
  if (moved?.count !== 1) throw new Problem('move_not_allowed', { facts: { id, from, to } })
  const isAtDesk = from === 'in_review' || to === 'in_review'
  await publish(
    tx,
    { topic: `request:${id}`, version: version + 1 },
    ...shares.map(({ orderId }) => ({ topic: `order:${orderId}` as const, version: 0 })),
    ...(isAtDesk ? [{ topic: `desk:${merchantId}` as const, version: 0 }] : []),
  )
}

const COLUMNS = {
  heldReason: 'held_reason',
  rejectCode: 'reject_code',
  rejectDetail: 'reject_detail',
  reviewReason: 'review_reason',
  leaseUntil: 'lease_until',
  rejectFields: 'reject_fields',
  titleSealed: 'title_sealed',
  remark: 'remark',
  notBefore: 'not_before',
} as const

/** `, column = value` for each field that the move sets; names come from the table above alone. */
function assignments(set: NonNullable<Move['set']>): Prisma.Sql {
  const parts = Object.entries(COLUMNS).flatMap(([field, column]) => {
    const value = Object.entries(set).find(([name]) => name === field)?.[1]
    return value === undefined ? [] : [Prisma.sql`, ${Prisma.raw(column)} = ${value}`]
  })
  return parts.length === 0 ? Prisma.empty : Prisma.join(parts, ' ')
}
