import { NetworkFailure, readProblem } from './problems.ts'
import { type Guard, readJson } from './read.ts'

export type ApiRequest<T> = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below `/v1`, with ids already encoded. */
  readonly path: string
  readonly body?: unknown
  /** One per intention, kept over its retries. */
  readonly idempotencyKey?: string
  readonly reply: Guard<T>
  /** The reply is a file, handed on as it is. */
  readonly isFile?: true
  readonly signal?: AbortSignal
}

/** Sends one request. Refuses with `ApiProblem` (the server said no) or `NetworkFailure` (nobody knows). */
export type Call = <T>(request: ApiRequest<T>) => Promise<T>

export type CallDeps = {
  readonly fetch: typeof fetch
  /** The bearer token, or null before there is one. */
  bearer(): string | null
  /** For sentences in the caller's language. */
  language(): string
  /** Origin of the API; empty for the page's own. */
  readonly baseUrl?: string
  readonly timeoutMs?: number
}

/** Long enough for a phone on 2G, short enough that a person has not given up. */
const TIMEOUT_MS = 10_000

/** The one way to the server. No cookie goes along: what the session may do stands in its token. */
export function createCall(deps: CallDeps): Call {
  return async (request) => {
    // AbortSignal.timeout and AbortSignal.any are younger than the oldest engine served.
    const deadline = new AbortController()
    const timer = setTimeout(() => deadline.abort(), deps.timeoutMs ?? TIMEOUT_MS)
    const cancel = () => deadline.abort()
    request.signal?.addEventListener('abort', cancel)
    try {
      return await exchange(deps, request, deadline.signal)
    } catch (cause) {
      throw isFromFetch(cause)
        ? new NetworkFailure(deadline.signal.aborted ? 'timeout' : 'unreachable')
        : cause
    } finally {
      clearTimeout(timer)
      request.signal?.removeEventListener('abort', cancel)
    }
  }
}

async function exchange<T>(deps: CallDeps, request: ApiRequest<T>, signal: AbortSignal): Promise<T> {
  const response = await send(deps, request, signal)
  const text = await response.text()
  if (!response.ok) {
    throw (
      readProblem(response.status, text, response.headers.get('retry-after')) ??
      new NetworkFailure('unreachable')
    )
  }
  const body = request.isFile ? text : readJson(text)
  if (!request.reply(body)) throw new NetworkFailure('unreadable')
  return body
}

function send<T>(deps: CallDeps, request: ApiRequest<T>, signal: AbortSignal): Promise<Response> {
  const token = deps.bearer()
  const headers: Record<string, string> = { accept: 'application/json', 'accept-language': deps.language() }
  if (token !== null) headers.authorization = `Bearer ${token}`
  if (request.body !== undefined) headers['content-type'] = 'application/json'
  if (request.idempotencyKey !== undefined) headers['idempotency-key'] = request.idempotencyKey
  const url = `${deps.baseUrl ?? ''}/v1${request.path}`
  return deps.fetch(url, {
    method: request.method,
    headers,
    signal,
    credentials: 'same-origin',
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  })
}

/** No connection is a TypeError; an abort is a DOMException, in older engines an Error, of that name. */
function isFromFetch(cause: unknown): boolean {
  if (cause instanceof TypeError) return true
  return typeof cause === 'object' && cause !== null && 'name' in cause && cause.name === 'AbortError'
}
