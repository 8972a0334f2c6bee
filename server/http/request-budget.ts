import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '../contract/problem.ts'
import { networkOf } from '../orders/proof-guard.ts'
import { type Grant, isStaff, personOf } from '../tokens/grant.ts'
import type { Counts } from './request-count.store.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Strangers come often here and rightly so, or are bounded by something narrower. */
    readonly strangersUncounted?: true
  }
}

/**
 * Requests a minute below /v1. A page that somebody clicks through asks for a few dozen. An address may be a whole
 * office or a mobile network: it is bounded where nobody's page would notice, and each person in it far below.
 */
export const BUDGETS = {
  /** Whoever comes from one address (IPv6: one /64), before anything is looked at. */
  address: 12_000,
  /** Those of one address who bring no token: exchanges, log-ins, 查验, downloads. */
  stranger: 600,
  customer: { read: 600, write: 60 },
  staff: { read: 1_200, write: 300 },
  /** A backend takes 1,000,000 invoices an hour through here. */
  api: { read: 60_000, write: 60_000 },
} as const

export type RequestBudget = {
  /** Counts one for this name. The seconds to wait where the minute's budget is spent, or null. */
  take(name: string, perMinute: number): number | null
  close(): void
}

type Deps = {
  now(): Date
  /** A keyed hash: the table names nobody. */
  hash(name: string): Uint8Array
  addCounts(minute: Date, counts: Counts): Promise<Counts>
  /** 100: the budgets as they stand above. */
  readonly percent: number
}

const MINUTE_MS = 60_000
/** How stale the counts of other processes may be. */
const SHARE_EVERY_MS = 250
/** A name costs some hundred bytes; beyond this many its count is read from the table again. */
const NAMES_MAX = 50_000

/** `known` is what the table said of all processes; `pending` is not in it yet. */
type Count = { known: number; pending: number }

/**
 * Counted in memory and shared through PostgreSQL four times a second: a request costs no statement and a flood is
 * refused without one. The price: each process may let a quarter of a second too much through. What must be exact,
 * wrong proofs and passwords, is counted elsewhere, one by one. While the database is away each process counts alone.
 */
export function createRequestBudget({ now, hash, addCounts, percent }: Deps): RequestBudget {
  let minute = 0
  let counts = new Map<string, Count>()
  let isSharing = false

  function countOf(name: string): Count {
    const current = Math.floor(now().getTime() / MINUTE_MS)
    if (current !== minute || counts.size >= NAMES_MAX) counts = new Map()
    minute = current
    const count = counts.get(name) ?? { known: 0, pending: 0 }
    counts.set(name, count)
    return count
  }

  async function share(): Promise<void> {
    const sent = new Map<string, { count: Count; times: number }>()
    for (const [name, count] of counts) {
      if (count.pending > 0)
        sent.set(Buffer.from(hash(name)).toString('hex'), { count, times: count.pending })
    }
    if (sent.size === 0) return
    const times = new Map([...sent].map(([key, { times }]) => [key, times]))
    const totals = await addCounts(new Date(minute * MINUTE_MS), times)
    for (const [key, { count, times }] of sent) {
      count.known = totals.get(key) ?? count.known + times
      count.pending -= times
    }
  }

  const sharing = setInterval(() => {
    if (isSharing) return
    isSharing = true
    share()
      .catch(() => undefined) // what is pending stays so, and counts here
      .finally(() => {
        isSharing = false
      })
  }, SHARE_EVERY_MS).unref()

  return {
    take(name, perMinute) {
      const count = countOf(name)
      const limit = Math.ceil((perMinute * percent) / 100)
      // Who is over the bound already is not counted on: the table need not hear of each.
      if (count.known + count.pending >= limit) return secondsLeft(now())
      count.pending += 1
      return null
    },
    close: () => clearInterval(sharing),
  }
}

function secondsLeft(now: Date): number {
  return Math.max(1, 60 - Math.floor((now.getTime() % MINUTE_MS) / 1000))
}

/** Refuses with `rate_limited` before a token is looked at, and again before a body is read. */
export function boundRequests(app: FastifyInstance, budget: RequestBudget): void {
  const take = (name: string, perMinute: number) => {
    const retryAfter = budget.take(name, perMinute)
    if (retryAfter !== null) throw new Problem('rate_limited', { retryAfter })
  }
  app.addHook('onRequest', async (request) => {
    if (isCounted(request)) take(`address ${networkOf(request.ip)}`, BUDGETS.address)
  })
  // The hooks of routes, which know the grant, have run by now.
  app.addHook('preParsing', async (request) => {
    if (!isCounted(request)) return
    const network = networkOf(request.ip)
    const { grant } = request
    if (grant !== null) {
      const act = request.method === 'GET' ? 'read' : 'write'
      take(`${nameOf(grant)}\n${network}\n${act}`, BUDGETS[sortOf(grant)][act])
    } else if (request.routeOptions.config.strangersUncounted !== true) {
      take(`stranger ${network}`, BUDGETS.stranger)
    }
  })
  app.addHook('onClose', async () => budget.close())
}

/** Pages and their files cost next to nothing, and a crowd loads them all at once; a console's door is no page. */
function isCounted({ url }: FastifyRequest): boolean {
  return url.startsWith('/v1/') || url.startsWith('/hosts/')
}

/** Shop, subject and, by the caller, address: behind one address each counts alone. */
function nameOf(grant: Grant): string {
  const { merchantId } = grant
  return grant.kind === 'api'
    ? `${merchantId}\napi ${grant.subject}`
    : `${merchantId}\n${grant.shopId ?? ''}\n${personOf(grant)}`
}

function sortOf(grant: Grant): 'api' | 'staff' | 'customer' {
  if (grant.kind === 'api') return 'api'
  return isStaff(grant) || grant.role !== 'customer' ? 'staff' : 'customer'
}
