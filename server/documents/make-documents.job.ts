import { recordAudit } from '../audit/record.ts'
import type { LiveTopic } from '../contract/live.ts'
import type { InTransaction, Tx } from '../database/database.ts'
import type { StoredInvoice } from '../invoicing/invoice.store.ts'
import { MAKE_DOCUMENTS } from '../invoicing/settle-answer.ts'
import { type Job, payloadOf } from '../jobs/define-job.ts'
import { publish } from '../live/publish.ts'
import type { Vault } from '../privacy/vault.ts'
import {
  type DocumentFormat,
  insertDocument,
  listDocumentFormats,
  writeDocumentFile,
} from './document.store.ts'
import { writeEInvoiceXml } from './einvoice-xml.ts'
import type { Renderer } from './renderer.ts'

/** What drawing one document takes. */
export type DrawDeps = {
  vault: Vault
  documentsDir: string
  renderer: Renderer
  now: () => Date
  inTransaction: InTransaction
}

export type MakeDocumentsDeps = DrawDeps & {
  findInvoice(tx: Tx, where: { merchantId: string; id: string }): Promise<StoredInvoice | null>
  /** Sends what waits for the documents; called in the transaction that stores them. */
  releaseDeliveries(tx: Tx, invoiceId: string): Promise<void>
}

/**
 * Draws and stores an issued invoice's files, once: bytes are never made again after they are stored.
 * PDF and OFD are deterministic, so a crash between file and row leaves the same file to be found.
 */
export function makeDocumentsJob(deps: MakeDocumentsDeps): Job {
  return {
    kind: MAKE_DOCUMENTS,
    async run(payload) {
      const { merchantId, invoiceId } = payloadOf(payload, ['merchantId', 'invoiceId'])
      const found = await deps.inTransaction(async (tx) => {
        const invoice = await deps.findInvoice(tx, { merchantId, id: invoiceId })
        return invoice === null ? null : { invoice, formats: await listDocumentFormats(tx, invoiceId) }
      })
      if (found === null) return
      const { invoice, formats } = found
      const missing = (['pdf', 'ofd', 'xml'] as const).filter((format) => !formats.includes(format))
      const files = await Promise.all(
        missing.map(async (format) =>
          writeDocumentFile(deps, {
            merchantId,
            invoiceId,
            format,
            issuedAt: invoice.issuedAt,
            bytes: await draw(deps, invoice, format),
          }),
        ),
      )
      await deps.inTransaction(async (tx) => {
        const now = deps.now()
        for (const file of files) await insertDocument(tx, now, file)
        await deps.releaseDeliveries(tx, invoiceId)
        if (files.length === 0) return
        await recordAudit(tx, now, {
          merchantId,
          actor: { kind: 'worker', id: 'documents' },
          act: 'invoice.documents_stored',
          object: `invoice:${invoiceId}`,
          facts: Object.fromEntries(
            files.map((file) => [file.format, Buffer.from(file.sha256).toString('hex')]),
          ),
        })
        await publish(
          tx,
          { topic: `invoice:${invoiceId}`, version: 2 },
          { topic: originTopic(invoice), version: 0 },
        )
      })
    },
  }
}

/** What people watch while the files are made: the request of a blue, the reissue of a red. */
function originTopic({ requestId, reissueId }: StoredInvoice): LiveTopic {
  return requestId === null ? `reissue:${reissueId}` : `request:${requestId}`
}

async function draw(
  { renderer }: DrawDeps,
  invoice: StoredInvoice,
  format: DocumentFormat,
): Promise<Uint8Array> {
  if (format === 'pdf') return renderer.renderPdf(invoice)
  if (format === 'png') return renderer.renderPng(invoice)
  if (format === 'ofd') return renderer.renderOfd(invoice)
  return new Uint8Array(Buffer.from(writeEInvoiceXml(invoice), 'utf8'))
}

/** The preview is made when somebody looks first, and kept. Returns its bytes' row. */
export async function ensurePreview(deps: DrawDeps, invoice: StoredInvoice): Promise<void> {
  const { merchantId, id: invoiceId, issuedAt } = invoice
  const bytes = await draw(deps, invoice, 'png')
  const file = await writeDocumentFile(deps, { merchantId, invoiceId, format: 'png', issuedAt, bytes })
  await deps.inTransaction((tx) => insertDocument(tx, deps.now(), file))
}
