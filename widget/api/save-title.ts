import type { TitleBook, TitleSave } from '../../server/contract/titles.ts'
import type { Call } from './call.ts'
import { isTitleBook } from './read-titles.ts'

/** Keeps a title, or says that a kept one was used again. Twice is once, so it carries no key. */
export function saveTitle(call: Call, save: TitleSave): Promise<TitleBook> {
  return call({ method: 'POST', path: '/titles', body: save, reply: isTitleBook })
}
