import type { Tx } from '../database/database.ts'
import type { InvoiceRequest } from './request.store.ts'

export type EndClaimDeps = {
  releaseOrder(tx: Tx, orderId: string, amountFen: bigint): Promise<void>
  /** The new blue of a reissue was refused: the saga waits for a person. */
  onReplacementEnded(
    tx: Tx,
    replacement: { reissueId: string; code: string; detail: string | null },
  ): Promise<void>
}

/** A rejected request gives its claim back; that of a reissue's new blue stays with the saga. */
export async function endClaim(
  deps: EndClaimDeps,
  tx: Tx,
  { request, code, detail }: { request: InvoiceRequest; code: string; detail: string | null },
): Promise<void> {
  const { reissueId, shares } = request
  if (reissueId !== null) return deps.onReplacementEnded(tx, { reissueId, code, detail })
  for (const { orderId, amountFen } of shares) await deps.releaseOrder(tx, orderId, amountFen)
}
