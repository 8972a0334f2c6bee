import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { type Change, LIVE_CHANNEL, REVOKED_CHANNEL } from './publish.ts'
import { isTopic } from './watch-rules.ts'

export type ListenDeps = {
  /** A direct connection: through a pooler, LISTEN would be lost. */
  readonly url: string
  onChange(change: Change): void
  /** A right was taken back: look before the next answer. */
  onRevoked(): void
  /** The connection was gone: anything may have changed meanwhile, and been taken back. */
  onGap(): void
  readonly log: { warn(facts: object, message: string): void }
}

export type Listening = { close(): Promise<void> }

const PAUSE_MS = { first: 100, longest: 5_000 } as const

/**
 * One connection per process hears what every process committed. A broken one is made again, with doubling
 * pauses; what was missed is told as a gap. Resolves when it listens for the first time.
 */
export async function listenLive(deps: ListenDeps): Promise<Listening> {
  const closing = new AbortController()
  let client = await connect(deps)
  const ended = keepListening()

  async function keepListening(): Promise<void> {
    while (!closing.signal.aborted) {
      await client.gone
      if (closing.signal.aborted) return
      deps.log.warn({ code: 'live_connection_lost' }, 'live events pause')
      const next = await reconnect()
      if (next === null) return
      client = next
      if (closing.signal.aborted) return client.end()
      deps.onGap()
    }
  }

  async function reconnect(): Promise<Connection | null> {
    for (let pauseMs: number = PAUSE_MS.first; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS.longest)) {
      const isAwake = await wait(pauseMs, true, { signal: closing.signal, ref: false }).catch(() => false)
      if (!isAwake) return null
      const next = await connect(deps).catch(() => null)
      if (next !== null) return next
    }
  }

  return {
    async close() {
      closing.abort()
      await client.end()
      await ended
    },
  }
}

type Connection = { readonly gone: Promise<void>; end(): Promise<void> }

async function connect({ url, onChange, onRevoked }: ListenDeps): Promise<Connection> {
  // Keep-alive finds a peer that vanished without a word within a minute.
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    application_name: 'fapiao live',
  })
  const gone = new Promise<void>((resolve) => {
    client.once('end', () => resolve())
    client.on('error', () => resolve()) // without a listener a lost connection would end the process
  })
  client.on('notification', ({ channel, payload }) => {
    if (channel === REVOKED_CHANNEL) return onRevoked()
    const change = readChange(payload)
    if (change !== null) onChange(change)
  })
  try {
    await client.connect()
    await client.query(`LISTEN ${LIVE_CHANNEL}; LISTEN ${REVOKED_CHANNEL}`)
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
  return { gone, end: () => client.end().catch(() => undefined) }
}

/** Whoever may connect to the database may notify; a payload that is not ours is heard by nobody. */
export function readChange(payload: string | undefined): Change | null {
  try {
    const value: unknown = JSON.parse(payload ?? '')
    if (typeof value !== 'object' || value === null) return null
    if (!('topic' in value) || !('version' in value)) return null
    const { topic, version } = value
    return isTopic(topic) && Number.isSafeInteger(version) ? { topic, version: Number(version) } : null
  } catch {
    return null
  }
}
