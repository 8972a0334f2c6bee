import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../contract/problem.ts'
import type { ProblemReply } from '../contract/problem-view.ts'
import { PROBLEMS, type ProblemCode } from '../contract/problems.ts'
import { sqlState } from '../database/database.ts'
import { neutralTokenProblem } from '../tokens/token-problem.ts'
import { SENTENCES } from './sentences.ts'

/** Fastify's own refusals and a database that is not there, by the error's code. */
const BY_ERROR_CODE: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media_type_unsupported',
  FST_ERR_CTP_BODY_TOO_LARGE: 'request_too_large',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request_malformed',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'request_malformed',
  FST_ERR_CTP_INVALID_JSON_BODY: 'request_malformed',
  FST_ERR_BAD_URL: 'route_not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'route_not_found',
  FST_ERR_HANDLER_TIMEOUT: 'service_unavailable',
  FST_REQ_FILE_TOO_LARGE: 'import_file_too_large',
  ECONNREFUSED: 'service_unavailable',
  ENOSPC: 'storage_full',
  EDQUOT: 'storage_full',
  P1001: 'service_unavailable',
  P2024: 'service_unavailable',
  P2028: 'service_unavailable',
}

/** SQLSTATE classes that mean "the database is not there", not "we have a bug". */
const DATABASE_AWAY = /^(08|57P|53)/

/** What node-postgres says, without a code, when no connection came free for as long as the pool waits. */
const POOL_BUSY = 'timeout exceeded when trying to connect'

/** Beyond this nobody reads on, and an answer must not outgrow its question. */
const ERRORS_MAX = 100

/** The one place that answers a refusal. Everything that is not a Problem is a bug and logged once. */
export function answerProblem(isProduction: boolean) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const problem = asProblem(error)
    request.problemCode = problem.code
    if (PROBLEMS[problem.code].status >= 500) {
      const facts = { code: problem.code, facts: problem.facts, error: bugText(error) }
      request.log.error(facts, 'request failed')
    }
    const told = isProduction ? neutralTokenProblem(problem) : problem
    const view = viewProblem(told, { requestId: request.id, isProduction })
    reply.header('X-Request-Id', request.id) // a broken address never came to the hooks that set it
    if (view.retryAfter !== undefined) reply.header('Retry-After', view.retryAfter)
    if (view.status === 401) reply.header('WWW-Authenticate', 'Bearer')
    reply.code(view.status).type('application/problem+json; charset=utf-8').send(JSON.stringify(view))
  }
}

/** RFC 9457. Outside production it also says why a token was refused. */
export function viewProblem(
  problem: Problem,
  { requestId, isProduction }: { requestId: string; isProduction: boolean },
): ProblemReply {
  const { code, field, nextAction, errors, facts } = problem
  const { status, source, retry } = PROBLEMS[code]
  const retryAfter = problem.retryAfter ?? (retry ? 2 : undefined)
  const faults = errors.slice(0, ERRORS_MAX).map((fault) => ({ ...fault, detail: SENTENCES[fault.code] }))
  return {
    type: `urn:fapiao-sidecar:problem:${code}`,
    title: SENTENCES[code],
    status,
    code,
    source,
    detail: SENTENCES[code],
    requestId,
    ...(field === undefined ? {} : { field }),
    ...(faults.length === 0 ? {} : { errors: faults }),
    ...(nextAction === undefined ? {} : { nextAction }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(isProduction || facts.reason === undefined ? {} : { reason: String(facts.reason) }),
  }
}

/** Known refusals stay, the framework's are named, the rest is `unexpected`. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (isValidationError(error)) return validationProblem(error.validation)
  const state = sqlState(error)
  const isBusy = error instanceof Error && error.message === POOL_BUSY
  if (isBusy || (state !== null && DATABASE_AWAY.test(state)))
    return new Problem('service_unavailable', { cause: error })
  return new Problem(codeOf(error), { cause: error })
}

type ErrorLike = Partial<Pick<FastifyError, 'code' | 'statusCode'>>

function codeOf(error: unknown): ProblemCode {
  if (typeof error !== 'object' || error === null) return 'unexpected'
  const { code, statusCode }: ErrorLike = error
  const known = typeof code === 'string' && Object.hasOwn(BY_ERROR_CODE, code) ? BY_ERROR_CODE[code] : null
  if (known != null) return known
  // What Fastify and its plugins blame the caller for, and nobody has named above.
  const isCallers = statusCode !== undefined && statusCode >= 400 && statusCode < 500
  return isCallers ? 'request_malformed' : 'unexpected'
}

type AjvFault = { instancePath?: string; params?: Record<string, unknown> }

function isValidationError(error: unknown): error is { validation: readonly AjvFault[] } {
  return (
    typeof error === 'object' && error !== null && 'validation' in error && Array.isArray(error.validation)
  )
}

/** A missing, surplus or distinguishing field is reported by ajv at its parent: its name is appended. */
function validationProblem(faults: readonly AjvFault[]): Problem {
  const fields = faults.map(({ instancePath = '', params = {} }) => {
    const name = params.missingProperty ?? params.additionalProperty ?? params.tag
    return typeof name === 'string' ? `${instancePath}/${name}` : instancePath
  })
  const unique = [...new Set(fields)]
  return new Problem('request_invalid', {
    field: unique[0],
    errors: unique.map((field) => ({ code: 'request_invalid', field })),
  })
}

/** Name and place of a bug. Database errors repeat values in their message, so theirs stays out. */
function bugText(error: unknown): string {
  const cause = error instanceof Problem ? error.cause : error
  if (!(cause instanceof Error)) return 'not an error'
  const state = sqlState(cause)
  const where = (cause.stack ?? '')
    .split('\n')
    .filter((line) => line.includes('/server/'))
    .slice(0, 6)
    .join(' ')
  return `${cause.name}${state === null ? `: ${safeMessage(cause)}` : ` ${state}`} ${where}`
}

function safeMessage(error: Error): string {
  return error.name.startsWith('Prisma') ? '' : error.message.slice(0, 300)
}
