import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { NewShopLink, ShopLinkReply } from '../contract/links.ts'
import { LinkReply } from '../contract/orders.ts'
import { Problem } from '../contract/problem.ts'
import { Id, shape } from '../contract/shape.ts'
import type { InTransaction, Tx } from '../database/database.ts'
import { type GrantDeps, grantOf, requireApi, requireGrant, requireSession } from '../http/grant.ts'
import { actorOf, type Grant } from '../tokens/grant.ts'
import { createLink, type LinkAsk, type LinkDeps, type MadeLink, revokeLink } from './links.ts'
import { drawQrPng, drawQrSvg } from './qr.ts'
import type { Shop } from './shop.ts'

export type ShopRouteDeps = LinkDeps & {
  readonly grants: GrantDeps
  readonly inTransaction: InTransaction
  findShop(merchantId: string, id: string): Promise<Shop | null>
  findShopByCode(code: string): Promise<Shop | null>
  /** Null: unknown, or another merchant's. */
  findOrder(tx: Tx, merchantId: string, id: string): Promise<{ id: string; shopId: string } | null>
  findOrdersByNumber(
    tx: Tx,
    ask: { merchantId: string; shopId: string | null; number: string },
  ): Promise<readonly { id: string }[]>
  normaliseOrderNumber(text: string): string
}

const ById = shape({ id: Id })
const ByCode = shape({ code: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,31}$' }) })

/** Links: an agent hands one over, a till asks for one, and either takes one back. */
export function shopRoutes(deps: ShopRouteDeps): FastifyPluginAsyncTypebox {
  const { grants, inTransaction } = deps
  return async (app) => {
    app.post(
      '/v1/orders/:id/links',
      {
        onRequest: requireSession(grants, 'links.write'),
        schema: { params: ById, response: { 201: LinkReply }, security: [{ session: [] }] },
      },
      async (request, reply) => {
        const grant = grantOf(request)
        const made = await inTransaction(async (tx) =>
          createLink(deps, tx, await askForOrder(deps, tx, grant, request.params.id)),
        )
        return reply.code(201).send(await viewLink(made))
      },
    )

    app.post(
      '/v1/shops/:code/links',
      {
        onRequest: requireApi(grants, 'links'),
        schema: {
          params: ByCode,
          body: NewShopLink,
          response: { 201: ShopLinkReply },
          security: [{ api: [] }],
        },
      },
      async (request, reply) => {
        const grant = grantOf(request)
        const ask = { code: request.params.code, number: request.body.orderNumber ?? null }
        const made = await inTransaction(async (tx) =>
          createLink(deps, tx, await askForShop(deps, tx, grant, ask)),
        )
        const qrPng = (await drawQrPng(made.url)).toString('base64')
        return reply.code(201).send({ ...(await viewLink(made)), qrPng })
      },
    )

    app.delete(
      '/v1/links/:id',
      {
        onRequest: requireGrant(grants, { session: 'links.write', api: 'links' }),
        schema: { params: ById, response: { 204: Type.Null() }, security: [{ session: [] }, { api: [] }] },
      },
      async (request, reply) => {
        const grant = grantOf(request)
        const { merchantId } = grant
        const shopId = grant.kind === 'session' ? grant.shopId : null
        const which = { merchantId, shopId, id: request.params.id, actor: actorOf(grant) }
        await inTransaction((tx) => revokeLink(deps, tx, which))
        return reply.code(204).send(null)
      },
    )
  }
}

/** Another merchant's order, or one outside the agent's shop, is `order_not_found`. */
async function askForOrder(deps: ShopRouteDeps, tx: Tx, grant: Grant, id: string): Promise<LinkAsk> {
  const { merchantId } = grant
  const order = await deps.findOrder(tx, merchantId, id)
  const shop = order === null ? null : await deps.findShop(merchantId, order.shopId)
  const isElsewhere = grant.kind === 'session' && grant.shopId !== null && grant.shopId !== shop?.id
  if (order === null || shop === null || isElsewhere) throw new Problem('order_not_found')
  return { merchantId, shop, orderId: order.id, actor: actorOf(grant), days: shop.linkDays }
}

async function askForShop(
  deps: ShopRouteDeps,
  tx: Tx,
  grant: Grant,
  { code, number }: { code: string; number: string | null },
): Promise<LinkAsk> {
  const { merchantId } = grant
  const shop = await deps.findShopByCode(code)
  if (shop === null || shop.merchantId !== merchantId) throw new Problem('shop_not_found')
  const common = { merchantId, shop, actor: actorOf(grant) }
  // A poster hangs as long as a link can live; one order's code as long as the shop says.
  if (number === null) return { ...common, orderId: null, days: POSTER_DAYS }

  const normal = deps.normaliseOrderNumber(number)
  const [order] = await deps.findOrdersByNumber(tx, { merchantId, shopId: shop.id, number: normal })
  if (order === undefined) throw new Problem('order_not_found')
  return { ...common, orderId: order.id, days: shop.linkDays }
}

const POSTER_DAYS = 400

async function viewLink({ id, url, expiresAt }: MadeLink) {
  return { id, url, qrSvg: await drawQrSvg(url), expiresAt: expiresAt.toISOString() }
}
