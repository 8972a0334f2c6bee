import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

/** The first half of the lock keys; the second is the hash of a pool's id. */
const POOL_LOCKS = 4_711_005

const RECONNECT_MS = 500

/** A pool of workers and the lock that says it lives. */
export type PoolLife = {
  /** Resolves while the lock is held, waits where its connection was lost. A job begins only after it. */
  held(): Promise<void>
  /** Lets go: whoever sweeps next frees what this pool still has. */
  end(): Promise<void>
}

/**
 * Says "this pool lives" in a way that ends with the process, kill -9 included: an advisory lock on a
 * direct connection of its own (facts/trust.md §1.4). A lost connection is made again; until then
 * another process may free this pool's jobs, and the leases of the rows bound what that can do.
 * Behind a pooler that shares sessions this lock says nothing.
 */
export function holdPool(url: string, poolId: string): PoolLife {
  let isEnding = false
  let client: pg.Client | null = null
  let holding = hold()

  async function hold(): Promise<void> {
    while (!isEnding) {
      const fresh = new pg.Client({
        connectionString: url,
        connectionTimeoutMillis: 5_000,
        // A host that vanishes says nothing: without these its lock would stay for hours.
        options: '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=2',
      })
      fresh.on('error', () => undefined) // 'end' follows
      try {
        await fresh.connect()
        await fresh.query('SELECT pg_advisory_lock($1, hashtext($2))', [POOL_LOCKS, poolId])
      } catch {
        await fresh.end().catch(() => undefined)
        await delay(RECONNECT_MS)
        continue
      }
      client = fresh
      fresh.once('end', () => {
        client = null
        if (!isEnding) holding = hold()
      })
      return
    }
  }

  return {
    held: () => holding,
    async end() {
      isEnding = true
      await holding
      await client?.end()
    },
  }
}

/**
 * Frees the jobs of pools that died: a job locked for longer than `graceMs` whose pool holds no lock.
 * graphile-worker itself would wait four hours. Returns the ids of the pools it freed.
 */
export async function freeLocked(client: pg.Client, graceMs: number): Promise<string[]> {
  const { rows } = await client.query<{ pool: string }>(
    `SELECT DISTINCT locked_by AS pool FROM graphile_worker.jobs
     WHERE locked_at < now() - $1 * interval '1 millisecond' ORDER BY 1`,
    [graceMs],
  )
  const freed: string[] = []
  for (const { pool } of rows) if (await freePool(client, pool)) freed.push(pool)
  if (freed.length > 0) await dropDisplaced(client)
  return freed
}

async function freePool(client: pg.Client, poolId: string): Promise<boolean> {
  await client.query('BEGIN')
  try {
    const { rows } = await client.query<{ got: boolean }>(
      'SELECT pg_try_advisory_xact_lock($1, hashtext($2)) AS got',
      [POOL_LOCKS, poolId],
    )
    const isDead = rows[0]?.got === true
    if (isDead) await client.query('SELECT graphile_worker.force_unlock_workers($1)', [[poolId]])
    await client.query('COMMIT')
    return isDead
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

/** A job that was replaced while it ran has lost its key and its attempts: its successor does the work. */
async function dropDisplaced(client: pg.Client): Promise<void> {
  await client.query(
    `SELECT graphile_worker.complete_jobs(array_agg(id)) FROM graphile_worker.jobs
     WHERE key IS NULL AND attempts >= max_attempts AND locked_at IS NULL HAVING count(*) > 0`,
  )
}
