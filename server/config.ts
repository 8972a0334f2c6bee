import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { isConfigurable } from './invoicing/rules/rules.ts'
import { type RuleSettings, readRuleSettings, SHIPPED_SETTINGS } from './invoicing/rules/settings.ts'

/** A value that must not be printed; `reveal` is the only way to it. */
export class Secret {
  readonly #value: string
  constructor(value: string) {
    this.#value = value
  }
  reveal(): string {
    return this.#value
  }
  toString(): string {
    return '[secret]'
  }
  toJSON(): string {
    return '[secret]'
  }
}

export type Config = {
  /** all: web and worker in one process. */
  role: 'all' | 'web' | 'worker'
  host: string
  port: number
  /** The address people and QR codes use; no trailing slash. */
  publicUrl: string
  dataDir: string
  documentsDir: string
  /** null: the embedded PostgreSQL. */
  databaseUrl: Secret | null
  poolSize: number
  masterKey: Secret
  /** Seeds the demo stage and starts its companions: bureau simulator, mail outbox, demo pages. */
  isDemo: boolean
  /** Distinct token errors for developers; production answers one neutral word. */
  isProduction: boolean
  issuerUrl: string | null
  issuerTimeoutMs: number
  smtpUrl: Secret | null
  mailFrom: string
  workerConcurrency: number
  renderProcesses: number
  trustedProxies: string[]
  requestBudgetPercent: number
  /** `host:port` of the operator's own network that may be called although it is private. */
  privateHosts: string[]
  rules: RuleSettings
  demoPort: number
  outboxPort: number
  bureauPort: number
  logLevel: string
}

/** One row per variable: how it is read and what it says to a person. README's table is tested against it. */
export const VARIABLES = {
  FAPIAO_ROLE: 'all, web or worker: what this process does (default all)',
  HOST: 'address to listen on (default 127.0.0.1)',
  PORT: 'port to listen on (default 8787)',
  FAPIAO_PUBLIC_URL: 'address that links and QR codes carry (default http://localhost:PORT)',
  FAPIAO_DATA_DIR: 'directory of data, keys and the embedded database (default ./data)',
  FAPIAO_DOCUMENTS_DIR:
    'directory of the sealed documents; shared by all processes (default DATA_DIR/documents)',
  DATABASE_URL: 'an external PostgreSQL, as the owner of its schema; unset: the embedded one',
  FAPIAO_POOL_SIZE: 'database connections per process (default 16)',
  FAPIAO_MASTER_KEY: '64 hexadecimal digits; unset: DATA_DIR/master.key, made on first start',
  FAPIAO_DEMO: '1 or 0: demo data, simulator, outbox and demo pages (default 1 without DATABASE_URL)',
  NODE_ENV: 'production hides why a token was refused',
  FAPIAO_ISSUER_URL: 'address of the sandbox bureau (default: the simulator that the demo starts)',
  FAPIAO_ISSUER_TIMEOUT_MS: 'deadline of one issuer call in ms (default 10000)',
  SMTP_URL: 'mail server, smtp://user:password@host:port (default: the demo outbox)',
  FAPIAO_MAIL_FROM: 'sender address (default invoices@localhost.localdomain)',
  FAPIAO_WORKER_CONCURRENCY: 'jobs at a time in a worker (default 24)',
  FAPIAO_RENDER_PROCESSES: 'processes that draw documents (default 1)',
  FAPIAO_TRUSTED_PROXIES: 'comma-separated CIDRs whose X-Forwarded-For is believed (default none)',
  FAPIAO_REQUEST_BUDGET_PERCENT:
    'of the usual number of requests a minute per person and address (default 100)',
  FAPIAO_PRIVATE_HOSTS:
    'comma-separated host:port of your own network that addresses of others may name (default none)',
  FAPIAO_RULES_FILE: 'JSON file of legal rates, limits and rules switched off (default: as shipped)',
  FAPIAO_DEMO_PORT: 'port of the demo pages (default 8788)',
  FAPIAO_OUTBOX_PORT: 'port of the demo mail outbox (default 8789; SMTP on the next one)',
  FAPIAO_BUREAU_PORT: 'port of the bureau simulator (default 8791)',
  LOG_LEVEL: 'trace, debug, info, warn, error or silent (default info)',
} as const

type Env = Readonly<Record<string, string | undefined>>

