import type { Database, Tx } from '../database/database.ts'
import { Prisma } from '../database/generated/client.ts'

export type Contradiction = {
  readonly requestId: string
  readonly shopId: string
  /** One of the orders. */
  readonly orderId: string | null
  readonly saidFen: bigint
  readonly sentFen: bigint
  readonly at: Date
}

/** Requests whose issuer holds another invoice than was sent, and that still wait; at most 500. */
export async function listContradictions(
  tx: Tx | Database,
  { merchantId, shopId }: { merchantId: string; shopId: string | null },
): Promise<Contradiction[]> {
  const ofShop = shopId === null ? Prisma.empty : Prisma.sql`AND r.shop_id = ${shopId}::uuid`
  const rows = await tx.$queryRaw<(Omit<Contradiction, 'saidFen'> & { saidFen: string })[]>`
    SELECT r.id::text AS "requestId", r.shop_id::text AS "shopId",
      (SELECT min(h.order_id::text) FROM request_share h WHERE h.request_id = r.id) AS "orderId",
      s.contradiction ->> 'grossFen' AS "saidFen", r.amount_fen AS "sentFen", r.updated_at AS at
    FROM sending s JOIN invoice_request r ON r.id = s.request_id
    WHERE r.merchant_id = ${merchantId}::uuid ${ofShop} AND s.contradiction IS NOT NULL
      AND r.state IN ('issuing', 'in_doubt')
    ORDER BY r.updated_at LIMIT 500`
  return rows.map(({ saidFen, ...row }) => ({ ...row, saidFen: BigInt(saidFen) }))
}
