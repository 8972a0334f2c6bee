import type { Fen } from '../../invoicing/money.ts'
import type { CallOutcome } from '../call-issuer.ts'
import type { IssuedFacts, IssuerAnswer } from '../issuer.ts'

export type Fields = Readonly<Record<string, unknown>>

export const UNKNOWN = { kind: 'unknown' } as const

// SIM4. Each says that the serial is already there, so only a query can tell what became of it.
const QUERY_INSTEAD = new Set(['6783', '6655'])

// SIM2. 1101 ends by itself or by a login; the others want the drawer in person (SMS, face).
const HELD_REASONS: Readonly<Record<string, 'offline' | 'credit_exhausted' | 'login_needed'>> = {
  1101: 'offline',
  1102: 'login_needed',
  420: 'login_needed',
  430: 'login_needed',
  2201: 'credit_exhausted',
}

const MAX_POLL_AFTER_MS = 10 * 60_000
const MAX_MESSAGE_CHARS = 500

/** A 2xx with one JSON object in valid UTF-8; anything else is null. */
export function readFields(outcome: CallOutcome): Fields | null {
  if (outcome.kind !== 'answered' || outcome.status < 200 || outcome.status > 299) return null
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(outcome.body))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}

/**
 * What a document carries, as said. A number of any length and any amount is taken down, because a wrong
 * one is a contradiction that a person must see; null is what cannot be read at all.
 */
export function readFacts(fields: Fields): IssuedFacts | null {
  const { number, issuedAt, grossFen, taxFen, buyer } = fields
  const gross = readFen(grossFen)
  const tax = readFen(taxFen)
  const at = readInstant(issuedAt)
  if (typeof number !== 'string' || !/^[0-9A-Za-z]{1,40}$/.test(number)) return null
  if (gross === null || tax === null || at === null) return null
  const facts = { number, issuedAt: at, grossFen: gross, taxFen: tax }
  const named = readBuyer(buyer)
  return named === null ? facts : { ...facts, buyer: named }
}

function readBuyer(value: unknown): { name: string; taxId: string | null } | null {
  if (typeof value !== 'object' || value === null) return null
  const { name, taxId = null }: Fields = { ...value }
  const text = readMessage(name)
  if (text === null || (typeof taxId !== 'string' && taxId !== null)) return null
  return { name: text, taxId: taxId === null ? null : readMessage(taxId) }
}

export function readAccepted({ pollAfterMs }: Fields): IssuerAnswer & { kind: 'accepted' | 'unknown' } {
  const pause = readPause(pollAfterMs)
  return pause === null ? UNKNOWN : { kind: 'accepted', pollAfterMs: pause }
}

export function readRejected({ code, message }: Fields): IssuerAnswer & { kind: 'rejected' | 'unknown' } {
  const text = readMessage(message)
  if (typeof code !== 'string' || !/^[0-9A-Z]{1,16}$/.test(code) || text === null) return UNKNOWN
  if (QUERY_INSTEAD.has(code)) return UNKNOWN
  return { kind: 'rejected', code, message: text }
}

export function readHeld(fields: Fields): IssuerAnswer & { kind: 'held' | 'unknown' } {
  const reason = heldReason(fields.code)
  const message = readMessage(fields.message)
  if (reason === null || message === null) return UNKNOWN
  if (reason !== 'credit_exhausted') return { kind: 'held', reason, message }

  const requestedFen = readUnsignedFen(fields.requestedFen)
  const availableFen = readUnsignedFen(fields.availableFen)
  if (requestedFen === null || availableFen === null) return UNKNOWN
  return { kind: 'held', reason, message, requestedFen, availableFen }
}

export function heldReason(code: unknown) {
  if (typeof code !== 'string' || !Object.hasOwn(HELD_REASONS, code)) return null
  return HELD_REASONS[code] ?? null
}

/** Milliseconds until the next question; null for what is none, or beyond patience. */
export function readPause(value: unknown): number | null {
  const isPause = typeof value === 'number' && Number.isSafeInteger(value)
  return isPause && value >= 0 && value <= MAX_POLL_AFTER_MS ? value : null
}

export function readFen(value: unknown): Fen | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : null
}

export function readUnsignedFen(value: unknown): Fen | null {
  const fen = readFen(value)
  return fen !== null && fen >= 0n ? fen : null
}

export function readInstant(value: unknown): Date | null {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$/.test(value))
    return null
  const instant = new Date(value)
  return Number.isNaN(instant.getTime()) ? null : instant
}

/** Their sentence reaches our database and people's screens: bounded, well-formed, no controls. */
export function readMessage(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const clean = value
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
  return clean === '' ? null : [...clean].slice(0, MAX_MESSAGE_CHARS).join('')
}
