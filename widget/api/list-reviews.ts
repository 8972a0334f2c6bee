import type { ReviewItem } from '../../server/contract/reviews.ts'
import type { Call } from './call.ts'
import { listOf, record } from './read.ts'
import { isReviewItem } from './read-reviews.ts'

const isList = record({ items: listOf(isReviewItem) })

/** What waits for finance, most urgent first. */
export async function listReviews(call: Call): Promise<ReviewItem[]> {
  return (await call({ method: 'GET', path: '/review-items', reply: isList })).items
}
