import { checkTaxId, normaliseTaxId } from '../../widget/title/tax-id.ts'
import type { LookUp } from '../contract/orders.ts'
import { Problem } from '../contract/problem.ts'
import type { Database } from '../database/database.ts'
import type { MissGuard } from './miss-guard.ts'
import { findOrdersByNumber } from './order.store.ts'
import type { Order } from './order.ts'
import { normaliseOrderNumber } from './order-input.ts'
import { findOrderFor, type Viewer } from './order-viewer.ts'
import type { ProofAsk } from './prove-order.ts'
import { recogniseOrderNumber } from './recognise-order-number.ts'

export type LookUpDeps = {
  database: Database
  proveOrder(ask: ProofAsk): Promise<string>
  missGuard: MissGuard
}

export type LookUpAsk = LookUp & { viewer: Viewer } & Pick<ProofAsk, 'actor' | 'address' | 'person'>

export type LookedUp =
  | { kind: 'found'; number: string; order: Order; isProven: boolean }
  | { kind: 'choose'; number: string; orders: readonly Order[] }
  | { kind: 'proof_needed'; number: string }

/**
 * Finds an order by whatever a person typed. Agents look among the orders of their merchant, and
 * choose where shops share a number. Customers are asked for a proof, whether the number exists or
 * not. Refuses with `order_number_invalid`, `order_not_found`, `proof_cooldown` and `rate_limited`.
 */
export async function lookUpOrder(deps: LookUpDeps, ask: LookUpAsk): Promise<LookedUp> {
  const numbers = readNumbers(ask.text)
  return ask.viewer.role !== 'customer' ? searchOrder(deps, ask, numbers) : proveNumber(deps, ask, numbers)
}

/** At least one. A single word that looks like no platform's number may still be a shop's own. */
function readNumbers(text: string): [string, ...string[]] {
  const recognised = recogniseOrderNumber(text)
  const [first, ...others] = recognised.kind === 'none' ? [] : recognised.candidates
  if (first !== undefined) return [first.number, ...others.map(({ number }) => number)]
  if (!/\s/.test(text.trim()) && checkTaxId(normaliseTaxId(text)).kind !== 'valid') {
    return [normaliseWord(text)]
  }
  throw new Problem('order_number_invalid', { field: '/text' })
}

function normaliseWord(text: string): string {
  try {
    return normaliseOrderNumber(text)
  } catch (cause) {
    throw new Problem('order_number_invalid', { field: '/text', cause })
  }
}

async function searchOrder(
  { database, missGuard }: LookUpDeps,
  { viewer: { merchantId, shopId }, actor, person, address }: LookUpAsk,
  numbers: readonly string[],
): Promise<LookedUp> {
  const miss = { merchantId, shopId, actor, person, address }
  await missGuard.assertFree(miss)
  for (const number of numbers) {
    const orders = await findOrdersByNumber(database, { merchantId, shopId, number })
    const [order] = orders
    if (orders.length > 1) return { kind: 'choose', number, orders }
    if (order !== undefined) return { kind: 'found', number, order, isProven: false }
  }
  await missGuard.count(miss)
  throw new Problem('order_not_found')
}

/** One number a time: ten numbers in one text would be ten guesses for the price of one. */
async function proveNumber(
  deps: LookUpDeps,
  { viewer, proof, actor, address, person }: LookUpAsk,
  [number]: [string, ...string[]],
): Promise<LookedUp> {
  const { merchantId, shopId } = viewer
  if (shopId === null) throw new Problem('token_not_allowed')
  if (proof === undefined) return { kind: 'proof_needed', number }
  const orderId = await deps.proveOrder({ merchantId, shopId, number, proof, actor, address, person })
  const proven = { ...viewer, orderIds: [...viewer.orderIds, orderId] }
  const order = await findOrderFor(deps.database, proven, orderId)
  if (order === null) throw new Problem('order_not_found')
  return { kind: 'found', number, order, isProven: true }
}
