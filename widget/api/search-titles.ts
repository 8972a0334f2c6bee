import type { TitleSuggestion } from '../../server/contract/titles.ts'
import type { Call } from './call.ts'
import { listOf, record } from './read.ts'
import { isSuggestion } from './read-replies.ts'

const isSuggestionList = record({ items: listOf(isSuggestion) })

/** Companies whose name contains the text. In a body, so that names stay out of addresses and logs. */
export async function searchTitles(
  call: Call,
  text: string,
  signal: AbortSignal,
): Promise<TitleSuggestion[]> {
  const body = { text }
  const { items } = await call({
    method: 'POST',
    path: '/titles/search',
    body,
    signal,
    reply: isSuggestionList,
  })
  return items
}
