import type { Database, Tx } from '../database/database.ts'

export type Link = {
  readonly id: string
  readonly merchantId: string
  readonly shopId: string
  /** Null: the shop's own link. */
  readonly orderId: string | null
  readonly expiresAt: Date
  readonly revokedAt: Date | null
}

export type NewLink = Omit<Link, 'revokedAt'> & { readonly actor: string; readonly createdAt: Date }

export async function insertLink(tx: Tx, link: NewLink): Promise<void> {
  await tx.link.create({ data: link })
}

export async function findLink(tx: Tx | Database, id: string): Promise<Link | null> {
  return tx.link.findUnique({
    where: { id },
    select: { id: true, merchantId: true, shopId: true, orderId: true, expiresAt: true, revokedAt: true },
  })
}

/** Links taken back since then, and when. */
export async function listRevokedLinks(
  database: Database,
  since: Date,
): Promise<{ id: string; revokedAt: Date }[]> {
  const where = { revokedAt: { gt: since } }
  const rows = await database.link.findMany({ where, select: { id: true, revokedAt: true } })
  return rows.flatMap(({ id, revokedAt }) => (revokedAt === null ? [] : [{ id, revokedAt }]))
}

/** True where the link is the merchant's; the first revocation's instant stays. */
export async function markRevoked(
  tx: Tx,
  { id, merchantId, at }: { id: string; merchantId: string; at: Date },
): Promise<boolean> {
  const found = await tx.$executeRaw`
    UPDATE link SET revoked_at = coalesce(revoked_at, ${at})
    WHERE id = ${id}::uuid AND merchant_id = ${merchantId}::uuid`
  return found === 1
}
