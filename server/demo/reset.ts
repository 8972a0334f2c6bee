import { rm } from 'node:fs/promises'
import pg from 'pg'
import { migrate } from '../database/migrate.ts'
import { MERCHANTS } from './stage.ts'

export type ResetDeps = {
  /** The owner's address; it must be allowed to make databases. */
  readonly url: string
  /** Documents, mails and ledgers of the stage that ends. */
  readonly directories: readonly string[]
  /** Sets the stage up again in the empty, migrated database. */
  seed(): Promise<void>
}

/** Why the stage cannot be reset now; the sentence is for whoever typed the command. */
export class ResetRefused extends Error {}

/**
 * The stage as on its first day. The log is append-only for everybody, so the database itself is dropped
 * and made again; one that holds another merchant, or that a running server uses, is left alone.
 */
export async function resetDemo({ url, directories, seed }: ResetDeps): Promise<void> {
  await assertOnlyStage(url)
  const { name, adminUrl } = maintenanceOf(url)
  await administer(adminUrl, async (client) => {
    await client.query(`DROP DATABASE ${client.escapeIdentifier(name)}`)
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`)
  })
  await migrate(url)
  for (const directory of directories) await rm(directory, { recursive: true, force: true })
  await seed()
}

async function assertOnlyStage(url: string): Promise<void> {
  await administer(url, async (client) => {
    const others = await client.query<{ count: string }>(
      `SELECT count(*) FROM pg_stat_activity
       WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    )
    if (Number(others.rows[0]?.count) > 0) {
      throw new ResetRefused('a server is using the database: stop it, reset, and start it again')
    }
    const ids = MERCHANTS.map(({ id }) => id)
    const foreign = await client.query('SELECT FROM merchant WHERE NOT (id = ANY($1::uuid[])) LIMIT 1', [ids])
    if (foreign.rowCount !== 0) {
      throw new ResetRefused('the database holds a merchant that is not of the demo: nothing was touched')
    }
  })
}

function maintenanceOf(url: string): { name: string; adminUrl: string } {
  const parts = new URL(url)
  const name = decodeURIComponent(parts.pathname.slice(1))
  parts.pathname = '/postgres'
  return { name, adminUrl: parts.href }
}

async function administer(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
