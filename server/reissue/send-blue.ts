import { recordAudit } from '../audit/record.ts'
import type { Tx } from '../database/database.ts'
import type { NewReplacement } from '../invoicing/request.store.ts'
import type { JobRequest } from '../jobs/define-job.ts'
import type { Vault } from '../privacy/vault.ts'
import { openChange } from './change.store.ts'
import type { Change } from './change.ts'
import { moveReissue } from './move-reissue.store.ts'
import type { Reissue, WriteBack } from './reissue.store.ts'
import { SAGA } from './reissue-jobs.ts'

export type BlueDeps = {
  vault: Vault
  now: () => Date
  addJob(tx: Tx, job: JobRequest): Promise<void>
  /** Gives `from` of the order's claim back and takes `to`, in one statement; fen. */
  passClaim(tx: Tx, orderId: string, amounts: { from: bigint; to: bigint }): Promise<void>
  insertReplacement(tx: Tx, made: NewReplacement): Promise<string>
  issueJob(invoiceRequestId: string, runAt: Date): JobRequest
  writeInvoiceState(
    tx: Tx,
    change: { id: string; state: 'partly_reversed' | 'reversed' | 'replaced' },
  ): Promise<void>
  /** Tells the platform of the red and the new number. */
  writeBack(tx: Tx, reissue: Reissue): Promise<WriteBack>
  queueMail(tx: Tx, mail: ReissueMail): Promise<void>
}

export type ReissueMail = {
  merchantId: string
  redInvoiceId: string
  blueInvoiceId: string | null
  email: string
}

/** The request for the new blue, queued. Its content is the change's; the issue job sends it as any other. */
export async function sendBlue(
  deps: BlueDeps,
  tx: Tx,
  { reissue, change }: { reissue: Reissue; change: Change },
): Promise<void> {
  const { id, merchantId, shopId, surface } = reissue
  const { blue, blueShares, email, phone } = change
  if (blue === null) throw new Error(`reissue ${id} has no new blue`)
  const { kind, isPerson, buyer, remark } = blue
  const requestId = await deps.insertReplacement(tx, {
    ...{ merchantId, shopId, surface, kind, isPerson, remark, reissueId: id, shares: blueShares },
    title: { buyer, email, phone },
    actor: SAGA,
  })
  const now = deps.now()
  await recordAudit(tx, now, {
    ...{ merchantId, actor: SAGA, act: 'invoice_request.submitted', object: `request:${requestId}` },
    facts: { amountFen: blue.grossFen.toString(), reissue: id, state: 'queued' },
  })
  await deps.addJob(tx, deps.issueJob(requestId, now))
}

/**
 * The end of a saga whose documents exist: the original says what became of it, the platform is told, and
 * one mail brings red and blue. Runs in the transaction that stored the last document.
 */
export async function finishReissue(
  deps: BlueDeps,
  tx: Tx,
  { reissue, blueInvoiceId }: { reissue: Reissue; blueInvoiceId: string | null },
): Promise<void> {
  const { merchantId, redInvoiceId, invoiceId } = reissue
  if (redInvoiceId === null) throw new Error(`reissue ${reissue.id} has no red`)
  const now = deps.now()
  if (blueInvoiceId !== null) await deps.writeInvoiceState(tx, { id: invoiceId, state: 'replaced' })
  const writing = await moveReissue(tx, { reissue, to: 'writing_back', actor: SAGA, now })
  const writeBack = await deps.writeBack(tx, writing)
  await moveReissue(tx, { reissue: writing, to: 'done', actor: SAGA, now, writeBack })
  const { email } = await openChange(deps.vault, writing)
  if (email !== null) await deps.queueMail(tx, { merchantId, redInvoiceId, blueInvoiceId, email })
}
