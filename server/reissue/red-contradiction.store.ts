import type { Database, Tx } from '../database/database.ts'
import type { Vault } from '../privacy/vault.ts'
import { openChange } from './change.store.ts'
import { getReissue } from './reissue.store.ts'

export type RedContradiction = {
  readonly reissueId: string
  readonly shopId: string
  /** One of the orders. */
  readonly orderId: string | null
  /** Of the red, so below zero. */
  readonly saidFen: bigint
  readonly sentFen: bigint
  readonly at: Date
}

/** More than a person reads; the oldest come first. */
const LISTED_MAX = 500

/** Reissues whose issuer holds another red than was sent, and that still wait. */
export async function listRedContradictions(
  vault: Vault,
  tx: Tx | Database,
  { merchantId, shopId }: { merchantId: string; shopId: string | null },
): Promise<RedContradiction[]> {
  const rows = await tx.$queryRaw<Row[]>`
    SELECT r.id::text AS "reissueId", r.shop_id::text AS "shopId",
      (SELECT min(a.order_id::text) FROM invoice_allocation a WHERE a.invoice_id = r.invoice_id) AS "orderId",
      s.contradiction ->> 'grossFen' AS "saidFen", r.updated_at AS at
    FROM red_sending s JOIN reissue r ON r.id = s.reissue_id
    WHERE r.merchant_id = ${merchantId}::uuid AND (${shopId}::uuid IS NULL OR r.shop_id = ${shopId}::uuid)
      AND s.contradiction IS NOT NULL AND r.state IN ('red_requested', 'waiting_buyer')
    ORDER BY r.updated_at LIMIT ${LISTED_MAX}`
  return Promise.all(
    rows.map(async ({ saidFen, ...row }) => {
      const { red } = await openChange(vault, await getReissue(tx, row.reissueId))
      return { ...row, saidFen: BigInt(saidFen), sentFen: red.grossFen }
    }),
  )
}

type Row = Omit<RedContradiction, 'saidFen' | 'sentFen'> & { saidFen: string }
