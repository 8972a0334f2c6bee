import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { type Database, openDatabase } from '../../server/database/database.ts'

export type TestDatabase = {
  readonly url: string
  readonly database: Database
  drop(): Promise<void>
}

/** A fresh, migrated database of its own. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = inject('postgresUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  await administer(adminUrl, `CREATE DATABASE ${name} TEMPLATE template_fapiao`)
  const url = adminUrl.replace(/[^/]+$/, name)
  const database = openDatabase({ url, poolSize: 8 })
  return {
    url,
    database,
    async drop() {
      await database.$disconnect()
      await administer(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`)
    },
  }
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
