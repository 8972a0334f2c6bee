import swagger from '@fastify/swagger'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { ProblemReply } from '../contract/problem-view.ts'

const REFUSAL = {
  description: 'A refusal (RFC 9457)',
  content: { 'application/problem+json': { schema: ProblemReply } },
}

/**
 * The OpenAPI 3.1 document at `/v1/openapi.json`, made from the schemas that also filter the replies.
 * A route below /v1 without reply shapes stops the start, unless it hides itself.
 */
export async function serveOpenApi(
  app: FastifyInstance,
  { publicUrl, version }: { publicUrl: string; version: string },
): Promise<void> {
  app.addHook('onRoute', (route) => describeRefusals(route))
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Fapiao Sidecar',
        version,
        description:
          'Invoices for orders. Amounts are integer fen, instants ISO 8601 in UTC. Refusals are problem ' +
          'details with a stable code. State-changing calls take an Idempotency-Key.',
      },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: {
          session: { type: 'http', scheme: 'bearer', description: 'A session token of this server' },
          api: { type: 'http', scheme: 'bearer', description: "A token signed with the merchant's own key" },
        },
      },
    },
  })
  app.get('/v1/openapi.json', { schema: { hide: true } }, () => app.swagger())
}

function describeRefusals(route: RouteOptions): void {
  if (!route.url.startsWith('/v1') || route.method === 'HEAD' || route.method === 'OPTIONS') return
  const schema = route.schema
  if (schema?.hide === true) return
  if (typeof schema?.response !== 'object' || schema.response === null) {
    throw new Error(`${String(route.method)} ${route.url} does not say what it answers`)
  }
  route.schema = { ...schema, response: { '4xx': REFUSAL, '5xx': REFUSAL, ...schema.response } }
}
