/** What a console's own script put on the page; undefined where the way ends. */
export const vendorAt = (owner: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (at, name) =>
      (typeof at === 'object' && at !== null) || typeof at === 'function' ? Reflect.get(at, name) : undefined,
    owner,
  )

export type Method = (...args: readonly unknown[]) => unknown

/** A method of something like that, bound to its owner; null where there is none. */
export function methodOf(owner: unknown, ...path: readonly string[]): Method | null {
  const method = vendorAt(owner, ...path)
  const holder = vendorAt(owner, ...path.slice(0, -1))
  return typeof method === 'function' ? (...args) => Reflect.apply(method, holder, args) : null
}

/** A console answers at once or not at all. */
const ANSWER_MS = 3_000

/**
 * One call of a vendor's function with callbacks: what it hands to the first, or null where it fails, throws
 * or stays silent.
 */
export function askVendor(
  call: (done: (answer: unknown) => void, failed: () => void) => unknown,
): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), ANSWER_MS)
    const end = (answer: unknown) => {
      clearTimeout(timer)
      resolve(answer)
    }
    try {
      call(end, () => end(null))
    } catch {
      end(null)
    }
  })
}
