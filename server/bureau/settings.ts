import { FAULT_NAMES, type FaultName } from './faults.ts'
import { MAGIC_ACTS, MAGIC_ORDERS, type MagicAct } from './magic.ts'

export type Range = { readonly minMs: number; readonly maxMs: number }

/** What can be turned while the bureau runs. Not durable: a restart begins with the command line. */
/** What a channel lacks (SIM8). */
export const PROFILES = ['full', 'no_partial', 'no_ofd', 'no_merge'] as const
export type Profile = (typeof PROFILES)[number]

export type Settings = {
  /** Between a request and its answer. */
  readonly latency: Range
  /** Share of sheets that are only accepted at first (SIM1), and how long they take. */
  readonly asyncShare: number
  readonly asyncDelay: Range
  readonly faultShares: Readonly<Partial<Record<FaultName, number>>>
  /** Share of queries answered with 503. */
  readonly queryErrorShare: number
  /** Order number, or its ending → what happens (F4). */
  readonly magic: Readonly<Record<string, MagicAct>>
  readonly slowMs: number
  /** DEMO-INDOUBT: how long a query does not find what was issued. */
  readonly inDoubtLagMs: number
  /** Life of the QR a drawer scans to log in: 300 s or up to 24 h (SIM2). */
  readonly scanLifeMs: number
  readonly profile: Profile
  /** From a form nobody has to agree to, or the buyer's yes, to its red: 10 to 15 s in life (SIM7). */
  readonly redDelay: Range
  /** How long a buyer may take (SIM7). */
  readonly consentMs: number
  /** What a sender is told to wait while the buyer thinks. */
  readonly waitingPollMs: number
  /** Where news go, by POST; empty: nowhere. On this machine only. */
  readonly callbackUrl: string
  readonly callbackDelay: Range
  /** Shares of news that never go out, go twice, or are overtaken by later ones (SIM1). */
  readonly callbackLostShare: number
  readonly callbackTwiceShare: number
  readonly callbackOvertakenShare: number
  /** The public look-up finds an invoice this long after its issue (SIM15). */
  readonly verifyLagMs: number
  readonly verifyPerDay: number
}

export const DEFAULT_SETTINGS: Settings = {
  latency: { minMs: 300, maxMs: 300 },
  asyncShare: 0,
  asyncDelay: { minMs: 2_000, maxMs: 6_000 },
  faultShares: {},
  queryErrorShare: 0,
  magic: MAGIC_ORDERS,
  slowMs: 8_000,
  inDoubtLagMs: 4_000,
  scanLifeMs: 300_000,
  profile: 'full',
  redDelay: { minMs: 1_000, maxMs: 2_000 },
  consentMs: 72 * 3_600_000,
  waitingPollMs: 5_000,
  callbackUrl: '',
  callbackDelay: { minMs: 0, maxMs: 0 },
  callbackLostShare: 0,
  callbackTwiceShare: 0,
  callbackOvertakenShare: 0,
  verifyLagMs: 0,
  verifyPerDay: 5,
}

const MAX_MS = 24 * 3_600_000
const MAX_CONSENT_MS = 30 * MAX_MS

type Reader<Value> = (value: unknown) => Value | null

const READERS: { readonly [Key in keyof Settings]: Reader<Settings[Key]> } = {
  latency: readRange,
  asyncShare: readShare,
  asyncDelay: readRange,
  faultShares: readFaultShares,
  queryErrorShare: readShare,
  magic: readMagic,
  slowMs: readMs,
  inDoubtLagMs: readMs,
  scanLifeMs: readMs,
  profile: (value) => PROFILES.find((profile) => profile === value) ?? null,
  redDelay: readRange,
  consentMs: (value) => readWhole(value, MAX_CONSENT_MS),
  waitingPollMs: readMs,
  callbackUrl: readCallbackUrl,
  callbackDelay: readRange,
  callbackLostShare: readShare,
  callbackTwiceShare: readShare,
  callbackOvertakenShare: readShare,
  verifyLagMs: readMs,
  verifyPerDay: (value) => readWhole(value, 1_000),
}

/** The settings with a patch applied, or the name of the first field that is not acceptable. */
export function patchSettings(
  settings: Settings,
  patch: Readonly<Record<string, unknown>>,
): { readonly settings: Settings } | { readonly wrong: string } {
  let next = settings
  for (const [key, value] of Object.entries(patch)) {
    if (!isSetting(key)) return { wrong: key }
    const read = READERS[key](value)
    if (read === null) return { wrong: key }
    next = { ...next, [key]: read }
  }
  return { settings: next }
}

export function drawMs({ minMs, maxMs }: Range, random: () => number): number {
  return minMs + Math.floor(random() * (maxMs - minMs + 1))
}

/** A number, or its digits as a form or the command line has them. */
export function readNumber(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  return typeof value === 'string' && /^\d{1,15}(\.\d{1,9})?$/.test(value) ? Number(value) : null
}

/** `300`, `"300"`, `"200-400"` or `{ minMs, maxMs }`. */
function readRange(value: unknown): Range | null {
  if (typeof value === 'object' && value !== null && 'minMs' in value && 'maxMs' in value) {
    return orderedRange(readMs(value.minMs), readMs(value.maxMs))
  }
  if (typeof value !== 'string') return orderedRange(readMs(value), readMs(value))
  const [min, max = min, ...more] = value.split('-')
  return more.length > 0 ? null : orderedRange(readMs(min), readMs(max))
}

function orderedRange(minMs: number | null, maxMs: number | null): Range | null {
  return minMs === null || maxMs === null || minMs > maxMs ? null : { minMs, maxMs }
}

function readMs(value: unknown): number | null {
  return readWhole(value, MAX_MS)
}

function readWhole(value: unknown, most: number): number | null {
  const number = readNumber(value)
  return number !== null && Number.isInteger(number) && number >= 0 && number <= most ? number : null
}

/** The simulator has no login: whoever turns its knobs must not make it call other machines. */
function readCallbackUrl(value: unknown): string | null {
  if (value === '') return ''
  const url = typeof value === 'string' ? URL.parse(value) : null
  const isOwn = url !== null && url.protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(url.hostname)
  return isOwn ? url.href : null
}

function readShare(value: unknown): number | null {
  const number = readNumber(value)
  return number !== null && number >= 0 && number <= 1 ? number : null
}

function readFaultShares(value: unknown): Settings['faultShares'] | null {
  if (typeof value !== 'object' || value === null) return null
  const given = new Map(Object.entries(value))
  const shares: Partial<Record<FaultName, number>> = {}
  let sum = 0
  for (const name of FAULT_NAMES) {
    if (!given.has(name)) continue
    const share = readShare(given.get(name))
    if (share === null) return null
    given.delete(name)
    shares[name] = share
    sum += share
  }
  // Shares exclude one another. A little above 1 is what adding decimals costs.
  return given.size > 0 || sum > 1 + 1e-9 ? null : shares
}

function readMagic(value: unknown): Settings['magic'] | null {
  if (typeof value !== 'object' || value === null) return null
  const rows = Object.entries(value).map(
    ([ending, act]) => [ending, MAGIC_ACTS.find((name) => name === act)] as const,
  )
  const known = rows.filter(
    (row): row is readonly [string, MagicAct] => row[0] !== '' && row[1] !== undefined,
  )
  return known.length === rows.length ? Object.fromEntries(known) : null
}

function isSetting(key: string): key is keyof Settings {
  return Object.hasOwn(READERS, key)
}
