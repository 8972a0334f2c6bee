/** Choices that a seed repeats. */
export type Dice = {
  /** 0 ≤ n < bound. */
  below(bound: number): number
  pick<T>(weighted: readonly (readonly [weight: number, value: T])[]): T
  shuffle<T>(items: readonly T[]): T[]
}

/** Mulberry32: small, and good enough to tell stories with. */
export function rollDice(seed: number): Dice {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number) => Math.floor(next() * bound)
  return {
    below,
    pick(weighted) {
      let left = below(weighted.reduce((sum, [weight]) => sum + weight, 0))
      for (const [weight, value] of weighted) {
        left -= weight
        if (left < 0) return value
      }
      throw new RangeError('nothing to pick from')
    },
    shuffle(items) {
      const mixed = [...items]
      for (let at = mixed.length - 1; at > 0; at--) {
        const other = below(at + 1)
        const [a, b] = [mixed[at], mixed[other]]
        if (a !== undefined && b !== undefined) [mixed[at], mixed[other]] = [b, a]
      }
      return mixed
    },
  }
}
