import { type Actor, actorText, auditBytes } from '../audit/record.ts'
import type { Tx } from '../database/database.ts'
import { v7 } from '../database/ids.ts'
import { insertRows } from '../database/insert-rows.ts'
import type { Vault } from '../privacy/vault.ts'
import { orderPlace } from './order.store.ts'
import type { Buyer, OrderLine, Refund } from './order.ts'
import { type OrderInput, refundedFen, refundStateOf } from './order-input.ts'

type RowDeps = { vault: Vault; now: () => Date }
type RowTarget = { merchantId: string; shopId: string; origin: string; actor: Actor }

/** What one report turns into. */
export type Plan = {
  input: OrderInput
  number: string
  revision: string
  lines: OrderLine[]
}

export type CreatedOrder = { id: string; plan: Plan }

/** Only those the report names: a late report of an earlier state does not know the later ones. */
export function knownInstants({ orderedAt, paidAt, shippedAt, completedAt }: OrderInput) {
  return Object.fromEntries(
    Object.entries({ orderedAt, paidAt, shippedAt, completedAt }).filter(([, at]) => at !== null),
  )
}

/** The amounts of an order that follow from its lines. */
export function moneyOf({ input, lines }: Plan) {
  const of = (wanted: (kind: OrderLine['kind']) => boolean) =>
    lines.filter(({ kind }) => wanted(kind)).reduce((a, { amountFen }) => a + amountFen, 0n)
  return {
    goodsFen: of((kind) => kind !== 'freight'),
    freightFen: of((kind) => kind === 'freight'),
    discountFen: input.discountFen,
    paidFen: input.paidFen,
    platformFen: input.platformFen,
  }
}

/** What the report says about a person; what it does not mention stays as it is. */
export async function sealPersonal(
  vault: Vault,
  place: { id: string; merchantId: string },
  { buyer, titleHint }: OrderInput,
) {
  const phone = buyer?.phone ?? null
  const isWhole = phone !== null && !phone.includes('*')
  return {
    ...(hasValue(buyer)
      ? {
          buyerSealed: await vault.sealJson(orderPlace(place, 'buyer'), buyer),
          phoneIndex: isWhole ? vault.index(place.merchantId, 'phone', phone) : null,
        }
      : {}),
    ...(hasValue(titleHint)
      ? { hintSealed: await vault.sealJson(orderPlace(place, 'hint'), titleHint) }
      : {}),
  }
}

function hasValue(record: Buyer | OrderInput['titleHint']): boolean {
  return record !== null && Object.values(record).some((value) => value !== null)
}

/** A refund keeps the instant at which it was first seen completed. */
export async function upsertRefunds(
  deps: RowDeps,
  tx: Tx,
  orderId: string,
  refunds: readonly Refund[],
): Promise<void> {
  for (const { reference, state, amountFen, lineNo } of refunds) {
    const completedAt = state === 'completed' ? deps.now() : null
    await tx.$executeRaw`
      INSERT INTO refund AS r (id, order_id, reference, state, amount_fen, line_no, completed_at)
      VALUES (${v7(deps.now())}::uuid, ${orderId}::uuid, ${reference}, ${state}, ${amountFen}, ${lineNo},
              ${completedAt}::timestamptz)
      ON CONFLICT (order_id, reference) DO UPDATE
      SET state = EXCLUDED.state, amount_fen = EXCLUDED.amount_fen, line_no = EXCLUDED.line_no,
          completed_at = CASE WHEN EXCLUDED.state = 'completed'
                              THEN coalesce(r.completed_at, EXCLUDED.completed_at) END`
  }
}

/** New orders of one batch, table by table: 500 orders are a handful of statements. */
export async function insertCreated(
  deps: RowDeps,
  tx: Tx,
  target: RowTarget,
  created: readonly CreatedOrder[],
): Promise<void> {
  if (created.length === 0) return
  const now = deps.now()
  const rows = await Promise.all(created.map((order) => orderRow(deps, target, order)))
  await insertRows(tx, 'order', rows)
  await insertRows(
    tx,
    'order_line',
    created.flatMap(({ id, plan }) => plan.lines.map((line) => ({ ...line, orderId: id }))),
  )
  await insertRows(
    tx,
    'refund',
    created.flatMap(({ id, plan }) =>
      plan.input.refunds.map((refund) => ({
        ...refund,
        id: v7(now),
        orderId: id,
        completedAt: refund.state === 'completed' ? now : null,
      })),
    ),
  )
  await insertMoves(
    deps,
    tx,
    target,
    created.map(({ id, plan }) => ({ id, from: null, to: plan.input.state })),
  )
  await insertAudit(
    deps,
    tx,
    target,
    'order.created',
    created.map(({ id, plan }) => ({ id, state: plan.input.state, paidFen: plan.input.paidFen })),
  )
}

async function orderRow(
  deps: RowDeps,
  { merchantId, shopId, origin }: RowTarget,
  { id, plan }: CreatedOrder,
) {
  const now = deps.now()
  const { input, number, revision } = plan
  return {
    id,
    merchantId,
    shopId,
    origin,
    number,
    state: input.state,
    rawStatus: input.rawStatus,
    statusKnown: input.statusKnown,
    ...moneyOf(plan),
    refundedFen: refundedFen(input.refunds),
    refundState: refundStateOf(input, input.refunds),
    revision,
    orderedAt: input.orderedAt,
    paidAt: input.paidAt,
    shippedAt: input.shippedAt,
    completedAt: input.completedAt,
    createdAt: now,
    updatedAt: now,
    buyerSealed: null,
    phoneIndex: null,
    hintSealed: null,
    ...(await sealPersonal(deps.vault, { id, merchantId }, input)),
  }
}

/** One history row per move of a state. */
export async function insertMoves(
  deps: RowDeps,
  tx: Tx,
  { actor, origin }: RowTarget,
  moves: readonly { id: string; from: string | null; to: string }[],
): Promise<void> {
  const at = deps.now()
  await insertRows(
    tx,
    'order_move',
    moves.map(({ id, from, to }) => ({
      id: v7(at),
      orderId: id,
      fromState: from,
      toState: to,
      actor: actorText(actor),
      reason: origin,
      at,
    })),
  )
}

/** `recordAudit` for many orders, in two statements. */
export async function insertAudit(
  deps: RowDeps,
  tx: Tx,
  { merchantId, actor, origin }: RowTarget,
  act: string,
  acts: readonly { id: string; state: string; paidFen: bigint }[],
): Promise<void> {
  const at = deps.now()
  const entries = acts.map(({ id, state, paidFen }) => {
    const object = `order:${id}`
    const facts = { origin, paidFen: paidFen.toString(), state }
    return {
      id: v7(at),
      merchantId,
      act,
      object,
      actor: actorText(actor),
      at,
      bytes: auditBytes(at, { merchantId, actor, act, object, facts }),
    }
  })
  await insertRows(tx, 'audit_entry', entries)
  await insertRows(
    tx,
    'audit_pending',
    entries.map(({ id }) => ({ entryId: id, merchantId })),
  )
}
