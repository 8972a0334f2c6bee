import { actorText } from './audit/record.ts'
import type { Database, Tx } from './database/database.ts'
import { roleOf } from './invoicing/authorise.ts'
import { listContradictions } from './invoicing/contradiction.store.ts'
import { sumInvoiced } from './invoicing/order-invoices.store.ts'
import { type InvoiceRequest, openTitle } from './invoicing/request.store.ts'
import { viewRequestFor } from './invoicing/view-for.ts'
import { closeException } from './orders/close-exception.ts'
import { findException, listOverInvoiced, listRefundExceptions } from './orders/exception.store.ts'
import { listAlarms } from './orders/look-up-alarm.ts'
import type { LookUpPlace } from './orders/look-up-burst.store.ts'
import { findOrders, releaseOrder } from './orders/order.store.ts'
import { openChange } from './reissue/change.store.ts'
import { listRedContradictions } from './reissue/red-contradiction.store.ts'
import { listReissuesIn } from './reissue/reissue.store.ts'
import type { Services } from './services.ts'
import { actorOf, type SessionGrant } from './tokens/grant.ts'

/** What went wrong and waits for a person, each kind from its own domain. */
export function connectExceptions<C extends object>({ vault, now }: Services, common: C) {
  return {
    ...common,
    ...{ sumInvoiced, findException, listOverInvoiced, listRefundExceptions, listContradictions },
    listRedContradictions: (tx: Tx | Database, place: Parameters<typeof listRedContradictions>[2]) =>
      listRedContradictions(vault, tx, place),
    listLookUpAlarms: (tx: Tx | Database, place: LookUpPlace) => listAlarms(tx, now(), place),
    closeException: (tx: Tx, closing: Parameters<typeof closeException>[2]) =>
      closeException({ now }, tx, closing),
  }
}

/** What finance decides: requests and reissues, with the second factor. */
export function connectReviews<C extends object>(services: Services, common: C) {
  const { database, vault, now } = services
  return {
    ...common,
    releaseOrder,
    openTitle: (request: InvoiceRequest) => openTitle(vault, request),
    viewRequest: (grant: SessionGrant, request: InvoiceRequest) => {
      const reader = { role: roleOf(grant), actor: actorText(actorOf(grant)) }
      return viewRequestFor({ database, vault, now, findOrders }, reader, request)
    },
    async listWaitingReissues({ merchantId, shopId }: { merchantId: string; shopId: string | null }) {
      const found = await listReissuesIn(database, { merchantId, state: 'in_review' })
      const mine = found.filter((reissue) => shopId === null || reissue.shopId === shopId)
      return Promise.all(
        mine.map(async (reissue) => {
          const { red, redShares, blue } = await openChange(vault, reissue)
          return {
            ...reissue,
            reason: reissue.reviewReason ?? ('amount' as const),
            invoiceKind: red.kind,
            buyerName: (blue ?? red).buyer.name,
            amountFen: -red.grossFen,
            shares: redShares,
          }
        }),
      )
    },
  }
}
