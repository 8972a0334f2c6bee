import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../server/database/start-embedded.ts'

const GUARD = join(import.meta.dirname, '../../server/database/postgres-guard.ts')
const PARENT = join(import.meta.dirname, '../support/hold-postgres.ts')
const isRoot = process.getuid?.() === 0

let dataDir: string
/** What a test started; whatever became of it, nothing is left after the test. */
let cleanUp: (() => unknown)[]

beforeEach(() => {
  cleanUp = []
  const outer = mkdtempSync(join(tmpdir(), 'fapiao-life-'))
  // As a clone under the home of root: nobody else may enter.
  chmodSync(outer, 0o700)
  dataDir = join(outer, 'data')
  cleanUp.push(() => rmSync(outer, { recursive: true }))
})

afterEach(async () => {
  for (const undo of cleanUp.reverse()) await undo()
})

async function start({ isScratch = true } = {}): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, isScratch })
  cleanUp.push(
    () => rmSync(dirname(postgres.data), { recursive: true, force: true }),
    () => postgres.stop(),
  )
  return postgres
}

async function ask<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => undefined) // its server may be killed
  await client.connect()
  try {
    return (await client.query<T>(sql)).rows
  } finally {
    await client.end()
  }
}

/** Processes, zombies left out, whose command line names this. */
function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text)
      } catch {
        return false // it ended meanwhile
      }
    })
    .map(Number)
    .filter((pid) => pid !== process.pid)
}

/** A process with its own embedded PostgreSQL, and the address it said. */
async function startParent(): Promise<{ parent: ChildProcess; url: string }> {
  const parent = spawn(process.execPath, [PARENT, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  cleanUp.push(() => parent.kill('SIGKILL'))
  const lines = createInterface({ input: parent.stdout })
  const [url] = await once(lines, 'line')
  return { parent, url: String(url) }
}

const postmasterOf = (data: string) =>
  Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])

test('it starts below a directory that only its owner may enter, and shows its password to nobody else', async () => {
  const { adminUrl, data } = await start()

  const [row] = await ask<{ version: string; encoding: string; listens: string }>(
    adminUrl,
    `SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding,
            current_setting('listen_addresses') AS listens`,
  )
  expect(row).toMatchObject({ encoding: 'UTF8', listens: '127.0.0.1' })
  expect(Number(row?.version)).toBeGreaterThanOrEqual(180_000)
  expect(statSync(join(dataDir, 'postgres.secret')).mode & 0o777).toBe(0o600)
  expect(statSync(data).mode & 0o077).toBe(0)
  const withoutPassword = adminUrl.replace(/:[^:@/]+@/, ':wrong@')
  await expect(ask(withoutPassword, 'SELECT 1')).rejects.toThrow(/password/)
})

test('stopping leaves no process and no mark, and the next start finds the data', async () => {
  const first = await start()
  await ask(first.adminUrl, 'CREATE TABLE kept AS SELECT 42 AS answer')
  expect(processesWith(first.data).length).toBeGreaterThan(0)

  await first.stop()
  expect(processesWith(first.data)).toEqual([])
  expect(processesWith(dataDir)).toEqual([])
  expect(existsSync(join(first.data, 'postmaster.pid'))).toBe(false)

  const second = await start()
  expect(second.data).toBe(first.data)
  expect(await ask(second.adminUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
})

test('when the parent is killed the guard stops the server by itself', async () => {
  const { parent, url } = await startParent()
  await ask(url, 'SELECT 1')

  parent.kill('SIGKILL')

  await expect.poll(() => processesWith(dataDir)).toEqual([])
  await expect(ask(url, 'SELECT 1')).rejects.toThrow()
})

test('when parent and guard are killed the server lives on, and the next start ends it and keeps its data', async () => {
  const { parent, url } = await startParent()
  await ask(url, 'CREATE TABLE kept AS SELECT 7 AS answer')
  // Of the two only the guard: where we are not root, the server's own path begins the same.
  const guards = () => processesWith(`postgres-guard.ts\0${dataDir}`)
  for (const pid of [...guards(), parent.pid ?? 0]) process.kill(pid, 'SIGKILL')
  await expect.poll(guards).toEqual([])
  expect(await ask(url, 'SELECT answer FROM kept')).toEqual([{ answer: 7 }])

  const next = await start()

  expect(await ask(next.adminUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 7 }])
  await expect(ask(url, 'SELECT 1')).rejects.toThrow()
  const masters = processesWith(next.data)
  expect(masters).toContain(postmasterOf(next.data))
})

test.for([
  ['a pid of somebody else', String(process.pid)],
  ['a pid of nobody', '4194300'],
  ['nothing readable', 'half a'],
  ['nothing', ''],
] as const)('a mark with %s in it does not stop a start', async ([, pid]) => {
  const first = await start()
  await first.stop()
  writeFileSync(join(first.data, 'postmaster.pid'), `${pid}\n${first.data}\n1700000000\n5432\n`)

  const second = await start()

  expect(await ask(second.adminUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('a server that is killed comes back at the same address with all that it acknowledged', async () => {
  const { adminUrl, data } = await start({ isScratch: false })
  await ask(adminUrl, 'CREATE TABLE kept AS SELECT 1 AS answer')
  process.kill(postmasterOf(data), 'SIGKILL')

  const answer = () => ask(adminUrl, 'SELECT answer FROM kept').catch(String)
  await expect.poll(answer, { interval: 200 }).toEqual([{ answer: 1 }])
})

test('a first start that was cut short is made anew', async () => {
  const first = await start()
  await first.stop()
  rmSync(join(first.data, 'PG_VERSION'))

  const second = await start()

  expect(await ask(second.adminUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

/** The one of /etc/passwd that owns nothing. */
const NOBODY = { uid: 65_534, gid: 65_534 }
const canTryOthers =
  isRoot &&
  spawnSync(process.execPath, ['-e', `require('node:fs').readFileSync(${JSON.stringify(GUARD)})`], {
    ...NOBODY,
    cwd: '/',
  }).status === 0

test.skipIf(!canTryOthers)(
  'an ordinary user runs it too, with everything below the data directory',
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'fapiao-user-'))
    cleanUp.push(() => rmSync(home, { recursive: true }))
    const own = join(home, 'data')
    mkdirSync(own)
    for (const path of [home, own]) chownSync(path, NOBODY.uid, NOBODY.gid)
    const guard = spawn(process.execPath, [GUARD, own, '--scratch'], {
      ...NOBODY,
      cwd: '/',
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const ended = once(guard, 'exit')
    cleanUp.push(() => guard.kill('SIGKILL'))

    const [line] = await once(createInterface({ input: guard.stdout }), 'line')
    const said: { kind: string; url: string; data: string } = JSON.parse(String(line))
    expect(said).toMatchObject({ kind: 'ready', data: join(own, 'postgres') })
    expect(await ask(said.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])

    guard.stdin.end()
    await ended
    expect(processesWith(own)).toEqual([])
  },
)

test('what cannot work says why', async () => {
  mkdirSync(dirname(dataDir), { recursive: true })
  writeFileSync(dataDir, 'a file where a directory is due')
  await expect(startEmbeddedPostgres({ dataDir, isScratch: true })).rejects.toThrow(/EEXIST|ENOTDIR/)
})
