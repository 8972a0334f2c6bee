import { Type } from 'typebox'
import { ReissueView } from '../contract/reissues.ts'
import { Id } from '../contract/shape.ts'
import type { InTransaction, Tx } from '../database/database.ts'
import type { GrantDeps } from '../http/grant.ts'
import type { OrderLinkAsk } from '../invoicing/compose-reply.ts'
import type { IssuerCredit } from '../issuers/issuer.ts'
import type { GrantReadDeps } from './for-grant.ts'
import type { ActDeps } from './read-plan-facts.ts'
import type { RetryDeps } from './retry-blue.ts'

export type ReissueRouteDeps = ActDeps &
  RetryDeps &
  GrantReadDeps & {
    grants: GrantDeps
    inTransaction: InTransaction
    createOrderLink(tx: Tx, ask: OrderLinkAsk): Promise<{ url: string; expiresAt: Date }>
    /** Never throws: what the issuer does not say in time is unknown. */
    readCredit(issuerId: string): Promise<IssuerCredit>
    hasPlatform(shopId: string): Promise<boolean>
  }

export const ById = Type.Object({ id: Id })
/** For the API document; the hooks decide. */
export const BOTH = [{ session: [] }, { api: [] }]
export const SESSION = [{ session: [] }]
export const acting = { params: ById, response: { 200: ReissueView }, security: BOTH }
