import { timingSafeEqual } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Problem } from '../contract/problem.ts'
import type { InTransaction, Tx } from '../database/database.ts'
import type { JobRequest } from '../jobs/define-job.ts'
import { callbackPath } from './callback-token.ts'
import { type Callback, readCallback } from './read-callback.ts'

export type CallbackRouteDeps = {
  readonly token: string
  readonly inTransaction: InTransaction
  /** The job that asks the issuer about it now; null where nobody waits for an answer. */
  findQuestion(tx: Tx, callback: Callback): Promise<JobRequest | null>
  addJob(tx: Tx, job: JobRequest): Promise<void>
}

const MAX_BYTES = 64 * 1024

/** The answer that issuers expect, whatever they told us: what is wrong here is no reason to try again. */
const TAKEN = { status: '0000', message: '同步成功' } as const

/**
 * `POST /v1/issuer-callbacks/:token`. A callback is a hint and never a fact: it makes the next question to
 * the issuer come at once. Late, repeated, overtaken and invented ones change nothing.
 */
export function callbackRoutes(deps: CallbackRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    // A form, where the rest of the server takes nothing but JSON; it stays text and is read by one reader.
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: MAX_BYTES },
      (_request, body, done) => done(null, body),
    )
    const schema = { hide: true, params: Type.Object({ token: Type.String({ maxLength: 100 }) }) }
    const config = { strangersUncounted: true } as const // an issuer tells of each invoice
    app.post(callbackPath(':token'), { schema, config, bodyLimit: MAX_BYTES }, async (request) => {
      if (!isSame(request.params.token, deps.token)) throw new Problem('route_not_found')

      const callback = typeof request.body === 'string' ? readCallback(request.body) : null
      if (callback !== null) await askNow(deps, callback)
      return TAKEN
    })
  }
}

async function askNow({ inTransaction, findQuestion, addJob }: CallbackRouteDeps, callback: Callback) {
  await inTransaction(async (tx) => {
    const question = await findQuestion(tx, callback)
    if (question !== null) await addJob(tx, question)
  })
}

/** In a time that does not tell how much of it was right. */
function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.byteLength === b.byteLength && timingSafeEqual(a, b)
}
