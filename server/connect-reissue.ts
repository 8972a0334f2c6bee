import type { Database, Tx } from './database/database.ts'
import { queueReissueMail } from './delivery/reissue-mail.ts'
import {
  findInvoice,
  findInvoiceSummaries,
  insertInvoice,
  listReds,
  listShares,
  lockInvoice,
  writeInvoiceState,
} from './invoicing/invoice.store.ts'
import type { IssueDeps } from './invoicing/issue-invoice.job.ts'
import { listLiveBlues } from './invoicing/order-invoices.store.ts'
import { insertReplacement, openTitle } from './invoicing/request.store.ts'
import { getRequest, issueJob } from './invoicing/request-invoice.ts'
import { documentsJob } from './invoicing/settle-answer.ts'
import { addJob } from './jobs/add-job.ts'
import { findOrderNumbers, findOrders, lockOrder, passClaim } from './orders/order.store.ts'
import { onReplacementEnded, onReplacementIssued, readReplacement } from './reissue/follow-blue.ts'
import type { RedDeps } from './reissue/red.job.ts'
import { SAGA } from './reissue/reissue-jobs.ts'
import type { RetryDeps } from './reissue/retry-blue.ts'
import type { Services } from './services.ts'
import type { Seller } from './shops/seller.store.ts'

type GetSeller = (tx: Tx | Database, of: { merchantId: string; shopId: string }) => Promise<Seller>
type Shared = Pick<Services, 'vault' | 'now' | 'termsOf'>

/** What planning and carrying out a reissue needs of the other domains. */
export function connectReissue({ vault, now, termsOf }: Shared, getSeller: GetSeller): RetryDeps {
  return {
    ...{
      vault,
      now,
      termsOf,
      getSeller,
      addJob,
      lockOrder,
      passClaim,
      issueJob,
      writeInvoiceState,
      listShares,
      listLiveBlues,
    },
    findInvoice: (tx, place) => findInvoice(vault, tx, place),
    lockInvoice: (tx, place) => lockInvoice(vault, tx, place),
    listReds: (tx, place) => listReds(vault, tx, place),
    readAsked: async (tx, requestId) => openTitle(vault, await getRequest(tx, requestId)),
    async readCaps(tx, shopId) {
      const { reissuesPerOrder, reissuesByCustomer } = await tx.shop.findUniqueOrThrow({
        where: { id: shopId },
        select: { reissuesPerOrder: true, reissuesByCustomer: true },
      })
      return { perOrder: reissuesPerOrder, byCustomer: reissuesByCustomer }
    },
    insertReplacement: (tx, made) => insertReplacement(vault, tx, now(), made),
    // No platform is connected: nobody is told, and the saga says so.
    writeBack: async () => ({ state: 'not_connected', detail: null }),
    async queueMail(tx, mail) {
      await queueReissueMail({ vault, addJob }, tx, now(), { ...mail, actor: SAGA })
    },
  }
}

/** What the reissue's routes read besides. */
export function connectReissueReading({ vault, issuerOf, config }: Services) {
  return {
    findInvoice: (tx: Tx | Database, place: { merchantId: string; id: string }) =>
      findInvoice(vault, tx, place),
    findInvoiceSummaries,
    findOrderNumbers,
    readCredit: (issuerId: string) => issuerOf(issuerId).credit(AbortSignal.timeout(config.issuerTimeoutMs)),
    hasPlatform: async () => false,
  }
}

type RedServices = Shared & Pick<RedDeps, 'inTransaction' | 'issuerOf' | 'timeoutMs'>

/** What the jobs of the red form need. */
export function connectRed(services: RedServices, getSeller: GetSeller): RedDeps & RetryDeps {
  const { vault, now, inTransaction, issuerOf, timeoutMs } = services
  return {
    ...connectReissue(services, getSeller),
    ...{ inTransaction, issuerOf, timeoutMs, findOrders, documentsJob },
    insertInvoice: (tx, made) => insertInvoice(vault, tx, now(), made),
    isDemoIssuer: (issuerId) => issuerOf(issuerId).capabilities().isDemo,
    absentCountsAfterMs: (issuerId) => issuerOf(issuerId).capabilities().absentCountsAfterMs,
  }
}

type Replacing = Pick<IssueDeps, 'readReplacement' | 'onReplacementIssued' | 'onReplacementEnded'>

/** How issuing hands the new blue of a reissue back. */
export function connectReplacing(services: Shared, getSeller: GetSeller): Replacing {
  const deps = connectReissue(services, getSeller)
  return {
    readReplacement: (tx, reissueId) => readReplacement(deps, tx, reissueId),
    onReplacementIssued: (tx, replacement) => onReplacementIssued(deps, tx, replacement),
    onReplacementEnded: (tx, replacement) => onReplacementEnded(deps, tx, replacement),
  }
}
