import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { Problem } from '../contract/problem.ts'
import { contentSecurityPolicy, frameAncestors, injectShop, type PageShop } from './page-shop.ts'

export type PageDeps = {
  /** Where the widget was built to. */
  widgetDir: string
  /** Null: no shop of that code. */
  findPageShop(code: string): Promise<PageShop | null>
}

const ByShop = Type.Object({ shop: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,31}$' }) })

/** Path and built file of each surface. */
const PAGES = [
  { path: '/i/:shop', surface: 'h5', file: 'h5.html' },
  { path: '/sidebar/:shop', surface: 'sidebar', file: 'sidebar.html' },
  { path: '/embed/:shop', surface: 'embed', file: 'embed.html' },
] as const

/** 查验 and the staff's console belong to no shop, and nobody may frame them. */
const SHOPLESS = [
  { path: '/verify', file: 'verify.html' },
  { path: '/console', file: 'console.html' },
] as const

/** The built widget: pages with their shop in the head, pages without one, and the loader for storefronts. */
export function pageRoutes({ widgetDir, findPageShop }: PageDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(fastifyStatic, {
      root: join(widgetDir, 'assets'),
      prefix: '/assets/',
      immutable: true,
      maxAge: '365d',
      preCompressed: true,
      setHeaders: (response) => {
        // A storefront's page with COEP can embed us only if we say so.
        response.header('Cross-Origin-Resource-Policy', 'cross-origin')
      },
    })
    for (const { path, surface, file } of PAGES) {
      const html = readPage(join(widgetDir, file))
      app.get(path, { schema: { hide: true, params: ByShop } }, async (request, reply) => {
        const shop = await findPageShop(request.params.shop)
        if (shop === null) throw new Problem('shop_not_found')
        const embeddable = surface !== 'h5'
        if (embeddable) reply.header('Cross-Origin-Embedder-Policy', 'credentialless')
        return reply
          .type('text/html; charset=utf-8')
          .header('Content-Security-Policy', contentSecurityPolicy(frameAncestors(surface, shop)))
          .header('Cross-Origin-Resource-Policy', embeddable ? 'cross-origin' : 'same-origin')
          .header('Cache-Control', 'no-cache')
          .send(injectShop(html, shop))
      })
    }
    for (const { path, file } of SHOPLESS) {
      const html = readPage(join(widgetDir, file))
      app.get(path, { schema: { hide: true } }, (_, reply) =>
        reply
          .type('text/html; charset=utf-8')
          .header('Content-Security-Policy', contentSecurityPolicy("'none'"))
          .header('Cross-Origin-Resource-Policy', 'same-origin')
          .header('Cache-Control', 'no-cache')
          .send(html),
      )
    }
    const loader = readPage(join(widgetDir, 'embed.js'))
    const integrity = `sha384-${createHash('sha384').update(loader).digest('base64')}`
    for (const path of ['/embed.js', '/v1/embed.js']) {
      app.get(path, { schema: { hide: true } }, (_, reply) => sendLoader(reply, loader, integrity))
    }
  }
}

/** Evergreen: revalidated each time. The hash lets a page pin what it loads. */
function sendLoader(reply: FastifyReply, loader: string, integrity: string): FastifyReply {
  return reply
    .type('text/javascript; charset=utf-8')
    .header('Access-Control-Allow-Origin', '*')
    .header('Cross-Origin-Resource-Policy', 'cross-origin')
    .header('Cache-Control', 'public, max-age=300')
    .header('X-Integrity', integrity)
    .send(loader)
}

function readPage(file: string): string {
  if (!existsSync(file)) throw new Error(`the widget is not built: ${file} is missing (npm run build)`)
  return readFileSync(file, 'utf8')
}
