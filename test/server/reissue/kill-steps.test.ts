import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SpawnedScript } from '../../support/spawn-script.ts'
import { holdJobEnd, holdTable, type Stop } from '../../support/stops.ts'
import { type KillDesk, openKillDesk, type Saga } from './kill-desk.ts'

let desk: KillDesk
/** Lives from one step's restart to the next one's kill. */
let worker: SpawnedScript

beforeAll(async () => {
  desk = await openKillDesk()
  worker = await desk.addWorker()
})

afterAll(() => desk?.close())

const BOTH = ['blue 30900 replaced', 'red -30900 issued', 'blue 30900 issued']

/** Kills the worker at the stop; what it held there is gone with it. */
async function killAt(stop: Stop): Promise<void> {
  await expect.poll(stop.isReached, { interval: 20 }).toBe(true)
  await desk.killWorker(worker)
  await stop.release()
}

async function expectOneOfEach(saga: Saga): Promise<void> {
  await expect.poll(() => desk.stateOf(saga), { interval: 50 }).toBe('done')
  expect(await desk.documents(saga)).toEqual(BOTH)
  await desk.expectBooksToAgree()
}

const call = (...at: Parameters<KillDesk['gate']['hold']>) => desk.gate.hold(...at)
const table = (name: Parameters<typeof holdTable>[1]) => holdTable(desk.desk.url, name)

type Step = { when: string; stop(saga: Saga): Stop | Promise<Stop> }

/** What is committed, or known to the bureau, when the worker dies. */
const STEPS: Step[] = [
  { when: 'the red form is being written down', stop: () => table('red_sending') },
  {
    when: 'the red form is written down, and has not reached the bureau',
    stop: () => call('POST /api/red', 'before'),
  },
  {
    when: 'the bureau has issued the red, and nobody here knows',
    stop: () => call('POST /api/red', 'after'),
  },
  { when: 'the answer with the red is here, and not stored', stop: () => table('invoice') },
  { when: 'the red is stored, and the new blue is being written down', stop: () => table('sending') },
  {
    when: 'the new blue is written down, and has not reached the bureau',
    stop: () => call('POST /api/issue', 'before'),
  },
  {
    when: 'the bureau has issued the new blue, and nobody here knows',
    stop: () => call('POST /api/issue', 'after'),
  },
]

test.for(STEPS.map((step, index) => ({ ...step, number: `K-${index}` })))(
  'killed while $when, it ends with one red and one blue',
  async ({ stop, number }) => {
    const saga = await desk.plan(number)
    const standing = await stop(saga)
    await desk.execute(saga)

    await killAt(standing)
    expect(await desk.stateOf(saga)).not.toBe('done')
    worker = await desk.restartWorker()

    await expectOneOfEach(saga)
  },
)

test('killed after the plan, what is asked for while no worker lives is done by the next', async () => {
  const saga = await desk.plan('P-1')
  await desk.killWorker(worker)
  await desk.execute(saga)
  worker = await desk.restartWorker()

  await expectOneOfEach(saga)
})

test('killed with the answer of the new blue in its hand, it asks and stores it', async () => {
  const saga = await desk.plan('B-1')
  const sent = call('POST /api/issue', 'before')
  await desk.execute(saga)
  await expect.poll(sent.isReached, { interval: 20 }).toBe(true)
  const stored = await table('invoice')
  await sent.release() // cut off, so it asks; the bureau has never heard of it, and it goes again

  await killAt(stored)
  worker = await desk.restartWorker()

  await expectOneOfEach(saga)
})

test('killed while the buyer thinks, it finds what the buyer said meanwhile', async () => {
  const saga = await desk.plan('W-1')
  await desk.bureau.admin('mark-used', { orderNumber: saga.number, usage: 'deducted' })
  await desk.execute(saga)
  await expect.poll(() => desk.stateOf(saga)).toBe('waiting_buyer')

  await killAt(call('GET /api/red', 'after'))
  await desk.bureau.admin('form', { formSerial: await desk.formSerial(saga), act: 'confirm' })
  worker = await desk.restartWorker()

  await expectOneOfEach(saga)
})

test('killed before it could say that the red is done, it does nothing twice', async () => {
  const saga = await desk.plan('D-1')
  const answered = call('POST /api/red', 'before')
  await desk.execute(saga)
  await expect.poll(answered.isReached, { interval: 20 }).toBe(true)
  const done = await holdJobEnd(desk.desk.url, `red:${saga.reissueId}`)
  await answered.release()
  await killAt(done)
  worker = await desk.restartWorker()

  await expectOneOfEach(saga)
})

test('killed before it could say that all is done, it does nothing twice', async () => {
  const saga = await desk.plan('D-2')
  const sending = call('POST /api/issue', 'after')
  await desk.execute(saga)
  await expect.poll(sending.isReached, { interval: 20 }).toBe(true)
  const request = await desk.desk.database.invoiceRequest.findFirstOrThrow({
    where: { reissueId: saga.reissueId },
  })
  const done = await holdJobEnd(desk.desk.url, `issue:${request.id}`)
  await sending.release()
  await killAt(done)
  worker = await desk.restartWorker()

  await expectOneOfEach(saga)
})

test('killed, and its jobs lost: it is found in its own rows, asked about, and not sent again', async () => {
  const saga = await desk.plan('L-1')
  const sent = call('POST /api/red', 'after')
  await desk.execute(saga)
  await killAt(sent)
  await loseJobs(saga)

  worker = await desk.restartWorker()

  await expectOneOfEach(saga)
})

/** As if the queue were lost, a while ago. */
async function loseJobs({ reissueId }: Saga): Promise<void> {
  const owner = new pg.Client({ connectionString: desk.desk.url })
  await owner.connect()
  const { rowCount } = await owner.query(
    "DELETE FROM graphile_worker._private_jobs WHERE payload ->> 'reissueId' = $1",
    [reissueId],
  )
  expect(rowCount).toBe(1)
  await owner.query("UPDATE reissue SET updated_at = updated_at - interval '5 minutes' WHERE id = $1", [
    reissueId,
  ])
  await owner.end()
}
