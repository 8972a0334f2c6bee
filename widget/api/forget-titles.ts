import type { Call } from './call.ts'

const isNothing = (value: unknown): value is null => value === null

/** Deletes one kept title, or without an id all of them. */
export function forgetTitles(call: Call, id: string | null): Promise<null> {
  const path = id === null ? '/titles' : `/titles/${encodeURIComponent(id)}`
  return call({ method: 'DELETE', path, reply: isNothing })
}
