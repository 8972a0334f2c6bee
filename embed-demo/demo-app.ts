import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { URI } from 'otpauth'
import { type Merchant, mintApiToken, mintLaunchToken } from './merchant.ts'
import type { DemoAccount } from './staff.ts'

export type DemoDeps = {
  readonly merchants: readonly Merchant[]
  /** Read anew each time: the seed may write them after this process began. */
  readAccounts(): Promise<readonly DemoAccount[]>
  /** Where the product runs; another origin than this one. */
  readonly serverUrl: string
  /** Links to the other parts of the stage, shown on the first page. */
  readonly outboxUrl: string | null
  readonly bureauUrl: string | null
  readonly fetch: typeof fetch
  readonly now: () => Date
}

const PAGES = fileURLToPath(new URL('pages', import.meta.url))
const CONSOLE_SHOP = 'a-tm'
const STOREFRONT = { shop: 'a-wx', orders: ['WX-2001', 'WX-2002', 'WX-2003'], buyer: 'buyer-wx-7' }
/** A spreadsheet of 20 MB must be refused by the product, not by this proxy. */
const UPLOAD_MAX_BYTES = 64 * 1024 * 1024

/** The merchant's side of the demo: pages, and a backend that mints tokens with the merchant's own key. */
export async function buildDemoApp(deps: DemoDeps): Promise<FastifyInstance> {
  const app = Fastify({ bodyLimit: UPLOAD_MAX_BYTES, forceCloseConnections: true })
  // A name that only resolves to this machine must not reach the minting (DNS rebinding).
  app.addHook('onRequest', async (request, reply) => {
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.host)) await reply.code(421).send()
  })
  app.addHook('onSend', async (request, reply) => {
    if (String(reply.getHeader('content-type')).startsWith('text/html')) {
      reply.header('content-security-policy', policyOf(request.url, new URL(deps.serverUrl).origin))
    }
    reply.header('referrer-policy', 'strict-origin').header('x-content-type-options', 'nosniff')
    reply.header('cache-control', 'no-store')
  })
  const storefront = await readFile(new URL('pages/storefront.html', import.meta.url), 'utf8')
  // A shop writes the loader's address into its page: trusted types forbid scripts to set it later.
  const page = storefront.replace('__PRODUCT__', deps.serverUrl)
  app.get('/storefront', async (_, reply) => reply.type('text/html; charset=utf-8').send(page))
  await app.register(fastifyStatic, { root: PAGES, extensions: ['html'] })
  addStage(app, deps)
  addLaunch(app, deps)
  addLink(app, deps)
  addImports(app, deps)
  addAuthenticator(app, deps)
  return app
}

/** The storefront is as strict as a careful shop's: the loader needs script-src and frame-src, nothing else. */
function policyOf(url: string, product: string): string {
  const shared = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  if (!url.startsWith('/storefront')) {
    return `default-src 'self'; img-src 'self' data:; frame-src ${product}; ${shared}`
  }
  return (
    `default-src 'none'; script-src 'self' ${product}; style-src 'self'; img-src 'self' data:; connect-src 'self'; ` +
    `frame-src ${product}; require-trusted-types-for 'script'; ${shared}`
  )
}

/** Addresses for the pages; nothing secret. */
function addStage(app: FastifyInstance, { serverUrl, outboxUrl, bureauUrl, merchants }: DemoDeps): void {
  const shops = merchants.flatMap((merchant) => merchant.shops.map(({ code }) => code))
  app.get('/api/stage', async () => ({
    serverUrl,
    outboxUrl,
    bureauUrl,
    shops,
    consoleShop: CONSOLE_SHOP,
    storefront: STOREFRONT,
  }))
}

/**
 * `POST /api/launch`: a token for the person signed in at this site. Which orders are whose is known here and
 * nowhere else; a real backend takes them from its own session, as this one does from a constant.
 */
function addLaunch(app: FastifyInstance, deps: DemoDeps): void {
  app.post('/api/launch', async (request, reply) => {
    const { surface, sessionSeconds } = membersOf(request.body)
    const isConsole = surface === 'console'
    const found = findShop(deps.merchants, isConsole ? CONSOLE_SHOP : STOREFRONT.shop)
    if (found === null || (!isConsole && surface !== 'storefront')) return refuse(reply, 404)

    const person = isConsole
      ? { shopId: null, role: 'agent' as const, subject: 'agent-lin', orders: [] }
      : { shopId: found.id, role: 'customer' as const, subject: STOREFRONT.buyer, orders: STOREFRONT.orders }
    // Bound to this site: framed by another one, the token is worth nothing.
    const origin = `http://${request.host}`
    const launch = { ...person, origin, sessionSeconds: readSeconds(sessionSeconds) }
    return { launchToken: await mintLaunchToken(found.merchant, launch, deps.now()) }
  })
}

