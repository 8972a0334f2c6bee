import type { RejectAsk, ReviewItem } from '../../server/contract/reviews.ts'
import type { Call } from './call.ts'
import { isObject } from './read.ts'

export type Decision =
  | { readonly kind: 'approve' }
  | { readonly kind: 'reject'; readonly fields: RejectAsk['fields']; readonly note: string }

type Decided = Pick<ReviewItem, 'kind' | 'id' | 'version'>

/**
 * Says yes or no to exactly the version that was shown. Refuses with `review_item_changed` where it moved
 * on, and with `step_up_needed` where the second factor is due again. What comes back is read anew.
 */
export async function decideReview(call: Call, item: Decided, decision: Decision): Promise<void> {
  const things = item.kind === 'request' ? 'invoice-requests' : 'reissues'
  const path = `/${things}/${encodeURIComponent(item.id)}/${decision.kind}`
  const idempotencyKey = `${decision.kind}-${item.id}-${item.version}`
  await call({ method: 'POST', path, body: bodyOf(item, decision), idempotencyKey, reply: isObject })
}

/** What a reissue changes was fixed with its plan, so its rejection names no fields. */
function bodyOf({ kind, version }: Decided, decision: Decision) {
  if (decision.kind === 'approve') return { version }
  const { note, fields } = decision
  return kind === 'request' ? { version, fields, note } : { version, note }
}
