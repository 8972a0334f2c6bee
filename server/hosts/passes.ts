import { Problem } from '../contract/problem.ts'
import type { Database } from '../database/database.ts'
import type { Vault } from '../privacy/vault.ts'
import type { AskHost } from './ask-host.ts'
import type { HostAccount } from './host-account.ts'

export type PassKind = 'access_token' | 'page_ticket'

/** What a console lends us, and for how long. */
export type Lent = { readonly value: string; readonly seconds: number }

/** The pass of an account: the one that is kept, or a new one. */
export type Borrow = (account: HostAccount, kind: PassKind, ask: () => Promise<Lent>) => Promise<string>

type Deps = { readonly database: Database; readonly vault: Vault; now(): Date }

/** One that ends within this is not worth starting with. */
const SPARE_MS = 300_000

/**
 * Access tokens and page tickets, kept for all processes: consoles count how often we ask (facts §1.7), and some
 * end the old one when they lend a new one. In one process a question is asked once, however many wait for it.
 */
export function createPasses({ database, vault, now }: Deps): Borrow {
  const asking = new Map<string, Promise<string>>()

  async function read(account: HostAccount, kind: PassKind): Promise<string | null> {
    const row = await database.hostPass.findUnique({
      where: { accountId_kind: { accountId: account.id, kind } },
    })
    if (row === null || row.expiresAt.getTime() - now().getTime() < SPARE_MS) return null
    return (await vault.openBytes(placeOf(account, kind), row.valueSealed)).toString('utf8')
  }

  async function renew(account: HostAccount, kind: PassKind, ask: () => Promise<Lent>): Promise<string> {
    const { value, seconds } = await ask()
    const valueSealed = await vault.sealBytes(placeOf(account, kind), Buffer.from(value, 'utf8'))
    const kept = { valueSealed, expiresAt: new Date(now().getTime() + seconds * 1000) }
    await database.hostPass.upsert({
      where: { accountId_kind: { accountId: account.id, kind } },
      create: { accountId: account.id, kind, ...kept },
      update: kept,
    })
    return value
  }

  return (account, kind, ask) => {
    const key = `${account.id} ${kind}`
    const running = asking.get(key)
    if (running !== undefined) return running
    // The look-up belongs to it: who looks while another one asks would ask again.
    const pass = read(account, kind)
      .then((kept) => kept ?? renew(account, kind, ask))
      .finally(() => asking.delete(key))
    asking.set(key, pass)
    return pass
  }
}

function placeOf({ id, merchantId }: HostAccount, kind: PassKind) {
  return { merchantId, table: 'host_pass', column: 'value', rowId: `${id}\n${kind}` }
}

/** What asking a console's server for somebody needs. */
export type VendorDeps = {
  readonly askHost: AskHost
  readonly borrow: Borrow
  /** What only the console and we know. */
  openSecret(account: HostAccount): Promise<string>
}

/** Refuses with `host_unavailable`: a console that lends nothing has its reasons, and none concerns the agent. */
export function lentOf(value: unknown, seconds: unknown): Lent {
  if (typeof value !== 'string' || value === '' || typeof seconds !== 'number' || !(seconds > 0)) {
    throw new Problem('host_unavailable', { facts: { reason: 'nothing_lent' } })
  }
  return { value, seconds }
}
