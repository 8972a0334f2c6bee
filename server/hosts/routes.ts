import { randomBytes } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import {
  AgentCodeAsk,
  AgentCodeExchange,
  EntryExchange,
  type HostId,
  PageSignature,
  PageSignatureAsk,
} from '../contract/hosts.ts'
import { Problem } from '../contract/problem.ts'
import { SessionView } from '../contract/sessions.ts'
import { type GrantDeps, requireSession, sessionOf } from '../http/grant.ts'
import type { SessionGrant } from '../tokens/grant.ts'
import type { SignedSession } from '../tokens/session.ts'
import { type AgentCodeDeps, proveByCode, sendAgentCode } from './agent-code.ts'
import { type EnterDeps, exchangeEntry, openAgentSession, refuseProof, subjectAt } from './enter.ts'
import { feishuTicket } from './feishu.ts'
import { type HostAccount, isAt } from './host-account.ts'
import type { VendorDeps } from './passes.ts'
import { signPage } from './sign-page.ts'
import { wecomTicket } from './wecom.ts'

export type HostRouteDeps = EnterDeps &
  VendorDeps &
  AgentCodeDeps & {
    readonly grants: GrantDeps
    readonly publicUrl: string
    viewSession(signed: SignedSession): Promise<SessionView>
    /** Usable accounts of a shop at a console; of the shop with this code where nobody has signed in yet. */
    listAccounts(of: { merchantId: string; shopId: string; host: HostId }): Promise<HostAccount[]>
    findShopByCode(code: string): Promise<{ id: string; merchantId: string } | null>
  }

/** Sessions of agents whom a console knows, and what the panel needs beside it. */
export function hostRoutes(deps: HostRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    const opened = { 200: SessionView }

    app.post('/v1/sessions/entry', { schema: { body: EntryExchange, response: opened } }, async (request) => {
      const { entryToken, hostOrigin = null } = request.body
      return deps.viewSession(await exchangeEntry(deps, entryToken, hostOrigin))
    })

    app.post(
      '/v1/hosts/agent-codes',
      { schema: { body: AgentCodeAsk, response: { 204: Type.Null() } } },
      async (request, reply) => {
        const account = await findChatwoot(deps, request.body)
        // Whether there is such an account is nobody's business either.
        if (account !== null) await sendAgentCode(deps, account, request.body)
        return reply.code(204).send(null)
      },
    )

    app.post(
      '/v1/sessions/agent-code',
      { schema: { body: AgentCodeExchange, response: opened } },
      async (request) => {
        const account = await findChatwoot(deps, request.body)
        if (account === null)
          throw new Problem('host_proof_refused', { facts: { reason: 'account_unknown' } })
        const proof = await proveByCode(deps, account, request.body)
        if ('refused' in proof) throw await refuseProof(deps, account, proof.refused)
        const signingKey = await deps.getSigningKey('session')
        const sub = subjectAt(account, proof.subject)
        return deps.viewSession(
          await deps.inTransaction((tx) => openAgentSession(deps, tx, { account, sub, signingKey })),
        )
      },
    )

    app.post(
      '/v1/hosts/page-signature',
      {
        onRequest: requireSession(deps.grants),
        schema: { body: PageSignatureAsk, response: { 200: PageSignature }, security: [{ session: [] }] },
      },
      async (request) => signFor(deps, sessionOf(request), request.body),
    )
  }
}

async function findChatwoot(
  deps: HostRouteDeps,
  { shop: code, accountId }: AgentCodeAsk,
): Promise<HostAccount<'chatwoot'> | null> {
  const shop = await deps.findShopByCode(code)
  if (shop === null) return null
  const { id: shopId, merchantId } = shop
  const accounts = await deps.listAccounts({ merchantId, shopId, host: 'chatwoot' })
  const found = accounts.find(
    (account) => isAt(account, 'chatwoot') && account.settings.accountId === accountId,
  )
  return found !== undefined && isAt(found, 'chatwoot') ? found : null
}

type PageAsk = { readonly host: 'wecom' | 'feishu'; readonly url: string }

/** For a page of ours alone: a signature lets its bearer call the console in the app's name. */
async function signFor(
  deps: HostRouteDeps,
  grant: SessionGrant,
  { host, url }: PageAsk,
): Promise<PageSignature> {
  if (!url.startsWith(`${deps.publicUrl}/`) || url.includes('#')) {
    throw new Problem('request_invalid', { field: '/url' })
  }
  const account = await findOwnAccount(deps, grant, host)
  const nonceStr = randomBytes(12).toString('hex')
  const atMs = deps.now().getTime()
  if (account !== null && isAt(account, 'wecom')) {
    const { corpId: appId, agentId } = account.settings
    const timestamp = String(Math.floor(atMs / 1000))
    const ticket = await wecomTicket(deps, account)
    return { appId, agentId, timestamp, nonceStr, signature: signPage({ ticket, nonceStr, timestamp, url }) }
  }
  if (account !== null && isAt(account, 'feishu')) {
    const { appId } = account.settings
    const timestamp = String(atMs)
    const ticket = await feishuTicket(deps, account)
    return {
      appId,
      agentId: null,
      timestamp,
      nonceStr,
      signature: signPage({ ticket, nonceStr, timestamp, url }),
    }
  }
  throw new Problem('token_not_allowed')
}

/** The account that the session came through; for an agent whom the merchant vouches for, the shop's newest. */
async function findOwnAccount(
  { listAccounts }: Pick<HostRouteDeps, 'listAccounts'>,
  { merchantId, shopId, voucher, role }: SessionGrant,
  host: HostId,
): Promise<HostAccount | null> {
  if (role === 'customer' || shopId === null) return null
  const accounts = await listAccounts({ merchantId, shopId, host })
  return accounts.find(({ id }) => id === voucher) ?? accounts[0] ?? null
}
