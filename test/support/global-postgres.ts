import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { migrate } from '../../server/database/migrate.ts'
import { startEmbeddedPostgres } from '../../server/database/start-embedded.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Administrator's address of the test cluster; its database `template_fapiao` is migrated. */
    postgresUrl: string
  }
}

let stop: () => Promise<void> = async () => undefined

/** One real PostgreSQL for the whole run, and in it one migrated template. */
export async function setup(project: TestProject): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fapiao-test-'))
  const postgres = await startEmbeddedPostgres({ dataDir, isScratch: true })
  const client = new pg.Client({ connectionString: postgres.adminUrl })
  await client.connect()
  await client.query('CREATE DATABASE template_fapiao')
  await migrate(postgres.adminUrl.replace(/[^/]+$/, 'template_fapiao'))
  await client.query('ALTER DATABASE template_fapiao WITH IS_TEMPLATE true ALLOW_CONNECTIONS false')
  await client.end()
  project.provide('postgresUrl', postgres.adminUrl)
  stop = async () => {
    await postgres.stop()
    rmSync(dataDir, { recursive: true, force: true })
    rmSync(dirname(postgres.data), { recursive: true, force: true }) // for root it stands elsewhere
  }
}

export function teardown(): Promise<void> {
  return stop()
}
