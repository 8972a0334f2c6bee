import type { TitleBook } from '../../server/contract/titles.ts'
import type { Call } from './call.ts'
import { isTitleBook } from './read-titles.ts'

/** One's own kept titles; with an order, for staff, those of the customer who asked for it, masked (S1-01). */
export function getTitleBook(call: Call, orderId: string | null): Promise<TitleBook> {
  const query = orderId === null ? '' : `?orderId=${encodeURIComponent(orderId)}`
  return call({ method: 'GET', path: `/titles${query}`, reply: isTitleBook })
}
