import { expect, test } from 'vitest'
import { openStories } from '../server/reissue/stories.ts'

const SEEDS = 10_000
/** Each in a database of its own. */
const WORLDS = 4
const FIRST_SEED = Number(process.env.PROPERTY_SEED ?? 1)

test('whatever happens in 10,000 stories, both books agree at the end of each', async () => {
  const started = performance.now()
  const faults: string[] = []
  let told = 0
  const tellSome = async () => {
    const stories = await openStories()
    while (told < SEEDS && faults.length < 20) {
      const seed = FIRST_SEED + told++
      for (const fault of await stories.tell(seed)) faults.push(`seed ${seed}: ${fault}`)
    }
    await stories.close()
  }
  await Promise.all(Array.from({ length: WORLDS }, tellSome))
  const seconds = (performance.now() - started) / 1000
  console.log(
    `${told} stories from seed ${FIRST_SEED} in ${seconds.toFixed(0)} s, ${(told / seconds).toFixed(1)} a second`,
  )
  expect(faults).toEqual([])
})
