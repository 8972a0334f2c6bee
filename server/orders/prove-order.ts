import { type Actor, recordAudit } from '../audit/record.ts'
import type { Proof } from '../contract/orders.ts'
import { Problem } from '../contract/problem.ts'
import type { Database } from '../database/database.ts'
import { readYuan } from '../invoicing/money.ts'
import type { Vault } from '../privacy/vault.ts'
import { reportFailure } from './look-up-alarm.ts'
import { findProofFacts, orderPlace } from './order.store.ts'
import type { ProofGuard } from './proof-guard.ts'

export type ProveOrderDeps = {
  database: Database
  vault: Vault
  guard: ProofGuard
  now: () => Date
}

export type ProofAsk = {
  merchantId: string
  shopId: string
  /** Normal form. */
  number: string
  proof: Proof
  actor: Actor
  /** Where the call came from. */
  address: string
  /** Who counts as one at that address. */
  person: string
}

/** Stands in where there is no order, or an order without a buyer: opening takes as long as a real one. */
const DECOY_ID = '00000000-0000-7000-8000-000000000000'
const DECOY = { name: '无', phone: '00000000000', address: '无'.repeat(20), email: null, nick: null }

/**
 * The second proof of a customer (X6): the amount paid (or due), or the last four digits of the buyer's phone.
 * Returns the order's id. A number that does not exist and a wrong proof are one answer,
 * `order_not_found`, after the same work: counts, one read, one opening, one audit entry. Refuses with
 * `proof_cooldown` after too many, then even a right proof.
 */
export function createProveOrder(deps: ProveOrderDeps): (ask: ProofAsk) => Promise<string> {
  const decoys = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()
  const decoyOf = (merchantId: string) => {
    const known = decoys.get(merchantId)
    if (known !== undefined) return known
    const sealed = deps.vault.sealJson(orderPlace({ id: DECOY_ID, merchantId }, 'buyer'), DECOY)
    decoys.set(merchantId, sealed)
    sealed.catch(() => decoys.delete(merchantId))
    return sealed
  }

  return async (ask) => {
    const decoy = await decoyOf(ask.merchantId)
    await deps.guard.take(ask)
    const facts = await findProofFacts(deps.database, ask)
    const sealed = facts?.buyerSealed ?? null
    const id = facts === null || sealed === null ? DECOY_ID : facts.id
    const buyer = await deps.vault.openJson(
      orderPlace({ id, merchantId: ask.merchantId }, 'buyer'),
      sealed ?? decoy,
    )
    const phone = sealed === null ? '' : phoneOf(buyer)
    if (facts === null || !proves(ask.proof, { amountFen: facts.amountFen, phone })) {
      await recordFailure(deps, ask)
      throw new Problem('order_not_found')
    }
    await deps.guard.clear(ask)
    return facts.id
  }
}

/** Nothing is no proof: `0.00` would open every gift. */
function proves(proof: Proof, { amountFen, phone }: { amountFen: bigint; phone: string }): boolean {
  if (proof.kind === 'amount') return amountFen > 0n && readYuan(proof.amount) === amountFen
  // Platforms mask the middle: of 154****0911 the tail is known.
  return /\d{4}$/.exec(phone.replaceAll(/[\s-]/g, ''))?.[0] === proof.tail
}

function phoneOf(buyer: unknown): string {
  if (typeof buyer !== 'object' || buyer === null || !('phone' in buyer)) return ''
  return typeof buyer.phone === 'string' ? buyer.phone : ''
}

/** Names the number by a keyed hash: the log tells repeated tries apart, and no number to its readers. */
async function recordFailure({ database, vault, now }: ProveOrderDeps, ask: ProofAsk): Promise<void> {
  const { merchantId, shopId, number, actor, proof } = ask
  const hash = vault.index(merchantId, 'order number', `${shopId}\n${number}`)
  await recordAudit(database, now(), {
    merchantId,
    actor,
    act: 'order.proof_failed',
    object: `shop:${shopId}`,
    facts: { number: Buffer.from(hash).toString('hex').slice(0, 32), proof: proof.kind },
  })
  await reportFailure({ database, now }, { merchantId, shopId }, actor)
}
