import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import { LIVE_CLOSE, type LiveTopic } from '../contract/live.ts'
import { Problem } from '../contract/problem.ts'
import { type GrantDeps, readSessionGrant } from '../http/grant.ts'
import { personOf } from '../tokens/grant.ts'
import { type Conversation, createConversation } from './conversation.ts'
import type { Hub } from './hub.ts'
import type { TopicOwner, Watcher } from './watch-rules.ts'

export type LiveRouteDeps = {
  now(): Date
  readonly grants: GrantDeps
  readonly hub: Hub
  /** Whose pages may open a socket: its origin. */
  readonly publicUrl: string
  findTopicOwner(topic: LiveTopic): Promise<TopicOwner | null>
  readonly limits?: LiveLimits
}

/** trust §4. */
export const LIVE_LIMITS = {
  helloMs: 5_000,
  /** An ended token closes its sockets within this; so does what was taken back unheard, with the caches' 2 s. */
  sweepMs: 2_000,
  pingMs: 30_000,
  perPrincipal: 20,
  unknownPerAddress: 50,
}
export type LiveLimits = typeof LIVE_LIMITS

type Room = {
  readonly deps: LiveRouteDeps
  readonly limits: LiveLimits
  readonly seats: Set<Seat>
  /** Sockets that have not said who they are, by address. */
  readonly strangers: ReturnType<typeof createCount>
  readonly known: ReturnType<typeof createCount>
}

type Seat = {
  readonly socket: WebSocket
  readonly conversation: Conversation
  /** Pings since the last sign of life. */
  missed: number
}

/** `/v1/live`: hints that something changed. The token is the first message, never part of the address. */
export function liveRoutes(deps: LiveRouteDeps): FastifyPluginAsync {
  const limits = deps.limits ?? LIVE_LIMITS
  const ownOrigin = new URL(deps.publicUrl).origin
  return async (app) => {
    const seats = new Set<Seat>()
    const room: Room = { deps, limits, seats, strangers: createCount(), known: createCount() }

    app.get(
      '/v1/live',
      {
        websocket: true,
        schema: { hide: true },
        config: { strangersUncounted: true }, // they are counted while they sit here
        onRequest: async (request) => refuseForeignPage(request, ownOrigin),
      },
      (socket, request) => {
        // Listeners stand before anything is awaited: a message that came at once is heard.
        const seat = takeSeat(room, socket, request.ip)
        socket.on('message', (data, isBinary) => {
          seat.missed = 0
          if (isBinary) return socket.close(BINARY_REFUSED)
          seat.conversation.hear(String(data))
        })
        socket.on('pong', () => {
          seat.missed = 0
        })
      },
    )

    deps.hub.onRevoked(() => void closeEnded(deps, seats))
    const sweep = setInterval(() => void closeEnded(deps, seats), limits.sweepMs).unref()
    const ping = setInterval(() => pingAll(seats), limits.pingMs).unref()
    app.addHook('onClose', async () => {
      clearInterval(sweep)
      clearInterval(ping)
    })
  }
}

/** `1003`: this endpoint speaks text. */
const BINARY_REFUSED = 1003

/** Browsers send Origin with every upgrade and cannot be made to lie; other programs send none. */
function refuseForeignPage({ headers }: FastifyRequest, ownOrigin: string): void {
  if (headers.origin !== undefined && headers.origin !== ownOrigin) {
    throw new Problem('token_not_allowed', { facts: { reason: 'origin_wrong' } })
  }
}

function takeSeat(room: Room, socket: WebSocket, address: string): Seat {
  const { deps, limits, seats, strangers, known } = room
  let principal: string | null = null
  const conversation = createConversation(
    {
      ...deps,
      readWatcher: (token) => readSessionGrant(deps.grants, token),
      admit(watcher) {
        principal = `${watcher.merchantId} ${personOf(watcher)}`
        strangers.leave(address)
        return known.enter(principal) <= limits.perPrincipal
      },
    },
    socket,
  )
  const seat: Seat = { socket, conversation, missed: 0 }
  seats.add(seat)
  const patience = setTimeout(() => {
    if (conversation.watcher() === null) socket.close(LIVE_CLOSE.helloMissing)
  }, limits.helloMs).unref()
  socket.on('close', () => {
    clearTimeout(patience)
    seats.delete(seat)
    conversation.end()
    if (principal === null) strangers.leave(address)
    else known.leave(principal)
  })
  if (strangers.enter(address) > limits.unknownPerAddress) socket.close(LIVE_CLOSE.tooMuch)
  return seat
}

/** How many of a name are inside; a name that nobody bears any more is forgotten. */
function createCount() {
  const inside = new Map<string, number>()
  return {
    enter(name: string): number {
      const count = (inside.get(name) ?? 0) + 1
      inside.set(name, count)
      return count
    },
    leave(name: string): void {
      const count = (inside.get(name) ?? 0) - 1
      if (count > 0) inside.set(name, count)
      else inside.delete(name)
    },
  }
}

async function closeEnded(deps: LiveRouteDeps, seats: ReadonlySet<Seat>): Promise<void> {
  for (const { socket, conversation } of [...seats]) {
    const watcher = conversation.watcher()
    if (watcher === null) continue
    if (watcher.expiresAt <= deps.now() || !(await isStillGood(deps.grants, watcher))) {
      socket.close(LIVE_CLOSE.tokenEnded)
    }
  }
}

/** While the database is away nobody is thrown out: the token itself still bounds the session. */
async function isStillGood({ findKey, isStaffLive, isEnded }: GrantDeps, watcher: Watcher): Promise<boolean> {
  const key = await findKey(watcher.kid).catch(() => undefined)
  if (key === null || key?.status === 'revoked') return false
  if (await isEnded(watcher).catch(() => false)) return false
  return watcher.via !== 'login' || isStaffLive(watcher).catch(() => true)
}

/** Two missed pings: `terminate`, for `close` would wait for an answer that does not come. */
function pingAll(seats: ReadonlySet<Seat>): void {
  for (const seat of seats) {
    if (seat.missed >= 2) {
      seat.socket.terminate()
      continue
    }
    seat.missed += 1
    seat.socket.ping()
  }
}
