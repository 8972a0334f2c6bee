import { isUtf8 } from 'node:buffer'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance, type FastifyRequest, LogController } from 'fastify'
import { Problem } from '../contract/problem.ts'
import type { ProblemCode } from '../contract/problems.ts'
import { v7 } from '../database/ids.ts'
import type { Grant } from '../tokens/grant.ts'
import { answerProblem, viewProblem } from './answer-problem.ts'
import { logOptions } from './log.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { refuseUnknownRoutes } from './not-found.ts'
import { serveOpenApi } from './openapi.ts'
import { serveOperations } from './operate.ts'
import { boundRequests, type RequestBudget } from './request-budget.ts'
import { gateText } from './text-gate.ts'
import { createValidatorCompiler } from './validate.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the hooks of `grant.ts`; read it with `grantOf`. */
    grant: Grant | null
    /** Of the refusal, for the log line. */
    problemCode: ProblemCode | null
  }
}

export type AppOptions = {
  /** Without a trailing slash. */
  readonly publicUrl: string
  readonly isProduction: boolean
  readonly logLevel: string
  readonly logStream?: { write(line: string): void }
  /** CIDRs whose X-Forwarded-* are believed. */
  readonly trustedProxies: readonly string[]
  readonly version: string
  /** Throws while the server cannot work, e.g. without its database. */
  assertReady(): Promise<void>
  readonly metrics?: Metrics
  /** Left out: nobody counts. */
  readonly budget?: RequestBudget
}

/** Limits of trust §4. Fastify's own defaults let a stalled body stay for ever. */
const LIMITS = {
  bodyLimit: 262_144,
  requestTimeout: 30_000,
  connectionTimeout: 60_000,
  keepAliveTimeout: 72_000,
  handlerTimeout: 20_000,
  onProtoPoisoning: 'error',
  onConstructorPoisoning: 'error',
  http: { headersTimeout: 10_000, connectionsCheckingInterval: 5_000, maxHeaderSize: 16_384 },
} as const

/** ws would take 100 MiB a message; compression costs memory per socket. */
const SOCKETS = { maxPayload: 65_536, perMessageDeflate: false } as const

/** 10,000 idle sockets were measured at 157 MB. */
const CONNECTIONS_MAX = 12_000

/**
 * The server without a port and without routes: limits, log, validation, refusals, headers, OpenAPI.
 * Register route plugins on it; tests call it through `inject`.
 */
export async function createApp(options: AppOptions) {
  const answer = answerProblem(options.isProduction)
  const app = Fastify({
    ...LIMITS,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    logger: logOptions({ level: options.logLevel, stream: options.logStream }),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    requestIdHeader: false,
    genReqId: () => v7(),
    frameworkErrors: answer,
    clientErrorHandler: refuseNoise(options),
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.server.maxConnections = CONNECTIONS_MAX

  app.decorateRequest('grant', null)
  app.decorateRequest('problemCode', null)
  app.setErrorHandler(answer)
  app.setValidatorCompiler(createValidatorCompiler())
  readJson(app)
  app.addHook('preValidation', gateRequest)
  setHeaders(app, new URL(options.publicUrl).protocol === 'https:')
  if (options.budget !== undefined) boundRequests(app, options.budget)

  const metrics = options.metrics ?? createMetrics()
  reportRequests(app, metrics)
  refuseUnknownRoutes(app)
  await app.register(websocket, {
    options: SOCKETS,
    errorHandler: (_, socket) => socket.terminate(), // a client that left uncleanly is no news
  })
  await serveOpenApi(app, options)
  serveOperations(app, { assertReady: options.assertReady, metrics })
  return app
}

/** What `createApp` answers, with its type provider. */
export type App = Awaited<ReturnType<typeof createApp>>

/** What is no HTTP never becomes a request: the answer is written by hand, and the line is cut. */
function refuseNoise({ isProduction }: Pick<AppOptions, 'isProduction'>) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (!socket.writable) return void socket.destroy()
    const problem = new Problem(
      error.code === 'HPE_HEADER_OVERFLOW' ? 'request_too_large' : 'request_malformed',
    )
    const view = viewProblem(problem, { requestId: v7(), isProduction })
    const body = JSON.stringify(view)
    const head = [
      `HTTP/1.1 ${view.status} ${STATUS_CODES[view.status]}`,
      'Connection: close',
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${view.requestId}`,
    ]
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
  }
}

/** Fastify would turn bytes that are no UTF-8 into U+FFFD, and a name in GBK into one that nobody bears. */
function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser(LIMITS.onProtoPoisoning, LIMITS.onConstructorPoisoning)
  app.removeContentTypeParser(['text/plain', 'application/json'])
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (!isUtf8(body)) return done(new Problem('request_malformed'))
    return parse(request, body.toString('utf8'), done)
  })
}

/** Before validation, so that no schema has to think of it. Uploads bring their own readers. */
async function gateRequest(request: FastifyRequest): Promise<void> {
  gateText(request.query, '')
  gateText(request.params, '')
  if (isJson(request.headers['content-type'])) request.body = gateText(request.body)
}

function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/json\s*(;|$)/i.test(contentType)
}

const TWO_YEARS_SECONDS = 63_072_000

/** Pages set their own Content-Security-Policy; an answer that is no page gets one that allows nothing. */
function setHeaders(app: FastifyInstance, isHttps: boolean): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('X-Content-Type-Options', 'nosniff')
    reply.header('Referrer-Policy', 'no-referrer')
    reply.header('X-Request-Id', request.id)
    if (isHttps) reply.header('Strict-Transport-Security', `max-age=${TWO_YEARS_SECONDS}`)
    if (request.url.startsWith('/v1')) {
      reply.header('Cache-Control', 'private, no-store')
      reply.header('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
    }
  })
}

/** One line and one observation per answer, by route pattern: a path may hold an id, a query anything. */
function reportRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown'
    const status = reply.statusCode
    metrics.observe({ route, method: request.method, status, seconds: reply.elapsedTime / 1000 })
    request.log.info(
      {
        method: request.method,
        route,
        status,
        ms: Math.round(reply.elapsedTime),
        merchantId: request.grant?.merchantId,
        code: request.problemCode ?? undefined,
      },
      'request',
    )
  })
}
