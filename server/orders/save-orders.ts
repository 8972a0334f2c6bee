import type { Actor } from '../audit/record.ts'
import type { OrderState } from '../contract/orders.ts'
import { Problem } from '../contract/problem.ts'
import type { Tx } from '../database/database.ts'
import { v7 } from '../database/ids.ts'
import { addJob } from '../jobs/add-job.ts'
import { publish } from '../live/publish.ts'
import type { Vault } from '../privacy/vault.ts'
import { type ArmDeps, armAutoIssue } from './arm-auto-issue.ts'
import { correctOrderJob } from './correct-order.ts'
import { hasOpenException } from './exception.store.ts'
import type { Refund, RefundState } from './order.ts'
import {
  checkRefunds,
  mergeRefunds,
  normaliseOrderNumber,
  type OrderInput,
  refundedFen,
  refundStateOf,
  revisionText,
  settleLines,
} from './order-input.ts'
import { mayReport } from './order-state.ts'
import {
  type CreatedOrder,
  insertAudit,
  insertCreated,
  insertMoves,
  knownInstants,
  moneyOf,
  type Plan,
  sealPersonal,
  upsertRefunds,
} from './saved-order.store.ts'

export type SaveOutcome =
  | {
      kind: 'created' | 'updated' | 'unchanged'
      orderId: string
      number: string
      version: number
      state: OrderState
    }
  | { kind: 'refused'; number: string; problem: Problem }

export type SaveDeps = ArmDeps & { vault: Vault }

export type SaveTarget = {
  merchantId: string
  shopId: string
  /** api | import | receipt | form */
  origin: string
  actor: Actor
  /** Says what would happen and writes nothing. */
  isDryRun: boolean
}

type Existing = {
  id: string
  number: string
  state: string
  revision: string
  version: number
  paidFen: bigint
  platformFen: bigint
  claimedFen: bigint
}

/** The refunds of an order after a report, and what they come to. */
type Refunds = { refunds: Refund[]; refunded: bigint; refundState: RefundState }

/**
 * Creates or updates orders by (shop, number), all in the caller's transaction. The same report twice
 * is `unchanged`. A report may come late: state never moves backwards, a completed refund stays
 * completed, and an instant or a buyer that is known is not lost. Lines and amounts of an order that
 * carries a request or an invoice are left alone. A report that cannot be taken is `refused` and does
 * not stop the others. Two transactions that create the same order: the second one violates
 * `order_shop_id_number_key`, and finds the order when it runs again. Orders that reach their shop's trigger
 * get the job that may invoice them.
 */
export async function saveOrders(
  deps: SaveDeps,
  tx: Tx,
  target: SaveTarget,
  inputs: readonly OrderInput[],
): Promise<SaveOutcome[]> {
  const drafts = inputs.map((input) => draftPlan(deps.vault, target.merchantId, input))
  const numbers = drafts.flatMap((draft) => ('problem' in draft ? [] : [draft.number]))
  const existing = await lockExisting(tx, target.shopId, numbers)
  const outcomes: SaveOutcome[] = []
  const created: CreatedOrder[] = []
  const done = new Set<string>()
  for (const draft of drafts) {
    if ('problem' in draft) outcomes.push({ kind: 'refused', number: draft.number, problem: draft.problem })
    else outcomes.push(await saveOne(deps, tx, target, { plan: draft, existing, created, done }))
  }
  if (target.isDryRun) return outcomes
  await insertCreated(deps, tx, target, created)
  const changed = outcomes.filter(({ kind }) => kind === 'created' || kind === 'updated')
  const orderIds = changed.flatMap((outcome) => ('orderId' in outcome ? [outcome.orderId] : []))
  await armAutoIssue(deps, tx, { ...target, orderIds })
  return outcomes
}

type Refused = { problem: Problem; number: string }

function draftPlan(vault: Vault, merchantId: string, input: OrderInput): Plan | Refused {
  return refusedOr(input.number, () => {
    const number = normaliseOrderNumber(input.number)
    checkRefunds(input, input.refunds)
    const lines = settleLines(input)
    // Keyed: a plain hash over a buyer's phone could be tried out by whoever has the database.
    const revision = vault.index(merchantId, 'order revision', revisionText({ ...input, number }))
    return { input, number, revision: Buffer.from(revision).toString('base64url'), lines }
  })
}

function refusedOr<T>(number: string, work: () => T): T | Refused {
  try {
    return work()
  } catch (error) {
    if (error instanceof Problem) return { problem: error, number }
    throw error
  }
}

async function lockExisting(
  tx: Tx,
  shopId: string,
  numbers: readonly string[],
): Promise<Map<string, Existing>> {
  if (numbers.length === 0) return new Map()
  const rows = await tx.$queryRaw<Existing[]>`
    SELECT id::text, number, state, revision, version, paid_fen AS "paidFen", platform_fen AS "platformFen",
           claimed_fen AS "claimedFen"
    FROM "order" WHERE shop_id = ${shopId}::uuid AND number = ANY(${[...numbers]}) ORDER BY id FOR UPDATE`
  return new Map(rows.map((row) => [row.number, row]))
}

