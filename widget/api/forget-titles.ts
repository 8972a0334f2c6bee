import type { Call } from './call.ts'
import { isNothing } from './read.ts'

/** Deletes one kept title, or without an id all of them. */
export function forgetTitles(call: Call, id: string | null): Promise<null> {
  const path = id === null ? '/titles' : `/titles/${encodeURIComponent(id)}`
  return call({ method: 'DELETE', path, reply: isNothing })
}
