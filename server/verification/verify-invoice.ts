import { Problem } from '../contract/problem.ts'
import type { VerificationAsk, VerificationReply } from '../contract/verifications.ts'

/** An invoice as the public may know it. */
export type VerifiableInvoice = {
  readonly id: string
  readonly state: 'issued' | 'partly_reversed' | 'reversed' | 'replaced'
  readonly colour: 'blue' | 'red'
  readonly isDemo: boolean
  readonly grossFen: bigint
  readonly businessDate: string
  readonly replacedBy: string | null
}

export type VerifyDeps = {
  now: () => Date
  findPublicRecord(where: { number: string } | { id: string }): Promise<VerifiableInvoice | null>
  /** The invoice whose stored file has these bytes. */
  findInvoiceOfFile(sha256: Uint8Array<ArrayBuffer>): Promise<string | null>
  /** Counts a look; the instant before which no other is allowed, or null. */
  takeLook(at: Date, key: 'address' | 'number', value: string): Promise<Date | null>
}

const NOTHING: VerificationReply = {
  verdict: 'unknown',
  mismatch: null,
  colour: null,
  isDemo: false,
  replacedBy: null,
}

/**
 * S0-33: what became of an invoice, by its record, by a file's hash, or by both. An unknown number, a wrong
 * date and a wrong amount are one answer, so that nobody finds out amounts by asking. A reply holds nothing
 * about the buyer. Refuses with `rate_limited`, per address and per number: guessing the amount of one invoice
 * from many addresses meets the second bound.
 */
export async function verifyInvoice(
  deps: VerifyDeps,
  { record, sha256 }: VerificationAsk,
  address: string,
): Promise<VerificationReply> {
  await countLook(deps, 'address', address)
  if (record !== undefined) await countLook(deps, 'number', record.number)
  const byRecord = record === undefined ? null : await findByRecord(deps, record)
  const byFile = sha256 === undefined ? null : await findByFile(deps, sha256)
  if (byRecord !== null) {
    const isOther = sha256 !== undefined && byFile?.id !== byRecord.id
    return reply(byRecord, isOther ? 'file' : null)
  }
  if (byFile !== null) return reply(byFile, record === undefined ? null : 'record')
  return NOTHING
}

async function countLook(deps: VerifyDeps, key: 'address' | 'number', value: string): Promise<void> {
  const at = deps.now()
  const blockedUntil = await deps.takeLook(at, key, value)
  if (blockedUntil === null) return
  const retryAfter = Math.max(1, Math.ceil((blockedUntil.getTime() - at.getTime()) / 1000))
  throw new Problem('rate_limited', { retryAfter })
}

async function findByRecord(
  { findPublicRecord }: VerifyDeps,
  { number, date, amountFen }: NonNullable<VerificationAsk['record']>,
): Promise<VerifiableInvoice | null> {
  const found = await findPublicRecord({ number })
  const isSame = found?.businessDate === date && found.grossFen === BigInt(amountFen)
  return isSame ? found : null
}

async function findByFile(deps: VerifyDeps, sha256: string): Promise<VerifiableInvoice | null> {
  const id = await deps.findInvoiceOfFile(new Uint8Array(Buffer.from(sha256, 'hex')))
  return id === null ? null : deps.findPublicRecord({ id })
}

function reply(
  { state, colour, isDemo, replacedBy }: VerifiableInvoice,
  mismatch: VerificationReply['mismatch'],
): VerificationReply {
  return { verdict: state === 'issued' ? 'valid' : state, mismatch, colour, isDemo, replacedBy }
}
