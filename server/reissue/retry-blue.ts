import type { Actor } from '../audit/record.ts'
import type { Title } from '../contract/invoicing.ts'
import { Problem } from '../contract/problem.ts'
import type { Tx } from '../database/database.ts'
import { businessDate } from '../invoicing/business-date.ts'
import type { InvoiceContent } from '../invoicing/invoice.ts'
import { checkBuyer, checkContent } from '../invoicing/preflight.ts'
import { restOf } from '../invoicing/red-lines.ts'
import type { Order } from '../orders/order.ts'
import { openChange, sealChange } from './change.store.ts'
import type { Change } from './change.ts'
import { checkOrders } from './check-orders.ts'
import { listChanges } from './compare-buyers.ts'
import { completeTitle } from './complete-title.ts'
import { lessExcess, refundsOf } from './correct-amount.ts'
import { settledBy } from './excess.ts'
import { moveReissue } from './move-reissue.store.ts'
import { readExcess } from './read-excess.ts'
import { lockOrders, type PlanDeps } from './read-plan-facts.ts'
import { getReissue, lockReissue, type Reissue } from './reissue.store.ts'
import { type BlueDeps, finishReissue, sendBlue } from './send-blue.ts'

export type RetryDeps = PlanDeps & BlueDeps

type Retry = {
  id: string
  actor: Actor
  /** Null: the one that was asked for. */
  title: Title | null
}

/**
 * Asks for the new blue again after it failed, with the same or a corrected title, and for what refunds
 * have left of the orders meanwhile. Where they left nothing the saga ends with the red alone. While it
 * runs, doing it again is nothing new. Refuses with `reissue_not_found`, `move_not_allowed`,
 * `preflight_failed` and every fault, and with an order's own reason.
 */
export async function retryBlue(deps: RetryDeps, tx: Tx, { id, actor, title }: Retry): Promise<Reissue> {
  const reissue = await lockReissue(tx, id)
  if (reissue === null) throw new Problem('reissue_not_found')
  const { state, merchantId } = reissue
  if (state === 'blue_issuing') return reissue
  if (state !== 'blue_failed')
    throw new Problem('move_not_allowed', { facts: { id, from: state, to: 'blue_issuing' } })

  const old = await openChange(deps.vault, reissue)
  const orders = await lockOrders(deps, tx, merchantId, old.blueShares)
  if (orders === null) throw new Error(`an order of reissue ${id} is gone`)
  const change = await recompute(deps, tx, { reissue, old, orders, title })
  for (const { orderId, amountFen } of old.blueShares) {
    const to = change.blueShares.find((share) => share.orderId === orderId)?.amountFen ?? 0n
    await deps.passClaim(tx, orderId, { from: amountFen, to })
  }
  if (change.blue === null) {
    await finishReissue(deps, tx, { reissue, blueInvoiceId: null })
    return getReissue(tx, id)
  }
  const set = { changesSealed: await sealChange(deps.vault, reissue, change), endCode: null, endDetail: null }
  const issuing = await moveReissue(tx, { reissue, to: 'blue_issuing', actor, now: deps.now(), set })
  await sendBlue(deps, tx, { reissue: issuing, change })
  return getReissue(tx, id)
}

type Recomputing = { reissue: Reissue; old: Change; orders: readonly Order[]; title: Title | null }

async function recompute(
  deps: RetryDeps,
  tx: Tx,
  { reissue, old, orders, title }: Recomputing,
): Promise<Change> {
  const { blue, blueShares } = old
  if (blue === null) throw new Error(`reissue ${reissue.id} has no new blue`)
  const excess = await readExcess(deps, tx, {
    ...{ merchantId: reissue.merchantId, orders, of: { reissueId: reissue.id } },
    blue: { content: blue, shares: blueShares, reds: [] },
  })
  const seller = await deps.getSeller(tx, reissue)
  const terms = deps.termsOf(seller.issuerId)
  const { decimals } = terms.capabilities
  const rest = restOf(blue, { reason: 'return', decimals, refunds: refundsOf(excess) })
  const settles = [...old.settles, ...settledBy(excess)]
  if (rest === null) return { ...old, blue: null, blueShares: [], settles }
  checkOrders(orders, excess)
  const { content, faults: titleFaults, ...addresses } = withTitle({ ...old, blue: rest }, title)
  const faults = checkContent(content, {
    ...{ titleFaults, terms, on: businessDate(deps.now()), remainderFen: null, arithmetic: 'tolerant' },
  })
  if (faults.length > 0) throw new Problem('preflight_failed', { field: faults[0]?.field, errors: faults })
  const before = await deps.lockInvoice(tx, { merchantId: reissue.merchantId, id: reissue.invoiceId })
  if (before === null) throw new Error(`the invoice of reissue ${reissue.id} is gone`)
  const changed = old.changes.find(({ field }) => field === 'email')
  const email = changed === undefined ? addresses.email : changed.before
  const amount = { grossFen: -old.red.grossFen }
  return {
    ...old,
    ...addresses,
    changes: listChanges({ ...before, email, ...amount }, { ...content, email: addresses.email }),
    blue: content,
    blueShares: lessExcess(blueShares, excess),
    settles,
  }
}

type Old = Change & { blue: InvoiceContent }

function withTitle({ blue, email, phone }: Old, title: Title | null) {
  if (title === null) return { content: blue, email, phone, faults: [] }
  const whole = completeTitle(title, blue.buyer)
  const { buyer, isPerson, faults } = checkBuyer({ title: whole, kind: blue.kind, email, phone })
  return { content: { ...blue, buyer, isPerson }, email, phone, faults }
}
