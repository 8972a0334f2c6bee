import type { TitleBook } from '../../server/contract/titles.ts'
import type { Call } from './call.ts'
import { isTitleBook } from './read-titles.ts'

/** This one is offered first from now on. */
export function chooseDefaultTitle(call: Call, id: string): Promise<TitleBook> {
  const path = `/titles/${encodeURIComponent(id)}/default`
  return call({ method: 'POST', path, body: {}, reply: isTitleBook })
}
