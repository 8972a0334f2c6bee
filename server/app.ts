import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { takeFromBudget } from './audit/daily-budget.ts'
import { recordAudit } from './audit/record.ts'
import { callbackRoutes } from './callbacks/routes.ts'
import { connectCallbacks } from './connect-callbacks.ts'
import { connectDocuments, connectVerification } from './connect-documents.ts'
import { connectGrants } from './connect-grants.ts'
import { connectHosts } from './connect-hosts.ts'
import { connectReissue, connectReissueReading } from './connect-reissue.ts'
import { connectExceptions, connectReviews } from './connect-reviews.ts'
import { connectLogIn, connectStaff, connectStaffSessions, connectStepUp } from './connect-staff.ts'
import type { Database, Tx } from './database/database.ts'
import { documentRoutes } from './documents/routes.ts'
import { exceptionRoutes } from './exceptions/routes.ts'
import { doorRoutes } from './hosts/door-routes.ts'
import { hostRoutes } from './hosts/routes.ts'
import { type App, createApp } from './http/create-app.ts'
import { createMetrics } from './http/metrics.ts'
import { createRequestBudget } from './http/request-budget.ts'
import { addCounts } from './http/request-count.store.ts'
import type { OrderLinkAsk } from './invoicing/compose-reply.ts'
import { draftStanding } from './invoicing/draft-standing.ts'
import { listOrderInvoices, sumInvoiced } from './invoicing/order-invoices.store.ts'
import { findLatestRequest, type InvoiceRequest } from './invoicing/request.store.ts'
import type { RequestInvoiceDeps } from './invoicing/request-invoice.ts'
import { invoicingRoutes } from './invoicing/routes.ts'
import { addJob } from './jobs/add-job.ts'
import { createHub, type Hub } from './live/hub.ts'
import { liveRoutes } from './live/routes.ts'
import { findTopicOwner } from './live/topic.store.ts'
import type { ImportDesk } from './orders/import/import-desk.ts'
import { importRoutes } from './orders/import/routes.ts'
import { createMissGuard } from './orders/miss-guard.ts'
import {
  findBuyerKeys,
  findOrder,
  findOrderNumbers,
  findOrders,
  findOrdersByNumber,
  lockOrder,
  releaseOrder,
  reserveOrder,
} from './orders/order.store.ts'
import { normaliseOrderNumber } from './orders/order-input.ts'
import { findOrderFor, lockOrderFor, type Viewer } from './orders/order-viewer.ts'
import { createProofGuard } from './orders/proof-guard.ts'
import { createProveOrder } from './orders/prove-order.ts'
import { orderRoutes } from './orders/routes.ts'
import { pageRoutes } from './pages/routes.ts'
import { reissueRoutes } from './reissue/routes.ts'
import { watchOperations } from './reports/gauges.ts'
import { reportRoutes } from './reports/routes.ts'
import { reviewRoutes } from './reviews/routes.ts'
import { type Services, TOKEN_ISSUER } from './services.ts'
import { findIssuePolicy } from './shops/issue-policy.store.ts'
import { findLink, insertLink, markRevoked } from './shops/link.store.ts'
import { createLink, type LinkAsk, type LinkDeps } from './shops/links.ts'
import { shopRoutes } from './shops/routes.ts'
import { findSeller, type Seller, type SellerOf } from './shops/seller.store.ts'
import { findShopByCode, findShopsOf } from './shops/shop.store.ts'
import { createShopBook, type ShopBook } from './shops/shop-book.ts'
import { viewShop } from './shops/view-shop.ts'
import { staffRoutes } from './staff/routes.ts'
import { answerTickets } from './tickets/answer-tickets.ts'
import { ticketRoutes } from './tickets/routes.ts'
import { titleRoutes } from './titles/routes.ts'
import { claimsOf, type SessionGrant } from './tokens/grant.ts'
import { tokenRoutes } from './tokens/routes.ts'
import { openSessionWithOrder } from './tokens/session.ts'
import { verificationRoutes } from './verification/routes.ts'

const ROOT = join(import.meta.dirname, '..')

export type BuiltApp = { readonly app: App; readonly hub: Hub }

