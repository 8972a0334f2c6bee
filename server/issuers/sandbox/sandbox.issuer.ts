import { holdAgainstPayload, readPayloadTotals } from '../build-payload.ts'
import { holdAgainstRedPayload, readRedPayload } from '../build-red-payload.ts'
import { type CallOutcome, createCallIssuer, type IssuerCall } from '../call-issuer.ts'
import type { Issuer, IssuerAnswer, IssuerCapabilities, RedFinding } from '../issuer.ts'
import { readRedFinding } from './red.adapter.ts'
import { readCapabilities, readCredit, readFinding, readSession } from './sandbox.adapter.ts'

type Options = {
  /** Where the bureau simulator listens. */
  readonly baseUrl: string
  readonly timeoutMs: number
  /** Whose login and credit line `session` and `credit` tell; without it the worst of all accounts. */
  readonly sellerTaxId?: string
  readonly requestHeaders?: Readonly<Record<string, string>>
}

/** What is believed until the channel says what it can; what a face looks like it never says. */
export const SANDBOX_CAPABILITIES: IssuerCapabilities = {
  kinds: ['ordinary', 'special'],
  maxLines: 2_000,
  counts: 'bytes',
  decimals: 13,
  canShowGifts: true,
  maxNetFen: null,
  canVoid: false,
  canReversePart: true,
  partReasons: ['return', 'allowance', 'service_ended'],
  canMerge: true,
  formats: ['pdf', 'ofd', 'xml'],
  consentMs: 72 * 3_600_000,
  isDemo: true,
  // The simulator's index lags by at most 4 s (DEMO-INDOUBT); the rest is for a stalled machine.
  absentCountsAfterMs: 15_000,
}

const CAPABILITIES_FRESH_MS = 10_000

/** SIM4: the serial is older than 12 hours and nothing may be made under it any more. */
const SERIAL_STALE = '6904'

/** Too many calls: nothing was taken in, so the same sending may go again. */
const BUSY = { kind: 'held', reason: 'offline', message: '开票通道繁忙，稍后自动重试' } as const

/** The issuer of demo and test: the real port, over real HTTP, against the bureau simulator. */
export function createSandboxIssuer(options: Options): Issuer & { close(): void } {
  const { baseUrl, timeoutMs, sellerTaxId, requestHeaders: headers = {} } = options
  const { call, close } = createCallIssuer({ baseUrl, timeoutMs })
  const account = sellerTaxId === undefined ? '' : `?account=${encodeURIComponent(sellerTaxId)}`
  const paced = createPaced(call)
  const get = (path: string, signal: AbortSignal) => paced({ method: 'GET', path, headers, signal })
  const post = (path: string, body: string, signal: AbortSignal) =>
    paced({ method: 'POST', path, body, headers, signal })
  const capabilities = createCapabilities((signal) =>
    call({ method: 'GET', path: '/api/capabilities', headers, signal }),
  )

  const query = async (serial: string, signal: AbortSignal) =>
    readFinding(await get(`/api/query?serial=${encodeURIComponent(serial)}`, signal), serial)

  return {
    id: 'sandbox',
    capabilities: capabilities.get,

    async issue({ serial, payload }, signal) {
      if (readPayloadTotals(payload).serial !== serial) throw new RangeError('payload carries another serial')

      const outcome = await post('/api/issue', payload, signal)
      if (isBusy(outcome)) return BUSY
      const answer = holdAgainstPayload(payload, readFinding(outcome, serial))
      // "Absent" answers a question nobody asked here.
      if (answer.kind === 'absent') return { kind: 'unknown' }
      if (answer.kind !== 'rejected' || answer.code !== SERIAL_STALE) return answer
      // U2: a new serial is only right once it is known that the old one made nothing.
      return afterStaleSerial(answer, holdAgainstPayload(payload, await query(serial, signal)))
    },

    query,

    async requestRed({ formSerial, payload }, signal) {
      if (readRedPayload(payload).formSerial !== formSerial)
        throw new RangeError('payload carries another form serial')

      const outcome = await post('/api/red', payload, signal)
      if (isBusy(outcome)) return BUSY
      return heard(holdAgainstRedPayload(payload, readRedFinding(outcome, formSerial)))
    },

    async queryRed(formSerial, signal) {
      const path = `/api/red?formSerial=${encodeURIComponent(formSerial)}`
      return readRedFinding(await get(path, signal), formSerial)
    },

    async revokeRed(formSerial, signal) {
      const outcome = await post('/api/red/revoke', JSON.stringify({ formSerial }), signal)
      return heard(readRedFinding(outcome, formSerial))
    },

    session: async (signal) => readSession(await get(`/api/session${account}`, signal)),
    credit: async (signal) => readCredit(await get(`/api/credit${account}`, signal)),
    close() {
      capabilities.close()
      close()
    },
  }
}

function afterStaleSerial(
  stale: Extract<IssuerAnswer, { kind: 'rejected' }>,
  found: IssuerAnswer | { readonly kind: 'absent' },
): IssuerAnswer {
  if (found.kind === 'absent' || found.kind === 'rejected') return stale
  // A channel that holds a question has not answered it.
  return found.kind === 'held' ? { kind: 'unknown' } : found
}

function heard(finding: RedFinding | { readonly kind: 'absent' }): RedFinding {
  return finding.kind === 'absent' ? { kind: 'unknown' } : finding
}

function isBusy(outcome: CallOutcome): boolean {
  return outcome.kind === 'answered' && outcome.status === 429
}

/** A channel that says when to come back is left alone until then: every call before it is busy, too. */
function createPaced(call: (ask: IssuerCall) => Promise<CallOutcome>) {
  let quietUntilMs = 0
  let busy: CallOutcome | null = null

  return async (ask: IssuerCall): Promise<CallOutcome> => {
    if (busy !== null && performance.now() < quietUntilMs) return busy
    const outcome = await call(ask)
    const isQuiet = outcome.kind === 'answered' && outcome.status === 429 && outcome.retryAfterMs > 0
    busy = isQuiet ? outcome : null
    if (isQuiet) quietUntilMs = performance.now() + outcome.retryAfterMs
    return outcome
  }
}

/** SIM8: asked at the start and again when somebody wants to know and the answer is old. */
function createCapabilities(ask: (signal: AbortSignal) => Promise<CallOutcome>) {
  const ended = new AbortController()
  let known = SANDBOX_CAPABILITIES
  let askedMs = Number.NEGATIVE_INFINITY

  const refresh = async () => {
    askedMs = performance.now()
    const said = readCapabilities(await ask(ended.signal))
    if (said !== null) known = { ...SANDBOX_CAPABILITIES, ...said }
  }
  const get = () => {
    // `ask` never throws; a channel that does not answer leaves what is known.
    if (performance.now() - askedMs > CAPABILITIES_FRESH_MS) void refresh()
    return known
  }
  get()
  return { get, close: () => ended.abort() }
}
