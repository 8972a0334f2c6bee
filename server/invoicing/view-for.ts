import type { InvoiceRequestView } from '../contract/invoicing.ts'
import type { Database, Tx } from '../database/database.ts'
import type { Order } from '../orders/order.ts'
import type { Vault } from '../privacy/vault.ts'
import { type InvoiceRequest, listSiblings, openTitle } from './request.store.ts'
import { viewInvoiceRequest } from './view-invoice-request.ts'

export type ViewForDeps = {
  database: Database
  vault: Vault
  now: () => Date
  findOrders(tx: Tx | Database, merchantId: string, ids: readonly string[]): Promise<Order[]>
}

/** Who reads it. `actor` as rows carry it. */
export type Reader = { readonly role: 'agent' | 'customer' | 'merchant'; readonly actor: string }

/** A request with everything around it, as this reader sees it. Decide before that they may. */
export async function viewRequestFor(
  deps: ViewForDeps,
  reader: Reader,
  request: InvoiceRequest,
  tx: Tx | Database = deps.database,
): Promise<InvoiceRequestView> {
  const ids = request.shares.map(({ orderId }) => orderId)
  const orders = await deps.findOrders(tx, request.merchantId, ids)
  return viewInvoiceRequest({
    request,
    title: await openTitle(deps.vault, request),
    orderNumbers: orders.map(({ number }) => number),
    role: reader.role,
    isRequester: request.actor === reader.actor,
    siblings: await listSiblings(tx, request),
    now: deps.now(),
  })
}
