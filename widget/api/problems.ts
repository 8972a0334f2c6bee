import type { ProblemCode } from '../../server/contract/problems.ts'
import { isInteger, isObject, isText, listOf, readJson } from './read.ts'
import { isFault, isProblemCode } from './read-replies.ts'

/** One fault of a form: `field` is a JSON pointer such as `/title/taxId`. */
export type FieldFault = { code: ProblemCode; field: string; detail: string }

/** The server's refusal, as it was answered (RFC 9457). */
export class ApiProblem extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly detail: string
  readonly field: string | null
  readonly errors: readonly FieldFault[]
  /** Seconds. */
  readonly retryAfter: number | null
  readonly nextAction: string | null
  /** Of the HTTP request; what a person reads out to the service desk. */
  readonly requestId: string | null

  constructor(status: number, body: Record<string, unknown>) {
    const code = isProblemCode(body.code) ? body.code : 'unexpected'
    super(code)
    this.code = code
    this.status = status
    this.detail = isText(body.detail) ? body.detail : ''
    this.field = isText(body.field) ? body.field : null
    this.errors = listOf(isFault)(body.errors) ? body.errors : []
    this.retryAfter = isInteger(body.retryAfter) && body.retryAfter >= 0 ? body.retryAfter : null
    this.nextAction = isText(body.nextAction) ? body.nextAction : null
    this.requestId = isText(body.requestId) ? body.requestId : null
  }
}

/**
 * No answer that could be understood: whether the server acted is unknown. A call that changes something
 * is repeated with the same Idempotency-Key, never with a new one.
 */
export class NetworkFailure extends Error {
  readonly kind: 'unreachable' | 'timeout' | 'unreadable'

  constructor(kind: NetworkFailure['kind']) {
    super(kind)
    this.kind = kind
  }
}

/** A refusal that names itself, or null: then it came from something in between, such as a proxy. */
export function readProblem(status: number, text: string, retryAfter: string | null): ApiProblem | null {
  const body = readJson(text)
  if (!isObject(body) || !isText(body.code)) return null
  const header = retryAfter !== null && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined
  return new ApiProblem(status, { retryAfter: header, ...body })
}

/** Whether the same call may succeed a little later, without anybody changing anything. */
export function isWorthRetrying(cause: unknown): boolean {
  if (cause instanceof NetworkFailure) return cause.kind !== 'unreadable'
  return cause instanceof ApiProblem && RETRYABLE.includes(cause.code)
}

const RETRYABLE: readonly ProblemCode[] = [
  'rate_limited',
  'request_in_progress',
  'document_not_ready',
  'issuer_unavailable',
  'service_unavailable',
  'storage_full',
]
