import { randomBytes } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { buildApp, connectParts } from '../../server/app.ts'
import { readConfig } from '../../server/config.ts'
import { openSessionLocks } from '../../server/database/session-locks.ts'
import { seedDemo } from '../../server/demo/seed.ts'
import type { Issuer } from '../../server/issuers/issuer.ts'
import { openImportDesk } from '../../server/orders/import/import-desk.ts'
import { openServices, type Services, TOKEN_ISSUER } from '../../server/services.ts'
import { findIssuePolicy } from '../../server/shops/issue-policy.store.ts'
import { rememberTitle } from '../../server/titles/remember-title.ts'
import type { ApiClaims, ClaimsByKind, LaunchClaims, SessionClaims } from '../../server/tokens/claims.ts'
import { importSigningKey } from '../../server/tokens/import-key.ts'
import { readKeyFile } from '../../server/tokens/key-file.ts'
import { newTokenId } from '../../server/tokens/make-key.ts'
import { scopesOf } from '../../server/tokens/scopes.ts'
import { type SignAt, signToken } from '../../server/tokens/sign-token.ts'
import { connectJobs } from '../../server/worker.ts'
import { createTestDatabase } from './database.ts'
import { openJobBench } from './job-bench.ts'

export const PUBLIC_URL = 'http://fapiao.test:8787'
/** Stands in the lists of all shops of the stage. */
export const HOST_ORIGIN = 'http://127.0.0.1:8788'

/** A port that nobody listens on: what is sent there fails at once. */
const CLOSED = '127.0.0.1:9'

export type Route = Pick<RouteOptions, 'url' | 'schema'> & { readonly method: string }

export type TestAppOptions = {
  /** In the place of the sandbox bureau, which cannot be reached here. */
  issuer?: Issuer
  env?: Readonly<Record<string, string>>
  /** Sees what a handler answered before the reply's schema drops what it does not declare. */
  watch?: (answer: Answer) => void
}

export type Answer = { method: string; url: string; status: number; payload: unknown }

/**
 * The app that runs in production, on a database of its own with the demo stage in it: two merchants, four
 * shops, keys and orders. Only the outside is missing: no bureau, no mail server.
 */
export async function openTestApp({ issuer, env = {}, watch = () => undefined }: TestAppOptions = {}) {
  const { url, database: _, drop } = await createTestDatabase()
  const dataDir = mkdtempSync(join(tmpdir(), 'fapiao-app-'))
  const config = readConfig({
    FAPIAO_DATA_DIR: dataDir,
    FAPIAO_MASTER_KEY: randomBytes(32).toString('hex'),
    FAPIAO_PUBLIC_URL: PUBLIC_URL,
    FAPIAO_POOL_SIZE: '8',
    FAPIAO_REQUEST_BUDGET_PERCENT: '100000', // tests come from one address, and many at once
    LOG_LEVEL: 'silent',
    ...env,
  })
  const opened = await openServices(config, url, {
    issuerUrl: `http://${CLOSED}`,
    smtpUrl: `smtp://${CLOSED}`,
  })
  const services: Services = issuer === undefined ? opened : withIssuer(opened, issuer)
  const { database, inTransaction, vault, now } = services
  await seedDemo({ database, inTransaction, vault, now, dataDir, demoPort: 8788 })

  const locks = openSessionLocks(url)
  const bugs: unknown[] = []
  const desk = openImportDesk({
    ...{ vault, now, inTransaction, issuePolicyOf: findIssuePolicy },
    holdRun: locks.hold,
    releaseRun: locks.release,
    reportBug: (error) => bugs.push(error),
  })
  const [{ app, hub }, routes] = await recordRoutes(watch, () => buildApp(services, desk))
  await app.ready()
  const jobs = await openJobBench(url, connectAllJobs(services), now)
  return {
    app,
    hub,
    services,
    database,
    databaseUrl: url,
    dataDir,
    jobs,
    /** Every route below every prefix, hidden ones too. */
    routes,
    /** Imports that ended in a bug. */
    bugs,
    a: await openMerchant(services, 'merchant-a.json'),
    b: await openMerchant(services, 'merchant-b.json'),
    /** The id of an order of the stage. */
    async orderId(number: string, shop = 'a-tm'): Promise<string> {
      const order = await database.order.findFirstOrThrow({ where: { number, shop: { code: shop } } })
      return order.id
    },
    async close() {
      await app.close()
      await desk.stop()
      await locks.close()
      await jobs.close()
      await opened.close()
      await drop()
      rmSync(dataDir, { recursive: true })
    },
  }
}

