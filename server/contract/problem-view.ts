import { type Static, Type } from 'typebox'
import { PROBLEMS, type ProblemCode } from './problems.ts'
import { oneOf } from './shape.ts'

const codes = Object.keys(PROBLEMS) as ProblemCode[] // keys of a const table

/** RFC 9457 problem details as answered by every route. */
export const ProblemReply = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: oneOf(codes),
  source: oneOf(['client', 'merchant', 'policy', 'platform', 'issuer', 'server']),
  detail: Type.String(),
  requestId: Type.String(),
  field: Type.Optional(Type.String()),
  errors: Type.Optional(
    Type.Array(Type.Object({ code: oneOf(codes), field: Type.String(), detail: Type.String() })),
  ),
  nextAction: Type.Optional(Type.String()),
  retryAfter: Type.Optional(Type.Integer()),
  /** Only outside production: why a token was refused. */
  reason: Type.Optional(Type.String()),
})
export type ProblemReply = Static<typeof ProblemReply>
