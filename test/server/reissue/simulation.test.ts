import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStories, type Stories } from './stories.ts'

/** `npm run test:long` tells 10,000 others. */
const SEEDS = 25

let stories: Stories

beforeAll(async () => {
  stories = await openStories()
})

afterAll(() => stories?.close())

test('whatever an issuer, buyers, refunds and dying processes do, both books agree at the end', {
  timeout: 240_000,
}, async () => {
  const faults: string[] = []
  for (let seed = 1; seed <= SEEDS; seed++) {
    for (const fault of await stories.tell(seed)) faults.push(`seed ${seed}: ${fault}`)
  }
  expect(faults).toEqual([])
})
