import { promises as dns, type LookupAddress } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from './public-address.ts'
import { type OutsideRules, readTarget, type Target, type TargetFault } from './read-target.ts'
import { readRetryAfter } from './retry-after.ts'

export type OutsideCall = {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly signal?: AbortSignal
}

/** Every call ends as one of these; none throws. `refused`: nothing was connected to. */
export type OutsideOutcome =
  | {
      readonly kind: 'answered'
      readonly status: number
      /** As it was sent: nothing is unpacked. */
      readonly body: Uint8Array
      readonly retryAfterMs: number | null
    }
  | { readonly kind: 'refused'; readonly reason: TargetFault | 'name_unknown' }
  | {
      readonly kind: 'unanswered'
      readonly cause: 'connect_deadline' | 'deadline' | 'aborted' | 'connection' | 'answer_too_large'
    }

export type CallOutside = (ask: OutsideCall) => Promise<OutsideOutcome>

export type OutsideOptions = OutsideRules & {
  /** All addresses of a name. */
  lookup?(host: string): Promise<readonly LookupAddress[]>
  now?(): Date
  /** In ms: until the connection stands (name and handshake included), and until the last byte. */
  readonly connectMs?: number
  readonly totalMs?: number
  readonly maxBytes?: number
  /** Certificates trusted besides the usual ones, in PEM. */
  readonly ca?: string
}

/** facts of trust §6. */
const LIMITS = { connectMs: 5_000, totalMs: 15_000, maxBytes: 64 * 1024 } as const

const systemLookup = (host: string) => dns.lookup(host, { all: true })

/**
 * The one way to call an address that a merchant gave us. It may name our own network, by a number, a name or
 * a name that answers otherwise the second time; so the parsed host and every answer of the one look-up are
 * judged, one bad answer refuses the name, and the connection goes to the addresses that were judged. TLS is
 * still checked by the name. No redirect, no proxy, no kept connection, no second try.
 */
export function createCallOutside(options: OutsideOptions): CallOutside {
  return async (ask) => {
    const target = readTarget(ask.url, options)
    if (typeof target === 'string') return { kind: 'refused', reason: target }
    return callTarget(options, target, ask)
  }
}

function callTarget(options: OutsideOptions, target: Target, ask: OutsideCall): Promise<OutsideOutcome> {
  const { connectMs, totalMs, maxBytes } = { ...LIMITS, ...options }
  const { promise, resolve } = Promise.withResolvers<OutsideOutcome>()
  let outgoing: http.ClientRequest | null = null
  let isOver = false

  // The first to end the call decides; everything after it is silence from a dead socket.
  const finish = (outcome: OutsideOutcome) => {
    isOver = true
    for (const timer of timers) clearTimeout(timer)
    ask.signal?.removeEventListener('abort', onAbort)
    resolve(outcome)
    outgoing?.destroy()
  }
  const unanswered = (cause: (OutsideOutcome & { kind: 'unanswered' })['cause']) =>
    finish({ kind: 'unanswered', cause })
  const onAbort = () => unanswered('aborted')
  const connecting = setTimeout(() => unanswered('connect_deadline'), connectMs)
  const timers = [connecting, setTimeout(() => unanswered('deadline'), totalMs)]
  if (ask.signal?.aborted) onAbort()
  ask.signal?.addEventListener('abort', onAbort, { once: true })

  const connect = async () => {
    const addresses = await judgedAddresses(options, target)
    if (isOver) return
    if (typeof addresses === 'string') return finish({ kind: 'refused', reason: addresses })
    outgoing = openRequest(options, target, ask, addresses)
    outgoing.on('error', () => unanswered('connection'))
    outgoing.on('socket', (socket) => {
      const event = target.url.protocol === 'https:' ? 'secureConnect' : 'connect'
      socket.once(event, () => clearTimeout(connecting))
    })
    outgoing.on('response', (incoming) =>
      collect(incoming, { maxBytes, now: options.now?.() ?? new Date() }, finish),
    )
    outgoing.end(ask.body)
  }
  connect().catch(() => unanswered('connection'))
  return promise
}

async function judgedAddresses(
  { lookup = systemLookup }: OutsideOptions,
  { host, isNamed }: Target,
): Promise<readonly LookupAddress[] | 'name_unknown' | 'address_refused'> {
  const family = isIP(host)
  if (family !== 0) return [{ address: host, family }] // judged with the URL
  const found = await lookup(host).catch(() => [])
  const addresses = found.filter(({ address }) => isIP(address) !== 0)
  if (addresses.length === 0 || addresses.length < found.length) return 'name_unknown'
  if (!isNamed && !addresses.every(({ address }) => isPublicAddress(address))) return 'address_refused'
  return addresses
}

function openRequest(
  { ca }: OutsideOptions,
  { url, host, port }: Target,
  { method, headers, body }: OutsideCall,
  addresses: readonly LookupAddress[],
): http.ClientRequest {
  const lookup: LookupFunction = (_host, { all }, done) => {
    const [first] = addresses
    if (all === true) done(null, [...addresses])
    else if (first !== undefined) done(null, first.address, first.family)
  }
  const settings: https.RequestOptions = {
    ...{ method, host, port, path: `${url.pathname}${url.search}`, lookup },
    // One connection for one call: none is left open, and none was opened for another name.
    agent: false,
    headers: {
      ...{ host: url.host, accept: 'application/json', 'accept-encoding': 'identity' },
      ...headers,
      ...(body === undefined ? {} : { 'content-length': body.byteLength }),
    },
  }
  if (url.protocol === 'http:') return http.request(settings)
  return https.request(ca === undefined ? settings : { ...settings, ca })
}

function collect(
  incoming: http.IncomingMessage,
  { maxBytes, now }: { maxBytes: number; now: Date },
  finish: (outcome: OutsideOutcome) => void,
): void {
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
    finish({
      kind: 'answered',
      status: incoming.statusCode ?? 0,
      body: Buffer.concat(parts, size),
      retryAfterMs: readRetryAfter(incoming.headers['retry-after'], now),
    })
  })
}
