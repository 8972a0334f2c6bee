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

/** Which link is taken back, and by whom: a session of one shop reaches that shop's. */
export type Revoked = {
  readonly id: string
  readonly merchantId: string
  /** Null: whichever shop of the merchant. */
  readonly shopId: string | null
}

/** True where the link is the merchant's, and the shop's; the first revocation's instant stays. */
export async function markRevoked(
  tx: Tx,
  { id, merchantId, shopId, at }: Revoked & { readonly at: Date },
): Promise<boolean> {
  const found = await tx.$executeRaw`
    UPDATE link SET revoked_at = coalesce(revoked_at, ${at})
    WHERE id = ${id}::uuid AND merchant_id = ${merchantId}::uuid
      AND shop_id = coalesce(${shopId}::uuid, shop_id)`
  return found === 1
}
