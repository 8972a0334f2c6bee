import pg from 'pg'

/** The first half of every lock key, so that these never meet the locks of other purposes. */
export const SESSION_LOCKS = 4_711_004

/**
 * Says "this process is at it" in a way that ends with the process, `kill -9` included: advisory locks of
 * one connection. `isWorkedOn` in SQL: `NOT pg_try_advisory_xact_lock(SESSION_LOCKS, hashtext(name))`.
 */
export type SessionLocks = {
  hold(name: string): Promise<void>
  release(name: string): Promise<void>
  close(): Promise<void>
}

/** Connects at the first `hold`. Behind a pooler that shares sessions these locks say nothing. */
export function openSessionLocks(url: string): SessionLocks {
  let session: Promise<pg.Client> | null = null

  function connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
    const forget = () => {
      session = null
    }
    client.on('error', forget)
    client.on('end', forget)
    return client.connect().then(
      () => client,
      (error) => {
        forget()
        throw error
      },
    )
  }

  return {
    async hold(name) {
      session ??= connect()
      const client = await session
      await client.query('SELECT pg_advisory_lock_shared($1, hashtext($2))', [SESSION_LOCKS, name])
    },
    async release(name) {
      const client = await session
      await client?.query('SELECT pg_advisory_unlock_shared($1, hashtext($2))', [SESSION_LOCKS, name])
    },
    async close() {
      const client = await session
      await client?.end()
    },
  }
}
