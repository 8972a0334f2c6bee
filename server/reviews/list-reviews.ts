import type { ReviewItem } from '../contract/reviews.ts'
import type { Database, Tx } from '../database/database.ts'
import { type Fen, jsonFen } from '../invoicing/money.ts'
import { type AskedTitle, findRequest, type InvoiceRequest } from '../invoicing/request.store.ts'
import { isSamePerson } from '../invoicing/review-request.ts'
import { listWaiting } from './review.store.ts'

type Place = { merchantId: string; shopId: string | null }

export type ListReviewsDeps = {
  database: Database
  openTitle(request: InvoiceRequest): Promise<AskedTitle>
  findOrderNumbers(
    tx: Tx | Database,
    merchantId: string,
    ids: readonly string[],
  ): Promise<Map<string, string>>
  findShop(merchantId: string, id: string): Promise<{ name: string } | null>
  /** Reissues that wait for finance. */
  listWaitingReissues(place: Place): Promise<WaitingReissue[]>
}

export type WaitingReissue = {
  readonly id: string
  readonly version: number
  readonly merchantId: string
  readonly shopId: string
  readonly reason: ReviewItem['reason']
  readonly invoiceKind: ReviewItem['invoiceKind']
  readonly buyerName: string
  /** What the red takes back; above zero. */
  readonly amountFen: Fen
  readonly shares: readonly { readonly orderId: string; readonly amountFen: Fen }[]
  readonly actor: string
  readonly createdAt: Date
}

/** A person answers within a day. */
const DUE_MS = 24 * 3_600_000

/** What waits for finance (S1-05), what is due first comes first. `reader`: the account. */
export async function listReviews(
  deps: ListReviewsDeps,
  place: Place,
  reader: string,
): Promise<ReviewItem[]> {
  const items: ReviewItem[] = []
  for (const { id } of await listWaiting(deps.database, place)) {
    const request = await findRequest(deps.database, id)
    if (request?.state === 'in_review') items.push(await viewRequest(deps, request, reader))
  }
  for (const reissue of await deps.listWaitingReissues(place)) {
    items.push(await viewReissue(deps, reissue, reader))
  }
  return items.toSorted((a, b) => (a.dueAt < b.dueAt ? -1 : a.dueAt > b.dueAt ? 1 : 0))
}

async function viewRequest(
  deps: ListReviewsDeps,
  request: InvoiceRequest,
  reader: string,
): Promise<ReviewItem> {
  const { buyer } = await deps.openTitle(request)
  return {
    kind: 'request',
    ticketNumber: request.ticketNumber,
    reason: request.reviewReason ?? 'amount',
    overrideReason: request.overrideReason,
    invoiceKind: request.kind,
    buyerName: buyer.name,
    ...(await viewCommon(deps, request, reader)),
  }
}

async function viewReissue(
  deps: ListReviewsDeps,
  reissue: WaitingReissue,
  reader: string,
): Promise<ReviewItem> {
  const { reason, invoiceKind, buyerName } = reissue
  const common = await viewCommon(deps, reissue, reader)
  return {
    kind: 'reissue',
    ticketNumber: null,
    overrideReason: null,
    ...{ reason, invoiceKind, buyerName },
    ...common,
  }
}

type Common = Pick<
  WaitingReissue,
  'id' | 'version' | 'merchantId' | 'shopId' | 'shares' | 'amountFen' | 'actor' | 'createdAt'
>

async function viewCommon(deps: ListReviewsDeps, item: Common, reader: string) {
  const { id, version, merchantId, shopId, shares, amountFen, actor, createdAt } = item
  const ids = shares.map(({ orderId }) => orderId)
  const numbers = await deps.findOrderNumbers(deps.database, merchantId, ids)
  return {
    ...{ id, version, shopId },
    amountFen: jsonFen(amountFen),
    orders: shares.map((share) => ({
      orderId: share.orderId,
      number: numbers.get(share.orderId) ?? '',
      amountFen: jsonFen(share.amountFen),
    })),
    shopName: (await deps.findShop(merchantId, shopId))?.name ?? '',
    requestedBy: actor,
    isOwn: isSamePerson(actor, reader),
    createdAt: createdAt.toISOString(),
    dueAt: new Date(createdAt.getTime() + DUE_MS).toISOString(),
  }
}
