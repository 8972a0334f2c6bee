import type { FieldFault } from '../../contract/problem.ts'
import type { ProblemCode } from '../../contract/problems.ts'
import type { InvoiceContent } from '../invoice.ts'
import type { Fen } from '../money.ts'
import type { IssuingTerms, TextLimits } from './settings.ts'

/** Everything a rule may look at. */
export type Subject = {
  readonly content: InvoiceContent
  /** What `checkTitle` found, the page's own check among it (S0-22). */
  readonly titleFaults: readonly FieldFault[]
  readonly terms: IssuingTerms
  /** The business date it would be issued on. */
  readonly on: string
  /** What the orders can still carry; null: no orders are behind it. */
  readonly remainderFen: Fen | null
  /** `exact`: our own draft. `tolerant`: computed elsewhere, or what a partial red left. */
  readonly arithmetic: 'exact' | 'tolerant'
}

/**
 * One rule of the pre-flight. `check` gives the JSON pointers of the fields that break it; the sentence
 * belongs to the code, in both languages. The version is that of the rule set it came with.
 */
export type Rule = {
  readonly id: string
  readonly code: ProblemCode
  readonly since: string
  /** The law, the notice, or where the fact stands. */
  readonly basis: string
  /** Public sources do not settle it: a merchant's settings may switch it off. */
  readonly isConfigurable?: true
  check(subject: Subject): string[]
}

/** The length of a text as the issuer counts it. */
export function lengthOf(text: string, { capabilities }: IssuingTerms): number {
  return capabilities.counts === 'bytes' ? Buffer.byteLength(text) : [...text].length
}

export function limitsOf({ capabilities, settings }: IssuingTerms): TextLimits {
  return settings.textLimits[capabilities.counts]
}
