import type { IncomingMessage, ServerResponse } from 'node:http'

/** What a route answers with; `fault` bends it on its way out. */
export type Answer =
  | { readonly kind: 'json'; readonly status: number; readonly body: object }
  | { readonly kind: 'text'; readonly status: number; readonly type: string; readonly text: string }
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'busy'; readonly retryAfterSeconds: number }
  | { readonly kind: 'silence' }
  | { readonly kind: 'reset' }

// Longer than any sane client's deadline; a forgotten socket must not stay for ever.
const MAX_SILENCE_MS = 120_000

const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  // Not no-referrer: it makes a browser send `Origin: null` with the desk's own forms.
  'referrer-policy': 'same-origin',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}

export function json(body: object, status = 200): Answer {
  return { kind: 'json', status, body }
}

export function html(text: string, status = 200): Answer {
  return { kind: 'text', status, type: 'text/html; charset=utf-8', text }
}

/** Refusals of the transport, not of a sheet: an issuer that meets one learns nothing. */
export function wrong(status: number, message: string): Answer {
  return json({ error: message }, status)
}

export function send(response: ServerResponse, answer: Answer): void {
  if (answer.kind === 'silence') {
    const tired = setTimeout(() => response.destroy(), MAX_SILENCE_MS)
    response.on('close', () => clearTimeout(tired))
  } else if (answer.kind === 'reset') {
    response.socket?.resetAndDestroy()
  } else if (answer.kind === 'redirect') {
    response.writeHead(303, { ...HEADERS, location: answer.to }).end()
  } else if (answer.kind === 'busy') {
    response.setHeader('retry-after', String(answer.retryAfterSeconds))
    write(response, 429, 'application/json; charset=utf-8', JSON.stringify({ error: '请求过于频繁' }))
  } else if (answer.kind === 'json') {
    write(response, answer.status, 'application/json; charset=utf-8', JSON.stringify(answer.body))
  } else {
    write(response, answer.status, answer.type, answer.text)
  }
}

function write(response: ServerResponse, status: number, type: string, text: string): void {
  const length = Buffer.byteLength(text)
  response.writeHead(status, { ...HEADERS, 'content-type': type, 'content-length': length }).end(text)
}

/** The whole body, or null where it is larger than `maxBytes` or breaks off. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let size = 0
    request.on('data', (part: Buffer) => {
      size += part.byteLength
      if (size > maxBytes) resolve(null)
      else parts.push(part)
    })
    request.on('end', () => resolve(Buffer.concat(parts, size)))
    request.on('error', () => resolve(null))
    request.on('close', () => resolve(null))
  })
}
