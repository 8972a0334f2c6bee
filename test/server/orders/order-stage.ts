import { takeFromBudget } from '../../../server/audit/daily-budget.ts'
import type { Actor } from '../../../server/audit/record.ts'
import type { OrderView } from '../../../server/contract/orders.ts'
import { type Database, inTransactionOf } from '../../../server/database/database.ts'
import { v7 } from '../../../server/database/ids.ts'
import { createApp } from '../../../server/http/create-app.ts'
import { listOrderInvoices, sumInvoiced } from '../../../server/invoicing/order-invoices.store.ts'
import { findLatestRequest } from '../../../server/invoicing/request.store.ts'
import { addJob } from '../../../server/jobs/add-job.ts'
import { createMissGuard } from '../../../server/orders/miss-guard.ts'
import { findOrder, findOrderNumbers, findOrdersByNumber } from '../../../server/orders/order.store.ts'
import type { OrderInput } from '../../../server/orders/order-input.ts'
import { lockOrderFor } from '../../../server/orders/order-viewer.ts'
import { createProofGuard, type ProofRules } from '../../../server/orders/proof-guard.ts'
import { createProveOrder } from '../../../server/orders/prove-order.ts'
import { orderRoutes } from '../../../server/orders/routes.ts'
import { type SaveOutcome, saveOrders } from '../../../server/orders/save-orders.ts'
import { findIssuePolicy } from '../../../server/shops/issue-policy.store.ts'
import { findShopByCode, findShopsOf } from '../../../server/shops/shop.store.ts'
import { createShopBook } from '../../../server/shops/shop-book.ts'
import { viewShop } from '../../../server/shops/view-shop.ts'
import { ticketRoutes } from '../../../server/tickets/routes.ts'
import { titleRoutes } from '../../../server/titles/routes.ts'
import type { SessionClaims } from '../../../server/tokens/claims.ts'
import { claimsOf } from '../../../server/tokens/grant.ts'
import { importSigningKey } from '../../../server/tokens/import-key.ts'
import { makeKeyPair, newTokenId } from '../../../server/tokens/make-key.ts'
import { scopesOf } from '../../../server/tokens/scopes.ts'
import { openSessionWithOrder, signSession } from '../../../server/tokens/session.ts'
import { signToken } from '../../../server/tokens/sign-token.ts'
import { openTokenStore } from '../../../server/tokens/token.store.ts'
import { createTestDatabase } from '../../support/database.ts'
import { openTestVault, type StagedMerchant, stageMerchant } from '../../support/stage.ts'

export const NOW = new Date('2026-11-22T04:00:00Z')
export const SYNC: Actor = { kind: 'merchant', id: 'sync' }
const ISSUER = 'http://fapiao.test'

export type OrderStage = Awaited<ReturnType<typeof openOrderStage>>

/** Orders, tickets and titles on a real database, with merchants A and B and a clock that stands. */
export async function openOrderStage(rules?: ProofRules) {
  const { database, drop } = await createTestDatabase()
  const clock = { now: NOW }
  const now = () => clock.now
  const asker: { subject: string | null } = { subject: null }
  const inTransaction = inTransactionOf(database)
  const vault = await openTestVault(database)
  const a = await stageMerchant(database, vault, {
    name: '武汉邮驿文创',
    taxId: '91420100MA4KTEXT0N',
    shops: { 'a-tm': {}, 'a-pdd': { platform: 'pdd' }, 'a-wx': { platform: 'own' } },
  })
  const b = await stageMerchant(database, vault, {
    name: '北京对照商贸',
    taxId: '91110108MA00TEXT1B',
    shops: { 'b-tm': {} },
  })
  const store = openTokenStore({ database, inTransaction, vault, now })
  await store.prepareSigningKeys()
  const grants = {
    findKey: store.findKey,
    issuer: ISSUER,
    now,
    isStaffLive: async () => true,
    isEnded: async () => false,
  }
  const book = createShopBook({
    now,
    readShopByCode: (code) => findShopByCode(database, code),
    readShopsOf: (merchantId) => findShopsOf(database, merchantId),
  })
  const guard = createProofGuard({ database, vault, now }, rules)
  const app = await createApp({
    publicUrl: ISSUER,
    isProduction: false,
    logLevel: 'silent',
    trustedProxies: [],
    version: '0.0.0',
    assertReady: async () => undefined,
  })
  const common = { grants, database, inTransaction, vault, now }
  await app.register(
    orderRoutes({
      ...common,
      ...book,
      findLatestRequest,
      listOrderInvoices,
      sumInvoiced,
      addJob,
      takeFromBudget,
      issuePolicyOf: findIssuePolicy,
      proveOrder: createProveOrder({ ...common, guard }),
      missGuard: createMissGuard(common),
      openProvenSession: (grant, orderId) =>
        openSessionWithOrder(
          { ...grants, ...book, viewShop, getSigningKey: store.getSigningKey },
          claimsOf(grant),
          orderId,
        ),
    }),
  )
  await app.register(ticketRoutes({ ...common, lockOrderFor, findOrderNumbers }))
  await app.register(titleRoutes({ ...common, findAsker: async () => asker.subject }))
  await app.ready()

  const sign = async (claims: Partial<SessionClaims> & Pick<SessionClaims, 'merchant' | 'role'>) => {
    const full: SessionClaims = {
      shop: null,
      sub: claims.role === 'agent' ? 'agent-7' : 'link:1',
      scopes: scopesOf(claims.role),
      orders: [],
      origin: null,
      sid: v7(),
      via: 'launch',
      since: Math.floor(clock.now.getTime() / 1000),
      ...claims,
    }
    const key = await store.getSigningKey('session')
    const { token } = await signSession({ newId: newTokenId, now, issuer: ISSUER }, key, full)
    return token
  }

  return {
    app,
    database,
    inTransaction,
    vault,
    clock,
    /** Whose book an agent sees. */
    asker,
    guard,
    a,
    b,
    shopId: (code: string) => shopOf(code.startsWith('b') ? b : a, code),
    asAgent: (of: Partial<SessionClaims> = {}) => sign({ merchant: a.id, role: 'agent', ...of }),
    asCustomer: (of: Partial<SessionClaims> = {}) =>
      sign({ merchant: a.id, role: 'customer', shop: shopOf(a, 'a-tm'), ...of }),
    asBackend: (merchant: StagedMerchant = a, scopes: readonly string[] = ['orders']) =>
      signApi({ store, inTransaction, now, merchant, scopes }),
    save: (code: string, ...inputs: OrderInput[]) =>
      inTransaction((tx) => {
        const merchant = code.startsWith('b') ? b : a
        const target = {
          merchantId: merchant.id,
          shopId: shopOf(merchant, code),
          origin: 'api',
          actor: SYNC,
          isDryRun: false,
        }
        return saveOrders({ vault, now, issuePolicyOf: findIssuePolicy }, tx, target, inputs)
      }),
    find: (code: string, number: string) => findOne(database, { a, b }, { code, number }),
    async close() {
      await app.close()
      await drop()
    },
  }
}

