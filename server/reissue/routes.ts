import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { actRoutes } from './act-routes.ts'
import { customerRoutes } from './customer-routes.ts'
import { followRoutes } from './follow-routes.ts'
import { planRoutes } from './plan-routes.ts'
import { reviewRoutes } from './review-routes.ts'
import type { ReissueRouteDeps } from './route-parts.ts'

/** 换开 and 红冲: plan, confirm, decide, carry out, follow. */
export function reissueRoutes(deps: ReissueRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(planRoutes(deps))
    await app.register(followRoutes(deps))
    await app.register(actRoutes(deps))
    await app.register(reviewRoutes(deps))
    await app.register(customerRoutes(deps))
  }
}