function withIssuer(services: Services, issuer: Issuer): Services {
  return {
    ...services,
    issuerOf: () => issuer,
    termsOf: (id) => ({ ...services.termsOf(id), capabilities: issuer.capabilities() }),
  }
}

export type TestApp = Awaited<ReturnType<typeof openTestApp>>
export type TestMerchant = TestApp['a']

function connectAllJobs(services: Services) {
  const { vault, now } = services
  return connectJobs(services, {
    createOrderLink: connectParts(services).createOrderLink,
    rememberTitle: (tx, merchantId, title) => rememberTitle({ vault, now }, tx, merchantId, title),
  })
}

/** Fastify tells about each new server, so that the whole route table is known and no route is forgotten. */
async function recordRoutes<T>(
  watch: (answer: Answer) => void,
  build: () => Promise<T>,
): Promise<[T, Route[]]> {
  const routes: Route[] = []
  const listen = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance }
    fastify.addHook('onRoute', (route) => {
      routes.push(...[route.method].flat().map((method) => ({ ...route, method })))
    })
    fastify.addHook('preSerialization', async ({ method, routeOptions }, reply, payload) => {
      watch({ method, url: routeOptions.url ?? '', status: reply.statusCode, payload })
      return payload
    })
  }
  subscribe('fastify.initialization', listen)
  try {
    const built = await build()
    return [built, routes.filter(({ method }) => method !== 'HEAD' && method !== 'OPTIONS')]
  } finally {
    unsubscribe('fastify.initialization', listen)
  }
}

type Changes<K extends keyof ClaimsByKind> = Partial<ClaimsByKind[K]>
/** Another time, another life, a known jti. */
type At = Partial<SignAt>

/** A merchant of the stage with its private key, and the server's keys for whoever visits its shops. */
async function openMerchant(services: Services, file: string) {
  const path = join(services.config.dataDir, 'demo', file)
  const keys = await readKeyFile(path)
  if (keys === null) throw new Error(`the stage has no ${file}`)
  const stored = await services.tokens.findKey(keys.kid)
  if (stored === null) throw new Error(`the key of ${file} is not registered`)
  const key = await importSigningKey(stored, keys.privateJwk)
  const id = keys.merchantId
  const stamp = (issuer: string, at: At) => ({ now: new Date(), issuer, jti: newTokenId(), ...at })
  const shopId = (code: string) => {
    const shop = keys.shops.find((one) => one.code === code)
    if (shop === undefined) throw new Error(`${file} has no shop ${code}`)
    return shop.id
  }
  const session = (role: 'agent' | 'customer', claims: Changes<'session'>): SessionClaims => ({
    merchant: id,
    shop: null,
    role,
    sub: role === 'agent' ? 'agent-7' : 'buyer:7',
    scopes: scopesOf(role),
    orders: [],
    origin: null,
    sid: newTokenId(),
    via: 'launch',
    since: Math.floor(Date.now() / 1000),
    ...claims,
  })
  const signSession = async (claims: SessionClaims, at: At) =>
    signToken('session', claims, await services.tokens.getSigningKey('session'), stamp(TOKEN_ISSUER, at))
  return {
    id,
    kid: keys.kid,
    shopId,
    launch: (claims: Changes<'launch'> = {}, at: At = {}) => {
      const launch: LaunchClaims = {
        ...{ merchant: id, shop: null, role: 'agent', sub: 'agent-7', orders: [], origin: null },
        ...claims,
      }
      return signToken('launch', launch, key, stamp(id, at))
    },
    api: (
      scopes: ApiClaims['scopes'] = ['orders', 'imports', 'links', 'invoices', 'sessions'],
      at: At = {},
    ) => signToken('api', { merchant: id, scopes }, key, stamp(id, at)),
    agent: (claims: Changes<'session'> = {}, at: At = {}) => signSession(session('agent', claims), at),
    customer: (claims: Changes<'session'> = {}, at: At = {}) => signSession(session('customer', claims), at),
    /** A link that stands in no row: for trying what is not accepted. */
    link: async (claims: Changes<'link'> = {}, at: At = {}) => {
      const link = { merchant: id, shop: keys.shops[0]?.id ?? '', order: null, lid: newTokenId(), ...claims }
      const stampOf = stamp(TOKEN_ISSUER, { lifeSeconds: 86_400, ...at })
      return signToken('link', link, await services.tokens.getSigningKey('link'), stampOf)
    },
    download: async (claims: Pick<ClaimsByKind['download'], 'invoice' | 'doc' | 'format'>, at: At = {}) =>
      signToken(
        'download',
        { merchant: id, ...claims },
        await services.tokens.getSigningKey('download'),
        stamp(TOKEN_ISSUER, at),
      ),
  }
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
