/**
 * The process that owns one embedded PostgreSQL: makes it, starts it, restarts it when it dies, and
 * stops it when its own parent is gone (the end of stdin says so, also after `kill -9`). It speaks one
 * JSON line on stdout once the server answers.
 *
 *   node postgres-guard.ts <data directory> [--scratch]
 *
 * `--scratch` trades safety for speed, for tests: fsync off.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { type PostgresPlace, placePostgres } from './place-postgres.ts'

export type GuardReady = { kind: 'ready'; url: string; data: string }

const [dataDir = '', flag] = process.argv.slice(2)
const isScratch = flag === '--scratch'
const place = placePostgres(dataDir)

let server: ChildProcess | null = null
let isStopping = false

/** One line to whoever started us. */
function say(message: GuardReady | { kind: 'failed'; reason: string }): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

function secretFile(): string {
  return join(dataDir, 'postgres.secret')
}

function readSecret(): string {
  if (!existsSync(secretFile())) writeFileSync(secretFile(), randomBytes(24).toString('hex'), { mode: 0o600 })
  return readFileSync(secretFile(), 'utf8').trim()
}

/**
 * As root the cluster stands elsewhere than its data directory. Where somebody deleted the data
 * directory, its keys went with it: the cluster cannot be opened any more and makes room.
 */
function setStrangerAside(data: string, secret: string): void {
  const mark = `${data}.owner`
  const owner = createHash('sha256').update(secret).digest('hex')
  const isStranger = existsSync(mark) && readFileSync(mark, 'utf8') !== owner
  if (isStranger && existsSync(data)) renameSync(data, `${data}.${Date.now()}.orphan`)
  writeFileSync(mark, owner, { mode: 0o600 })
}

function makeCluster({ data, bin, user }: PostgresPlace, secret: string): void {
  setStrangerAside(data, secret)
  if (existsSync(join(data, 'PG_VERSION'))) return
  // A cluster without PG_VERSION is a half-made one.
  rmSync(data, { recursive: true, force: true })
  const args = ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', '-E', 'UTF8', '--no-instructions']
  const passwordFile = `${data}.${process.pid}.password`
  args.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', `--pwfile=${passwordFile}`)
  if (isScratch) args.push('--no-sync')
  writeFileSync(passwordFile, secret, { mode: 0o600 })
  if (user !== null) chownSync(passwordFile, user.uid, user.gid)
  const made = spawnSync(join(bin, 'initdb'), args, {
    ...(user ?? {}),
    env: { PATH: '/usr/bin:/bin', TZ: 'UTC' },
    cwd: '/',
  })
  rmSync(passwordFile)
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr.toString()}`)
}

/**
 * A pid file left behind: a server of ours whose guard was killed is stopped; a zombie or a stranger's
 * pid means that the file is stale.
 */
async function clearLeftover(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  if (isOurServer(pid, data)) {
    process.kill(pid, 'SIGINT')
    for (let waited = 0; waited < 100 && isOurServer(pid, data); waited++) await delay(100)
    if (isOurServer(pid, data)) process.kill(pid, 'SIGQUIT')
    for (let waited = 0; waited < 50 && isOurServer(pid, data); waited++) await delay(100)
  }
  rmSync(file, { force: true })
}

function isOurServer(pid: number, data: string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
    return state !== 'Z' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(data)
  } catch {
    return false
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

function settings(port: number): string[] {
  const chosen: Record<string, string> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '120',
    shared_buffers: '256MB',
    work_mem: '8MB',
    max_wal_size: '2GB',
    wal_compression: 'on',
    // Values must not reach the log: DETAIL lines and statements carry them.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    log_min_messages: 'warning',
    timezone: 'UTC',
    log_timezone: 'UTC',
  }
  if (isScratch) Object.assign(chosen, { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' })
  return Object.entries(chosen).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

function spawnServer({ data, bin, user }: PostgresPlace, port: number): ChildProcess {
  const logFile = join(dataDir, 'postgres.log')
  // A log grows for ever otherwise; one generation is enough to explain a failed start.
  if (existsSync(logFile) && statSync(logFile).size > 10_000_000) rmSync(logFile)
  const log = openSync(logFile, 'a', 0o600)
  const child = spawn(join(bin, 'postgres'), ['-D', data, ...settings(port)], {
    ...(user ?? {}),
    stdio: ['ignore', log, log],
    env: { PATH: '/usr/bin:/bin', TZ: 'UTC' },
    cwd: '/',
    // Its own group: Ctrl-C in a terminal must reach us first, so that we can stop it in order.
    detached: true,
  })
  closeSync(log)
  return child
}

async function waitUntilAnswering(url: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 })
    try {
      await client.connect()
      return
    } catch {
      await delay(100)
    } finally {
      await client.end().catch(() => undefined)
    }
    if (server?.exitCode !== null && server?.exitCode !== undefined) break
  }
  throw new Error(`PostgreSQL did not start; its log: ${join(dataDir, 'postgres.log')}`)
}

/** Keeps one server running on one port until we are told to stop. */
function keepRunning(port: number, pauseMs: number): void {
  const startedAt = Date.now()
  const child = spawnServer(place, port)
  server = child
  child.once('exit', () => {
    if (isStopping) return
    const next = Date.now() - startedAt > 60_000 ? 200 : Math.min(pauseMs * 2, 10_000)
    setTimeout(() => void clearLeftover(place.data).then(() => keepRunning(port, next)), pauseMs)
  })
}

function stop(): void {
  if (isStopping) return
  isStopping = true
  if (server === null || server.exitCode !== null) process.exit(0)
  server.once('exit', () => process.exit(0))
  server.kill('SIGINT') // fast shutdown: cuts connections, writes a checkpoint
  setTimeout(() => server?.kill('SIGQUIT'), 20_000).unref()
}

async function run(): Promise<void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const secret = readSecret()
  await clearLeftover(place.data)
  makeCluster(place, secret)
  const port = await freePort()
  keepRunning(port, 200)
  const url = `postgresql://postgres:${secret}@127.0.0.1:${port}/postgres`
  await waitUntilAnswering(url)
  say({ kind: 'ready', url, data: place.data })
}

process.stdin.on('end', stop)
process.stdin.on('close', stop)
process.stdin.resume()
process.on('SIGTERM', stop)
process.on('SIGINT', () => undefined) // the parent decides
process.on('SIGHUP', () => undefined)

run().catch((error: unknown) => {
  say({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
  stop()
})
