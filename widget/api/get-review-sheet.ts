import type { ReviewSheet } from '../../server/contract/review-sheet.ts'
import type { Call } from './call.ts'
import { isReviewSheet } from './read-reviews.ts'

/** The title in full, the checks and the document of a request under review. The reading is audited. */
export function getReviewSheet(call: Call, requestId: string): Promise<ReviewSheet> {
  const path = `/invoice-requests/${encodeURIComponent(requestId)}/review-sheet`
  return call({ method: 'GET', path, reply: isReviewSheet })
}
