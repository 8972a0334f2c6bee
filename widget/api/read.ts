/** Says whether a value from outside is what it claims to be. Nothing is copied; unknown members stay. */
export type Guard<T> = (value: unknown) => value is T

type Guarded<G> = G extends Guard<infer T> ? T : never

export const isText = (value: unknown): value is string => typeof value === 'string'
/** An answer without content. */
export const isNothing = (value: unknown): value is null => value === null
export const isFlag = (value: unknown): value is boolean => typeof value === 'boolean'
/** Fen and counts: above 2^53 a JSON number is not the number that was sent. */
export const isInteger = (value: unknown): value is number => Number.isSafeInteger(value)

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function orNull<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || guard(value)
}

export function listOf<T>(guard: Guard<T>): Guard<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every(guard)
}

/** One of a few words; anything else is a state this page could not show. */
export function oneOf<const W extends readonly string[]>(...words: W): Guard<W[number]> {
  return (value): value is W[number] => typeof value === 'string' && words.includes(value)
}

export function record<S extends Record<string, Guard<unknown>>>(
  shape: S,
): Guard<{ [K in keyof S]: Guarded<S[K]> }> {
  const guards = Object.entries(shape)
  return (value): value is { [K in keyof S]: Guarded<S[K]> } =>
    isObject(value) && guards.every(([name, guard]) => guard(value[name]))
}

/** JSON, or null where the text is none. The only place that parses. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
