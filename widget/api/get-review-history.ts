import type { Call } from './call.ts'
import { listOf, record } from './read.ts'
import { isMove, type Move } from './read-reviews.ts'

const isHistory = record({ items: listOf(isMove) })

/** Every move of a request, oldest first. */
export async function getReviewHistory(call: Call, requestId: string): Promise<Move[]> {
  const path = `/invoice-requests/${encodeURIComponent(requestId)}/history`
  return (await call({ method: 'GET', path, reply: isHistory })).items
}
