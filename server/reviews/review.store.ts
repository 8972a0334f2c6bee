import type { RequestState } from '../contract/invoicing.ts'
import type { Database, Tx } from '../database/database.ts'

export type Waiting = { readonly id: string }

/** More than a person decides in a sitting; the oldest come first. */
const LISTED_MAX = 200

/** Requests that wait for a reviewer, oldest first. */
export function listWaiting(
  tx: Tx | Database,
  { merchantId, shopId }: { merchantId: string; shopId: string | null },
): Promise<Waiting[]> {
  return tx.invoiceRequest.findMany({
    where: { merchantId, state: 'in_review', ...(shopId === null ? {} : { shopId }) },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    take: LISTED_MAX,
    select: { id: true },
  })
}

export type RequestMove = {
  readonly from: RequestState | null
  readonly to: RequestState
  readonly actor: string
  readonly reason: string | null
  readonly at: Date
}

/** Every move of a request, oldest first. */
export async function listMoves(tx: Tx | Database, requestId: string): Promise<RequestMove[]> {
  const rows = await tx.requestMove.findMany({
    where: { requestId },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
    take: LISTED_MAX,
  })
  return rows.map(({ fromState, toState, actor, reason, at }) => ({
    from: fromState as RequestState | null, // CHECK invoice_request_state_known: moves copy it
    to: toState as RequestState,
    actor,
    reason,
    at,
  }))
}
