import { mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Config } from '../config.ts'
import { migrate } from './migrate.ts'
import { startEmbeddedPostgres } from './start-embedded.ts'

export type ConnectedDatabase = {
  /** The owner's address. Carries a password: never log it. */
  readonly url: string
  /** Ends what this call started; nothing where the server belongs to another process. */
  stop(): Promise<void>
}

const DATABASE = 'fapiao'

/** How long a server that is being started or restarted by another process is waited for. */
const PATIENCE_MS = 60_000
/** A take-over is a few synchronous file calls; an older mark belongs to a process that died in them. */
const TAKE_OVER_MS = 5_000

/**
 * The database to work on, at its newest schema: `DATABASE_URL`; else the embedded server that another
 * process of this data directory runs; else one started here. Only one process may start it, because a
 * starting server ends whatever runs on its data. Rejects when another process holds it and it does not
 * answer.
 */
export async function connectDatabase(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
): Promise<ConnectedDatabase> {
  if (config.databaseUrl !== null) {
    const url = config.databaseUrl.reveal()
    await migrate(url)
    return { url, stop: async () => undefined }
  }
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  const note = noteOf(config.dataDir)
  for (const until = Date.now() + PATIENCE_MS; ; ) {
    if (note.claim()) return startHere(config.dataDir, note)
    const running = note.read()
    if (running?.url && (await answers(running.url))) return { url: running.url, stop: async () => undefined }
    if (Date.now() > until) {
      throw new Error(
        `process ${running?.pid} holds the database of ${config.dataDir}, and it does not answer`,
      )
    }
    await delay(200)
  }
}

async function startHere(dataDir: string, note: Note): Promise<ConnectedDatabase> {
  try {
    const postgres = await startEmbeddedPostgres({ dataDir })
    const url = postgres.adminUrl.replace(/[^/]+$/, DATABASE)
    await createDatabase(postgres.adminUrl)
    await migrate(url)
    note.write(url)
    return {
      url,
      async stop() {
        await postgres.stop()
        note.remove()
      },
    }
  } catch (error) {
    note.remove()
    throw error
  }
}

async function createDatabase(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`)
  } finally {
    await client.end()
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Who runs the server of a data directory. `url` is null while it starts. */
type Running = { pid: number; birth: string | null; url: string | null }

type Note = {
  /** True: nobody ran it, and from now on this process does. */
  claim(): boolean
  read(): Running | null
  write(url: string): void
  remove(): void
}

/** `postgres.url` in the data directory, readable by its owner only. */
function noteOf(dataDir: string): Note {
  const file = join(dataDir, 'postgres.url')
  const self = { pid: process.pid, birth: birthOf(process.pid) }
  const put = (running: Running) => {
    // Renamed into place: a reader never meets half a note and takes it for none.
    const fresh = `${file}.${process.pid}`
    writeFileSync(fresh, JSON.stringify(running), { mode: 0o600 })
    renameSync(fresh, file)
  }
  const read = () => readNote(file)
  return {
    read,
    write: (url) => put({ ...self, url }),
    remove: () => rmSync(file, { force: true }),
    claim: () =>
      exclusively(`${file}.lock`, () => {
        const running = read()
        if (running !== null && isAlive(running)) return false
        put({ ...self, url: null })
        return true
      }),
  }
}

/** Runs a synchronous step in one process at a time; false where another one is at it. */
function exclusively(lock: string, step: () => boolean): boolean {
  try {
    mkdirSync(lock)
  } catch {
    dropStaleLock(lock)
    return false
  }
  try {
    return step()
  } finally {
    rmdirSync(lock)
  }
}

function dropStaleLock(lock: string): void {
  try {
    if (Date.now() - statSync(lock).mtimeMs > TAKE_OVER_MS) rmdirSync(lock)
  } catch {
    // It was removed meanwhile.
  }
}

function readNote(file: string): Running | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof value !== 'object' || value === null) return null
    const { pid, birth, url }: Record<string, unknown> = { ...value }
    if (typeof pid !== 'number') return null
    return {
      pid,
      birth: typeof birth === 'string' ? birth : null,
      url: typeof url === 'string' ? url : null,
    }
  } catch {
    return null
  }
}

/** A pid alone is not enough: after a restart of the machine or a container another process carries it. */
function isAlive({ pid, birth }: Running): boolean {
  if (birth !== birthOf(pid)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** When the kernel started the process, in ticks since boot; null where there is no /proc. */
function birthOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
