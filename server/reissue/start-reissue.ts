import { type Actor, recordAudit } from '../audit/record.ts'
import type { Surface } from '../contract/invoicing.ts'
import { Problem } from '../contract/problem.ts'
import type { ReissueAsk } from '../contract/reissues.ts'
import type { Tx } from '../database/database.ts'
import { insertReissue } from './change.store.ts'
import { acknowledge, executeReissue } from './decide-reissue.ts'
import { moveReissue, tellReissue } from './move-reissue.store.ts'
import { type Plan, type PlanFacts, type Planner, planReissue } from './plan-reissue.ts'
import { type ActDeps, type PlanDeps, readPlanFacts } from './read-plan-facts.ts'
import { findRunningOf, getReissue, type Reissue } from './reissue.store.ts'
import { SAGA } from './reissue-jobs.ts'
import { stillFits } from './still-fits.ts'

export type Start = {
  merchantId: string
  invoiceId: string
  planner: Planner
  surface: Surface
  actor: Actor
  ask: ReissueAsk
}

/** What a submit would do, now. Refuses with `invoice_not_found` and as `planReissue` does. */
export async function previewReissue(deps: PlanDeps, tx: Tx, start: Start): Promise<Plan> {
  return planReissue(await getFacts(deps, tx, start), start.ask, start.planner)
}

/** 64 hex digits. Keyed: a plain hash over a phone number could be tried out by whoever has the database. */
export function hashDiff({ vault }: Pick<PlanDeps, 'vault'>, merchantId: string, diffText: string): string {
  return Buffer.from(vault.index(merchantId, 'reissue diff', diffText)).toString('hex')
}

/**
 * Plans a change of an issued invoice. A running one is the answer to a second ask. A customer's submit is
 * the acknowledgement and starts it; what a refund made necessary goes to review; everything else waits
 * for `executeReissue`. Refuses with `preflight_failed` and every fault, and as `previewReissue` does.
 */
export async function startReissue(deps: ActDeps, tx: Tx, start: Start): Promise<Reissue> {
  const facts = await getFacts(deps, tx, start) // locks the invoice: nobody plans past us
  const running = await findRunningOf(tx, start.invoiceId)
  if (running !== null) return running
  const plan = planReissue(facts, start.ask, start.planner)
  if (plan.faults.length > 0)
    throw new Problem('preflight_failed', { field: plan.faults[0]?.field, errors: plan.faults })
  const planned = await insertPlan(deps, tx, { start, facts, plan })
  if (start.planner === 'customer') {
    const { id, diffHash } = planned
    await acknowledge(deps, tx, { id, diffHash, actor: start.actor })
    return executeReissue(deps, tx, { id, actor: start.actor })
  }
  if (plan.reviewReason !== 'refund') return planned
  const { actor } = start
  return moveReissue(tx, { reissue: planned, to: 'in_review', actor, reason: 'refund', now: deps.now() })
}

type Inserting = { start: Start; facts: PlanFacts; plan: Plan }

async function insertPlan(deps: ActDeps, tx: Tx, { start, facts, plan }: Inserting): Promise<Reissue> {
  const { merchantId, invoiceId, planner, surface, actor, ask } = start
  const { method, reason, reviewReason, change } = plan
  const now = deps.now()
  const diffHash = hashDiff(deps, merchantId, plan.diffText)
  const id = await insertReissue(deps.vault, tx, now, {
    ...{ merchantId, shopId: facts.invoice.shopId, invoiceId, cause: ask.cause, method, reason, surface },
    ...{ byCustomer: planner === 'customer', diffHash, actor, reviewReason, change },
  })
  await recordAudit(tx, now, {
    merchantId,
    actor,
    act: 'reissue.planned',
    object: `reissue:${id}`,
    facts: {
      ...{ invoice: invoiceId, cause: ask.cause, method, reason, diffHash, reviewReason },
      redFen: change.red.grossFen.toString(),
      blueFen: change.blue?.grossFen.toString() ?? null,
    },
  })
  const planned = await getReissue(tx, id)
  await tellReissue(tx, planned)
  return planned
}

async function getFacts(deps: PlanDeps, tx: Tx, { merchantId, invoiceId }: Start): Promise<PlanFacts> {
  const facts = await readPlanFacts(deps, tx, { merchantId, id: invoiceId })
  if (facts === null) throw new Problem('invoice_not_found')
  return facts
}

type Draft = { merchantId: string; invoiceId: string }

/**
 * Plans what a completed refund made necessary (F22), for finance to decide. A draft that an earlier
 * refund left and that no longer fits is taken back first. Null: nothing to correct, or another change
 * of the invoice runs already.
 */
export async function draftReissue(deps: ActDeps, tx: Tx, draft: Draft): Promise<Reissue | null> {
  const { merchantId, invoiceId } = draft
  const facts = await readPlanFacts(deps, tx, { merchantId, id: invoiceId })
  if (facts === null) return null
  const running = await findRunningOf(tx, invoiceId)
  if (running !== null && !(await takeBackOutdated(deps, tx, { running, facts }))) return null
  const start: Start = {
    ...{ merchantId, invoiceId, planner: 'worker', surface: 'api', actor: SAGA },
    ask: { cause: 'refund' },
  }
  try {
    return await startReissue(deps, tx, start)
  } catch (error) {
    // An order in another state, or nothing to correct: a person sees the flag and decides.
    if (error instanceof Problem) return null
    throw error
  }
}

type Outdated = { running: Reissue; facts: PlanFacts }

async function takeBackOutdated(deps: ActDeps, tx: Tx, { running, facts }: Outdated): Promise<boolean> {
  if (running.cause !== 'refund' || running.state !== 'in_review') return false
  if (await stillFits(deps, running, facts)) return false
  await moveReissue(tx, {
    ...{ reissue: running, to: 'withdrawn', actor: SAGA, reason: 'order_changed', now: deps.now() },
    set: { endCode: 'order_changed' },
  })
  return true
}