type Turn = {
  plan: Plan
  existing: ReadonlyMap<string, Existing>
  created: CreatedOrder[]
  /** Numbers of this run: a file that names one order twice contradicts itself. */
  done: Set<string>
}

async function saveOne(
  deps: SaveDeps,
  tx: Tx,
  target: SaveTarget,
  { plan, existing, created, done }: Turn,
): Promise<SaveOutcome> {
  const { number, input } = plan
  if (done.has(number)) return refuse(number, 'order_number_taken')
  done.add(number)
  const known = existing.get(number)
  if (known === undefined) {
    const id = v7(deps.now())
    created.push({ id, plan })
    return { kind: 'created', orderId: id, number, version: 1, state: input.state }
  }
  const state = known.state as OrderState // CHECK order_state_known
  const kept = { orderId: known.id, number, version: known.version, state }
  if (known.revision === plan.revision) return { kind: 'unchanged', ...kept }
  const isLate = !mayReport(state, input.state)
  if (!isLate && known.claimedFen > 0n && input.paidFen !== known.paidFen) {
    return refuse(number, 'order_already_invoiced')
  }
  const money = isLate ? known : { paidFen: input.paidFen, platformFen: input.platformFen }
  const stored = await readRefunds(tx, known.id)
  // An event that could not be counted still stands: what the order comes to is not known.
  const refundHint = (await hasOpenException(tx, known.id)) ? 'amount_unknown' : input.refundHint
  const settled = refusedOr(number, () =>
    settleRefunds({ ...input, ...pickMoney(money), refundHint }, stored),
  )
  if ('problem' in settled) return { kind: 'refused', ...settled }
  const next: Existing = {
    ...known,
    ...pickMoney(money),
    state: isLate ? state : input.state,
    revision: plan.revision,
    version: known.version + 1,
  }
  if (!target.isDryRun) await updateOrder(deps, tx, target, { plan, known, next, settled, isLate })
  return { kind: 'updated', ...kept, version: next.version, state: isLate ? state : input.state }
}

function pickMoney({ paidFen, platformFen }: Pick<Existing, 'paidFen' | 'platformFen'>) {
  return { paidFen, platformFen }
}

const FIELD_OF = { order_number_taken: '/number', order_already_invoiced: '/paidFen' } as const

function refuse(number: string, code: keyof typeof FIELD_OF): SaveOutcome {
  return { kind: 'refused', number, problem: new Problem(code, { field: FIELD_OF[code] }) }
}

async function readRefunds(tx: Tx, orderId: string): Promise<Refund[]> {
  const rows = await tx.refund.findMany({ where: { orderId }, orderBy: { createdAt: 'asc' } })
  return rows.map(({ reference, state, amountFen, lineNo }) => ({
    reference,
    state: state as Refund['state'], // CHECK refund_state_known
    amountFen,
    lineNo,
  }))
}

function settleRefunds(input: OrderInput, stored: readonly Refund[]): Refunds {
  const refunds = mergeRefunds(stored, input.refunds)
  checkRefunds(input, refunds)
  return { refunds, refunded: refundedFen(refunds), refundState: refundStateOf(input, refunds) }
}

type Update = { plan: Plan; known: Existing; next: Existing; settled: Refunds; isLate: boolean }

async function updateOrder(
  deps: SaveDeps,
  tx: Tx,
  target: SaveTarget,
  { plan, known, next, settled, isLate }: Update,
): Promise<void> {
  const { id, claimedFen } = known
  const { refunds, refunded, refundState } = settled
  const takesLines = !isLate && claimedFen === 0n
  if (takesLines) {
    await tx.orderLine.deleteMany({ where: { orderId: id } })
    await tx.orderLine.createMany({ data: plan.lines.map((line) => ({ ...line, orderId: id })) })
  }
  await tx.order.update({
    where: { id },
    data: {
      ...(takesLines ? moneyOf(plan) : {}),
      // The platform's own word belongs to the state it was reported with.
      ...(isLate ? {} : { rawStatus: plan.input.rawStatus, statusKnown: plan.input.statusKnown }),
      ...knownInstants(plan.input),
      platformFen: next.platformFen,
      state: next.state,
      refundedFen: refunded,
      refundState,
      revision: next.revision,
      isOverInvoiced: claimedFen > next.paidFen - next.platformFen - refunded,
      version: next.version,
      updatedAt: deps.now(),
      ...(await sealPersonal(deps.vault, { id, merchantId: target.merchantId }, plan.input)),
    },
  })
  await upsertRefunds(deps, tx, id, refunds)
  if (next.state !== known.state)
    await insertMoves(deps, tx, target, [{ id, from: known.state, to: next.state }])
  await insertAudit(deps, tx, target, 'order.updated', [{ id, state: next.state, paidFen: next.paidFen }])
  await publish(tx, { topic: `order:${id}`, version: next.version })
  if (claimedFen > next.paidFen - next.platformFen - refunded) {
    await addJob(tx, correctOrderJob({ merchantId: target.merchantId, orderId: id }))
  }
}
