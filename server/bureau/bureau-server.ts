import http, { type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  ADMIN_ACTS,
  type AdminAct,
  answerLedger,
  answerSerial,
  viewState,
  viewWholeLedger,
} from './admin-api.ts'
import { type Answer, html, json, readBody, send, wrong } from './answer.ts'
import type { Bureau } from './bureau.ts'
import {
  type ApiDeps,
  answerCapabilities,
  answerCredit,
  answerIssue,
  answerList,
  answerQuery,
  answerRed,
  answerRedQuery,
  answerRevoke,
  answerSession,
  answerVerify,
} from './issuer-api.ts'
import { renderDesk, renderNote, renderScan } from './page.ts'
import { createScans } from './scans.ts'
import { STYLE } from './style.ts'
import { LANGS, type Lang } from './words.ts'

export type BureauServer = { readonly url: string; close(): Promise<void> }

// 2,000 lines with every field at its longest are about 1.6 MB.
const MAX_SHEET_BYTES = 4 * 1024 * 1024
const MAX_ADMIN_BYTES = 64 * 1024

const TICK_MS = 100

const EXPIRED = '二维码已失效 The code has expired'
const LOOPBACK = '127.0.0.1'
const OWN_HOST = /^(?:127\.0\.0\.1|localhost)(?::\d{1,5})?$/

/** The simulator's doors. Loopback only: it has no login, and its admin acts change what is true. */
export async function serveBureau(bureau: Bureau, port: number): Promise<BureauServer> {
  let url = ''
  const scans = createScans(bureau.nowMs, () => bureau.settings().scanLifeMs)
  const deps: ApiDeps = { bureau, scans, ownUrl: () => url }
  const server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    route(deps, request)
      .catch(() => wrong(500, 'bureau failed'))
      .then((answer) => send(response, answer))
      .catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host: LOOPBACK, backlog: 2_048 }, resolve)
  })
  url = `http://${LOOPBACK}:${portOf(server.address())}`

  // Lapses and news happen by time alone. Fast enough for a person at the desk, and for a test.
  const ticking = setInterval(() => bureau.tick().catch(() => undefined), TICK_MS)
  const close = () =>
    new Promise<void>((resolve) => {
      clearInterval(ticking)
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url, close }
}

async function route(deps: ApiDeps, request: IncomingMessage): Promise<Answer> {
  // A page of another site, or a name that was pointed at this machine, may not turn the knobs.
  if (!OWN_HOST.test(request.headers.host ?? '')) return wrong(421, 'loopback only')
  const { origin } = request.headers
  if (origin !== undefined && origin !== `http://${request.headers.host}`) return wrong(403, 'own pages only')

  const target = URL.parse(request.url ?? '/', 'http://bureau')
  if (target === null) return wrong(400, 'no such address')
  if (request.method === 'GET') return answerGet(deps, target)
  if (request.method === 'POST') return answerPost(deps, target, request)
  return wrong(405, 'GET or POST')
}

type View = (deps: ApiDeps, query: URLSearchParams) => Answer | Promise<Answer>

const VIEWS: Readonly<Record<string, View>> = {
  '/api/query': (deps, query) => answerQuery(deps, query.get('serial')),
  '/api/session': (deps, query) => answerSession(deps, query.get('account')),
  '/api/credit': (deps, query) => answerCredit(deps, query.get('account')),
  '/api/list': answerList,
  '/api/red': (deps, query) => answerRedQuery(deps, query.get('formSerial')),
  '/api/capabilities': answerCapabilities,
  '/api/verify': answerVerify,
  '/ledger': ({ bureau }) => json(viewWholeLedger(bureau)),
  '/admin/state': ({ bureau }) => json(viewState(bureau)),
  '/admin/ledger': ({ bureau }, query) => answerLedger(bureau, query),
  '/': ({ bureau }, query) => html(renderDesk(bureau, langOf(query.get('lang')))),
  '/style.css': () => ({ kind: 'text', status: 200, type: 'text/css; charset=utf-8', text: STYLE }),
}

async function answerGet(deps: ApiDeps, { pathname, searchParams }: URL): Promise<Answer> {
  const view = Object.hasOwn(VIEWS, pathname) ? VIEWS[pathname] : undefined
  if (view !== undefined) return view(deps, searchParams)

  const [, folder, name, detail] = pathname.split('/')
  if (folder === 'admin' && name === 'serial' && detail !== undefined)
    return answerSerial(deps.bureau, detail)
  if (folder !== 'scan' || name === undefined) return wrong(404, 'no such address')
  const scan = deps.scans.find(name)
  return scan === null ? html(renderNote(EXPIRED), 410) : html(renderScan(scan))
}

const INTAKES: Readonly<Record<string, (deps: ApiDeps, payload: Buffer) => Promise<Answer>>> = {
  '/api/issue': answerIssue,
  '/api/red': answerRed,
  '/api/red/revoke': async (deps, body) => answerRevoke(deps, readJson(body) ?? {}),
}

async function answerPost(deps: ApiDeps, { pathname }: URL, request: IncomingMessage): Promise<Answer> {
  const takeIn = Object.hasOwn(INTAKES, pathname) ? INTAKES[pathname] : undefined
  const body = await readBody(request, takeIn === undefined ? MAX_ADMIN_BYTES : MAX_SHEET_BYTES)
  if (body === null) return wrong(413, 'body is too large')
  if (takeIn !== undefined) return takeIn(deps, body)

  const [, folder, name = ''] = pathname.split('/')
  if (folder === 'scan') return confirmScan(deps, name)
  const act = folder === 'admin' && Object.hasOwn(ADMIN_ACTS, name) ? ADMIN_ACTS[name] : undefined
  return act === undefined ? wrong(404, 'no such address') : answerAdmin(act, deps, { request, body })
}

type Asked = { readonly request: IncomingMessage; readonly body: Buffer }

/** An act of a program answers in JSON; one of the page leads back to the page, in its language. */
async function answerAdmin(act: AdminAct, { bureau }: ApiDeps, { request, body }: Asked): Promise<Answer> {
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  const fields = isForm ? Object.fromEntries(new URLSearchParams(body.toString('utf8'))) : readJson(body)
  if (fields === null) return wrong(400, 'body is not a JSON object')
  const { lang, ...asked } = fields
  const answer = await act(bureau, asked)
  if (!isForm || answer.kind !== 'json' || answer.status !== 200) return answer
  return { kind: 'redirect', to: langOf(lang) === 'zh' ? '/' : '/?lang=en' }
}

/** The drawer confirmed: the account is online again, and the code is spent. */
async function confirmScan({ bureau, scans }: ApiDeps, token: string): Promise<Answer> {
  const scan = scans.find(token)
  if (scan === null) return html(renderNote(EXPIRED), 410)
  scans.use(scan)
  await bureau.setChannel(scan.taxId === '*' ? null : scan.taxId, 'online')
  return html(renderNote('已登录，开票通道恢复 Online again'))
}

function readJson(body: Buffer): Record<string, unknown> | null {
  if (body.byteLength === 0) return {}
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}

function langOf(value: unknown): Lang {
  return LANGS.find((lang) => lang === value) ?? 'zh'
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('bureau listens on no port')
  return address.port
}
