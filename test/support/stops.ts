import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'

/** A place where another process is held, until somebody lets go. */
export type Stop = {
  /** Somebody stands there now. */
  isReached(): Promise<boolean>
  release(): Promise<void>
}

export type BureauCall = 'POST /api/issue' | 'GET /api/query' | 'POST /api/red' | 'GET /api/red'

export type BureauGate = {
  /** Stands where the bureau stands. */
  readonly url: string
  /**
   * Holds the next call of this kind: `before` the bureau hears of it, or `after` the bureau has done the
   * work and before its answer arrives. What was held is lost on release.
   */
  hold(call: BureauCall, side: 'before' | 'after'): Stop
  /** Told of every call, before the bureau hears of it and after its answer; null: nobody. */
  watch(tell: ((call: string, side: 'before' | 'after') => void) | null): void
  close(): Promise<void>
}

type Waiting = { call: BureauCall; side: 'before' | 'after'; held: ServerResponse | null }

/** A way to the bureau on which calls can be stopped. */
export async function openBureauGate(bureauUrl: string): Promise<BureauGate> {
  const waiting = new Set<Waiting>()
  let tell: Parameters<BureauGate['watch']>[0] = null

  const isHeld = (call: string, side: 'before' | 'after', response: ServerResponse): boolean => {
    tell?.(call, side)
    const stop = [...waiting].find((one) => one.call === call && one.side === side && one.held === null)
    if (stop !== undefined) stop.held = response
    return stop !== undefined
  }
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url = '/' } = request
    const call = `${method} ${url.split('?')[0]}`
    const body = await readAll(request)
    if (isHeld(call, 'before', response)) return
    const answer = await fetch(bureauUrl + url, {
      method,
      headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
      ...(method === 'GET' ? {} : { body }),
    })
    const text = await answer.text()
    if (isHeld(call, 'after', response)) return
    const type = answer.headers.get('content-type') ?? 'application/json'
    response.writeHead(answer.status, { 'content-type': type }).end(text)
  }
  const server = http.createServer((request, response) => {
    // A bureau that is down, or a caller that died: the connection breaks, as it would without us.
    pass(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on a port, not on a pipe

  return {
    url: `http://127.0.0.1:${port}`,
    hold(call, side) {
      const stop: Waiting = { call, side, held: null }
      waiting.add(stop)
      return {
        isReached: async () => stop.held !== null,
        async release() {
          waiting.delete(stop)
          stop.held?.destroy()
        },
      }
    },
    watch(listener) {
      tell = listener
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function readAll(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts)
}

/** Whoever writes a row into this table waits. */
export function holdTable(url: string, table: 'red_sending' | 'sending' | 'invoice'): Promise<Stop> {
  return holdWith(url, `LOCK TABLE "${table}" IN SHARE ROW EXCLUSIVE MODE`, [])
}

/** Whoever wants to say that this job is done waits; its work is committed. */
export function holdJobEnd(url: string, key: string): Promise<Stop> {
  return holdWith(url, 'SELECT FROM graphile_worker._private_jobs WHERE key = $1 FOR UPDATE', [key])
}

async function holdWith(url: string, statement: string, values: readonly string[]): Promise<Stop> {
  const holder = new pg.Client({ connectionString: url })
  const looker = new pg.Client({ connectionString: url })
  await Promise.all([holder.connect(), looker.connect()])
  await holder.query('BEGIN')
  const { rows } = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  await holder.query(statement, [...values])
  return {
    async isReached() {
      const { rowCount } = await looker.query(
        'SELECT FROM pg_stat_activity WHERE $1::int = ANY (pg_blocking_pids(pid))',
        [rows[0]?.pid],
      )
      return rowCount !== 0
    },
    async release() {
      await Promise.all([holder.end(), looker.end()])
    },
  }
}
