import type { LookUp, LookUpReply } from '../../server/contract/orders.ts'
import type { Call } from './call.ts'
import { isLookUpReply } from './read-replies.ts'

/**
 * Finds an order by whatever was typed. A customer without a proof learns nothing (`proof_needed`), and a
 * wrong proof is `order_not_found`, as an unknown number is; too many of them are `proof_cooldown`.
 */
export function lookUpOrder(call: Call, lookUp: LookUp): Promise<LookUpReply> {
  return call({ method: 'POST', path: '/orders/look-up', body: lookUp, reply: isLookUpReply })
}
