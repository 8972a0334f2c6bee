import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { readEmail } from '../../widget/title/contact.ts'
import { leftInBudget, takeFromBudget } from '../audit/daily-budget.ts'
import { actorText, recordAudit } from '../audit/record.ts'
import { DeliveryView, DownloadAsk, DownloadReply, InvoiceView, ResendAsk } from '../contract/invoicing.ts'
import { Problem } from '../contract/problem.ts'
import { Id } from '../contract/shape.ts'
import type { Database, InTransaction, Tx } from '../database/database.ts'
import { deliverJob } from '../delivery/deliver-invoice.job.ts'
import { findDelivery, insertDelivery, listDeliveries } from '../delivery/delivery.store.ts'
import { type GrantDeps, grantOf, requireGrant } from '../http/grant.ts'
import { onceByKey, readIdempotencyKey } from '../http/idempotency.ts'
import { allowOrHide, roleOf } from '../invoicing/authorise.ts'
import type { InvoiceRelatives, StoredInvoice } from '../invoicing/invoice.store.ts'
import { isLiveBlue } from '../invoicing/order-invoices.store.ts'
import { viewDelivery, viewInvoice } from '../invoicing/view-invoice.ts'
import type { JobRequest } from '../jobs/define-job.ts'
import type { Order } from '../orders/order.ts'
import { findStaleOf } from '../orders/stale.ts'
import type { Vault } from '../privacy/vault.ts'
import { actorOf, type Grant, principalOf } from '../tokens/grant.ts'
import type { VerifiedToken } from '../tokens/verify-token.ts'
import {
  type DocumentFormat,
  findDocument,
  listDocumentFormats,
  readDocument,
  type StoredDocument,
} from './document.store.ts'
import { contentDisposition, invoiceFileName } from './file-name.ts'

export type DocumentRouteDeps = {
  grants: GrantDeps
  database: Database
  vault: Vault
  documentsDir: string
  publicUrl: string
  now: () => Date
  inTransaction: InTransaction
  addJob(tx: Tx, job: JobRequest): Promise<void>
  findInvoice(tx: Tx | Database, where: { merchantId: string; id: string }): Promise<StoredInvoice | null>
  findRelatives(tx: Tx | Database, id: string): Promise<InvoiceRelatives>
  findOrders(tx: Tx | Database, merchantId: string, ids: readonly string[]): Promise<Order[]>
  /** Σ blue − Σ red of each order. */
  sumInvoiced(tx: Tx | Database, orderIds: readonly string[]): Promise<Map<string, bigint>>
  ensurePreview(invoice: StoredInvoice): Promise<void>
  resendsPerDay(tx: Tx | Database, shopId: string): Promise<number>
  signDownload(ask: DownloadTarget): Promise<{ token: string; expiresAt: Date }>
  verifyDownload(raw: string): Promise<VerifiedToken<'download'>>
}

export type DownloadTarget = {
  merchantId: string
  invoiceId: string
  documentId: string
  format: DocumentFormat
}

const ById = Type.Object({ id: Id })

/** For the API document; the hooks decide. */
const security = [{ session: [] }, { api: [] }]

const MEDIA_TYPES: Record<DocumentFormat, string> = {
  pdf: 'application/pdf',
  ofd: 'application/ofd',
  xml: 'application/xml; charset=utf-8',
  png: 'image/png',
}

/** 发票: what it says, its files, and sending it again. */
export function documentRoutes(deps: DocumentRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    const mayRead = requireGrant(deps.grants, { session: 'invoices.read', api: 'invoices' })
    const maySend = requireGrant(deps.grants, { session: 'invoices.send', api: 'invoices' })

    app.get(
      '/v1/invoices/:id',
      { onRequest: mayRead, schema: { params: ById, response: { 200: InvoiceView }, security } },
      async (request) => viewOf(deps, grantOf(request), request.params.id),
    )

    app.post(
      '/v1/invoices/:id/downloads',
      {
        onRequest: mayRead,
        schema: { params: ById, body: DownloadAsk, response: { 200: DownloadReply }, security },
      },
      async (request) => {
        const grant = grantOf(request)
        const { format } = request.body
        const invoice = await readVisible(deps, grant, request.params.id)
        const document = await findOrDraw(deps, invoice, format)
        const target = {
          merchantId: invoice.merchantId,
          invoiceId: invoice.id,
          documentId: document.id,
          format,
        }
        const { token, expiresAt } = await deps.signDownload(target)
        const fileName = invoiceFileName(invoice, format)
        await deps.inTransaction((tx) =>
          recordAudit(tx, deps.now(), {
            merchantId: invoice.merchantId,
            actor: actorOf(grant),
            act: 'document.link_made',
            object: `invoice:${invoice.id}`,
            facts: { format },
          }),
        )
        const url = `${deps.publicUrl}/v1/downloads/${token}/${encodeURIComponent(fileName)}`
        return { url, fileName, expiresAt: expiresAt.toISOString() }
      },
    )

    app.post(
      '/v1/invoices/:id/deliveries',
      {
        onRequest: maySend,
        schema: { params: ById, body: ResendAsk, response: { 202: DeliveryView }, security },
      },
      async (request, reply) =>
        reply.code(202).send(await resend(deps, request, request.params.id, request.body.email)),
    )

    app.get('/v1/downloads/*', { schema: { hide: true } }, async (request, reply) => {
      // The token stands in the path, because it must open in a browser that has no session.
      const [token = ''] = readWildcard(request.params).split('/')
      const { document, invoice } = await openDownload(deps, token)
      const bytes = await readDocument(deps, document)
      const how = document.format === 'xml' || document.format === 'ofd' ? 'attachment' : 'inline'
      return reply
        .type(MEDIA_TYPES[document.format])
        .header('Content-Disposition', contentDisposition(invoiceFileName(invoice, document.format), how))
        .header(
          'Content-Security-Policy',
          "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:",
        )
        .header('Cache-Control', 'private, max-age=600')
        .send(bytes)
    })
  }
}