async function findOne(
  database: Database,
  { a, b }: { a: StagedMerchant; b: StagedMerchant },
  { code, number }: { code: string; number: string },
) {
  const merchant = code.startsWith('b') ? b : a
  const ask = { merchantId: merchant.id, shopId: shopOf(merchant, code), number }
  const [found] = await findOrdersByNumber(database, ask)
  const order = found === undefined ? null : await findOrder(database, merchant.id, found.id)
  if (order === null) throw new Error(`no order ${number} in ${code}`)
  return order
}

function shopOf({ shops }: StagedMerchant, code: string): string {
  const shop = shops[code]
  if (shop === undefined) throw new Error(`no shop ${code} on the stage`)
  return shop.id
}

type ApiSigner = {
  store: ReturnType<typeof openTokenStore>
  inTransaction: ReturnType<typeof inTransactionOf>
  now: () => Date
  merchant: StagedMerchant
  scopes: readonly string[]
}

async function signApi({ store, inTransaction, now, merchant, scopes }: ApiSigner): Promise<string> {
  const pair = await makeKeyPair('EdDSA')
  const made = { merchantId: merchant.id, kinds: ['api'], scopes, publicKey: pair.publicJwk } as const
  const kid = await inTransaction((tx) => store.registerMerchantKey(tx, made))
  const stored = await store.findKey(kid)
  if (stored === null) throw new Error('the key is not there')
  const key = await importSigningKey(stored, pair.privateJwk)
  const at = { now: now(), issuer: merchant.id, jti: newTokenId() }
  return signToken('api', { merchant: merchant.id, scopes }, key, at)
}

/** A completed order of one line, paid in full, as a source reports it. */
export function report(facts: Partial<OrderInput> & Pick<OrderInput, 'number'>): OrderInput {
  const paidFen = facts.paidFen ?? 29_900n
  return {
    state: 'completed',
    rawStatus: null,
    statusKnown: true,
    orderedAt: new Date('2026-11-10T02:00:00Z'),
    paidAt: new Date('2026-11-10T02:05:00Z'),
    shippedAt: null,
    completedAt: new Date('2026-11-15T02:00:00Z'),
    lines: [goods(paidFen)],
    discountFen: 0n,
    paidFen,
    platformFen: 0n,
    refunds: [],
    refundHint: null,
    buyer: { name: '张示例', phone: '13800005678', address: '武汉市示例路1号', email: 'z@ex.cn', nick: null },
    titleHint: null,
    ...facts,
  }
}

export function goods(amountFen: bigint): OrderInput['lines'][number] {
  return {
    kind: 'goods',
    title: '帆布包',
    spec: null,
    skuCode: null,
    unit: null,
    quantity: '1',
    amountFen,
    taxCode: null,
    shortName: null,
    rateBp: null,
  }
}

export function savedId(outcome: SaveOutcome | undefined): string {
  if (outcome === undefined || outcome.kind === 'refused') throw new Error('the order was refused')
  return outcome.orderId
}

type Sent = {
  method?: 'GET' | 'POST' | 'DELETE'
  token: string
  payload?: object
  key?: string
  address?: string
}

export function send({ app }: OrderStage, url: string, { token, payload, key, ...rest }: Sent) {
  return app.inject({
    method: rest.method ?? (payload === undefined ? 'GET' : 'POST'),
    url,
    headers: {
      authorization: `Bearer ${token}`,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(payload === undefined ? {} : { payload }),
    remoteAddress: rest.address ?? '203.0.113.9',
  })
}

/** The body without the one field that is never the same. */
export function bodyOf(reply: { body: string }): string {
  return reply.body.replace(/"requestId":"[^"]*"/, '"requestId":"*"')
}

export type { OrderView }
