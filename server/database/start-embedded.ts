import { spawn } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'

export type EmbeddedPostgres = {
  /** Superuser address; for making databases and roles only. */
  readonly adminUrl: string
  /** Where the data stands; not below `dataDir` when root runs us. */
  readonly data: string
  stop(): Promise<void>
}

type Options = { dataDir: string; isScratch?: boolean }

/**
 * Starts the embedded PostgreSQL through its guard. The guard stops the server when this process ends,
 * however it ends. Fails with the guard's reason.
 */
export async function startEmbeddedPostgres({
  dataDir,
  isScratch = false,
}: Options): Promise<EmbeddedPostgres> {
  const guard = spawn(
    process.execPath,
    [join(import.meta.dirname, 'postgres-guard.ts'), dataDir, ...(isScratch ? ['--scratch'] : [])],
    { stdio: ['pipe', 'pipe', 'inherit'], detached: true },
  )
  const exited = new Promise<void>((resolve) => guard.once('exit', () => resolve()))
  const line = await Promise.race([
    new Promise<string>((resolve) => createInterface({ input: guard.stdout }).once('line', resolve)),
    exited.then(() => '{"kind":"failed","reason":"the PostgreSQL guard ended at once"}'),
  ])
  const said = readGuardLine(line)
  if (said.kind === 'failed') throw new Error(said.reason)
  guard.unref()
  return {
    adminUrl: said.url,
    data: said.data,
    async stop() {
      guard.ref()
      guard.stdin.end()
      await exited
    },
  }
}

type Said = { kind: 'ready'; url: string; data: string } | { kind: 'failed'; reason: string }

function readGuardLine(line: string): Said {
  const value: unknown = JSON.parse(line)
  if (typeof value === 'object' && value !== null && 'kind' in value) {
    if (value.kind === 'ready' && 'url' in value && 'data' in value) {
      return { kind: 'ready', url: String(value.url), data: String(value.data) }
    }
    if ('reason' in value) return { kind: 'failed', reason: String(value.reason) }
  }
  return { kind: 'failed', reason: 'the PostgreSQL guard said something unreadable' }
}
