import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runMigrations } from 'graphile-worker'
import pg from 'pg'

const MIGRATIONS = join(import.meta.dirname, '../../prisma/migrations')

/** One migration at a time in a cluster; any constant will do. */
const LOCK = 4_711_001

/** Prisma's own table, so that `prisma migrate deploy` agrees with what we did. */
const TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
  migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
  started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`

type Migration = { name: string; sql: string; checksum: string }

/** In the order of their names; a changed file of an applied migration is refused, as Prisma does. */
export function readMigrations(): Migration[] {
  return readdirSync(MIGRATIONS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const sql = readFileSync(join(MIGRATIONS, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Brings a database to the newest schema. `url` is the owner's. Safe to call from many processes. */
export async function migrate(url: string): Promise<void> {
  await runMigrations({ connectionString: url })
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK])
    await client.query(TABLE)
    const { rows } = await client.query<{ migration_name: string; checksum: string }>(
      'SELECT migration_name, checksum FROM "_prisma_migrations" WHERE finished_at IS NOT NULL',
    )
    const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]))
    for (const migration of readMigrations()) await applyOnce(client, migration, applied)
    await client.query('GRANT fapiao_app TO CURRENT_USER')
  } finally {
    await client.end()
  }
}

async function applyOnce(client: pg.Client, migration: Migration, applied: ReadonlyMap<string, string>) {
  const { name, sql, checksum } = migration
  const known = applied.get(name)
  if (known === checksum) return
  if (known !== undefined) throw new Error(`migration ${name} was changed after it was applied`)

  await client.query('BEGIN')
  try {
    await client.query(sql)
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, finished_at, migration_name, applied_steps_count)
       VALUES ($1, $2, now(), $3, 1)`,
      [randomUUID(), checksum, name],
    )
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}