/** Puts the routes of every domain on one server, without a port: tests call it through `inject`. */
export async function buildApp(services: Services, desk: ImportDesk): Promise<BuiltApp> {
  const { config, database, now } = services
  const hub = createHub()
  const metrics = createMetrics()
  watchOperations(metrics, services)
  const app = await createApp({
    publicUrl: config.publicUrl,
    isProduction: config.isProduction,
    logLevel: config.logLevel,
    trustedProxies: config.trustedProxies,
    version: readVersion(),
    metrics,
    budget: connectBudget(services),
    assertReady: async () => {
      await database.$queryRaw`SELECT 1 AS one`
    },
  })
  const parts = connectParts(services)
  hub.onRevoked(parts.forgetGrants) // before the sockets look
  await app.register(tokenRoutes(parts.tokens))
  await app.register(hostRoutes(parts.hosts))
  await app.register(doorRoutes(parts.hosts))
  await app.register(shopRoutes(parts.shops))
  await app.register(orderRoutes(parts.orders))
  await app.register(invoicingRoutes(parts.invoicing))
  await app.register(reviewRoutes(parts.reviews))
  await app.register(exceptionRoutes(parts.exceptions))
  await app.register(reportRoutes(parts.reports))
  await app.register(documentRoutes(parts.documents))
  await app.register(reissueRoutes(parts.reissue))
  await app.register(ticketRoutes(parts.tickets))
  await app.register(staffRoutes(parts.staff))
  await app.register(titleRoutes(parts.titles))
  await app.register(verificationRoutes(connectVerification(services)))
  await app.register(importRoutes({ ...parts.shops, desk, uploadDir: join(config.dataDir, 'uploads') }))
  await app.register(
    liveRoutes({
      now,
      grants: parts.grants,
      hub,
      publicUrl: config.publicUrl,
      findTopicOwner: (topic) => findTopicOwner(database, topic),
    }),
  )
  await app.register(callbackRoutes(connectCallbacks(services)))
  await app.register(pageRoutes({ widgetDir: join(ROOT, 'dist/widget'), findPageShop: parts.findPageShop }))
  return { app, hub }
}

/** The functions that domains hand each other: nobody reaches into another's tables. */
export function connectParts(services: Services) {
  const { config, database, aside, inTransaction, vault, tokens, now } = services
  const { grants, forgetGrants } = connectGrants({ database, tokens, issuer: TOKEN_ISSUER, now })
  const book = createShopBook({
    now,
    readShopByCode: (code) => findShopByCode(aside, code),
    readShopsOf: (merchantId) => findShopsOf(aside, merchantId),
  })
  const getSeller = createGetSeller(services)
  const sessions = { ...grants, getSigningKey: tokens.getSigningKey, findShopsOf: book.findShopsOf, viewShop }
  const finders = { findOrder, findOrders, findOrdersByNumber, findOrderNumbers, normaliseOrderNumber }
  const assertStepUp = connectStepUp(services)
  const common = { grants, database, inTransaction, vault, now, addJob, assertStepUp, ...finders }
  const links = connectLinks(services)
  return {
    grants,
    forgetGrants,
    tokens: {
      ...sessions,
      ...{ ...finders, ...connectStaffSessions(services) },
      publicUrl: config.publicUrl,
      inTransaction,
      readServerKeys: tokens.readServerKeys,
      burnJti: tokens.burnJti,
      findLink,
      hashSubject: createHashSubject(vault),
    },
    hosts: connectHosts(services, sessions, book),
    shops: { ...links, ...common, findShop: book.findShop, findShopByCode: book.findShopByCode },
    orders: {
      ...common,
      ...connectProving(services),
      findShop: book.findShop,
      findShopByCode: book.findShopByCode,
      findLatestRequest,
      listOrderInvoices,
      takeFromBudget,
      sumInvoiced,
      issuePolicyOf: findIssuePolicy,
      openProvenSession: (grant: SessionGrant, orderId: string) =>
        openSessionWithOrder(sessions, claimsOf(grant), orderId),
    },
    invoicing: { ...common, ...connectAsking(services), createOrderLink: createOrderLink(links, book) },
    reviews: connectReviews(services, {
      ...common,
      findShop: book.findShop,
      draftStanding: createDraftStanding(services, getSeller),
    }),
    exceptions: connectExceptions(services, common),
    reports: common,
    documents: connectDocuments(services, { ...common, getSeller }),
    reissue: {
      ...common,
      ...connectReissue(services, getSeller),
      ...connectReissueReading(services),
      createOrderLink: createOrderLink(links, book),
    },
    tickets: { ...common, lockOrderFor },
    titles: { ...common, findAsker },
    staff: { ...common, ...connectStaff(services), ...connectLogIn(sessions, book) },
    findPageShop: createFindPageShop(services, book),
    findShopByCode: book.findShopByCode,
    createOrderLink: createOrderLink(links, book),
    createShopLink: (tx: Tx, ask: Omit<LinkAsk, 'orderId'>) =>
      createLink(links, tx, { ...ask, orderId: null }),
  }
}

