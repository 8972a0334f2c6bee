import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { inTransactionOf } from '../../../server/database/database.ts'
import { addJob } from '../../../server/jobs/add-job.ts'
import { freeLocked, holdPool } from '../../../server/jobs/free-locked.ts'
import { startWorker, type Worker } from '../../../server/jobs/work.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { type SpawnedScript, spawnScript } from '../../support/spawn-script.ts'

let own: TestDatabase
let client: pg.Client
const scripts: SpawnedScript[] = []
const workers: Worker[] = []

beforeAll(async () => {
  own = await createTestDatabase()
  client = new pg.Client({ connectionString: own.url })
  await client.connect()
})

afterEach(async () => {
  await Promise.all(scripts.splice(0).map((script) => script.signal('SIGKILL')))
  await Promise.all(workers.splice(0).map((worker) => worker.stop()))
  await client.query('DELETE FROM graphile_worker._private_jobs')
})

afterAll(async () => {
  await client?.end()
  await own?.drop()
})

const add = (key: string) =>
  inTransactionOf(own.database)((tx) => addJob(tx, { kind: 'test.hang', payload: { key }, key }))

/** A worker in another process that has taken the job and will never end it. */
async function spawnHolder(key: string): Promise<SpawnedScript> {
  const holder = spawnScript('hanging-worker.ts', [own.url])
  scripts.push(holder)
  await add(key)
  await holder.said('taken')
  return holder
}

async function startTaker(taken: string[]): Promise<void> {
  const job = {
    kind: 'test.hang',
    async run({ key }: Readonly<Record<string, string>>) {
      taken.push(`${key}`)
    },
  }
  const log = { error: () => undefined, info: () => undefined }
  const sweep = { everyMs: 100, graceMs: 0 }
  workers.push(await startWorker({ url: own.url, concurrency: 2, jobs: [job], log, sweep }))
}

test('after kill -9 of a worker another one takes its job within seconds', async () => {
  const holder = await spawnHolder('killed')
  const taken: string[] = []
  await startTaker(taken)

  await holder.signal('SIGKILL')

  await expect.poll(() => taken).toEqual(['killed'])
})

test('the job of a worker that lives, even if it is stopped for a while, is left alone', async () => {
  const holder = await spawnHolder('alive')

  expect(await freeLocked(client, 0)).toEqual([])
  await holder.signal('SIGSTOP')
  expect(await freeLocked(client, 0)).toEqual([])
  await holder.signal('SIGCONT')

  const { rows } = await client.query('SELECT locked_by FROM graphile_worker.jobs WHERE key = $1', ['alive'])
  expect(rows[0]?.locked_by).not.toBeNull()
})

test('a job that was locked a moment ago is not looked at: its pool may be reconnecting', async () => {
  const holder = await spawnHolder('fresh')
  await holder.signal('SIGKILL')

  expect(await freeLocked(client, 60_000)).toEqual([])
  await expect.poll(() => freeLocked(client, 0)).toHaveLength(1)
})

test('a job that was replaced while it ran, and whose worker died, is cleared away', async () => {
  const holder = await spawnHolder('replaced')
  await add('replaced')
  await holder.signal('SIGKILL')

  await expect.poll(() => freeLocked(client, 0)).toHaveLength(1)

  const { rows } = await client.query('SELECT key, locked_by FROM graphile_worker.jobs')
  expect(rows).toEqual([{ key: 'replaced', locked_by: null }])
})

test('a pool whose connection is cut holds its lock again', async () => {
  const life = holdPool(own.url, 'pool-1')
  await life.held()
  const holders = () =>
    client.query<{ pid: number }>(
      "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 4711005",
    )
  const [before] = (await holders()).rows

  await client.query('SELECT pg_terminate_backend($1)', [before?.pid])

  await expect
    .poll(async () => (await holders()).rows.filter(({ pid }) => pid !== before?.pid))
    .toHaveLength(1)
  await life.held()
  await life.end()
  await expect.poll(async () => (await holders()).rows).toEqual([])
})
