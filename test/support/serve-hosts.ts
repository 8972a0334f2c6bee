import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createFakeAgentApi } from './fake-agent.ts'

const dist = fileURLToPath(new URL('../../dist/widget/', import.meta.url))
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css' }
const PAGES: Readonly<Record<string, string>> = { i: 'h5.html', sidebar: 'sidebar.html', embed: 'embed.html' }

const policy = (ancestors: readonly string[]) =>
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
  "font-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; " +
  `frame-ancestors ${ancestors.join(' ') || "'none'"}`

/**
 * The built panel and frame as another origin than the pages around them (`localhost` here, `127.0.0.1`
 * there), with the agents' fake API behind them.
 */
export async function serveForHosts({ stageMs = 500 } = {}) {
  const api = createFakeAgentApi()
  const allowedOrigins: string[] = []
  const timers = new Set<NodeJS.Timeout>()
  const play = (id: string) => {
    const request = api.requests.get(id)
    if (request === undefined) return
    timers.add(setTimeout(() => api.move(id, 'issuing'), stageMs))
    timers.add(setTimeout(() => api.move(id, api.outcomeOf(request)), stageMs * 2))
  }
  const files = async (path: string): Promise<[string | Buffer, Record<string, string>]> => {
    const [, page = ''] = path.split('/')
    if (path === '/embed.js' || page === 'assets') {
      const type = TYPES[extname(path)] ?? 'application/octet-stream'
      return [await readFile(join(dist, path)), { 'content-type': type, 'access-control-allow-origin': '*' }]
    }
    const html = await readFile(join(dist, PAGES[page] ?? ''), 'utf8')
    const shop = JSON.stringify({ ...SHOP, allowedOrigins })
    const meta = `<meta name="fapiao-shop" content='${shop}'><link rel="icon" href="data:,">`
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy(allowedOrigins),
    }
    return [html.replace('<!--fapiao-shop-->', meta), headers]
  }
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost')
    const reply = async () => {
      if (!pathname.startsWith('/v1/')) {
        const [body, headers] = await files(pathname)
        response.writeHead(200, headers).end(body)
        return
      }
      const { status, body } = api.answer(await readCall(request, pathname.slice(3) + search))
      if (pathname === '/v1/invoice-requests' && status === 202) play((body as { id: string }).id)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    reply().catch(() => response.writeHead(404).end())
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    origin: `http://localhost:${address.port}`,
    api,
    /** The list of the shop; empty until a host is added. */
    allowedOrigins,
    close: () =>
      new Promise<void>((resolve) => {
        for (const timer of timers) clearTimeout(timer)
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const SHOP = {
  code: 'a-wx',
  name: '邮驿文创旗舰店',
  accent: '#0b6e4f',
  logoUrl: null,
  merchantName: '武汉邮驿文创有限公司',
  isDemo: true,
}

async function readCall(request: IncomingMessage, path: string) {
  let text = ''
  for await (const chunk of request) text += chunk
  return {
    method: request.method ?? 'GET',
    path,
    body: text === '' ? null : JSON.parse(text),
    token: request.headers.authorization?.replace('Bearer ', '') ?? null,
    key: request.headers['idempotency-key']?.toString() ?? null,
  }
}
