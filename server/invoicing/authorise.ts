import type { Surface } from '../contract/invoicing.ts'
import { Problem } from '../contract/problem.ts'
import type { Grant } from '../tokens/grant.ts'
import { sideOf } from '../tokens/roles.ts'

type Subject = { readonly merchantId: string; readonly shopId: string; readonly orderIds: readonly string[] }

/**
 * May this grant see it? A customer: only what belongs to orders proven in the session. Staff: what
 * belongs to the merchant, and to the shop if the session has one. A backend: its merchant's.
 */
export function maySee(grant: Grant, { merchantId, shopId, orderIds }: Subject): boolean {
  if (grant.merchantId !== merchantId) return false
  if (grant.kind === 'api') return true
  if (grant.shopId !== null && grant.shopId !== shopId) return false
  return grant.role !== 'customer' || orderIds.some((id) => grant.orderIds.includes(id))
}

/**
 * May this grant change what it sees? A customer only with every order of it proven: one order of a merged
 * invoice shows that invoice, and says nothing about the others.
 */
export function hasProvenAll(grant: Grant, orderIds: readonly string[]): boolean {
  return roleOf(grant) !== 'customer' || orderIds.every((id) => isProven(grant, id))
}

function isProven(grant: Grant, orderId: string): boolean {
  return grant.kind === 'session' && grant.orderIds.includes(orderId)
}

/** "Not found" and "not yours" are one answer. */
export function allowOrHide<T extends Subject>(
  grant: Grant,
  found: T | null,
  hidden: 'invoice_request_not_found' | 'invoice_not_found' | 'order_not_found',
): T {
  if (found === null || !maySee(grant, found)) throw new Problem(hidden)
  return found
}

export function roleOf(grant: Grant): 'agent' | 'customer' | 'merchant' {
  return grant.kind === 'api' ? 'merchant' : sideOf(grant.role)
}

/** Where a grant asks from: a storefront's session comes by launch, one of a link or a proof is a phone. */
export function surfaceOf(grant: Grant): Surface {
  if (grant.kind === 'api') return 'api'
  if (grant.role !== 'customer') return 'sidebar'
  return grant.via === 'launch' ? 'embed' : 'h5'
}