function readWildcard(params: unknown): string {
  return typeof params === 'object' && params !== null && '*' in params ? String(params['*']) : ''
}

async function openDownload(deps: DocumentRouteDeps, token: string) {
  const claims = await deps.verifyDownload(token).catch((error: unknown) => {
    // One neutral word for altered and expired links: it is shown to whoever was sent the link.
    throw error instanceof Problem ? new Problem('link_invalid', { facts: error.facts }) : error
  })
  const { merchant: merchantId, invoice: invoiceId, format } = claims
  const document = await findDocument(deps.database, { merchantId, invoiceId, format })
  const invoice = await deps.findInvoice(deps.database, { merchantId, id: invoiceId })
  if (document === null || invoice === null || document.id !== claims.doc) throw new Problem('link_invalid')
  return { document, invoice }
}

async function readVisible(deps: DocumentRouteDeps, grant: Grant, id: string): Promise<StoredInvoice> {
  const found = await deps.findInvoice(deps.database, { merchantId: grant.merchantId, id })
  return allowOrHide(grant, found, 'invoice_not_found')
}

async function findOrDraw(
  deps: DocumentRouteDeps,
  invoice: StoredInvoice,
  format: DocumentFormat,
): Promise<StoredDocument> {
  const where = { merchantId: invoice.merchantId, invoiceId: invoice.id, format }
  const found = await findDocument(deps.database, where)
  if (found !== null) return found
  if (format !== 'png') throw new Problem('document_not_ready')
  await deps.ensurePreview(invoice)
  const drawn = await findDocument(deps.database, where)
  if (drawn === null) throw new Problem('document_not_ready')
  return drawn
}

async function viewOf(deps: DocumentRouteDeps, grant: Grant, id: string) {
  const invoice = await readVisible(deps, grant, id)
  const orders = await deps.findOrders(deps.database, invoice.merchantId, invoice.orderIds)
  const perDay = await deps.resendsPerDay(deps.database, invoice.shopId)
  const budget = {
    merchantId: invoice.merchantId,
    subject: `invoice:${id}`,
    purpose: 'resend',
    perDay,
  } as const
  return viewInvoice({
    invoice,
    orderNumbers: orders.map(({ number }) => number),
    formats: await listDocumentFormats(deps.database, id),
    deliveries: await listDeliveries(deps.vault, deps.database, id),
    resendsLeft: await leftInBudget(deps.database, deps.now(), budget),
    stale: isLiveBlue(invoice)
      ? findStaleOf(orders, await deps.sumInvoiced(deps.database, invoice.orderIds))
      : null,
    relatives: await deps.findRelatives(deps.database, id),
    role: roleOf(grant),
  })
}

/** One more mail, to an address of the asker's choice: the session has proven the order. */
async function resend(
  deps: DocumentRouteDeps,
  request: FastifyRequest,
  id: string,
  typed: string,
): Promise<DeliveryView> {
  const grant = grantOf(request)
  const invoice = await readVisible(deps, grant, id)
  const email = readEmail(typed)
  if (email === null) throw new Problem('email_invalid', { field: '/email' })
  const { merchantId } = invoice
  const route = `POST /v1/invoices/${id}/deliveries`
  const key = readIdempotencyKey(request.headers['idempotency-key'])
  const stored = await deps.inTransaction((tx) =>
    onceByKey(
      deps,
      tx,
      { merchantId, principal: principalOf(grant), route, key, body: { email } },
      async () => {
        const now = deps.now()
        const perDay = await deps.resendsPerDay(tx, invoice.shopId)
        const left = await takeFromBudget(tx, now, {
          merchantId,
          subject: `invoice:${id}`,
          purpose: 'resend',
          perDay,
        })
        if (left === null) throw new Problem('resend_limit_reached')
        const actor = actorOf(grant)
        const deliveryId = await insertDelivery(deps.vault, tx, now, {
          merchantId,
          invoiceId: id,
          email,
          actor: actorText(actor),
        })
        await recordAudit(tx, now, {
          merchantId,
          actor,
          act: 'delivery.requested',
          object: `invoice:${id}`,
          facts: { delivery: deliveryId },
        })
        await deps.addJob(tx, deliverJob(deliveryId))
        const made = await findDelivery(deps.vault, tx, deliveryId)
        if (made === null) throw new Error('the delivery just written is gone')
        return { status: 202, body: viewDelivery(made) }
      },
    ),
  )
  return stored.body as DeliveryView // stored by us, sealed
}
