import type { ProblemCode } from './problems.ts'

export type FieldFault = { readonly code: ProblemCode; readonly field: string }

type Extra = {
  field?: string | undefined
  errors?: readonly FieldFault[] | undefined
  /** What to do next, as a stable word that the widget turns into a button. */
  nextAction?: string | undefined
  /** Seconds. */
  retryAfter?: number | undefined
  facts?: Readonly<Record<string, string | number | bigint>> | undefined
  cause?: unknown
}

/** A refusal we expected and named. Whatever else is thrown is a bug. */
export class Problem extends Error {
  readonly code: ProblemCode
  /** A JSON pointer into the request. */
  readonly field: string | undefined
  /** All faults of one check, so that a form can show them together. */
  readonly errors: readonly FieldFault[]
  readonly nextAction: string | undefined
  readonly retryAfter: number | undefined
  /** For the log; nothing about a person. */
  readonly facts: NonNullable<Extra['facts']>

  constructor(code: ProblemCode, extra: Extra = {}) {
    super(code, { cause: extra.cause })
    this.code = code
    this.field = extra.field
    this.errors = extra.errors ?? []
    this.nextAction = extra.nextAction
    this.retryAfter = extra.retryAfter
    this.facts = extra.facts ?? {}
  }
}
