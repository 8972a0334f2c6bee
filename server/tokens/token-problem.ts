import { Problem } from '../contract/problem.ts'
import type { ProblemCode } from '../contract/problems.ts'

/** Why a token was refused. For the log, and for the integrator in development; never for a stranger. */
export type TokenReason =
  // The gate: before any key is looked up.
  | 'not_a_string'
  | 'too_long'
  | 'not_three_parts'
  | 'not_canonical'
  | 'not_utf8'
  | 'not_an_object'
  | 'crit_refused'
  | 'b64_refused'
  | 'kid_wrong'
  | 'type_wrong'
  // The key it names.
  | 'key_unknown'
  | 'key_revoked'
  | 'key_not_yet_valid'
  | 'key_ended'
  | 'key_for_another_kind'
  | 'key_of_wrong_owner'
  | 'algorithm_wrong'
  | 'signature_wrong'
  // What it says.
  | 'claim_missing'
  | 'claims_wrong'
  | 'issuer_wrong'
  | 'audience_wrong'
  | 'merchant_wrong'
  | 'times_wrong'
  | 'not_yet_valid'
  | 'issued_in_future'
  | 'life_too_long'
  | 'expired'
  | 'jti_wrong'
  // What it was used for.
  | 'replayed'
  | 'origin_wrong'
  | 'shop_wrong'
  | 'scope_not_granted'
  | 'account_closed'
  | 'session_ended'

const CODES: { readonly [R in TokenReason]?: ProblemCode } = {
  expired: 'token_expired',
  replayed: 'token_replayed',
  scope_not_granted: 'token_not_allowed',
}

/** The refusal of a token, its reason in `facts`. No cause: the library's errors carry the claims. */
export function refuseToken(reason: TokenReason): Problem {
  return new Problem(CODES[reason] ?? 'token_invalid', { facts: { reason } })
}

const TOLD_APART: ReadonlySet<ProblemCode> = new Set(['token_missing', 'token_expired', 'token_replayed'])

/**
 * One answer for every bad token (trust §2), for wherever strangers listen. The log keeps the original;
 * `token_not_allowed` stays, because its bearer has proven who it is.
 */
export function neutralTokenProblem(problem: Problem): Problem {
  if (problem.code !== 'token_invalid' && !TOLD_APART.has(problem.code)) return problem
  return new Problem('token_invalid')
}
