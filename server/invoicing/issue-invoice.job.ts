import { type InTransaction, type Tx, violates } from '../database/database.ts'
import { holdAgainstPayload } from '../issuers/build-payload.ts'
import type { Issuer, IssuerFinding } from '../issuers/issuer.ts'
import { type Job, payloadOf } from '../jobs/define-job.ts'
import { type ClaimDeps, claimRequest, leaseEnd, WORKER } from './claim-request.ts'
import { findRequest, type InvoiceRequest, moveRequest } from './request.store.ts'
import { ISSUE_INVOICE, issueJob } from './request-invoice.ts'
import { findSending, type StoredSending } from './sending.store.ts'
import { ASK_ISSUER, askJob, RETRY_HELD, type SettleDeps, settleAnswer } from './settle-answer.ts'

export type IssueDeps = ClaimDeps &
  SettleDeps & {
    inTransaction: InTransaction
    issuerOf(issuerId: string): Issuer
  }

/** Sends an invoice request to its issuer at most once; every later attempt only asks. */
export function issueInvoiceJob(deps: IssueDeps): Job {
  return {
    kind: ISSUE_INVOICE,
    async run(payload, signal) {
      const { invoiceRequestId } = payloadOf(payload, ['invoiceRequestId'])
      const claimed = await claimRequest(deps, invoiceRequestId)
      if (claimed.kind === 'nothing') return
      if (claimed.kind === 'later') {
        await deps.inTransaction((tx) => deps.addJob(tx, issueJob(invoiceRequestId, claimed.at)))
        return
      }
      const finding: IssuerFinding =
        claimed.kind === 'send'
          ? await deps.issuerOf(claimed.issuerId).issue(claimed.sending, withDeadline(signal, deps.timeoutMs))
          : { kind: 'unknown' }
      const { request, leaseEpoch } = claimed
      await settle(deps, { request, leaseEpoch, finding })
    },
  }
}

/** Asks the issuer what became of a serial. Never sends. */
export function askIssuerJob(deps: IssueDeps): Job {
  return {
    kind: ASK_ISSUER,
    async run(payload, signal) {
      const { invoiceRequestId } = payloadOf(payload, ['invoiceRequestId'])
      const asked = await deps.inTransaction((tx) => leaseForAsking(deps, tx, invoiceRequestId))
      if (asked.kind === 'nothing') return
      if (asked.kind === 'later') {
        await deps.inTransaction((tx) => deps.addJob(tx, askJob(invoiceRequestId, asked.at)))
        return
      }
      const { request, sending, leaseEpoch } = asked
      const found = await deps
        .issuerOf(sending.issuerId)
        .query(sending.serial, withDeadline(signal, deps.timeoutMs))
      // An issuer that is offline for a question has not answered it: what was sent stays in doubt.
      const finding: IssuerFinding =
        found.kind === 'held' ? { kind: 'unknown' } : holdAgainstPayload(sending.payload, found)
      await settle(deps, { request, leaseEpoch, finding })
    },
  }
}

/** A held request goes back into the queue; whether the issuer is there again, the next call tells. */
export function retryHeldJob(deps: IssueDeps): Job {
  return {
    kind: RETRY_HELD,
    async run(payload) {
      const { invoiceRequestId } = payloadOf(payload, ['invoiceRequestId'])
      await deps.inTransaction(async (tx) => {
        const request = await findRequest(tx, invoiceRequestId)
        if (request?.state !== 'held') return
        const now = deps.now()
        await moveRequest(tx, { request, to: 'queued', actor: WORKER, reason: 'retry', now })
        await deps.addJob(tx, issueJob(request.id, now))
      })
    },
  }
}

type Asked =
  | { kind: 'ask'; request: InvoiceRequest; sending: StoredSending; leaseEpoch: number }
  /** Somebody else is at it, or died at it; look again then. */
  | { kind: 'later'; at: Date }
  | { kind: 'nothing' }

async function leaseForAsking(deps: IssueDeps, tx: Tx, id: string): Promise<Asked> {
  const now = deps.now()
  const until = leaseEnd(now, deps.timeoutMs)
  const [row] = await tx.$queryRaw<{ lease_epoch: number }[]>`
    UPDATE invoice_request SET lease_epoch = lease_epoch + 1, lease_until = ${until}
    WHERE id = ${id}::uuid AND (lease_until IS NULL OR lease_until <= ${now}) AND state IN ('issuing', 'in_doubt')
    RETURNING lease_epoch`
  const request = await findRequest(tx, id)
  if (request === null) return { kind: 'nothing' }
  if (row === undefined) {
    const isOpen = request.state === 'issuing' || request.state === 'in_doubt'
    return isOpen ? { kind: 'later', at: request.leaseUntil ?? until } : { kind: 'nothing' }
  }
  const sending = await findSending(deps.vault, tx, { merchantId: request.merchantId, requestId: id })
  if (sending === null) return { kind: 'nothing' }
  if (!sending.hasContradiction) return { kind: 'ask', request, sending, leaseEpoch: row.lease_epoch }
  await tx.invoiceRequest.updateMany({
    where: { id, leaseEpoch: row.lease_epoch },
    data: { leaseUntil: null },
  })
  return { kind: 'nothing' } // a person looks
}

type Settled = { request: InvoiceRequest; leaseEpoch: number; finding: IssuerFinding }

/** A number that another invoice carries already cannot be ours: a contradiction, not a crash. */
async function settle(deps: IssueDeps, settled: Settled): Promise<void> {
  const { finding } = settled
  try {
    await deps.inTransaction((tx) => settleAnswer(deps, tx, settled))
  } catch (error) {
    if (finding.kind !== 'issued' || !violates(error, 'invoice_number_key')) throw error
    const contradiction = { kind: 'contradiction', serial: 'number taken', facts: finding.facts } as const
    await deps.inTransaction((tx) => settleAnswer(deps, tx, { ...settled, finding: contradiction }))
  }
}

/** The worker's own end, or the call's deadline, whichever comes first. */
function withDeadline(signal: AbortSignal, timeoutMs: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
}
