import { randomUUID } from 'node:crypto'
import type { Config } from './config.ts'
import { type Database, type InTransaction, inTransactionOf, openDatabase } from './database/database.ts'
import { createMailDelivery, type MailDelivery } from './delivery/mail/mail.delivery.ts'
import { createRenderer, type Renderer } from './documents/renderer.ts'
import type { IssuingTerms } from './invoicing/rules/settings.ts'
import type { Issuer } from './issuers/issuer.ts'
import { createSandboxIssuer } from './issuers/sandbox/sandbox.issuer.ts'
import { openVault, prepareVault, type Vault } from './privacy/vault.ts'
import { openTokenStore, type TokenStore } from './tokens/token.store.ts'

/** What lives as long as the process and is shared by web and worker. */
export type Services = {
  readonly config: Config
  /** The owner's address: for the job queue, for LISTEN. Carries a password. */
  readonly ownerUrl: string
  readonly database: Database
  /** Connections that no transaction holds: for what is read while one is open. */
  readonly aside: Database
  readonly inTransaction: InTransaction
  readonly vault: Vault
  readonly tokens: TokenStore
  readonly renderer: Renderer
  readonly mail: MailDelivery
  issuerOf(issuerId: string): Issuer
  termsOf(issuerId: string): IssuingTerms
  readonly now: () => Date
  readonly newId: () => string
  close(): Promise<void>
}

export type Outside = {
  /** Address of the sandbox bureau. */
  issuerUrl: string
  /** smtp:// or smtps://, with user and password where the server wants them. */
  smtpUrl: string
}

/** Our own name in the tokens we sign. */
export const TOKEN_ISSUER = 'fapiao-sidecar'

/** A child that draws is replaced after so many documents: its native memory grows with each. */
const DOCUMENTS_PER_PROCESS = 3_000

/** Opens everything once. The database must be at its newest schema. */
export async function openServices(config: Config, ownerUrl: string, outside: Outside): Promise<Services> {
  const now = () => new Date()
  const database = openDatabase({ url: ownerUrl, poolSize: config.poolSize })
  const inTransaction = inTransactionOf(database)
  // Of their own: transactions hold the others while they wait for a key or a shop.
  const aside = openDatabase({ url: ownerUrl, poolSize: 2 })
  const vault = openVault(aside, Buffer.from(config.masterKey.reveal(), 'hex'))
  await prepareVault(aside, vault)
  const tokens = openTokenStore({ database: aside, inTransaction, vault, now })
  await tokens.prepareSigningKeys()
  const renderer = createRenderer({
    processes: config.renderProcesses,
    documentsPerProcess: DOCUMENTS_PER_PROCESS,
  })
  const mail = createMailDelivery(readMailServer(outside.smtpUrl))
  const sandbox = createSandboxIssuer({ baseUrl: outside.issuerUrl, timeoutMs: config.issuerTimeoutMs })
  const issuers = new Map<string, Issuer>([[sandbox.id, sandbox]])
  const issuerOf = (issuerId: string): Issuer => {
    const issuer = issuers.get(issuerId)
    if (issuer === undefined) throw new Error(`no issuer is called ${issuerId}`)
    return issuer
  }
  return {
    config,
    ownerUrl,
    database,
    aside,
    inTransaction,
    vault,
    tokens,
    renderer,
    mail,
    issuerOf,
    termsOf: (issuerId) => ({ capabilities: issuerOf(issuerId).capabilities(), settings: config.rules }),
    now,
    newId: randomUUID,
    async close() {
      sandbox.close()
      mail.close()
      await renderer.close()
      await database.$disconnect()
      await aside.$disconnect()
    },
  }
}

/** A mail server must answer within a minute, and ten connections carry more mail than we make. */
const MAIL_TIMEOUT_MS = 60_000
const MAIL_CONNECTIONS = 10

function readMailServer(smtpUrl: string) {
  const url = new URL(smtpUrl)
  const isImplicit = url.protocol === 'smtps:'
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  return {
    host: url.hostname,
    port: url.port === '' ? (isImplicit ? 465 : 587) : Number(url.port),
    tls: isImplicit ? ('implicit' as const) : isLoopback ? ('none' as const) : ('required' as const),
    login:
      url.username === ''
        ? null
        : { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) },
    timeoutMs: MAIL_TIMEOUT_MS,
    maxConnections: MAIL_CONNECTIONS,
  }
}
