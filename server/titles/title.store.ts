import type { Database, Tx } from '../database/database.ts'

type Hash = Uint8Array<ArrayBuffer>

export type SealedTitle = { readonly id: string; readonly titleSealed: Uint8Array }

type NewTitle = { id: string; merchantId: string; titleSealed: Hash; titleIndex: Hash; at: Date }

/** True: the title is new, and wants its grams. Otherwise it only becomes the latest. */
export async function upsertTitle(
  tx: Tx,
  { id, merchantId, titleSealed, titleIndex, at }: NewTitle,
): Promise<boolean> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO known_title AS t (id, merchant_id, title_sealed, title_index, last_used_at)
    VALUES (${id}::uuid, ${merchantId}::uuid, ${titleSealed}, ${titleIndex}, ${at}::timestamptz)
    ON CONFLICT (merchant_id, title_index)
    DO UPDATE SET last_used_at = greatest(t.last_used_at, EXCLUDED.last_used_at)
    RETURNING id::text`
  return rows[0]?.id === id
}

export async function insertGrams(
  tx: Tx,
  { merchantId, titleId, grams }: { merchantId: string; titleId: string; grams: readonly Hash[] },
): Promise<void> {
  await tx.knownTitleGram.createMany({
    data: grams.map((gram) => ({ merchantId, gram, titleId })),
    skipDuplicates: true,
  })
}

/** Titles that carry all the grams, the latest first. Bigrams may stand apart: check after opening. */
export async function findTitlesByGrams(
  tx: Tx | Database,
  { merchantId, grams, limit }: { merchantId: string; grams: readonly Hash[]; limit: number },
): Promise<SealedTitle[]> {
  return tx.$queryRaw<SealedTitle[]>`
    SELECT t.id::text, t.title_sealed AS "titleSealed" FROM known_title t
    WHERE t.merchant_id = ${merchantId}::uuid AND t.id IN (
      SELECT g.title_id FROM known_title_gram g
      WHERE g.merchant_id = ${merchantId}::uuid AND g.gram = ANY(${[...grams]}::bytea[])
      GROUP BY g.title_id HAVING count(*) = ${grams.length})
    ORDER BY t.last_used_at DESC, t.id LIMIT ${limit}`
}

export type Company = { readonly name: string; readonly taxId: string }

/**
 * Companies of the published list whose name contains the key, or whose tax id begins with the prefix.
 * A scan: the list is bounded to some ten thousand rows, and the embedded PostgreSQL has no trigram
 * index. The folding is that of `titleNameKey`, as far as it concerns the inside of a name; `translate`
 * drops the blank, which has no counterpart.
 */
export async function findCompanies(
  tx: Tx | Database,
  { nameKey, taxIdPrefix, limit }: { nameKey: string; taxIdPrefix: string | null; limit: number },
): Promise<Company[]> {
  return tx.$queryRaw<Company[]>`
    SELECT name, tax_id AS "taxId" FROM company_directory
    WHERE strpos(translate(upper(normalize(name, NFKC)), '【〔[{〖】〕]}〗 ', '((((()))))'), ${nameKey}) > 0
       OR starts_with(tax_id, ${taxIdPrefix}::text)
    ORDER BY length(name), tax_id LIMIT ${limit}`
}
