import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { type Config, readConfig } from '../../server/config.ts'
import { connectDatabase } from '../../server/database/connect.ts'
import { openServices, type Services } from '../../server/services.ts'

const MAIN = join(import.meta.dirname, '../../server/main.ts')

export type BenchStack = {
  readonly config: Config
  readonly services: Services
  readonly ports: { web: number; bureau: number; outbox: number }
  /** One more worker process on the same database. */
  addWorker(): Promise<void>
  stop(): Promise<void>
}

/** The whole product in processes of its own, fsync on, on free ports and a directory of its own. */
export async function openBenchStack(extra: Record<string, string> = {}): Promise<BenchStack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fapiao-bench-'))
  const [web, demo, outbox, smtp, bureau] = await freePorts(5)
  // The outbox takes two neighbouring ports; a free pair is found by asking for the first and hoping.
  const env = {
    FAPIAO_DATA_DIR: dataDir,
    PORT: String(web),
    FAPIAO_DEMO_PORT: String(demo),
    FAPIAO_OUTBOX_PORT: String(outbox),
    FAPIAO_BUREAU_PORT: String(bureau),
    LOG_LEVEL: 'error',
    FAPIAO_REQUEST_BUDGET_PERCENT: '100000', // all of the load comes from one address
    ...extra,
  }
  void smtp
  const children = [await startMain(env)]
  const config = readConfig(env)
  const database = await connectDatabase(config)
  const urls = { issuerUrl: `http://127.0.0.1:${bureau}`, smtpUrl: `smtp://127.0.0.1:${Number(outbox) + 1}` }
  const services = await openServices({ ...config, poolSize: 6 }, database.url, urls)
  return {
    config,
    services,
    ports: { web: Number(web), bureau: Number(bureau), outbox: Number(outbox) },
    async addWorker() {
      children.push(
        await startMain({
          ...env,
          FAPIAO_ROLE: 'worker',
          FAPIAO_DEMO: '0',
          FAPIAO_ISSUER_URL: urls.issuerUrl,
          SMTP_URL: urls.smtpUrl,
        }),
      )
    },
    async stop() {
      await services.close()
      await database.stop()
      for (const child of children.reverse()) await end(child)
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Resolves when it prints what a person waits for, or as a worker has had time to connect. */
async function startMain(env: Record<string, string>): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--disable-proto=delete', MAIN], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const isWorker = env.FAPIAO_ROLE === 'worker'
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('Demo pages') || line.includes('worker is ready')) resolve()
    })
    if (isWorker) setTimeout(resolve, 5_000)
  })
  return child
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGINT')
  })
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer()
          server.listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  const ports = servers.map((server) => {
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
