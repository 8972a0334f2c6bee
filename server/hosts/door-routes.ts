import { randomBytes } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { HostId } from '../contract/hosts.ts'
import { Problem } from '../contract/problem.ts'
import { readCookie } from '../http/cookie.ts'
import { type EnterDeps, enterByProof } from './enter.ts'
import { feishuAuthorizeUrl, proveFeishu } from './feishu.ts'
import { type HostAccount, isAt } from './host-account.ts'
import type { VendorDeps } from './passes.ts'
import { type HostProof, isSameSecret } from './proof.ts'
import { proveWecom, wecomAuthorizeUrl } from './wecom.ts'
import { proveZendesk } from './zendesk.proof.ts'

export type DoorDeps = EnterDeps &
  VendorDeps & {
    /** Without a trailing slash. */
    readonly publicUrl: string
    /** Null where no account has this id, or it was disabled. */
    findAccount(id: string): Promise<HostAccount | null>
    /** The shop's name in addresses. */
    findShopCode(account: HostAccount): Promise<string>
  }

const ByAccount = Type.Object({ account: Type.String({ maxLength: 64 }) })
const FORM_MAX_BYTES = 16 * 1024

/**
 * Where a console opens the panel: it shows here who its agent is, and is sent on to the panel with a token in
 * the fragment. What it showed stays behind: neither address nor history nor referrer carry it on.
 */
export function doorRoutes(deps: DoorDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: FORM_MAX_BYTES },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    )
    const schema = { hide: true, params: ByAccount }

    app.post('/hosts/zendesk/:account', { schema }, async (request, reply) => {
      const account = await getAccount(deps, 'zendesk', request.params.account)
      const token = request.body instanceof URLSearchParams ? request.body.get('token') : null
      const proof = await proveZendesk(account, token, deps.now())
      return openPanel(deps, reply, { account, proof, kept: pick(request, ['origin', 'app_guid']) })
    })

    app.get('/hosts/front/:account', { schema }, async (request, reply) => {
      const account = await getAccount(deps, 'front', request.params.account)
      const proof = await proveSecret(deps, account, readQuery(request).get('auth_secret'))
      return openPanel(deps, reply, { account, proof, kept: {} })
    })

    app.get('/hosts/crisp/:account', { schema }, async (request, reply) => {
      const account = await getAccount(deps, 'crisp', request.params.account)
      const query = readQuery(request)
      const proof: HostProof =
        query.get('website_id') === account.settings.websiteId
          ? await proveSecret(deps, account, query.get('token'))
          : { refused: 'website_wrong' }
      const kept = pick(request, ['website_id', 'session_id', 'locale'])
      return openPanel(deps, reply, { account, proof, kept })
    })

    app.get('/hosts/wecom/:account', { schema }, async (request, reply) => {
      const account = await getAccount(deps, 'wecom', request.params.account)
      const code = takeCode(request)
      if (code === null) return askWho(deps, reply, account, (to) => wecomAuthorizeUrl(account, to))
      const proof = isOwnAnswer(request) ? await proveWecom(deps, account, code) : { refused: 'state_wrong' }
      return openPanel(deps, reply, { account, proof, kept: {} })
    })

    app.get('/hosts/feishu/:account', { schema }, async (request, reply) => {
      const account = await getAccount(deps, 'feishu', request.params.account)
      const code = takeCode(request)
      if (code === null) return askWho(deps, reply, account, (to) => feishuAuthorizeUrl(account, to))
      const back = doorOf(deps, account)
      const proof = isOwnAnswer(request)
        ? await proveFeishu(deps, account, { code, back })
        : { refused: 'state_wrong' }
      return openPanel(deps, reply, { account, proof, kept: pick(request, ['trigger_code']) })
    })
  }
}

async function getAccount<H extends HostId>(
  { findAccount }: Pick<DoorDeps, 'findAccount'>,
  host: H,
  id: string,
): Promise<HostAccount<H>> {
  const account = await findAccount(id)
  if (account === null || !isAt(account, host)) {
    throw new Problem('host_proof_refused', { facts: { reason: 'account_unknown' } })
  }
  return account
}

/** A bearer secret says which installation asks, not which agent: all of them are one to us. */
async function proveSecret(deps: DoorDeps, account: HostAccount, given: string | null): Promise<HostProof> {
  const isRight = isSameSecret(given ?? '', await deps.openSecret(account))
  return isRight ? { subject: account.id } : { refused: 'secret_wrong' }
}

type Opening = {
  readonly account: HostAccount
  readonly proof: HostProof
  /** What the adapter in the panel reads. */
  readonly kept: Readonly<Record<string, string>>
}

async function openPanel(deps: DoorDeps, reply: FastifyReply, { account, proof, kept }: Opening) {
  const { entryToken } = await enterByProof(deps, account, proof)
  const query = new URLSearchParams({ host: account.host, ...kept })
  const code = await deps.findShopCode(account)
  return reply
    .header('Cache-Control', 'no-store')
    .redirect(`${deps.publicUrl}/sidebar/${code}?${query}#e=${entryToken}`, 303)
}

/** Consoles that know the agent by a sign-in of their own: there and back, with a mark of this browser. */
function askWho(
  deps: DoorDeps,
  reply: FastifyReply,
  account: HostAccount,
  authorizeUrl: (to: { back: string; state: string }) => string,
) {
  const state = randomBytes(24).toString('base64url')
  const isHttps = deps.publicUrl.startsWith('https:')
  const cookie = `${STATE_COOKIE}=${state}; Path=/hosts; Max-Age=600; HttpOnly; SameSite=Lax${isHttps ? '; Secure' : ''}`
  return reply
    .header('Cache-Control', 'no-store')
    .header('Set-Cookie', cookie)
    .redirect(authorizeUrl({ back: doorOf(deps, account), state }), 303)
}

const STATE_COOKIE = 'fapiao-door'

const doorOf = ({ publicUrl }: Pick<DoorDeps, 'publicUrl'>, { host, id }: HostAccount) =>
  `${publicUrl}/hosts/${host}/${id}`

/** The code of a sign-in; null where the console has not asked yet. */
function takeCode(request: FastifyRequest): string | null {
  const code = readQuery(request).get('code')
  return code === null || code.length > 512 ? null : code
}

/** Whether this browser was sent there by us: nobody signs in with a code that somebody else was given. */
function isOwnAnswer(request: FastifyRequest): boolean {
  const state = readQuery(request).get('state') ?? ''
  const mark = readCookie(request.headers.cookie, STATE_COOKIE)
  return mark !== null && isSameSecret(state, mark)
}

const readQuery = ({ url }: FastifyRequest) => new URLSearchParams(url.split('?').slice(1).join('?'))

function pick(request: FastifyRequest, names: readonly string[]): Record<string, string> {
  const query = readQuery(request)
  const found = names.flatMap((name) => {
    const value = query.get(name)
    return value === null || value.length > 512 ? [] : [[name, value] as const]
  })
  return Object.fromEntries(found)
}
