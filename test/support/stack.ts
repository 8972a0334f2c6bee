import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import {
  type Launch,
  type Merchant,
  mintApiToken,
  mintLaunchToken,
  readMerchants,
} from '../../embed-demo/merchant.ts'
import { prepare } from '../../server/prepare.ts'
import type { CaughtMailDetail, CaughtMailView } from './mail-catcher.ts'

const ROOT = join(import.meta.dirname, '../..')
/** A first start makes a database cluster; on a busy machine with two cores that is slow. */
const START_MS = 90_000
const STOP_MS = 30_000

export type ShopLink = {
  readonly id: string
  readonly url: string
  readonly qrSvg: string
  readonly qrPng: Buffer
  readonly expiresAt: string
}

export type Stack = {
  readonly publicUrl: string
  /** The merchant's pages; another origin. */
  readonly demoUrl: string
  readonly outboxUrl: string
  readonly bureauUrl: string
  readonly dataDir: string
  /** The address of the poster of shop A-TM, as the banner prints it. */
  h5Url(): string
  /** Everything that was printed since the last start. */
  output(): string
  /** From spawning the process to the banner, of the last start. */
  startMs(): number
  merchant(shopCode: string): Merchant
  /** A call of the merchant that owns the shop, with its own key. */
  api(shopCode: string, path: string, init?: ApiInit): Promise<Response>
  /** A poster, or with a number the link of one order; made over the API. */
  link(shopCode: string, orderNumber?: string): Promise<ShopLink>
  launch(shopCode: string, person: Partial<Launch> & Pick<Launch, 'role'>): Promise<string>
  /** Newest first. */
  mails(to: string): Promise<CaughtMailView[]>
  mail(id: string): Promise<CaughtMailDetail>
  /** The newest mail to the address; waits up to a minute (J2). */
  waitForMail(to: string): Promise<CaughtMailView>
  bytesOf(attachment: { readonly url: string }): Promise<Buffer>
  setMailState(state: 'up' | 'down'): Promise<void>
  /** `POST /admin/<act>` of the bureau simulator. */
  bureau(act: string, body?: object): Promise<unknown>
  /** As the owner of the schema, past every rule of the product. */
  query<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>
  /** An operator's command beside the running server; answers what it printed. */
  cli(...args: string[]): Promise<string>
  /** Ids of the whole family of processes, the server's own first. */
  processes(): number[]
  /** Starts again on the same data and ports. */
  start(): Promise<void>
  /** Ends the server the hard way, alone: nothing gets a chance to tidy up. */
  kill9(): Promise<void>
  /** Ctrl-C. Answers the exit code; fails where a process of the family outlives it. */
  interrupt(): Promise<number | null>
  /** `interrupt` where it still runs, and nothing is left on the disk. */
  stop(): Promise<void>
}

type ApiInit = { readonly method?: string; readonly body?: unknown; readonly key?: string }

/** The whole product as a user starts it, with data, ports and processes of its own. */
export async function openStack(env: Readonly<Record<string, string>> = {}): Promise<Stack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'fapiao-stack-'))
  const ports = await findPorts()
  const publicUrl = `http://localhost:${ports.server}`
  const environment = { ...environmentOf(dataDir, ports), ...env }
  const server = createProcess(environment)
  const directories: string[] = [dataDir]
  try {
    await server.start()
    const at = await addressOf(dataDir)
    const [row] = await ask<{ data_directory: string }>(at, 'SHOW data_directory')
    if (row !== undefined && !row.data_directory.startsWith(dataDir)) {
      directories.push(dirname(row.data_directory)) // Where root keeps it, out of reach of a 0700 directory.
    }
  } catch (error) {
    await server.interrupt().catch(() => undefined)
    await rm(dataDir, { recursive: true, force: true })
    throw error
  }
  const merchants = await readMerchants(join(dataDir, 'demo'))
  const stop = async () => {
    try {
      await server.interrupt()
    } finally {
      for (const directory of directories) await rm(directory, { recursive: true, force: true })
    }
  }
  const own = {
    publicUrl,
    demoUrl: `http://127.0.0.1:${ports.demo}`,
    dataDir,
    ...server,
    h5Url: () => /(http\S+\/i\/\S+)/.exec(server.output())?.[1] ?? '',
    query: async <Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]) =>
      ask<Row>(await addressOf(dataDir), sql, values),
    cli: (...args: string[]) => runCommand(environment, args),
    stop,
  }
  return Object.assign(
    own,
    connectMerchants(publicUrl, merchants),
    connectOutbox(`http://127.0.0.1:${ports.outbox}`),
    connectBureau(`http://127.0.0.1:${ports.bureau}`),
  )
}

