import { type Config, readProcessConfig } from '../config.ts'
import { connectDatabase } from '../database/connect.ts'
import { type Database, type InTransaction, inTransactionOf, openDatabase } from '../database/database.ts'
import { openVault, prepareVault, type Vault } from '../privacy/vault.ts'
import { findShopByCode } from '../shops/shop.store.ts'
import type { Shop } from '../shops/shop.ts'
import { openTokenStore, type TokenStore } from '../tokens/token.store.ts'
import { CommandRefused } from './explain-error.ts'

/** What a command works with. */
export type Context = {
  readonly config: Config
  /** The owner's address. */
  readonly url: string
  readonly database: Database
  readonly inTransaction: InTransaction
  readonly vault: Vault
  readonly tokens: TokenStore
  now(): Date
}

/** In audit entries: whoever has a shell on the server is its operator. */
export const OPERATOR = { kind: 'operator', id: 'cli' } as const

/** A command does one thing after the other. */
const POOL_SIZE = 4

/** Runs a command on the database: a configured one, a running embedded one, or one started for it. */
export async function withContext<T>(work: (context: Context) => Promise<T>): Promise<T> {
  const config = readProcessConfig()
  const connected = await connectDatabase(config)
  try {
    return await onDatabase(config, connected.url, work)
  } finally {
    await connected.stop()
  }
}

export async function onDatabase<T>(
  config: Config,
  url: string,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  const database = openDatabase({ url, poolSize: POOL_SIZE })
  try {
    const vault = openVault(database, Buffer.from(config.masterKey.reveal(), 'hex'))
    await prepareVault(database, vault)
    const now = () => new Date()
    const inTransaction = inTransactionOf(database)
    const tokens = openTokenStore({ database, inTransaction, vault, now })
    return await work({ config, url, database, inTransaction, vault, tokens, now })
  } finally {
    await database.$disconnect()
  }
}

export async function getShop({ database }: Context, code: string): Promise<Shop> {
  const shop = await findShopByCode(database, code)
  if (shop !== null) return shop
  const known = await database.shop.findMany({ select: { code: true }, orderBy: { code: 'asc' } })
  const codes = known.map((row) => row.code).join(', ')
  throw new CommandRefused(`no shop has the code ${code}; there are: ${codes || 'none yet'}`)
}