/** A wrong variable stops the start; all of them are named at once. */
export class ConfigInvalid extends Error {
  constructor(faults: readonly string[]) {
    super(`configuration is not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
  }
}

class Reader {
  readonly faults: string[] = []
  readonly env: Env
  constructor(env: Env) {
    this.env = env
  }

  text(name: keyof typeof VARIABLES): string | null {
    const value = this.env[name]?.trim()
    return value === undefined || value === '' ? null : value
  }

  textOr(name: keyof typeof VARIABLES, fallback: string): string {
    return this.text(name) ?? fallback
  }

  integer(name: keyof typeof VARIABLES, fallback: number, [least, most]: [number, number]): number {
    const value = this.text(name)
    if (value === null) return fallback
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
    if (number >= least && number <= most) return number
    this.faults.push(`${name}="${value}": a whole number from ${least} to ${most} is needed`)
    return fallback
  }

  word<const W extends readonly string[]>(
    name: keyof typeof VARIABLES,
    words: W,
    fallback: W[number],
  ): W[number] {
    const value = this.text(name)
    if (value === null) return fallback
    const found = words.find((word) => word === value)
    if (found === undefined) this.faults.push(`${name}="${value}": one of ${words.join(', ')} is needed`)
    return found ?? fallback
  }

  url(name: keyof typeof VARIABLES, protocols: readonly string[]): string | null {
    const value = this.text(name)
    if (value === null) return null
    if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value.replace(/\/+$/, '')
    // The value may carry a password: it is not repeated.
    this.faults.push(`${name}: an address starting with ${protocols.join(' or ')} is needed`)
    return null
  }

  mail(name: keyof typeof VARIABLES, fallback: string): string {
    const value = this.textOr(name, fallback)
    if (/^[\w.+-]+@[\w-]+(\.[\w-]+)+$/.test(value)) return value
    this.faults.push(`${name}="${value}": a plain mail address is needed`)
    return fallback
  }

  rules(name: keyof typeof VARIABLES): RuleSettings {
    const file = this.text(name)
    if (file === null) return SHIPPED_SETTINGS
    try {
      const settings = readRuleSettings(JSON.parse(readFileSync(resolve(file), 'utf8')))
      const fixed = settings.off.filter((id) => !isConfigurable(id))
      if (fixed.length > 0) this.faults.push(`${name}: no rule to switch off is called ${fixed.join(', ')}`)
      return settings
    } catch (error) {
      this.faults.push(`${name}="${file}": ${error instanceof Error ? error.message : 'cannot be read'}`)
      return SHIPPED_SETTINGS
    }
  }

  list(name: keyof typeof VARIABLES, isRight: (part: string) => boolean, what: string): string[] {
    const parts = this.textOr(name, '')
      .split(',')
      .map((part) => part.trim())
    const given = parts.filter((part) => part !== '')
    const wrong = given.filter((part) => !isRight(part))
    if (wrong.length > 0) this.faults.push(`${name}: "${wrong.join('", "')}" is no ${what}`)
    return given
  }
}

/** One address or network, as `X-Forwarded-For` is judged by. */
function isCidr(text: string): boolean {
  const [address = '', bits, ...others] = text.split('/')
  const family = isIP(address)
  if (family === 0 || others.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}

const isHostPort = (text: string) => /^([\w.-]+|\[[\da-f:]+\]):\d{1,5}$/.test(text)

/** Reads the environment once. Throws `ConfigInvalid` with every fault. */
export function readConfig(env: Env): Config {
  const reader = new Reader(env)
  const dataDir = resolve(reader.textOr('FAPIAO_DATA_DIR', 'data'))
  const port = reader.integer('PORT', 8787, [1, 65_535])
  const databaseUrl = reader.url('DATABASE_URL', ['postgresql:', 'postgres:'])
  const smtpUrl = reader.url('SMTP_URL', ['smtp:', 'smtps:'])
  const config: Omit<Config, 'masterKey'> = {
    role: reader.word('FAPIAO_ROLE', ['all', 'web', 'worker'], 'all'),
    host: reader.textOr('HOST', '127.0.0.1'),
    port,
    publicUrl: reader.url('FAPIAO_PUBLIC_URL', ['http:', 'https:']) ?? `http://localhost:${port}`,
    dataDir,
    documentsDir: resolve(reader.textOr('FAPIAO_DOCUMENTS_DIR', join(dataDir, 'documents'))),
    databaseUrl: databaseUrl === null ? null : new Secret(databaseUrl),
    poolSize: reader.integer('FAPIAO_POOL_SIZE', 16, [2, 200]),
    isDemo: reader.word('FAPIAO_DEMO', ['0', '1'], databaseUrl === null ? '1' : '0') === '1',
    isProduction: reader.text('NODE_ENV') === 'production',
    issuerUrl: reader.url('FAPIAO_ISSUER_URL', ['http:', 'https:']),
    issuerTimeoutMs: reader.integer('FAPIAO_ISSUER_TIMEOUT_MS', 10_000, [100, 120_000]),
    smtpUrl: smtpUrl === null ? null : new Secret(smtpUrl),
    mailFrom: reader.mail('FAPIAO_MAIL_FROM', 'invoices@localhost.localdomain'),
    workerConcurrency: reader.integer('FAPIAO_WORKER_CONCURRENCY', 24, [1, 500]),
    renderProcesses: reader.integer('FAPIAO_RENDER_PROCESSES', 1, [1, 16]),
    trustedProxies: reader.list('FAPIAO_TRUSTED_PROXIES', isCidr, 'address or network'),
    requestBudgetPercent: reader.integer('FAPIAO_REQUEST_BUDGET_PERCENT', 100, [1, 100_000]),
    privateHosts: reader.list('FAPIAO_PRIVATE_HOSTS', isHostPort, 'host:port'),
    rules: reader.rules('FAPIAO_RULES_FILE'),
    demoPort: reader.integer('FAPIAO_DEMO_PORT', 8788, [1, 65_535]),
    outboxPort: reader.integer('FAPIAO_OUTBOX_PORT', 8789, [1, 65_535]),
    bureauPort: reader.integer('FAPIAO_BUREAU_PORT', 8791, [1, 65_535]),
    logLevel: reader.word('LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'info'),
  }
  const masterKey = reader.text('FAPIAO_MASTER_KEY')
  if (masterKey !== null && !/^[0-9a-fA-F]{64}$/.test(masterKey)) {
    reader.faults.push('FAPIAO_MASTER_KEY: 64 hexadecimal digits are needed (32 random bytes)')
  }
  if (reader.faults.length > 0) throw new ConfigInvalid(reader.faults)
  return { ...config, masterKey: new Secret(masterKey ?? readKeyFile(dataDir)) }
}

/** The process's own environment. */
export function readProcessConfig(): Config {
  return readConfig(process.env)
}

/** Made on first start, readable by the owner only. Losing it loses every personal field. */
function readKeyFile(dataDir: string): string {
  const file = join(dataDir, 'master.key')
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  }
  const key = readFileSync(file, 'utf8').trim()
  if (!/^[0-9a-f]{64}$/.test(key)) throw new ConfigInvalid([`${file}: 64 hexadecimal digits are needed`])
  return key
}
