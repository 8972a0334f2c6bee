import { type Actor, actorText, recordAudit } from '../audit/record.ts'
import type { Tx } from '../database/database.ts'
import type { JobRequest } from '../jobs/define-job.ts'
import type { Vault } from '../privacy/vault.ts'
import { deliverJob } from './deliver-invoice.job.ts'
import { insertDelivery } from './delivery.store.ts'

export type ReissueMailDeps = { vault: Vault; addJob(tx: Tx, job: JobRequest): Promise<void> }

export type ReissueMailAsk = {
  merchantId: string
  redInvoiceId: string
  /** Null where nothing new was issued: the red goes alone. */
  blueInvoiceId: string | null
  email: string
  actor: Actor
}

/**
 * One mail at the end of a reissue, with the new blue and the red that made room for it. It leaves as soon as
 * the files of both are made; whichever invoice's files come last release it. Returns the delivery's id.
 */
export async function queueReissueMail(
  { vault, addJob }: ReissueMailDeps,
  tx: Tx,
  now: Date,
  { merchantId, redInvoiceId, blueInvoiceId, email, actor }: ReissueMailAsk,
): Promise<string> {
  const invoiceId = blueInvoiceId ?? redInvoiceId
  const deliveryId = await insertDelivery(vault, tx, now, {
    merchantId,
    invoiceId,
    redInvoiceId: blueInvoiceId === null ? null : redInvoiceId,
    email,
    actor: actorText(actor),
  })
  await recordAudit(tx, now, {
    merchantId,
    actor,
    act: 'delivery.requested',
    object: `invoice:${invoiceId}`,
    facts: { delivery: deliveryId, red: redInvoiceId },
  })
  await addJob(tx, deliverJob(deliveryId))
  return deliveryId
}
