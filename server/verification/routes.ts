import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { VerificationAsk, VerificationReply } from '../contract/verifications.ts'
import { type VerifyDeps, verifyInvoice } from './verify-invoice.ts'

/** 查验: public, without any token (S0-33). */
export function verificationRoutes(deps: VerifyDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/v1/verifications',
      { schema: { body: VerificationAsk, response: { 200: VerificationReply } } },
      (request) => verifyInvoice(deps, request.body, request.ip),
    )
  }
}
