import { randomUUID } from 'node:crypto'
import { exportSPKI, generateKeyPair, SignJWT } from 'jose'
import type { HostId } from '../../server/contract/hosts.ts'
import { insertHostAccount } from '../../server/hosts/host-account.store.ts'
import { readAccount } from '../../server/hosts/host-account.ts'
import { openTestApp, type TestAppOptions } from './app.ts'
import { openConsoleServers, SECRET } from './console-servers.ts'

/** The app with shop A-WX at every console, and the consoles' servers. */
export async function openHostDesk({ env = {}, ...options }: TestAppOptions = {}) {
  const consoles = await openConsoleServers()
  const app = await openTestApp({
    ...options,
    env: { FAPIAO_PRIVATE_HOSTS: consoles.host, ...env },
  })
  const { database, inTransaction, vault, now } = app.services
  const shop = await database.shop.findFirstOrThrow({ where: { code: 'a-wx' } })
  const zendeskKey = await generateKeyPair('RS256', { extractable: true })
  const publicKeyPem = await exportSPKI(zendeskKey.publicKey)

  const SETTINGS: Readonly<Record<HostId, object>> = {
    zendesk: { subdomain: 'acme', installationId: '41', publicKeyPem },
    front: {},
    crisp: { websiteId: 'site-1' },
    chatwoot: { baseUrl: consoles.url, accountId: '3' },
    wecom: { corpId: 'corp1', agentId: '1000002', apiUrl: consoles.url },
    feishu: { appId: 'cli_1', apiUrl: consoles.url },
  }

  return {
    ...app,
    consoles,
    shop,
    zendeskKey,
    /** Another account of the shop; answers its id. */
    async addAccount(host: HostId): Promise<string> {
      const id = randomUUID()
      const { merchantId, id: shopId } = shop
      const settings = SETTINGS[host]
      const account = readAccount({ id, merchantId, shopId, host, settings, disabledAt: null })
      if ('wrong' in account) throw new Error(account.wrong.join())
      const secret = host === 'zendesk' ? '' : SECRET
      await inTransaction((tx) => insertHostAccount({ vault }, tx, account, { secret, at: now() }))
      return id
    },
    /** What Zendesk posts for an agent, with this changed. */
    zendeskToken({
      sub = '3712',
      iss = 'acme.zendesk.com',
      aud = AUDIENCE,
      seconds = 300,
      key = zendeskKey,
    } = {}) {
      const iat = Math.floor(now().getTime() / 1000)
      return new SignJWT({ context: { product: 'support', location: 'ticket_sidebar' }, qsh: randomUUID() })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
        .setSubject(sub)
        .setIssuer(iss)
        .setAudience(aud)
        .setIssuedAt(iat - (seconds < 0 ? 600 : 0))
        .setExpirationTime(iat + seconds)
        .sign(key.privateKey)
    },
    async close() {
      await app.close()
      await consoles.close()
    },
  }
}

export type HostDesk = Awaited<ReturnType<typeof openHostDesk>>

export const AUDIENCE = 'https://acme.zendesk.com/api/v2/apps/installations/41.json'
