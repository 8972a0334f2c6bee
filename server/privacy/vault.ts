import { randomBytes } from 'node:crypto'
import type { Database, Tx } from '../database/database.ts'
import { blindIndex, deriveKey, open, type Place, seal, sealedWith } from './seal.ts'

/**
 * Seals and opens personal data with one data key per merchant. Keys are read once and kept: a value
 * can be opened without waiting for the database after the first use.
 */
export type Vault = {
  /** Any JSON value; bigint is not one. */
  sealJson(place: Place, value: unknown): Promise<Uint8Array<ArrayBuffer>>
  openJson(place: Place, sealed: Uint8Array): Promise<unknown>
  sealBytes(place: Place, clear: Uint8Array): Promise<Uint8Array<ArrayBuffer>>
  openBytes(place: Place, sealed: Uint8Array): Promise<Buffer>
  /** Keyed hash for exact look-up; see `blindIndex`. */
  index(merchantId: string, field: string, value: string): Uint8Array<ArrayBuffer>
  /** Makes the data key of a new merchant, in the transaction that makes the merchant. */
  createKey(tx: Tx, merchantId: string): Promise<void>
}

type DataKey = { id: number; key: Buffer }

/** `masterKey`: 32 bytes, from the environment or the key file; never stored beside the data. */
export function openVault(database: Database, masterKey: Buffer): Vault {
  const wrappingKey = deriveKey(masterKey, 'data keys')
  const indexKey = deriveKey(masterKey, 'blind index')
  const byId = new Map<number, Promise<DataKey>>()
  const active = new Map<string, Promise<DataKey>>()

  const wrapPlace = (merchantId: string | null): Place => ({
    merchantId: merchantId ?? 'server',
    table: 'data_key',
    column: 'wrapped',
    rowId: 'key',
  })

  /** A failed read is tried again next time. */
  function remember<K>(map: Map<K, Promise<DataKey>>, at: K, read: () => Promise<DataKey>): Promise<DataKey> {
    const known = map.get(at)
    if (known !== undefined) return known
    const found = read()
    map.set(at, found)
    found.catch(() => map.delete(at))
    return found
  }

  async function readActive(merchantId: string): Promise<DataKey> {
    const row = await database.dataKey.findFirst({
      where: { merchantId: merchantId === 'server' ? null : merchantId, retiredAt: null },
      orderBy: { id: 'desc' },
    })
    if (row === null) throw new Error(`merchant ${merchantId} has no data key`)
    return { id: row.id, key: open(wrappingKey, wrapPlace(row.merchantId), row.wrapped) }
  }

  async function readById(id: number): Promise<DataKey> {
    const row = await database.dataKey.findUniqueOrThrow({ where: { id } })
    return { id, key: open(wrappingKey, wrapPlace(row.merchantId), row.wrapped) }
  }

  async function sealBytes(place: Place, clear: Uint8Array) {
    const { id, key } = await remember(active, place.merchantId, () => readActive(place.merchantId))
    return seal(key, id, place, clear)
  }

  async function openBytes(place: Place, sealed: Uint8Array) {
    const id = sealedWith(sealed)
    const { key } = await remember(byId, id, () => readById(id))
    return open(key, place, sealed)
  }

  return {
    sealBytes,
    openBytes,
    sealJson: (place, value) => sealBytes(place, Buffer.from(JSON.stringify(value), 'utf8')),
    async openJson(place, sealed) {
      const value: unknown = JSON.parse((await openBytes(place, sealed)).toString('utf8'))
      return value
    },
    index: (merchantId, field, value) => blindIndex(indexKey, merchantId, field, value),
    async createKey(tx, merchantId) {
      const owner = merchantId === 'server' ? null : merchantId
      const wrapped = seal(wrappingKey, 0, wrapPlace(owner), randomBytes(32))
      await tx.dataKey.create({ data: { merchantId: owner, wrapped } })
    },
  }
}

/** Makes the server's own data key once (signing keys, proof guards); says so when the master key is another. */
export async function prepareVault(database: Database, vault: Vault): Promise<void> {
  await database.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(4711002)`
    const has = await tx.dataKey.findFirst({ where: { merchantId: null } })
    if (has === null) await vault.createKey(tx, 'server')
  })
  try {
    await vault.sealJson({ merchantId: 'server', table: 'check', column: 'check', rowId: 'check' }, null)
  } catch (cause) {
    throw new Error('FAPIAO_MASTER_KEY is not the key this database was sealed with', { cause })
  }
}
