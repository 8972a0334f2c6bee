import { violates } from '../database/database.ts'
import { holdAgainstRedPayload } from '../issuers/build-red-payload.ts'
import type { Issuer, RedFinding } from '../issuers/issuer.ts'
import { type Job, payloadOf } from '../jobs/define-job.ts'
import { type ClaimedRed, type ClaimRedDeps, claimForAsking, claimRed } from './claim-red.ts'
import { ASK_RED, askRedJob, REQUEST_RED, REVOKE_RED, redJob, revokeRedJob } from './reissue-jobs.ts'
import { type SettleRedDeps, settleRed } from './settle-red.ts'

export type RedDeps = ClaimRedDeps & SettleRedDeps & { issuerOf(issuerId: string): Issuer }

type Found = RedFinding | { readonly kind: 'absent' }

/** Sends the red form of a reissue at most once; every later attempt only asks. */
export function requestRedJob(deps: RedDeps): Job {
  return {
    kind: REQUEST_RED,
    async run(payload, signal) {
      const { reissueId } = payloadOf(payload, ['reissueId'])
      const claimed = await claimRed(deps, reissueId)
      if (claimed.kind === 'nothing') return
      if (claimed.kind === 'later') {
        await deps.inTransaction((tx) => deps.addJob(tx, redJob(reissueId, claimed.at)))
        return
      }
      const found: Found =
        claimed.kind === 'send'
          ? await deps
              .issuerOf(claimed.sending.issuerId)
              .requestRed(claimed.sending, withDeadline(signal, deps.timeoutMs))
          : { kind: 'unknown' }
      await settle(deps, claimed, found)
    },
  }
}

/** Asks the issuer what became of a red form. Never sends. */
export function askAboutRedJob(deps: RedDeps): Job {
  return {
    kind: ASK_RED,
    async run(payload, signal) {
      const { reissueId } = payloadOf(payload, ['reissueId'])
      const claimed = await claimForAsking(deps, reissueId)
      if (claimed.kind === 'nothing') return
      if (claimed.kind === 'later') {
        await deps.inTransaction((tx) => deps.addJob(tx, askRedJob(reissueId, claimed.at)))
        return
      }
      const { sending } = claimed
      const found = await deps
        .issuerOf(sending.issuerId)
        .queryRed(sending.formSerial, withDeadline(signal, deps.timeoutMs))
      await settle(deps, claimed, isNoAnswer(found) ? { kind: 'unknown' } : found)
    },
  }
}

/** Asks the issuer to take an unanswered red form back; what it became is settled as any other answer. */
export function takeRedBackJob(deps: RedDeps): Job {
  return {
    kind: REVOKE_RED,
    async run(payload, signal) {
      const { reissueId } = payloadOf(payload, ['reissueId'])
      const claimed = await claimForAsking(deps, reissueId)
      if (claimed.kind === 'nothing') return
      if (claimed.kind === 'later') {
        await deps.inTransaction((tx) => deps.addJob(tx, revokeRedJob(reissueId, claimed.at)))
        return
      }
      const { sending } = claimed
      const found = await deps
        .issuerOf(sending.issuerId)
        .revokeRed(sending.formSerial, withDeadline(signal, deps.timeoutMs))
      await settle(deps, claimed, isNoAnswer(found) ? { kind: 'unknown' } : found)
    },
  }
}

/** An issuer that is offline for a question, or refuses it, has not said what became of the form. */
function isNoAnswer({ kind }: Found): boolean {
  return kind === 'held' || kind === 'rejected'
}

/** A number that another invoice carries already cannot be ours: a contradiction, not a crash. */
async function settle(deps: RedDeps, claimed: ClaimedRed, found: Found): Promise<void> {
  const { sending } = claimed
  const finding = holdAgainstRedPayload(sending.payload, found)
  try {
    await deps.inTransaction((tx) => settleRed(deps, tx, { ...claimed, finding }))
  } catch (error) {
    if (finding.kind !== 'issued' || !isTaken(error)) throw error
    const { formSerial } = sending
    const contradiction = { kind: 'contradiction', formSerial, facts: finding.facts } as const
    await deps.inTransaction((tx) => settleRed(deps, tx, { ...claimed, finding: contradiction }))
  }
}

/** Another invoice has the number, or the bureau issued more red than there is blue. */
function isTaken(error: unknown): boolean {
  return violates(error, 'invoice_number_key') || violates(error, 'invoice_red_within_blue')
}

/** The worker's own end, or the call's deadline, whichever comes first. */
function withDeadline(signal: AbortSignal, timeoutMs: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
}