/** How many requests one address and one person may send, in all processes together. */
function connectBudget({ config, database, vault, now }: Services) {
  return createRequestBudget({
    now,
    hash: (name) => vault.index('server', 'request count', name),
    addCounts: (minute, counts) => addCounts(database, minute, counts),
    percent: config.requestBudgetPercent,
  })
}

/** A shop as its pages show it before anybody is known. */
function createFindPageShop({ issuerOf }: Services, book: ShopBook) {
  return async (code: string) => {
    const shop = await book.findShopByCode(code)
    return shop && { ...shop, isDemo: issuerOf(shop.issuerId).capabilities().isDemo }
  }
}

/** A customer shows that an order is theirs; who guesses is stopped, staff too. */
function connectProving({ database, vault, now }: Services) {
  const guard = createProofGuard({ database, vault, now })
  const missGuard = createMissGuard({ database, vault, now })
  return { proveOrder: createProveOrder({ database, vault, now, guard }), missGuard }
}

/** A customer's name at us: the same in every session, and nobody's elsewhere. */
function createHashSubject(vault: Services['vault']) {
  return (merchantId: string, subject: string) =>
    Buffer.from(vault.index(merchantId, 'subject', subject))
      .toString('base64url')
      .slice(0, 22)
}

/** Who asked for the order's invoice last; null where the viewer may not see it, or no customer did. */
async function findAsker(tx: Tx, viewer: Viewer, orderId: string): Promise<string | null> {
  if ((await findOrderFor(tx, viewer, orderId)) === null) return null
  const [kind, ...subject] = (await findLatestRequest(tx, orderId))?.actor.split(':') ?? []
  return kind === 'customer' ? subject.join(':') : null
}

function createDraftStanding(
  { vault, now, termsOf }: Services,
  getSeller: ReturnType<typeof createGetSeller>,
) {
  return (tx: Tx, request: InvoiceRequest) =>
    draftStanding({ vault, now, findOrders, getSeller, termsOf }, tx, request)
}

function connectLinks({ config, tokens, now, newId }: Services): LinkDeps {
  return {
    now,
    newId,
    issuer: TOKEN_ISSUER,
    publicUrl: config.publicUrl,
    getSigningKey: tokens.getSigningKey,
    insertLink,
    markRevoked,
    recordAudit,
  }
}

/** A link for one order, in the transaction of whoever hands it out. */
function createOrderLink(links: LinkDeps, book: Pick<ShopBook, 'findShop'>) {
  return async (tx: Tx, { merchantId, shopId, orderId, actor, days }: OrderLinkAsk) => {
    const shop = await book.findShop(merchantId, shopId)
    if (shop === null) throw new Error(`shop ${shopId} is gone`)
    return createLink(links, tx, { merchantId, shop, orderId, actor, days })
  }
}

/** What asking for an invoice needs; the seed of the demo asks the same way. */
export function connectAsking(
  services: Services,
): RequestInvoiceDeps & { releaseOrder: typeof releaseOrder } {
  return {
    vault: services.vault,
    now: services.now,
    lockOrder,
    reserveOrder,
    releaseOrder,
    listOrderInvoices,
    findBuyerKeys,
    answerTickets: (tx, answered) => answerTickets(services.now(), tx, answered),
    addJob,
    getSeller: createGetSeller(services),
    termsOf: services.termsOf,
  }
}

/** Settings may be this old: a change shows within a second, and a burst of requests reads them once. */
const SELLER_MS = 1_000

/** The seller of a shop; a shop that is not the merchant's is a bug here. */
export function createGetSeller({ vault, now }: Pick<Services, 'vault' | 'now'>) {
  const held = new Map<string, { seller: Seller; atMs: number }>()
  return async (tx: Tx | Database, of: SellerOf): Promise<Seller> => {
    const { merchantId, shopId, templateVersion = null } = of
    const atMs = now().getTime()
    const key = `${shopId} ${templateVersion ?? ''}`
    const known = held.get(key)
    if (known !== undefined && known.seller.merchantId === merchantId && atMs - known.atMs < SELLER_MS)
      return known.seller
    const seller = await findSeller(vault, tx, { merchantId, shopId, templateVersion })
    if (seller === null) throw new Error(`shop ${shopId} has no seller`)
    held.set(key, { seller, atMs })
    return seller
  }
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '0'
}
