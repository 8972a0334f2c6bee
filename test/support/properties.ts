import process from 'node:process'
import fc from 'fast-check'

/**
 * How property tests run. `npm test` draws the same cases every time, so that a red run is about the
 * change and not about luck; `npm run test:long` draws new ones, many more, and prints its seed.
 */
const longRuns = Number(process.env.PROPERTY_RUNS ?? 0)

fc.configureGlobal({
  seed: Number(process.env.PROPERTY_SEED ?? 20_261_122),
  numRuns: longRuns > 0 ? longRuns : 300,
})

/** Cases of a property that only computes. A long run takes its own number. */
export function propertyRuns(quick: number): number {
  return longRuns > 0 ? Math.max(longRuns, quick) : quick
}

/** Cases of a property that asks a database or draws a page each time: a long run takes 20 times as many. */
export function costlyRuns(quick: number): number {
  return longRuns > 0 ? quick * 20 : quick
}
