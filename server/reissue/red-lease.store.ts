import type { Tx } from '../database/database.ts'

/** Takes the lease for a call about the red form. Null: not in such a state, or somebody else holds it. */
export async function leaseReissue(
  tx: Tx,
  id: string,
  { now, until }: { now: Date; until: Date },
): Promise<number | null> {
  const [row] = await tx.$queryRaw<{ leaseEpoch: number }[]>`
    UPDATE reissue SET lease_epoch = lease_epoch + 1, lease_until = ${until}
    WHERE id = ${id}::uuid AND (lease_until IS NULL OR lease_until <= ${now})
      AND state IN ('red_requested', 'waiting_buyer')
    RETURNING lease_epoch AS "leaseEpoch"`
  return row?.leaseEpoch ?? null
}

/** Gives the lease back. Throws where it was lost: whoever took over settles. */
export async function endRedLease(
  tx: Tx,
  { id, leaseEpoch }: { id: string; leaseEpoch: number },
): Promise<void> {
  const kept = await tx.reissue.updateMany({ where: { id, leaseEpoch }, data: { leaseUntil: null } })
  if (kept.count !== 1) throw new Error(`the lease of reissue ${id} was lost`)
}