/** What the till sold, by order number: a till knows its sale and asks the product for nothing but the link. */
export const SALES: Readonly<
  Record<string, readonly { readonly title: string; readonly paidFen: number }[]>
> = {
  'WX-2001': [{ title: '邮路主题手账', paidFen: 99_90 }],
  'WX-2003': [{ title: '火漆蜡粒 四色', paidFen: 60_00 }],
  'TM-1001': [{ title: '驿站主题手账礼盒', paidFen: 299_00 }],
  'TM-1009': [
    { title: '定制藏书票套盒', paidFen: 113_00 },
    { title: '藏书票图案设计服务', paidFen: 106_00 },
  ],
  'DEMO-SLOW': [{ title: '邮驿贴纸', paidFen: 50_00 }],
}

/** `POST /api/link`: what a till prints below the total. One call with the merchant's own token. */
function addLink(app: FastifyInstance, deps: DemoDeps): void {
  app.post('/api/link', async (request, reply) => {
    const { shop, order } = membersOf(request.body)
    const found = typeof shop === 'string' ? findShop(deps.merchants, shop) : null
    if (found === null || typeof order !== 'string') return refuse(reply, 404)

    const token = await mintApiToken(found.merchant, ['links'], deps.now())
    const link = await deps.fetch(`${deps.serverUrl}/v1/shops/${found.code}/links`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ orderNumber: order }),
    })
    const { url, qrSvg, expiresAt } = membersOf(await readBody(link))
    if (link.status !== 201) return refuse(reply, link.status)
    return { url, qrSvg, expiresAt, lines: Object.hasOwn(SALES, order) ? SALES[order] : [] }
  })
}

/** `/api/imports…`: the page never holds an API token; this backend adds its own and passes the rest through. */
function addImports(app: FastifyInstance, deps: DemoDeps): void {
  const pass = async (reply: FastifyReply, path: string, init: RequestInit & { shop?: string } = {}) => {
    const [merchant] = deps.merchants.filter(({ shops }) =>
      shops.some(({ code }) => code === (init.shop ?? CONSOLE_SHOP)),
    )
    if (merchant === undefined) return refuse(reply, 404)
    const token = await mintApiToken(merchant, ['imports'], deps.now())
    const headers = {
      ...init.headers,
      authorization: `Bearer ${token}`,
      'idempotency-key': crypto.randomUUID(),
    }
    const answer = await deps.fetch(`${deps.serverUrl}/v1/imports${path}`, { ...init, headers })
    for (const name of ['content-type', 'content-disposition']) {
      const value = answer.headers.get(name)
      if (value !== null) reply.header(name, value)
    }
    return reply.code(answer.status).send(Buffer.from(await answer.arrayBuffer()))
  }

  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer' },
    async (_: unknown, body: Buffer) => body,
  )
  app.post('/api/imports', async (request, reply) => {
    const { shop, dry_run: dryRun } = membersOf(request.query)
    const contentType = request.headers['content-type']
    if (typeof shop !== 'string' || contentType === undefined || !Buffer.isBuffer(request.body)) {
      return refuse(reply, 422)
    }
    const query = new URLSearchParams({ shop, dry_run: dryRun === 'false' ? 'false' : 'true' })
    const headers = { 'content-type': contentType }
    return pass(reply, `?${query}`, { method: 'POST', headers, body: new Uint8Array(request.body), shop })
  })
  app.get('/api/imports/:id', async (request, reply) => {
    return pass(reply, `/${encodeURIComponent(String(membersOf(request.params).id))}`)
  })
  app.get('/api/imports/:id/rejections', async (request, reply) => {
    return pass(reply, `/${encodeURIComponent(String(membersOf(request.params).id))}/rejected.csv`)
  })
}

/**
 * `/api/authenticator`: the phones of the demo's staff, all in one drawer, so that a tester needs none. Real
 * secrets are in nobody's file; these were made for the stage and open nothing else.
 */
function addAuthenticator(app: FastifyInstance, { readAccounts, serverUrl, now }: DemoDeps): void {
  app.get('/api/authenticator', async () => {
    const timestamp = now().getTime()
    const accounts = await readAccounts()
    return {
      consoleUrl: `${serverUrl}/console`,
      endsInMs: 30_000 - (timestamp % 30_000),
      accounts: accounts.map(({ login, role, password, totpUri }) => ({
        login,
        role,
        password,
        code: URI.parse(totpUri).generate({ timestamp }),
      })),
    }
  })
}

function findShop(merchants: readonly Merchant[], code: string) {
  for (const merchant of merchants) {
    const shop = merchant.shops.find((candidate) => candidate.code === code)
    if (shop !== undefined) return { merchant, id: shop.id, code }
  }
  return null
}

const refuse = (reply: FastifyReply, status: number) => reply.code(status).send({ status })

async function readBody(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return null
  }
}

const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

const readSeconds = (value: unknown): number | undefined =>
  Number.isInteger(value) && Number(value) >= 5 && Number(value) <= 900 ? Number(value) : undefined
