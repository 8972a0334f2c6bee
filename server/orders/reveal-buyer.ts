import type { Static } from 'typebox'
import { type Actor, recordAudit } from '../audit/record.ts'
import type { RevealReply } from '../contract/orders.ts'
import { Problem } from '../contract/problem.ts'
import type { Database, InTransaction, Tx } from '../database/database.ts'
import type { Vault } from '../privacy/vault.ts'
import { openBuyer } from './order.store.ts'
import type { Order } from './order.ts'

export type RevealDeps = {
  database: Database
  inTransaction: InTransaction
  vault: Vault
  now: () => Date
  findShop(merchantId: string, id: string): Promise<{ revealsPerDay: number } | null>
  /** What is left of the day's budget after taking one; null where nothing was. */
  takeFromBudget(
    tx: Tx,
    now: Date,
    budget: { merchantId: string; subject: string; purpose: 'reveal'; perDay: number },
  ): Promise<number | null>
}

/**
 * The buyer in the clear (F15): a reason, an audit entry with it, and a budget per agent and day.
 * Refuses with `reveal_reason_missing` and `reveal_budget_spent`; the latter leaves an entry, too.
 */
export async function revealBuyer(
  deps: RevealDeps,
  { order, actor, reason }: { order: Order; actor: Actor; reason: string },
): Promise<Static<typeof RevealReply>> {
  const why = reason.trim()
  if ([...why].length < 2) throw new Problem('reveal_reason_missing', { field: '/reason' })
  const { merchantId, shopId } = order
  const shop = await deps.findShop(merchantId, shopId)
  const budget = {
    merchantId,
    subject: actor.id,
    purpose: 'reveal',
    perDay: shop?.revealsPerDay ?? 0,
  } as const
  const now = deps.now()
  const entry = { merchantId, actor, object: `order:${order.id}`, reason: why }

  const revealed = await deps.inTransaction(async (tx) => {
    const left = await deps.takeFromBudget(tx, now, budget)
    if (left === null) return null
    const { name, phone, email, address } = await openBuyer(deps.vault, tx, order)
    await recordAudit(tx, now, { ...entry, act: 'order.buyer_revealed', facts: { left } })
    return { name, phone, email, address, revealsLeft: left }
  })
  if (revealed !== null) return revealed
  await recordAudit(deps.database, now, { ...entry, act: 'order.reveal_refused' })
  throw new Problem('reveal_budget_spent')
}
