import type { CallOutcome } from '../call-issuer.ts'
import type {
  IssuerAnswer,
  IssuerCapabilities,
  IssuerCredit,
  IssuerFinding,
  IssuerSession,
} from '../issuer.ts'
import {
  type Fields,
  heldReason,
  readAccepted,
  readFacts,
  readFields,
  readHeld,
  readInstant,
  readMessage,
  readRejected,
  readUnsignedFen,
  UNKNOWN,
} from './read-answer.ts'

/**
 * A reply to `issue` or `query`, held against the serial that was asked for. Whatever does not read
 * as one of the known answers, in full and about this serial, is `unknown`.
 */
export function readFinding(outcome: CallOutcome, serial: string): IssuerFinding {
  const fields = readFields(outcome)
  if (fields === null) return UNKNOWN
  if (fields.state === 'issued') return readIssued(fields, serial)
  if (fields.serial !== serial) return UNKNOWN

  if (fields.state === 'accepted') return readAccepted(fields)
  if (fields.state === 'rejected') return readRejected(fields)
  if (fields.state === 'held') return readHeld(fields)
  if (fields.state === 'absent') return { kind: 'absent' }
  return UNKNOWN
}

export function readSession(outcome: CallOutcome): IssuerSession {
  const fields = readFields(outcome)
  if (fields?.state === 'online') return { kind: 'online' }
  if (fields?.state !== 'offline') return UNKNOWN

  const reason = heldReason(fields.code)
  const message = readMessage(fields.message)
  if (reason === null || reason === 'credit_exhausted' || message === null) return UNKNOWN
  return { kind: 'offline', reason, message, scan: readScan(fields) }
}

export function readCredit(outcome: CallOutcome): IssuerCredit {
  const fields = readFields(outcome)
  const lineFen = readUnsignedFen(fields?.lineFen)
  const availableFen = readUnsignedFen(fields?.availableFen)
  const month = fields?.month
  if (lineFen === null || availableFen === null) return UNKNOWN
  if (typeof month !== 'string' || !/^\d{4}-\d{2}$/.test(month)) return UNKNOWN
  return { kind: 'known', month, lineFen, availableFen }
}

/** What a channel's profile says it can (SIM8); null: it did not say, and what is known stays. */
export function readCapabilities(
  outcome: CallOutcome,
): Pick<IssuerCapabilities, 'canReversePart' | 'canMerge' | 'formats' | 'consentMs'> | null {
  const fields = readFields(outcome)
  if (fields === null) return null
  const { canReversePart, canMerge, formats, consentMs } = fields
  if (typeof canReversePart !== 'boolean' || typeof canMerge !== 'boolean') return null
  if (typeof consentMs !== 'number' || !Number.isSafeInteger(consentMs) || consentMs <= 0) return null
  if (!Array.isArray(formats)) return null
  const known = (['pdf', 'ofd', 'xml'] as const).filter((format) => formats.includes(format))
  return { canReversePart, canMerge, formats: known, consentMs }
}

function readIssued(fields: Fields, serial: string): IssuerAnswer {
  const facts = readFacts(fields)
  if (facts === null || typeof fields.serial !== 'string') return UNKNOWN
  if (fields.serial === serial) return { kind: 'issued', facts }
  const said = readMessage(fields.serial) ?? serial
  return { kind: 'contradiction', serial: said, facts, differs: ['serial'] }
}

function readScan({ scanUrl, scanExpiresAt }: Fields) {
  const expiresAt = readInstant(scanExpiresAt)
  if (typeof scanUrl !== 'string' || scanUrl.length > 2_048 || expiresAt === null) return null
  if (!/^https?:\/\//.test(scanUrl) || !URL.canParse(scanUrl)) return null
  return { url: scanUrl, expiresAt }
}
