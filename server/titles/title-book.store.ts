import type { Database, Tx } from '../database/database.ts'

type Hash = Uint8Array<ArrayBuffer>

/** Whose book. */
export type BookKey = { readonly merchantId: string; readonly subjectIndex: Hash }

export type StoredEntry = {
  readonly id: string
  readonly titleSealed: Uint8Array
  readonly isDefault: boolean
  readonly createdAt: Date
  readonly lastUsedAt: Date
}

/** One change at a time per book: two tabs that save the same title make one entry. */
export async function lockBook(tx: Tx, { merchantId, subjectIndex }: BookKey): Promise<void> {
  const name = `${merchantId}\n${Buffer.from(subjectIndex).toString('hex')}`
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 4712))`
}

/** The default first, then the last used first. */
export function listEntries(tx: Tx | Database, key: BookKey): Promise<StoredEntry[]> {
  return tx.customerTitle.findMany({
    where: { merchantId: key.merchantId, subjectIndex: key.subjectIndex },
    orderBy: [{ isDefault: 'desc' }, { lastUsedAt: 'desc' }, { id: 'desc' }],
  })
}

export function findEntry(tx: Tx, key: BookKey, titleIndex: Hash): Promise<StoredEntry | null> {
  const { merchantId, subjectIndex } = key
  return tx.customerTitle.findUnique({
    where: { merchantId_subjectIndex_titleIndex: { merchantId, subjectIndex, titleIndex } },
  })
}

type Written = { id: string; titleIndex: Hash; titleSealed: Hash; at: Date }

export async function putEntry(tx: Tx, key: BookKey, entry: Written): Promise<void> {
  const { id, titleIndex, titleSealed, at } = entry
  await tx.customerTitle.upsert({
    where: { id },
    create: { ...key, id, titleIndex, titleSealed, createdAt: at, lastUsedAt: at },
    update: { titleSealed, lastUsedAt: at },
  })
}

/** False: no such entry in this book. */
export async function makeDefault(tx: Tx, key: BookKey, id: string): Promise<boolean> {
  const { merchantId, subjectIndex } = key
  await tx.customerTitle.updateMany({
    where: { merchantId, subjectIndex, isDefault: true, NOT: { id } },
    data: { isDefault: false },
  })
  const { count } = await tx.customerTitle.updateMany({
    where: { merchantId, subjectIndex, id },
    data: { isDefault: true },
  })
  return count === 1
}

/** How many entries went. */
export async function deleteEntries(tx: Tx, key: BookKey, ids: readonly string[]): Promise<number> {
  const { merchantId, subjectIndex } = key
  const { count } = await tx.customerTitle.deleteMany({
    where: { merchantId, subjectIndex, id: { in: [...ids] } },
  })
  return count
}
