/**
 * Money is integer fen as `bigint`. This is the only file that divides it.
 * Rates are basis points: 13 % is 1300.
 */
export type Fen = bigint

const RATE_BASE = 10_000n

/** Round half away from zero, as the bureau does (HALF_UP on the absolute value). */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) throw new RangeError('denominator must be positive')
  const isNegative = numerator < 0n
  const absolute = isNegative ? -numerator : numerator
  const rounded = (2n * absolute + denominator) / (2n * denominator)
  return isNegative ? -rounded : rounded
}

/** Gross is what the buyer paid; tax is the rest, so net + tax = gross always holds. */
export function splitGross(grossFen: Fen, rateBp: number): { netFen: Fen; taxFen: Fen } {
  const netFen = divideRounded(grossFen * RATE_BASE, RATE_BASE + BigInt(rateBp))
  return { netFen, taxFen: grossFen - netFen }
}

/**
 * Shares `totalFen` over `weights` by largest remainder: the parts sum to the total to the fen, and
 * a tie goes to the first line. Weights are ≥ 0; if all are 0 the first part takes everything.
 */
export function allocate(totalFen: Fen, weights: readonly Fen[]): Fen[] {
  const sum = weights.reduce((a, b) => a + b, 0n)
  if (weights.length === 0) return []
  if (sum === 0n) return weights.map((_, index) => (index === 0 ? totalFen : 0n))
  const isNegative = totalFen < 0n
  const absolute = isNegative ? -totalFen : totalFen
  const parts = weights.map((weight, index) => ({
    index,
    part: (absolute * weight) / sum,
    remainder: (absolute * weight) % sum,
  }))
  let left = absolute - parts.reduce((a, { part }) => a + part, 0n)
  const byRemainder = [...parts].sort((a, b) =>
    a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
  )
  for (const entry of byRemainder) {
    if (left === 0n) break
    entry.part += 1n
    left -= 1n
  }
  return parts.map(({ part }) => (isNegative ? -part : part))
}

/** `29900n` → `"299.00"`. */
export function yuan(fen: Fen): string {
  const sign = fen < 0n ? '-' : ''
  const digits = (fen < 0n ? -fen : fen).toString().padStart(3, '0')
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** `"299"`, `"299.0"`, `"299.00"` → `29900n`; anything else (signs, exponents, separators) → null. */
export function readYuan(text: string): Fen | null {
  const match = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text)
  if (match === null) return null
  const [, whole = '', part = ''] = match
  return BigInt(whole) * 100n + BigInt(part.padEnd(2, '0'))
}

/** A fen amount for JSON. Bounded, because a JSON number above 2^53 is not the number that was sent. */
export function jsonFen(fen: Fen): number {
  const value = Number(fen)
  if (!Number.isSafeInteger(value)) throw new RangeError('amount does not fit a JSON integer')
  return value
}
