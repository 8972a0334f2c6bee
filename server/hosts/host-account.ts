import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { HOST_IDS, type HostId } from '../contract/hosts.ts'
import { shape } from '../contract/shape.ts'
import { readPublicKey } from '../tokens/read-public-key.ts'

const Name = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' })
/** https, a port where it is not 443, a path where the console lies in a folder. */
const Base = Type.String({ pattern: '^https?://[A-Za-z0-9.:[\\]-]+(/[A-Za-z0-9._/-]*)?$', maxLength: 512 })

/** What is public about an account at each console, and what its secret is (facts/hosts-and-embed.md §1). */
const SETTINGS = {
  /** Secret: none is shared; the key of the app is public. */
  zendesk: shape({
    subdomain: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$' }),
    installationId: Type.String({ pattern: '^[0-9]{1,20}$' }),
    publicKeyPem: Type.String({ maxLength: 4096 }),
  }),
  /** Secret: `auth_secret` of the plugin. */
  front: shape({}),
  /** Secret: the token of the plugin's subscription. */
  crisp: shape({ websiteId: Name }),
  /** Secret: an `api_access_token` that may read the account's conversations. */
  chatwoot: shape({ baseUrl: Base, accountId: Type.String({ pattern: '^[0-9]{1,20}$' }) }),
  /** Secret: the app's secret. */
  wecom: shape({
    corpId: Name,
    agentId: Type.String({ pattern: '^[0-9]{1,20}$' }),
    apiUrl: Base,
    authorizeUrl: Base,
  }),
  /** Secret: the app's secret. */
  feishu: shape({ appId: Name, apiUrl: Base, authorizeUrl: Base }),
} as const satisfies Record<HostId, unknown>

export type SettingsOf<H extends HostId> = Static<(typeof SETTINGS)[H]>

/** Where the vendors answer, unless the operator says otherwise (a private deployment, a proxy). */
const DEFAULTS: Readonly<Partial<Record<HostId, Readonly<Record<string, string>>>>> = {
  wecom: {
    apiUrl: 'https://qyapi.weixin.qq.com',
    authorizeUrl: 'https://open.weixin.qq.com/connect/oauth2/authorize',
  },
  feishu: {
    apiUrl: 'https://open.feishu.cn',
    authorizeUrl: 'https://open.feishu.cn/open-apis/authen/v1/authorize',
  },
}

type OfHost<H extends HostId> = {
  readonly id: string
  readonly merchantId: string
  readonly shopId: string
  readonly host: H
  readonly settings: SettingsOf<H>
  readonly disabledAt: Date | null
}

/** A shop's account at one console, without its secret. */
export type HostAccount<H extends HostId = HostId> = Extract<AnyAccount, { readonly host: H }>
type AnyAccount = { [K in HostId]: OfHost<K> }[HostId]

const CHECKS = new Map(HOST_IDS.map((host) => [host, Compile(SETTINGS[host])]))

/** The names of what an operator has to give, those with a default left out. */
export function settingNames(host: HostId): string[] {
  return Object.keys(SETTINGS[host].properties).filter((name) => DEFAULTS[host]?.[name] === undefined)
}

/** Whether a console shares a secret with us; Zendesk signs with a key of its own. */
export function hasSecret(host: HostId): boolean {
  return host !== 'zendesk'
}

/**
 * The account as a row or an operator describes it, defaults filled in; or the names of the settings that are
 * missing or wrong. A Zendesk key is checked for its strength like any other (RFC 8725 §3.4).
 */
export function readAccount(row: Described): HostAccount | { readonly wrong: string[] } {
  const given = typeof row.settings === 'object' && row.settings !== null ? row.settings : {}
  const account = { ...row, settings: { ...DEFAULTS[row.host], ...given } }
  return isAccount(account) ? account : { wrong: findFaults(account) }
}

type Described = Omit<OfHost<HostId>, 'settings'> & { readonly settings: unknown }

function isAccount(account: Described): account is HostAccount {
  if (CHECKS.get(account.host)?.Check(account.settings) !== true) return false
  return account.host !== 'zendesk' || isStrongRsa(account.settings)
}

function findFaults({ host, settings }: Described): string[] {
  const faults = CHECKS.get(host)?.Errors(settings) ?? []
  const names = faults.flatMap(({ instancePath, params }) => {
    if ('requiredProperties' in params) return params.requiredProperties
    return 'additionalProperties' in params ? params.additionalProperties : [instancePath.slice(1)]
  })
  // The shape is right, so it is the one thing that is checked beyond it.
  return names.length === 0 ? ['publicKeyPem'] : [...new Set(names)]
}

function isStrongRsa(settings: unknown): boolean {
  const pem: unknown = Object(settings).publicKeyPem
  try {
    return readPublicKey(pem).algorithm === 'RS256'
  } catch {
    return false
  }
}

export function isAt<H extends HostId>(account: HostAccount, host: H): account is HostAccount<H> {
  return account.host === host
}
