import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { recordAudit } from '../../server/audit/record.ts'
import { connectGrants } from '../../server/connect-grants.ts'
import { inTransactionOf } from '../../server/database/database.ts'
import { v7 } from '../../server/database/ids.ts'
import { createApp } from '../../server/http/create-app.ts'
import { createHub } from '../../server/live/hub.ts'
import { LIVE_LIMITS, type LiveLimits, liveRoutes } from '../../server/live/routes.ts'
import { findTopicOwner } from '../../server/live/topic.store.ts'
import { findOrder, findOrdersByNumber } from '../../server/orders/order.store.ts'
import { normaliseOrderNumber } from '../../server/orders/order-input.ts'
import { findLink, insertLink, markRevoked } from '../../server/shops/link.store.ts'
import { shopRoutes } from '../../server/shops/routes.ts'
import { findShopByCode, findShopsOf } from '../../server/shops/shop.store.ts'
import { createShopBook } from '../../server/shops/shop-book.ts'
import { viewShop } from '../../server/shops/view-shop.ts'
import type { ApiClaims, LaunchClaims } from '../../server/tokens/claims.ts'
import { importSigningKey } from '../../server/tokens/import-key.ts'
import { makeKeyPair, newTokenId } from '../../server/tokens/make-key.ts'
import { tokenRoutes } from '../../server/tokens/routes.ts'
import { API_SCOPES } from '../../server/tokens/scopes.ts'
import { signToken } from '../../server/tokens/sign-token.ts'
import { openTokenStore } from '../../server/tokens/token.store.ts'
import { createTestDatabase } from './database.ts'
import { openTestVault, type StagedMerchant, stageMerchant, stageOrder } from './stage.ts'

export const PUBLIC_URL = 'http://fapiao.test:8787'
export const HOST_ORIGIN = 'https://shop.example'

/**
 * The server's tokens, shops and live events on a real database, with a clock that stands until it is
 * moved: merchant A with three shops and DUP-4001 in two of them, merchant B with one and A's TM-1001.
 */
