import type { FastifyInstance } from 'fastify'
import { Problem } from '../contract/problem.ts'
import type { Metrics } from './metrics.ts'

export type OperateDeps = {
  /** Throws while a dependency is missing. */
  assertReady(): Promise<void>
  readonly metrics: Metrics
}

/** For whoever runs the server: alive, ready for traffic, and its numbers. None names a person. */
export function serveOperations(app: FastifyInstance, { assertReady, metrics }: OperateDeps): void {
  app.get('/healthz', { logLevel: 'silent' }, () => ({ status: 'ok' }))

  app.get('/readyz', { logLevel: 'silent' }, async () => {
    try {
      await assertReady()
    } catch (cause) {
      throw new Problem('service_unavailable', { cause })
    }
    return { status: 'ok' }
  })

  app.get('/metrics', { logLevel: 'silent' }, async (_, reply) => {
    return reply.type(metrics.contentType).send(await metrics.render())
  })
}
