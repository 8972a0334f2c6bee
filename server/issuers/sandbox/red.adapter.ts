import type { CallOutcome } from '../call-issuer.ts'
import type { RedFacts, RedFinding } from '../issuer.ts'
import {
  type Fields,
  readAccepted,
  readFacts,
  readFields,
  readHeld,
  readInstant,
  readMessage,
  readPause,
  readRejected,
  UNKNOWN,
} from './read-answer.ts'

const FORM_NUMBER = /^\d{20}$/

/** How a form died, by its state at the bureau (facts/invoicing.md §6.1). */
const ENDS: Readonly<Record<string, 'refused' | 'lapsed' | 'revoked' | 'failed'>> = {
  '05': 'refused',
  '06': 'refused',
  '07': 'lapsed',
  '08': 'revoked',
  '09': 'revoked',
  '10': 'failed',
  '16': 'failed',
}

/** A reply about a red form, as strict as `readFinding`. */
export function readRedFinding(
  outcome: CallOutcome,
  formSerial: string,
): RedFinding | { readonly kind: 'absent' } {
  const fields = readFields(outcome)
  if (fields === null) return UNKNOWN
  if (fields.state === 'issued') return readRedIssued(fields, formSerial)
  if (fields.formSerial !== formSerial) return UNKNOWN

  if (fields.state === 'accepted') return readAccepted(fields)
  if (fields.state === 'waiting_buyer') return readWaiting(fields)
  if (fields.state === 'ended') return readEnded(fields)
  if (fields.state === 'rejected') return readRejected(fields)
  if (fields.state === 'held') return readHeld(fields)
  if (fields.state === 'absent') return { kind: 'absent' }
  return UNKNOWN
}

function readRedIssued(fields: Fields, formSerial: string): RedFinding {
  const facts = readRedFacts(fields)
  if (facts === null || typeof fields.formSerial !== 'string') return UNKNOWN
  if (fields.formSerial === formSerial) return { kind: 'issued', facts }
  const said = readMessage(fields.formSerial) ?? formSerial
  return { kind: 'contradiction', formSerial: said, facts, differs: ['serial'] }
}

function readRedFacts(fields: Fields): RedFacts | null {
  const facts = readFacts(fields)
  const { formNumber, blueNumber } = fields
  if (facts === null || typeof formNumber !== 'string' || typeof blueNumber !== 'string') return null
  if (!/^\d{1,40}$/.test(formNumber) || !/^\d{1,40}$/.test(blueNumber)) return null
  return { ...facts, formNumber, blueNumber }
}

function readWaiting({ formNumber, until, pollAfterMs }: Fields): RedFinding {
  const end = readInstant(until)
  const pause = readPause(pollAfterMs)
  if (typeof formNumber !== 'string' || !FORM_NUMBER.test(formNumber)) return UNKNOWN
  if (end === null || pause === null) return UNKNOWN
  return { kind: 'waiting_buyer', formNumber, until: end, pollAfterMs: pause }
}

function readEnded({ formState, formNumber, code, message }: Fields): RedFinding {
  const how = typeof formState === 'string' && Object.hasOwn(ENDS, formState) ? ENDS[formState] : undefined
  const text = readMessage(message)
  if (how === undefined || text === null || typeof code !== 'string' || !/^[0-9A-Z]{1,16}$/.test(code))
    return UNKNOWN
  if (formNumber !== null && (typeof formNumber !== 'string' || !FORM_NUMBER.test(formNumber))) return UNKNOWN
  return { kind: 'ended', how, formNumber, code, message: text }
}
