import { type Static, Type } from 'typebox'
import { TypedAsk } from './invoicing.ts'
import { PROBLEMS, type ProblemCode } from './problems.ts'
import { PlannedDocument } from './reissues.ts'
import { nullable, oneOf } from './shape.ts'

const codes = Object.keys(PROBLEMS) as ProblemCode[] // keys of a const table

/**
 * `GET /v1/invoice-requests/:id/review-sheet`: what a reviewer needs besides the request and its orders. The
 * title stands in full, which is audited; the document is drafted anew from the orders as they are now.
 */
export const ReviewSheet = Type.Object({
  typed: TypedAsk,
  /** What would be issued; null where the orders no longer carry it. */
  document: nullable(PlannedDocument),
  /** What stands against it now; empty: every check passes. */
  errors: Type.Array(Type.Object({ code: oneOf(codes), field: Type.String(), detail: Type.String() })),
  /** How many rules were applied, and which edition of them. */
  rules: Type.Object({ count: Type.Integer(), version: Type.String() }),
})
export type ReviewSheet = Static<typeof ReviewSheet>
