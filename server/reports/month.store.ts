import type { ReportRow } from '../contract/reports.ts'
import type { Tx } from '../database/database.ts'

/** `shopId` null: every shop of the merchant. Days in Asia/Shanghai, `until` is not in it. */
export type MonthPlace = {
  readonly merchantId: string
  readonly shopId: string | null
  readonly from: string
  readonly until: string
}

type Names = Pick<ReportRow, 'shopId' | 'shopName' | 'kind' | 'colour' | 'treatment' | 'rateBp'>
export type MonthSums = { count: number; netFen: bigint; taxFen: bigint; grossFen: bigint }
export type MonthRow = Names & MonthSums

type Texts = { netFen: string; taxFen: string; grossFen: string }

/** The lines of the month's documents, added up; shops by name, blue before red, high rates first. */
export async function sumLines(tx: Tx, place: MonthPlace): Promise<MonthRow[]> {
  const { merchantId, shopId, from, until } = place
  const rows = await tx.$queryRaw<(Names & { count: number } & Texts)[]>`
    SELECT s.id::text AS "shopId", s.name AS "shopName", i.kind, i.colour, l.treatment, l.rate_bp AS "rateBp",
      count(DISTINCT i.id)::int AS count, sum(l.net_fen)::text AS "netFen", sum(l.tax_fen)::text AS "taxFen",
      sum(l.gross_fen)::text AS "grossFen"
    FROM invoice i JOIN invoice_line l ON l.invoice_id = i.id JOIN shop s ON s.id = i.shop_id
    WHERE i.merchant_id = ${merchantId}::uuid AND (${shopId}::uuid IS NULL OR i.shop_id = ${shopId}::uuid)
      AND i.business_date >= ${from}::date AND i.business_date < ${until}::date
    GROUP BY s.id, i.kind, i.colour, l.treatment, l.rate_bp
    ORDER BY s.name, s.id, i.kind, i.colour, l.rate_bp DESC, l.treatment`
  return rows.map((row) => ({ ...row, ...toFen(row) }))
}

/** The documents of the month themselves: one with two rates is one. */
export async function sumDocuments(tx: Tx, place: MonthPlace): Promise<MonthSums> {
  const { merchantId, shopId, from, until } = place
  const [row] = await tx.$queryRaw<({ count: number } & Texts)[]>`
    SELECT count(*)::int AS count, coalesce(sum(net_fen), 0)::text AS "netFen",
      coalesce(sum(tax_fen), 0)::text AS "taxFen", coalesce(sum(gross_fen), 0)::text AS "grossFen"
    FROM invoice
    WHERE merchant_id = ${merchantId}::uuid AND (${shopId}::uuid IS NULL OR shop_id = ${shopId}::uuid)
      AND business_date >= ${from}::date AND business_date < ${until}::date`
  if (row === undefined) throw new Error('a sum has a row')
  return { count: row.count, ...toFen(row) }
}

function toFen({ netFen, taxFen, grossFen }: Texts): Omit<MonthSums, 'count'> {
  return { netFen: BigInt(netFen), taxFen: BigInt(taxFen), grossFen: BigInt(grossFen) }
}
