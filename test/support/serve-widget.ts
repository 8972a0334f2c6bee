import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PNG } from 'pngjs'
import { createFakeApi, type FakeApi } from './fake-api.ts'

const dist = fileURLToPath(new URL('../../dist/widget/', import.meta.url))
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css' }

/** As the real server sends it, so that a page that works here works there. */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
  "font-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"

const SHOP = {
  code: 'a-wx',
  name: '邮驿文创旗舰店',
  accent: '#0b6e4f',
  logoUrl: null,
  merchantName: '武汉邮驿文创有限公司',
  allowedOrigins: [],
  isDemo: true,
}

export type ServedWidget = { readonly origin: string; readonly api: FakeApi; close(): Promise<void> }

/** The built widget with a fake API behind it. `stageMs` is how long a request stays in each stage. */
export async function serveWidget({ stageMs = 600 } = {}): Promise<ServedWidget> {
  const api = createFakeApi()
  const timers = new Set<NodeJS.Timeout>()
  const after = (ms: number, act: () => void) => timers.add(setTimeout(act, ms))
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const answer = url.pathname.startsWith('/v1/')
      ? answerCall(api, request, response, (id) => play(api, id, { stageMs, after }))
      : answerFile(url.pathname, response)
    answer.catch(() => response.writeHead(404).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    api,
    close: () =>
      new Promise((resolve) => {
        for (const timer of timers) clearTimeout(timer)
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

type Clock = { stageMs: number; after(ms: number, act: () => void): void }

/** The worker: queued → issuing → whatever the order is made for. */
function play(api: FakeApi, id: string, { stageMs, after }: Clock): void {
  const request = api.requests.get(id)
  if (request === undefined || request.undoUntil !== null) return
  const end = api.outcomeOf(request)
  after(stageMs, () => api.move(id, 'issuing'))
  after(stageMs * 2, () => api.move(id, end))
}

async function answerCall(
  api: FakeApi,
  request: IncomingMessage,
  response: ServerResponse,
  onMade: (id: string) => void,
): Promise<void> {
  let text = ''
  for await (const chunk of request) text += chunk
  const { status, body } = api.answer({
    method: request.method ?? 'GET',
    path: (request.url ?? '').slice('/v1'.length),
    body: text === '' ? null : JSON.parse(text),
    token: request.headers.authorization?.replace('Bearer ', '') ?? null,
    key: request.headers['idempotency-key']?.toString() ?? null,
  })
  if (request.url === '/v1/invoice-requests' && status === 202) onMade((body as { id: string }).id)
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function answerFile(path: string, response: ServerResponse): Promise<void> {
  if (path.startsWith('/assets/')) {
    const file = await readFile(join(dist, path))
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(file)
  } else if (path.startsWith('/files/') && path.endsWith('.png')) {
    const picture = new PNG({ width: 840, height: 560, colorType: 2 })
    picture.data.fill(0xf2)
    response.writeHead(200, { 'content-type': 'image/png' }).end(PNG.sync.write(picture))
  } else if (path.startsWith('/i/')) {
    const html = await readFile(join(dist, 'h5.html'), 'utf8')
    const meta = `<meta name="fapiao-shop" content='${JSON.stringify(SHOP)}'><link rel="icon" href="data:,">`
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': CSP })
      .end(html.replace('<!--fapiao-shop-->', meta))
  } else throw new Error('not found')
}
