import { expect, test } from 'vitest'
import { type KillDesk, openKillDesk, type Saga } from '../server/reissue/kill-desk.ts'
import { type Dice, rollDice } from '../support/dice.ts'
import type { SpawnedScript } from '../support/spawn-script.ts'

const SEED = Number(process.env.PROPERTY_SEED ?? 1)
const ROUNDS = 12
const SAGAS = 10
const KILLS = 4
/** A lease of the dead is 20 s and a call long; doubts are asked about after 2, 4, 8 … s. */
const ROUND_MS = 180_000

const TROUBLE = {
  faultShares: { timeout_issued: 0.04, timeout_lost: 0.04, reset_issued: 0.04, reset_lost: 0.04 },
  asyncShare: 0.2,
  asyncDelay: { minMs: 100, maxMs: 900 },
  queryErrorShare: 0.1,
  latency: { minMs: 0, maxMs: 60 },
}

const CALM = { faultShares: {}, queryErrorShare: 0, asyncShare: 0, latency: 0 }

type Killing = { desk: KillDesk; workers: SpawnedScript[]; dice: Dice; over: AbortSignal }

/** Resolves at a call to the bureau, or at an answer, that the dice choose; at the latest when all is over. */
function atSomeCall({ desk: { gate }, dice, over }: Killing): Promise<void> {
  const countdown = { left: 1 + dice.below(8) }
  return new Promise((resolve) => {
    over.addEventListener('abort', () => resolve(), { once: true })
    gate.watch(() => {
      countdown.left -= 1
      if (countdown.left > 0) return
      gate.watch(null)
      resolve()
    })
  })
}

/** One after the other, one of two workers is killed and started again; now and then the bureau is too. */
async function killAround(killing: Killing): Promise<void> {
  const { desk, workers, dice, over } = killing
  for (let kill = 0; kill < KILLS; kill++) {
    await atSomeCall(killing)
    if (over.aborted) return
    const victim = workers.splice(dice.below(workers.length), 1)[0]
    if (victim !== undefined) await desk.killWorker(victim)
    if (dice.below(3) === 0) {
      await desk.bureau.kill()
      await desk.bureau.restart()
      await desk.bureau.admin('settings', TROUBLE)
    }
    workers.push(await desk.addWorker())
  }
}

/** Some buyers have used theirs: they agree as soon as they are asked. */
async function agree(desk: KillDesk): Promise<void> {
  const { forms } = (await desk.bureau.get('/ledger')) as {
    forms: { formSerial: string; formState: string }[]
  }
  for (const { formSerial, formState } of forms)
    if (formState === '02') await desk.bureau.admin('form', { formSerial, act: 'confirm' })
}

test('whenever workers and the bureau are killed, each saga ends with one red and one blue', {
  timeout: ROUNDS * ROUND_MS * 2,
}, async () => {
  const dice = rollDice(SEED)
  const desk = await openKillDesk()
  try {
    const workers = [await desk.addWorker(), await desk.addWorker()]
    for (let round = 0; round < ROUNDS; round++) {
      const numbers = Array.from({ length: SAGAS }, (_, index) => `R${round}-${index}`)
      const sagas: Saga[] = []
      for (const number of numbers) {
        sagas.push(await desk.plan(number))
        if (dice.below(3) === 0)
          await desk.bureau.admin('mark-used', { orderNumber: number, usage: 'booked' })
      }
      await desk.bureau.admin('settings', TROUBLE)
      const over = new AbortController()
      const killing = killAround({ desk, workers, dice, over: over.signal })
      for (const saga of sagas) await desk.execute(saga)
      const unfinished = async () => {
        await agree(desk).catch(() => undefined) // the bureau may just be dead
        return (await Promise.all(sagas.map(desk.stateOf))).filter((state) => state !== 'done')
      }
      await expect.poll(unfinished, { timeout: ROUND_MS, interval: 500 }).toEqual([])
      over.abort()
      await killing
      await desk.bureau.admin('settings', CALM)
      for (const saga of sagas)
        expect(await desk.documents(saga)).toEqual([
          'blue 30900 replaced',
          'red -30900 issued',
          'blue 30900 issued',
        ])
      await desk.expectBooksToAgree()
      console.log(`round ${round + 1} of ${ROUNDS}, seed ${SEED}: ${SAGAS} sagas, ${KILLS} kills`)
    }
  } finally {
    await desk.close()
  }
})
