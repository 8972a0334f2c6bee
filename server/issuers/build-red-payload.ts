import type { RedReason } from '../contract/reissues.ts'
import type { InvoiceContent } from '../invoicing/invoice.ts'
import { differencesFrom, readOwn, sortKeys, wireContent } from './build-payload.ts'
import type { Difference, RedFinding } from './issuer.ts'
import { RED_REASON_CODES } from './red-reasons.ts'

type RedReference = {
  readonly formSerial: string
  /** The blue to take back; 20 digits. */
  readonly blueNumber: string
  readonly reason: RedReason
  readonly orderNumbers: readonly string[]
}

/**
 * The exact bytes of a red form (红字信息确认单), as deterministic as `buildPayload`. `content` is the red
 * invoice: negative amounts, only normal lines (SIM11). Its lines name the blue's lines where they know
 * them; the reason goes as the bureau's code. Throws RangeError for a content that is not red.
 */
export function buildRedPayload(content: InvoiceContent, reference: RedReference): string {
  if (content.colour !== 'red' || content.grossFen >= 0n) throw new RangeError('a red form takes back')
  const { formSerial, blueNumber, reason, orderNumbers } = reference
  const { lines, ...rest } = wireContent(content)
  return JSON.stringify(
    sortKeys({
      version: 1,
      formSerial,
      blueNumber,
      reason: RED_REASON_CODES.bureau[reason],
      orderNumbers: [...orderNumbers],
      ...rest,
      lines: lines.map((line, index) => ({
        ...line,
        blueLineNo: content.lines[index]?.blueLineNo ?? null,
      })),
    }),
  )
}

/** What a red payload names: whose form it is, and of which blue. Throws on what is not ours. */
export function readRedPayload(payload: string): {
  readonly formSerial: string
  readonly blueNumber: string
} {
  const { formSerial, blueNumber } = readOwn(payload)
  if (typeof formSerial !== 'string' || typeof blueNumber !== 'string')
    throw new TypeError('a red payload carries its serial and its blue')
  return { formSerial, blueNumber }
}

/** As `holdAgainstPayload`: another amount, tax, buyer or blue is a contradiction, never issued. */
export function holdAgainstRedPayload<Finding extends RedFinding | { readonly kind: 'absent' }>(
  payload: string,
  finding: Finding,
): Finding | Extract<RedFinding, { kind: 'contradiction' }> {
  if (finding.kind !== 'issued') return finding
  const { formSerial, blueNumber } = readRedPayload(payload)
  const { facts } = finding
  const differs: Difference[] = differencesFrom(readOwn(payload), facts)
  if (facts.blueNumber !== blueNumber) differs.push('blue')
  if (!/^\d{20}$/.test(facts.formNumber) && !differs.includes('number')) differs.push('number')
  return differs.length === 0 ? finding : { kind: 'contradiction', formSerial, facts, differs }
}
