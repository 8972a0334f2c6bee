import http from 'node:http'
import https from 'node:https'

/** Every call ends as one of these; none throws. What was not answered may still have arrived. */
export type CallOutcome =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly body: Uint8Array
      /** What `Retry-After` asks for, in seconds as a number; 0 without it, ten minutes at most. */
      readonly retryAfterMs: number
    }
  | {
      readonly kind: 'unanswered'
      readonly cause: 'deadline' | 'aborted' | 'connection' | 'answer_too_large'
    }

export type IssuerCall = {
  readonly method: 'GET' | 'POST'
  /** Path and query, below the base address. */
  readonly path: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

export type CallIssuer = {
  call(ask: IssuerCall): Promise<CallOutcome>
  /** Cuts every connection: a call under way ends unanswered. */
  close(): void
}

type Options = {
  readonly baseUrl: string
  /** From the first byte out to the last byte in. */
  readonly timeoutMs: number
  readonly maxAnswerBytes?: number
}

// Largest honest answer is under 1 KiB. trust.md §6 allows 64 KiB for any call out.
const MAX_ANSWER_BYTES = 64 * 1024

const MAX_RETRY_AFTER_MS = 10 * 60_000

// 300 ms of latency at 1,000 calls a second needs 300 connections. Callers bound the rate; this
// bounds file handles. A call that waits here for a free connection waits inside its deadline.
const MAX_CONNECTIONS = 1_024

/**
 * One HTTP call to an issuer: connections are kept, the whole call has one deadline, the answer a
 * size. No redirect, no decompression, no second try: trying again is the caller's decision, because
 * a lost reply is not a lost request.
 */
export function createCallIssuer({
  baseUrl,
  timeoutMs,
  maxAnswerBytes = MAX_ANSWER_BYTES,
}: Options): CallIssuer {
  const base = new URL(baseUrl)
  const { Agent, request } = base.protocol === 'https:' ? https : http
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS, maxFreeSockets: MAX_CONNECTIONS })
  const prefix = base.pathname.replace(/\/$/, '')
  const target = { protocol: base.protocol, hostname: unbracketed(base.hostname), port: base.port, agent }

  const call = (ask: IssuerCall) =>
    new Promise<CallOutcome>((resolve) => {
      if (ask.signal.aborted) return resolve({ kind: 'unanswered', cause: 'aborted' })
      const body = ask.body === undefined ? null : Buffer.from(ask.body, 'utf8')
      const headers: http.OutgoingHttpHeaders = { accept: 'application/json', ...ask.headers }
      if (body !== null) {
        headers['content-type'] ??= 'application/json'
        headers['content-length'] = body.byteLength
      }
      const outgoing = request({ ...target, method: ask.method, path: prefix + ask.path, headers })

      // The first to end the call decides; everything after it is silence from a dead socket.
      const finish = (outcome: CallOutcome) => {
        clearTimeout(deadline)
        ask.signal.removeEventListener('abort', onAbort)
        resolve(outcome)
        if (outcome.kind === 'unanswered') outgoing.destroy()
      }
      const onAbort = () => finish({ kind: 'unanswered', cause: 'aborted' })
      const deadline = setTimeout(() => finish({ kind: 'unanswered', cause: 'deadline' }), timeoutMs)
      ask.signal.addEventListener('abort', onAbort, { once: true })

      outgoing.on('error', () => finish({ kind: 'unanswered', cause: 'connection' }))
      outgoing.on('response', (incoming) => collect(incoming, maxAnswerBytes, finish))
      outgoing.end(body)
    })

  return { call, close: () => agent.destroy() }
}

function collect(incoming: http.IncomingMessage, maxBytes: number, finish: (outcome: CallOutcome) => void) {
  const parts: Buffer[] = []
  let size = 0
  incoming.on('data', (part: Buffer) => {
    size += part.byteLength
    if (size > maxBytes) return finish({ kind: 'unanswered', cause: 'answer_too_large' })
    parts.push(part)
  })
  incoming.on('error', () => finish({ kind: 'unanswered', cause: 'connection' }))
  // 'close' without 'end': the connection broke inside the body.
  incoming.on('close', () => finish({ kind: 'unanswered', cause: 'connection' }))
  incoming.on('end', () => {
    if (!incoming.complete) return finish({ kind: 'unanswered', cause: 'connection' })
    const retryAfterMs = readRetryAfter(incoming.headers['retry-after'])
    const body = Buffer.concat(parts, size)
    finish({ kind: 'answered', status: incoming.statusCode ?? 0, body, retryAfterMs })
  })
}

function readRetryAfter(value: string | undefined): number {
  return value !== undefined && /^\d{1,6}$/.test(value)
    ? Math.min(Number(value) * 1_000, MAX_RETRY_AFTER_MS)
    : 0
}

function unbracketed(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}
