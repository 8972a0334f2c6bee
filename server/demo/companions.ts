import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'

/** A process of the demo that lives as long as we do: it ends when its stdin closes. */
export type Companion = { readonly name: string; stop(): Promise<void> }

const ROOT = join(import.meta.dirname, '../..')
const START_MS = 20_000

/** After a `kill -9` of ours, what we had started may hold its port for a moment longer. */
const ATTEMPTS = 4
const PAUSE_MS = 750

/** Starts one and waits for its first line, which says that it is ready. Fails with what it printed last. */
export async function startCompanion(
  name: string,
  file: string,
  args: readonly string[],
): Promise<Companion> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(name, file, args)
    } catch (error) {
      if (attempt === ATTEMPTS) throw error
      await delay(PAUSE_MS)
    }
  }
}

async function startOnce(name: string, file: string, args: readonly string[]): Promise<Companion> {
  const child = spawn(process.execPath, [join(ROOT, file), ...args, '--with-parent'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Its own group: Ctrl-C reaches us, and we end it in order.
    detached: true,
  })
  const complaint: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) =>
    complaint.splice(0, complaint.length - 4, line),
  )
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const isReady = await Promise.race([firstLine(child), exited.then(() => false), timeout(START_MS)])
  if (!isReady) {
    child.kill('SIGKILL')
    throw new Error(`${name} did not start: ${complaint.join(' ') || 'it said nothing'}`)
  }
  child.unref()
  return {
    name,
    async stop() {
      child.ref()
      child.stdin?.end()
      await exited
    },
  }
}

function firstLine(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    if (child.stdout === null) return resolve(false)
    createInterface({ input: child.stdout }).once('line', () => resolve(true))
  })
}

function timeout(ms: number): Promise<boolean> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms).unref())
}

export type CompanionPlan = {
  dataDir: string
  publicUrl: string
  bureauPort: number
  outboxPort: number
  demoPort: number
}

/** Where the demo's other processes answer. */
export function companionUrls({ bureauPort, outboxPort, demoPort }: CompanionPlan) {
  return {
    bureau: `http://127.0.0.1:${bureauPort}`,
    outbox: `http://127.0.0.1:${outboxPort}`,
    smtp: `smtp://127.0.0.1:${outboxPort + 1}`,
    demo: `http://127.0.0.1:${demoPort}`,
  }
}

/** The bureau simulator and the mail outbox: needed before anything is issued. */
export function startBackstage(plan: CompanionPlan & { callbackUrl: string }): Promise<Companion[]> {
  const { dataDir, bureauPort, outboxPort, callbackUrl } = plan
  return Promise.all([
    startCompanion('the bureau simulator', 'server/bureau/main.ts', [
      '--data',
      join(dataDir, 'bureau/ledger.jsonl'),
      '--port',
      String(bureauPort),
      '--callback-url',
      callbackUrl,
    ]),
    startCompanion('the mail outbox', 'server/outbox/main.ts', [
      '--dir',
      join(dataDir, 'outbox'),
      '--http-port',
      String(outboxPort),
      '--smtp-port',
      String(outboxPort + 1),
    ]),
  ])
}

/** False on the very first start: the seed writes them. */
export function hasDemoKeys(dataDir: string): boolean {
  return (
    existsSync(join(dataDir, 'demo/merchant-a.json')) && existsSync(join(dataDir, 'demo/merchant-b.json'))
  )
}

/** The demo pages: a merchant's own backend, on another origin. Needs the keys that the seed writes. */
export function startDemoPages(plan: CompanionPlan): Promise<Companion> {
  const { bureau, outbox } = companionUrls(plan)
  return startCompanion('the demo pages', 'embed-demo/server.ts', [
    '--keys',
    join(plan.dataDir, 'demo'),
    '--server',
    plan.publicUrl,
    '--port',
    String(plan.demoPort),
    '--outbox',
    outbox,
    '--bureau',
    bureau,
  ])
}
