import type { TitleExport } from '../../server/contract/titles.ts'
import type { Call } from './call.ts'
import { isTitleExport } from './read-titles.ts'

/** Everything that is kept for this customer; that a copy was taken is audited. */
export function exportTitles(call: Call): Promise<TitleExport> {
  return call({ method: 'GET', path: '/titles/export', reply: isTitleExport })
}
