import { connectAsking, createGetSeller } from './app.ts'
import { connectRed, connectReissue, connectReplacing } from './connect-reissue.ts'
import type { Tx } from './database/database.ts'
import { deliverInvoiceJob, releaseDeliveries } from './delivery/deliver-invoice.job.ts'
import { findDocument, readDocument } from './documents/document.store.ts'
import { invoiceFileName } from './documents/file-name.ts'
import { makeDocumentsJob } from './documents/make-documents.job.ts'
import type { OrderLinkAsk } from './invoicing/compose-reply.ts'
import { findInvoice, type StoredInvoice } from './invoicing/invoice.store.ts'
import { askIssuerJob, type IssueDeps, issueInvoiceJob, retryHeldJob } from './invoicing/issue-invoice.job.ts'
import { listOrderInvoices } from './invoicing/order-invoices.store.ts'
import { findLatestRequest } from './invoicing/request.store.ts'
import { requestInvoice } from './invoicing/request-invoice.ts'
import { addJob } from './jobs/add-job.ts'
import { type Job, PRIORITY } from './jobs/define-job.ts'
import { autoIssue } from './orders/auto-issue.job.ts'
import { correctOrder } from './orders/correct-order.ts'
import { lockOrder, releaseOrder } from './orders/order.store.ts'
import { askAboutRedJob, requestRedJob, takeRedBackJob } from './reissue/red.job.ts'
import { draftReissue } from './reissue/start-reissue.ts'
import type { Services } from './services.ts'
import { findIssuePolicy } from './shops/issue-policy.store.ts'

/** What the worker needs from the web side: links are signed with the same keys. */
export type WorkerLinks = {
  createOrderLink(tx: Tx, ask: OrderLinkAsk): Promise<{ url: string; expiresAt: Date }>
  rememberTitle: IssueDeps['rememberTitle']
}

/** A mail is read for longer than a chat. */
const MAIL_LINK_DAYS = 30

/** Every job this process can do. */
export function connectJobs(services: Services, links: WorkerLinks): Job[] {
  const issuing = connectIssuing(services, links)
  const red = connectRed({ ...services, timeoutMs: services.config.issuerTimeoutMs }, issuing.getSeller)
  return [
    issueInvoiceJob(issuing),
    askIssuerJob(issuing),
    retryHeldJob(issuing),
    requestRedJob(red),
    askAboutRedJob(red),
    takeRedBackJob(red),
    connectCorrecting(services, issuing.getSeller),
    connectTrigger(services),
    connectDocuments(services),
    connectDelivery(services, links),
  ]
}

export function connectIssuing(
  services: Services,
  { rememberTitle }: Pick<WorkerLinks, 'rememberTitle'>,
): IssueDeps {
  const { config, vault, now, inTransaction, issuerOf, termsOf } = services
  const getSeller = createGetSeller(services)
  return {
    ...connectReplacing(services, getSeller),
    vault,
    now,
    inTransaction,
    issuerOf,
    timeoutMs: config.issuerTimeoutMs,
    lockOrder,
    releaseOrder,
    getSeller,
    addJob,
    rememberTitle,
    termsOf,
    isDemoIssuer: (issuerId) => issuerOf(issuerId).capabilities().isDemo,
    absentCountsAfterMs: (issuerId) => issuerOf(issuerId).capabilities().absentCountsAfterMs,
  }
}

/** What a refund makes necessary is drafted; finance decides. */
function connectCorrecting(services: Services, getSeller: IssueDeps['getSeller']): Job {
  const { now, inTransaction } = services
  const reissuing = connectReissue(services, getSeller)
  return correctOrder({
    now,
    inTransaction,
    addJob,
    listOrderInvoices,
    async draftCorrection(tx, { merchantId, invoiceId }) {
      await draftReissue(reissuing, tx, { merchantId, invoiceId })
    },
  })
}

/** Orders that nobody asks for. Their invoices go out behind those that people wait for. */
function connectTrigger(services: Services): Job {
  const { vault, now, inTransaction } = services
  const asking = connectAsking(services)
  const patient: typeof addJob = (tx, job) => addJob(tx, { ...job, priority: PRIORITY.batch })
  return autoIssue({
    vault,
    now,
    inTransaction,
    addJob,
    findLatestRequest,
    issuePolicyOf: findIssuePolicy,
    requestInvoice: (tx, asked) => requestInvoice({ ...asking, addJob: patient }, tx, asked),
  })
}

function connectDocuments({ config, vault, renderer, now, inTransaction }: Services): Job {
  return makeDocumentsJob({
    vault,
    documentsDir: config.documentsDir,
    renderer,
    now,
    inTransaction,
    findInvoice: (tx, where) => findInvoice(vault, tx, where),
    releaseDeliveries: (tx, invoiceId) => releaseDeliveries(addJob, tx, invoiceId),
  })
}

function connectDelivery(services: Services, { createOrderLink }: WorkerLinks): Job {
  const { config, database, vault, now, inTransaction, mail } = services
  return deliverInvoiceJob({
    vault,
    now,
    inTransaction,
    mail,
    addJob,
    sender: { from: { name: '', address: config.mailFrom }, replyTo: null },
    findInvoice: (tx, where) => findInvoice(vault, tx, where),
    readFiles: (invoice) => readFiles(services, invoice),
    async shopLook(shopId) {
      const { name, accent } = await database.shop.findUniqueOrThrow({ where: { id: shopId } })
      return { name, colour: accent }
    },
    async pageUrl(tx, { merchantId, shopId, orderIds }) {
      const [orderId = null] = orderIds
      if (orderId === null) throw new Error('an invoice without an order')
      const actor = { kind: 'worker', id: 'delivery' } as const
      const { url } = await createOrderLink(tx, { merchantId, shopId, orderId, actor, days: MAIL_LINK_DAYS })
      return url
    },
  })
}

/**
 * PDF first, then OFD and XML; null while they are not made yet. All are stored in one transaction, so a
 * missing OFD beside a PDF is that of an invoice from before OFD was written: its mail goes without.
 */
async function readFiles({ config, database, vault }: Services, invoice: StoredInvoice) {
  const files = []
  for (const format of ['pdf', 'ofd', 'xml'] as const) {
    const document = await findDocument(database, {
      merchantId: invoice.merchantId,
      invoiceId: invoice.id,
      format,
    })
    if (document === null && format === 'ofd') continue
    if (document === null) return null
    const bytes = await readDocument({ vault, documentsDir: config.documentsDir }, document)
    files.push({ fileName: invoiceFileName(invoice, format), mediaType: `application/${format}`, bytes })
  }
  return files
}
