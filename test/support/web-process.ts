import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import type { TestApp } from './app.ts'

const ROOT = join(import.meta.dirname, '../..')
const START_MS = 60_000

export type WebProcess = {
  readonly url: string
  /** A call with a bearer token, or none. */
  call(method: string, path: string, token?: string, body?: object): Promise<Response>
  /** A greeted socket; `code` is how it was closed, 0 while it is open. */
  greet(token: string): Promise<{ code: number }>
  stop(): Promise<void>
}

/** The product itself as a web process on the stage's database: one of several behind a proxy. */
export async function startWebProcess({ services, databaseUrl, dataDir }: TestApp): Promise<WebProcess> {
  const port = await findPort()
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, ['--disable-proto=delete', 'server/main.ts'], {
    cwd: ROOT,
    env: {
      ...{ PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' },
      ...{ FAPIAO_ROLE: 'web', FAPIAO_DEMO: '0', PORT: String(port), FAPIAO_PUBLIC_URL: url },
      ...{ FAPIAO_DATA_DIR: dataDir, FAPIAO_POOL_SIZE: '4', LOG_LEVEL: 'error' },
      ...{ DATABASE_URL: databaseUrl, FAPIAO_MASTER_KEY: services.config.masterKey.reveal() },
      ...{ FAPIAO_ISSUER_URL: 'http://127.0.0.1:9', SMTP_URL: 'smtp://127.0.0.1:9' },
      FAPIAO_REQUEST_BUDGET_PERCENT: '100000', // one address asks for everybody
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  await untilReady(child, url)
  return {
    url,
    call: (method, path, token, body) =>
      fetch(`${url}${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async greet(token) {
      const seen = { code: 0 }
      const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/live`)
      socket.addEventListener('close', ({ code }) => {
        seen.code = code
      })
      await heard(socket, 'open')
      const ready = heard(socket, 'message')
      socket.send(JSON.stringify({ kind: 'hello', token }))
      await ready
      return seen
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

function heard(socket: WebSocket, event: 'open' | 'message'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.addEventListener(event, () => resolve(), { once: true })
    socket.addEventListener('close', ({ code }) => reject(new Error(`closed with ${code}`)), { once: true })
  })
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  for (const until = Date.now() + START_MS; Date.now() < until; await delay(50)) {
    if (child.exitCode !== null) throw new Error(`the web process ended with ${child.exitCode}`)
    const reply = await fetch(`${url}/readyz`).catch(() => null)
    if (reply?.ok === true) return
  }
  child.kill('SIGKILL')
  throw new Error('the web process did not start')
}

async function findPort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
