/** Times in milliseconds; without a cool-down a count starts again after `forgetAfterMs`. */
type LookRule = { readonly tries: number; readonly coolDownMs: number; readonly forgetAfterMs: number }

const MINUTE_MS = 60_000

/**
 * Looks that are allowed. Behind one address may sit a whole accounting office; one number is looked at a few
 * times a day by whoever books it (the bureau's own page allows five), more often only by whoever guesses.
 */
export const LOOK_RULES = {
  address: { tries: 60, coolDownMs: MINUTE_MS, forgetAfterMs: MINUTE_MS },
  number: { tries: 20, coolDownMs: 15 * MINUTE_MS, forgetAfterMs: 15 * MINUTE_MS },
} as const satisfies Record<'address' | 'number', LookRule>

type Deps = {
  /** A keyed hash: the table does not say who looked at what. */
  hash(field: string, value: string): Uint8Array<ArrayBuffer>
  networkOf(address: string): string
  takeTry(at: Date, key: Uint8Array<ArrayBuffer>, rule: LookRule): Promise<Date | null>
}

/** Counts looks for all processes together. */
export function createLookGuard({ hash, networkOf, takeTry }: Deps) {
  return (at: Date, key: 'address' | 'number', value: string): Promise<Date | null> =>
    takeTry(at, hash(`look at ${key}`, key === 'address' ? networkOf(value) : value), LOOK_RULES[key])
}
