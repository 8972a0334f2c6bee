import { recordAudit } from '../audit/record.ts'
import type { InTransaction, Tx } from '../database/database.ts'
import type { StoredInvoice } from '../invoicing/invoice.store.ts'
import { type Job, type JobRequest, payloadOf } from '../jobs/define-job.ts'
import { publish } from '../live/publish.ts'
import type { Vault } from '../privacy/vault.ts'
import { type DeliveryRow, findDelivery, listQueued, writeAttempt } from './delivery.store.ts'
import type { Delivery, DeliveryAnswer } from './delivery.ts'
import { buildInvoiceMail, type MailedInvoice, type MailSender } from './mail/invoice-mail.ts'
import type { MailAttachment, MailMessage } from './mail/mail-message.ts'

export const DELIVER = 'delivery.send'

/** After these pauses; then the exception desk (S0-31). */
const PAUSES_MS = [60_000, 5 * 60_000, 25 * 60_000] as const

export type DeliverDeps = {
  vault: Vault
  now: () => Date
  inTransaction: InTransaction
  mail: Delivery<MailMessage>
  sender: MailSender
  addJob(tx: Tx, job: JobRequest): Promise<void>
  findInvoice(tx: Tx, where: { merchantId: string; id: string }): Promise<StoredInvoice | null>
  /** PDF first, then OFD and XML; null while they are not made yet. */
  readFiles(invoice: StoredInvoice): Promise<MailAttachment[] | null>
  shopLook(shopId: string): Promise<{ name: string; colour: string }>
  /** A page where the invoice can be fetched again. */
  pageUrl(tx: Tx, invoice: StoredInvoice): Promise<string>
}

/** Queues the mails of an invoice whose documents are there. */
export async function releaseDeliveries(
  addJob: DeliverDeps['addJob'],
  tx: Tx,
  invoiceId: string,
): Promise<void> {
  for (const deliveryId of await listQueued(tx, invoiceId)) await addJob(tx, deliverJob(deliveryId))
}

export function deliverJob(deliveryId: string, runAt?: Date): JobRequest {
  const job = { kind: DELIVER, payload: { deliveryId }, key: `deliver:${deliveryId}` }
  return runAt === undefined ? job : { ...job, runAt }
}

/**
 * Sends one mail. The Message-ID is the delivery's, so a repeat after a crash between sending and
 * commit can be told apart; it is the one place where a mail may arrive twice, and never none.
 */
export function deliverInvoiceJob(deps: DeliverDeps): Job {
  return {
    kind: DELIVER,
    async run(payload, signal) {
      const { deliveryId } = payloadOf(payload, ['deliveryId'])
      const prepared = await deps.inTransaction((tx) => prepare(deps, tx, deliveryId))
      if (prepared === null) return
      const answer = await deps.mail.send(prepared.message, signal)
      await deps.inTransaction((tx) => settle(deps, tx, prepared, answer))
    },
  }
}

type Prepared = { delivery: DeliveryRow; invoice: StoredInvoice; message: MailMessage }

async function prepare(deps: DeliverDeps, tx: Tx, deliveryId: string): Promise<Prepared | null> {
  const delivery = await findDelivery(deps.vault, tx, deliveryId)
  if (delivery === null || delivery.state !== 'queued') return null
  const { merchantId, invoiceId, redInvoiceId } = delivery
  const invoice = await deps.findInvoice(tx, { merchantId, id: invoiceId })
  if (invoice === null) return null
  const red = redInvoiceId === null ? null : await deps.findInvoice(tx, { merchantId, id: redInvoiceId })
  const mailed = await withFiles(deps, invoice)
  const beside = red === null ? null : await withFiles(deps, red)
  // The documents' own job releases it, the one of whichever invoice is drawn last.
  if (mailed === null || (red !== null && beside === null)) return null
  const message = buildInvoiceMail(deps.sender, {
    deliveryId,
    to: delivery.target,
    language: 'zh-CN',
    shop: await deps.shopLook(invoice.shopId),
    invoices: beside === null ? [mailed] : [mailed, beside],
    pageUrl: await deps.pageUrl(tx, invoice),
    isDemo: invoice.isDemo,
  })
  return { delivery, invoice, message }
}

async function withFiles(deps: DeliverDeps, invoice: StoredInvoice): Promise<MailedInvoice | null> {
  const files = await deps.readFiles(invoice)
  if (files === null) return null
  const { number, kind, colour, state, grossFen, issuedAt, seller, buyer, reversal } = invoice
  const names = { sellerName: seller.name, buyerName: buyer.name }
  return {
    number,
    kind,
    colour,
    state,
    grossFen,
    issuedAt,
    ...names,
    reverses: reversal?.blueNumber ?? null,
    files,
  }
}

async function settle(
  deps: DeliverDeps,
  tx: Tx,
  { delivery, invoice }: Prepared,
  answer: DeliveryAnswer,
): Promise<void> {
  const now = deps.now()
  const attempt = delivery.attempts + 1
  const pauseMs = answer.kind === 'failed' && answer.retry ? PAUSES_MS[delivery.attempts] : undefined
  const state = answer.kind === 'accepted' ? 'sent' : pauseMs !== undefined ? 'queued' : answer.kind
  const reason = answer.kind === 'accepted' ? null : answer.reason
  await writeAttempt(tx, now, { id: delivery.id, state, attempt, outcome: answer.kind, reason })
  await recordAudit(tx, now, {
    merchantId: delivery.merchantId,
    actor: { kind: 'worker', id: 'delivery' },
    act: `delivery.${answer.kind}`,
    object: `invoice:${invoice.id}`,
    facts: { attempt, delivery: delivery.id },
    reason: reason === null ? null : (reason.split(' ')[0] ?? null),
  })
  if (pauseMs !== undefined) await deps.addJob(tx, deliverJob(delivery.id, new Date(now.getTime() + pauseMs)))
  await publish(tx, { topic: `invoice:${invoice.id}`, version: 0 })
  const { redInvoiceId } = delivery
  if (redInvoiceId !== null) await publish(tx, { topic: `invoice:${redInvoiceId}`, version: 0 })
}
