import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, expect, inject, test } from 'vitest'
import { Secret } from '../../../server/config.ts'
import { connectDatabase } from '../../../server/database/connect.ts'
import { placePostgres } from '../../../server/database/place-postgres.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'fapiao-connect-'))
const note = join(dataDir, 'postgres.url')

afterAll(() => {
  rmSync(placePostgres(dataDir).data, { recursive: true, force: true })
  rmSync(dataDir, { recursive: true, force: true })
})

async function ask(url: string, query: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(query)
  await client.end()
  return rows[0]
}

test('one process starts the embedded server, the others of its data directory share it', async () => {
  // A process that died without a word left its note.
  writeFileSync(
    note,
    JSON.stringify({ pid: 2 ** 22 + 1, birth: '1', url: 'postgresql://127.0.0.1:1/fapiao' }),
  )

  const [first, second] = await Promise.all([
    connectDatabase({ databaseUrl: null, dataDir }),
    connectDatabase({ databaseUrl: null, dataDir }),
  ])

  expect(second.url).toBe(first.url)
  expect(await ask(first.url, 'SELECT count(*)::int AS count FROM merchant')).toEqual({ count: 0 })
  expect(statSync(note).mode & 0o777).toBe(0o600)
  expect(JSON.parse(readFileSync(note, 'utf8')).pid).toBe(process.pid)

  await Promise.all([first.stop(), second.stop()])
  expect(existsSync(note)).toBe(false)
  await expect(ask(first.url, 'SELECT 1')).rejects.toThrow()
}, 90_000)

test('a configured database is brought to the newest schema, and nothing is started', async () => {
  const adminUrl = inject('postgresUrl')
  await ask(adminUrl, 'CREATE DATABASE test_connect')
  const url = adminUrl.replace(/[^/]+$/, 'test_connect')

  const connected = await connectDatabase({ databaseUrl: new Secret(url), dataDir })

  expect(connected.url).toBe(url)
  expect(await ask(url, 'SELECT count(*)::int AS count FROM merchant')).toEqual({ count: 0 })
  expect(existsSync(note)).toBe(false)
  await connected.stop()
  await ask(adminUrl, 'DROP DATABASE test_connect')
})