async function runCommand(
  environment: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<string> {
  const command = ['--disable-proto=delete', 'server/cli/cli.ts', ...args]
  const { stdout } = await promisify(execFile)(process.execPath, command, {
    cwd: ROOT,
    env: { ...environment },
  })
  return stdout
}

type Ports = { server: number; demo: number; outbox: number; bureau: number }

function environmentOf(dataDir: string, ports: Ports): Record<string, string> {
  const { PATH = '', HOME = '/', NODE_COMPILE_CACHE = '' } = process.env
  return {
    PATH,
    HOME,
    NODE_COMPILE_CACHE, // empty: none
    FAPIAO_DATA_DIR: dataDir,
    PORT: String(ports.server),
    FAPIAO_PUBLIC_URL: `http://localhost:${ports.server}`,
    FAPIAO_DEMO_PORT: String(ports.demo),
    FAPIAO_OUTBOX_PORT: String(ports.outbox),
    FAPIAO_BUREAU_PORT: String(ports.bureau),
    LOG_LEVEL: 'warn',
  }
}

/** Four free ports; the outbox needs the next one as well, for its mail server. */
async function findPorts(): Promise<Ports> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 20_000)
    const five = [0, 1, 2, 3, 4].map((step) => first + step)
    if ((await Promise.all(five.map(isFree))).every(Boolean)) {
      return { server: first, demo: first + 1, outbox: first + 2, bureau: first + 4 }
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

type Running = { child: ChildProcess; said: string; family: Map<number, string> }

function createProcess(env: Readonly<Record<string, string>>) {
  let running: Running | null = null
  let startMs = 0

  const start = async () => {
    prepare({ widget: true })
    const since = Date.now()
    const child = spawn(process.execPath, ['--disable-proto=delete', 'server/main.ts'], {
      cwd: ROOT,
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    // A test run that breaks off leaves no product behind.
    const followUs = () => child.kill('SIGINT')
    process.once('exit', followUs)
    child.once('exit', () => process.off('exit', followUs))
    const own: Running = { child, said: '', family: new Map() }
    running = own
    const listen = (part: Buffer) => {
      own.said += part.toString('utf8')
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    while (!own.said.includes('Stop with Ctrl-C')) {
      if (child.exitCode !== null) throw new Error(`the product ended with ${child.exitCode}: ${own.said}`)
      if (Date.now() - since > START_MS) throw new Error(`the product did not start: ${own.said}`)
      await delay(25)
    }
    startMs = Date.now() - since
  }
  const isRunning = ({ child }: Running) => child.exitCode === null && child.signalCode === null
  const end = async (signal: 'SIGINT' | 'SIGKILL') => {
    if (running === null) return null
    const { child, family } = running
    if (isRunning(running)) {
      for (const pid of familyOf(child.pid ?? 0)) family.set(pid, birthOf(pid))
      child.kill(signal)
      const hanging = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
      await once(child, 'exit')
      clearTimeout(hanging)
    }
    return child.exitCode
  }
  return {
    start,
    startMs: () => startMs,
    output: () => running?.said ?? '',
    processes: () => familyOf(running?.child.pid ?? 0),
    kill9: async () => {
      await end('SIGKILL')
    },
    interrupt: async () => {
      const family = running?.family ?? new Map<number, string>()
      const code = await end('SIGINT')
      await waitUntilGone(family)
      return code
    },
  }
}

/** A process and everything below it. Companions lead groups of their own, but have us as their parent. */
function familyOf(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of listProc()) parents.set(Number(name), parentOf(Number(name)))
  const family = [pid]
  for (const member of family) {
    for (const [child, parent] of parents) if (parent === member) family.push(child)
  }
  return family
}

/** Empty where there is no /proc: then only the exit of the server itself is seen. */
function listProc(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

const statOf = (pid: number): string[] => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}
const parentOf = (pid: number): number => Number(statOf(pid)[1] ?? 0)
/** Ticks since boot; empty for one that is gone, and for a zombie, which runs no more. */
const birthOf = (pid: number): string => (statOf(pid)[0] === 'Z' ? '' : (statOf(pid)[19] ?? ''))

/** The last words of a family may take a moment; what is still there after ten seconds is left behind. */
async function waitUntilGone(family: ReadonlyMap<number, string>): Promise<void> {
  const left = () => [...family].filter(([pid, birth]) => birth !== '' && birthOf(pid) === birth)
  for (const until = Date.now() + 10_000; left().length > 0; await delay(50)) {
    if (Date.now() < until) continue
    const names = left().map(([pid]) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '))
    throw new Error(`left running: ${names.join(' | ')}`)
  }
}

async function addressOf(dataDir: string): Promise<string> {
  const note: unknown = JSON.parse(await readFile(join(dataDir, 'postgres.url'), 'utf8'))
  if (typeof note !== 'object' || note === null || !('url' in note)) throw new Error('no database address')
  return String(note.url)
}

async function ask<Row extends pg.QueryResultRow>(
  connectionString: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return (await client.query<Row>(sql, [...values])).rows
  } finally {
    await client.end()
  }
}

function connectMerchants(publicUrl: string, merchants: readonly Merchant[]) {
  const merchant = (shopCode: string): Merchant => {
    const found = merchants.find(({ shops }) => shops.some(({ code }) => code === shopCode))
    if (found === undefined) throw new Error(`no merchant has a shop ${shopCode}`)
    return found
  }
  const api = async (shopCode: string, path: string, { method, body, key }: ApiInit = {}) => {
    const scopes = ['orders', 'imports', 'links']
    const token = await mintApiToken(merchant(shopCode), scopes, new Date())
    return fetch(`${publicUrl}/v1${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        authorization: `Bearer ${token}`,
        'idempotency-key': key ?? crypto.randomUUID(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }
  return {
    merchant,
    api,
    async link(shopCode: string, orderNumber?: string): Promise<ShopLink> {
      const body = orderNumber === undefined ? {} : { orderNumber }
      const reply = await api(shopCode, `/shops/${shopCode}/links`, { body })
      if (!reply.ok) throw new Error(`no link: ${reply.status} ${await reply.text()}`)
      const made = await readJson<Omit<ShopLink, 'qrPng'> & { qrPng: string }>(reply)
      return { ...made, qrPng: Buffer.from(made.qrPng, 'base64') }
    },
    launch(shopCode: string, person: Partial<Launch> & Pick<Launch, 'role'>): Promise<string> {
      const owner = merchant(shopCode)
      const shopId = owner.shops.find(({ code }) => code === shopCode)?.id ?? null
      const plain = { shopId, subject: 'e2e', orders: [], origin: publicUrl }
      return mintLaunchToken(owner, { ...plain, ...person }, new Date())
    },
  }
}

function connectOutbox(outboxUrl: string) {
  const call = async (path: string, init?: RequestInit): Promise<Response> => {
    const reply = await fetch(`${outboxUrl}${path}`, init)
    if (!reply.ok) throw new Error(`the outbox answered ${reply.status} to ${path}`)
    return reply
  }
  const mails = async (to: string): Promise<CaughtMailView[]> => {
    const path = `/api/mails?limit=200&to=${encodeURIComponent(to)}`
    return (await readJson<{ mails: CaughtMailView[] }>(await call(path))).mails
  }
  return {
    outboxUrl,
    mails,
    mail: async (id: string) => readJson<CaughtMailDetail>(await call(`/api/mails/${id}`)),
    async waitForMail(to: string): Promise<CaughtMailView> {
      for (const until = Date.now() + 60_000; Date.now() < until; await delay(100)) {
        const [newest] = await mails(to)
        if (newest !== undefined) return newest
      }
      throw new Error(`no mail came to ${to} within a minute`)
    },
    bytesOf: async ({ url }: { readonly url: string }) => Buffer.from(await (await call(url)).arrayBuffer()),
    async setMailState(state: 'up' | 'down'): Promise<void> {
      const headers = { 'content-type': 'application/json' }
      await call('/api/state', { method: 'POST', headers, body: JSON.stringify({ state }) })
    },
  }
}

function connectBureau(bureauUrl: string) {
  return {
    bureauUrl,
    async bureau(act: string, body: object = {}): Promise<unknown> {
      const reply = await fetch(`${bureauUrl}/admin/${act}`, { method: 'POST', body: JSON.stringify(body) })
      if (!reply.ok) throw new Error(`${act}: ${reply.status} ${await reply.text()}`)
      return reply.json()
    },
  }
}

/** Our own servers in our own test: taken at their word, and wrong fields fail the assertion that reads them. */
async function readJson<T>(reply: Response): Promise<T> {
  return (await reply.json()) as T
}