export async function openGrantStage(changes: Partial<LiveLimits> = {}) {
  const { database, url, drop } = await createTestDatabase()
  const clock = { now: new Date() }
  const now = () => clock.now
  const inTransaction = inTransactionOf(database)
  const vault = await openTestVault(database)
  const store = openTokenStore({ database, inTransaction, vault, now })
  await store.prepareSigningKeys()

  const a = await stageMerchant(database, vault, {
    name: '武汉邮驿文创',
    taxId: '91420100MA4KTEXT0N',
    shops: { 'a-tm': { allowedOrigins: [HOST_ORIGIN] }, 'a-pdd': {}, 'a-wx': { linkDays: 7 } },
  })
  const b = await stageMerchant(database, vault, {
    name: '北京对照商贸',
    taxId: '91110108MA00TEXT1B',
    shops: { 'b-tm': {} },
  })
  const put = (merchant: StagedMerchant, code: string, number: string) =>
    stageOrder(database, { merchantId: merchant.id, shopId: shopOf(merchant, code).id, number })
  const orders = {
    tm1001: await put(a, 'a-tm', 'TM-1001'),
    wx2001: await put(a, 'a-wx', 'WX-2001'),
    dupTm: await put(a, 'a-tm', 'DUP-4001'),
    dupPdd: await put(a, 'a-pdd', 'DUP-4001'),
    b1001: await put(b, 'b-tm', 'TM-1001'),
  }

  const { grants, forgetGrants } = connectGrants({ database, tokens: store, issuer: PUBLIC_URL, now })
  const shops = createShopBook({
    now,
    readShopByCode: (code) => findShopByCode(database, code),
    readShopsOf: (merchantId) => findShopsOf(database, merchantId),
  })
  const hub = createHub()
  hub.onRevoked(forgetGrants)
  const limits = { ...LIVE_LIMITS, ...changes }
  const app = await createApp({
    publicUrl: PUBLIC_URL,
    isProduction: false,
    logLevel: 'silent',
    trustedProxies: [],
    version: '0.0.0',
    assertReady: async () => void (await database.$queryRaw`SELECT 1`),
  })
  const common = {
    ...grants,
    publicUrl: PUBLIC_URL,
    inTransaction,
    findLink,
    findOrdersByNumber,
    normaliseOrderNumber,
  }
  await app.register(
    tokenRoutes({
      ...common,
      ...store,
      ...shops,
      viewShop,
      hashSubject: (merchantId, sub) =>
        Buffer.from(vault.index(merchantId, 'subject', sub))
          .toString('base64url')
          .slice(0, 22),
      noteStaffUse: async () => undefined,
      endStaffSession: async () => undefined,
    }),
  )
  await app.register(
    shopRoutes({
      ...common,
      ...shops,
      grants,
      newId: () => v7(now()),
      getSigningKey: store.getSigningKey,
      insertLink,
      markRevoked,
      recordAudit,
      findOrder,
    }),
  )
  await app.register(
    liveRoutes({
      now,
      grants,
      hub,
      publicUrl: PUBLIC_URL,
      limits,
      findTopicOwner: (topic) => findTopicOwner(database, topic),
    }),
  )
  await app.ready()

  return {
    app,
    database,
    databaseUrl: url,
    inTransaction,
    vault,
    store,
    clock,
    hub,
    addKeys: withKeys,
    limits,
    a: await withKeys(a),
    b: await withKeys(b),
    orders,
    async close() {
      await app.close()
      await drop()
    },
  }

  /** A merchant who can sign launch and api tokens as of the stage's clock. */
  async function withKeys(merchant: StagedMerchant) {
    const pair = await makeKeyPair('EdDSA')
    const made = { merchantId: merchant.id, kinds: ['launch', 'api'], scopes: API_SCOPES } as const
    const kid = await inTransaction((tx) =>
      store.registerMerchantKey(tx, { ...made, publicKey: pair.publicJwk }),
    )
    const stored = await store.findKey(kid)
    if (stored === null) throw new Error('the key is not there')
    const key = await importSigningKey(stored, pair.privateJwk)
    const at = () => ({ now: clock.now, issuer: merchant.id, jti: newTokenId() })
    return {
      ...merchant,
      kid,
      shop: (code: string) => shopOf(merchant, code),
      signLaunch: (claims: Partial<LaunchClaims> = {}) =>
        signToken(
          'launch',
          {
            merchant: merchant.id,
            shop: null,
            role: 'agent',
            sub: 'agent-7',
            orders: [],
            origin: null,
            ...claims,
          },
          key,
          at(),
        ),
      signApi: (scopes: ApiClaims['scopes'] = ['links']) =>
        signToken('api', { merchant: merchant.id, scopes }, key, at()),
    }
  }
}

export type GrantStage = Awaited<ReturnType<typeof openGrantStage>>

function shopOf({ shops }: StagedMerchant, code: string) {
  const shop = shops[code]
  if (shop === undefined) throw new Error(`no shop ${code} on the stage`)
  return shop
}

/** Opens a session as a page does; answers the reply's body. */
export async function launch(
  { app }: GrantStage,
  launchToken: string,
  hostOrigin?: string,
): Promise<Record<string, unknown> & { token: string }> {
  const payload = hostOrigin === undefined ? { launchToken } : { launchToken, hostOrigin }
  const reply = await app.inject({ method: 'POST', url: '/v1/sessions/launch', payload })
  return reply.json()
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Opens `/v1/live` without a port; `onInit` sees the client's socket before its first message. */
export function openLiveSocket(
  { app }: Pick<GrantStage, 'app'>,
  headers: Record<string, string>,
  onInit: (socket: WebSocket) => void,
): Promise<WebSocket> {
  // The injected request is a plain object; the handler's deadline listens for its end.
  const listener = () => new IncomingMessage(new Socket())
  const request: Partial<IncomingMessage> = {
    headers,
    socket: Object.defineProperty(new Socket(), 'remoteAddress', { value: '127.0.0.1' }),
    on: listener,
    removeListener: listener,
  }
  return app.injectWS('/v1/live', request, { onInit })
}
