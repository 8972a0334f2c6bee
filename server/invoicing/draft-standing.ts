import type { FieldFault } from '../contract/problem.ts'
import type { Database, Tx } from '../database/database.ts'
import type { Order } from '../orders/order.ts'
import type { Vault } from '../privacy/vault.ts'
import type { Seller, SellerOf } from '../shops/seller.store.ts'
import { businessDate } from './business-date.ts'
import { draftInvoice } from './draft-invoice.ts'
import type { InvoiceContent } from './invoice.ts'
import { claimsOfAsk, hasShares, isStillGood, partsOf } from './parts.ts'
import { type InvoiceRequest, openTitle } from './request.store.ts'
import type { IssuingTerms } from './rules/settings.ts'
import { titleOf } from './title-of.ts'

export type DraftStandingDeps = {
  vault: Vault
  now(): Date
  findOrders(tx: Tx | Database, merchantId: string, ids: readonly string[]): Promise<Order[]>
  getSeller(tx: Tx | Database, of: SellerOf): Promise<Seller>
  termsOf(issuerId: string): IssuingTerms
}

/** `content` is null where the orders no longer carry what was asked for. */
export type Standing = { readonly content: InvoiceContent | null; readonly faults: readonly FieldFault[] }

/**
 * What a standing request would become if it were sent now, for a reviewer's eyes: nothing is locked or
 * reserved, and the worker decides again when it sends (S0-20).
 */
export async function draftStanding(
  deps: DraftStandingDeps,
  tx: Tx,
  request: InvoiceRequest,
): Promise<Standing> {
  const claims = await claimsOfAsk(tx, request)
  const found = await deps.findOrders(
    tx,
    request.merchantId,
    claims.map(({ orderId }) => orderId),
  )
  if (found.length !== claims.length || !found.every(isStillGood)) return { content: null, faults: [] }

  // The request's own claim is not in its own way.
  const orders = claims.flatMap(({ orderId, amountFen }) =>
    found
      .filter(({ id }) => id === orderId)
      .map((order) => ({ ...order, claimedFen: order.claimedFen - amountFen })),
  )
  const seller = await deps.getSeller(tx, request)
  const terms = deps.termsOf(seller.issuerId)
  const { email, phone, ...asked } = await openTitle(deps.vault, request)
  const title = titleOf({ ...asked, isPerson: request.isPerson })
  const { kind, remark, presentation } = request
  const draft = draftInvoice(
    { seller, orders, on: businessDate(deps.now()), terms },
    { kind, title, email, phone, remark, presentation },
  )
  const { parts, faults } = partsOf(draft, terms.capabilities)
  const part = parts[request.partNo - 1]
  return { content: part !== undefined && hasShares(part, request) ? part.content : null, faults }
}
