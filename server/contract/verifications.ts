import { type Static, Type } from 'typebox'
import { BusinessDate, FenNumber, nullable, oneOf, shape } from './shape.ts'

/** What stands on the face: enough to look an invoice up, and nothing about the buyer. */
export const VerificationRecord = shape({
  number: Type.String({ pattern: '^[0-9]{20}$' }),
  /** 开票日期 */
  date: BusinessDate,
  /** 价税合计, negative on a red invoice; compared to the fen. */
  amountFen: FenNumber,
})

/**
 * `POST /v1/verifications`, without login: the record, the SHA-256 of a file (computed where the file is; the
 * file itself stays there), or both.
 */
export const VerificationAsk = Type.Object(
  {
    record: Type.Optional(VerificationRecord),
    sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  },
  { additionalProperties: false, minProperties: 1 },
)
export type VerificationAsk = Static<typeof VerificationAsk>

export const VERDICTS = ['valid', 'reversed', 'partly_reversed', 'replaced', 'unknown'] as const
export type Verdict = (typeof VERDICTS)[number]

export const VerificationReply = Type.Object({
  verdict: oneOf(VERDICTS),
  /** Which of the two is not of this invoice, where both were given and one was; null: all that was given is. */
  mismatch: nullable(oneOf(['record', 'file'])),
  /** Null while nothing was found. */
  colour: nullable(oneOf(['blue', 'red'])),
  /** Made by the sandbox: no tax document, whatever the verdict. */
  isDemo: Type.Boolean(),
  /** The number of the invoice that came instead. */
  replacedBy: nullable(Type.String()),
})
export type VerificationReply = Static<typeof VerificationReply>
