import { afterEach, beforeEach, expect, test } from 'vitest'
import { sequenceAudit } from '../../../server/audit/sequence.ts'
import { verifyAudit } from '../../../server/audit/verify.ts'
import { createSandboxIssuer } from '../../../server/issuers/sandbox/sandbox.issuer.ts'
import { type RunningBureau, startBureau } from '../../support/bureau.ts'
import { findBookFaults, readBothLedgers } from '../../support/check-books.ts'
import { type IssuingDesk, openIssuingDesk } from '../../support/issuing-desk.ts'
import { type SpawnedScript, spawnScript } from '../../support/spawn-script.ts'

let bureau: RunningBureau
let desk: IssuingDesk
let close: () => void
let workers: SpawnedScript[]

beforeEach(async () => {
  bureau = await startBureau()
  const issuer = createSandboxIssuer({ baseUrl: bureau.baseUrl, timeoutMs: 500 })
  close = issuer.close
  desk = await openIssuingDesk({ issuer })
  workers = []
})

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.signal('SIGKILL')))
  close()
  await desk.close()
  await bureau.stop()
})

async function addWorker(): Promise<SpawnedScript> {
  const worker = spawnScript('issuing-worker.ts', [desk.url, bureau.baseUrl])
  workers.push(worker)
  await worker.said('ready')
  return worker
}

async function askMany(count: number): Promise<void> {
  for (let next = 0; next < count; next += 10) {
    const numbers = Array.from({ length: Math.min(10, count - next) }, (_, index) => `M-${next + index}`)
    await Promise.all(numbers.map(async (number) => desk.ask(await desk.order(number))))
  }
}

const countIssued = () => desk.database.invoiceRequest.count({ where: { state: 'issued' } })

/** Everything that must be true once no work is left, whatever happened on the way. */
async function expectBooksToAgree(count: number): Promise<void> {
  await expect
    .poll(async () => (await desk.jobs.waiting()).filter(({ kind }) => kind.startsWith('invoice.')))
    .toEqual([])
  expect(await findBookFaults(desk.database)).toEqual([])
  const { ours, theirs } = await readBothLedgers(desk.database, bureau)
  expect(ours).toEqual(theirs)
  expect(ours).toHaveLength(count)
  expect(new Set(ours.map(({ number }) => number)).size).toBe(count)
  const claimed = await desk.database.order.aggregate({ _sum: { claimedFen: true } })
  const invoiced = await desk.database.invoice.aggregate({ _sum: { grossFen: true } })
  expect(invoiced._sum.grossFen).toBe(claimed._sum.claimedFen)
  while ((await sequenceAudit(desk.database)) > 0);
  const report = await verifyAudit(desk.database, new Date(Date.now() + 3_600_000))
  expect(report.broken).toBeNull()
  expect(report.entries).toBe(await desk.database.auditEntry.count())
}

test('two workers turn 200 requests into 200 invoices while the bureau falls silent and cuts calls', async () => {
  await bureau.admin('settings', {
    faultShares: { timeout_issued: 0.05, timeout_lost: 0.05, reset_issued: 0.025, reset_lost: 0.025 },
    asyncShare: 0.1,
    asyncDelay: { minMs: 100, maxMs: 600 },
    queryErrorShare: 0.05,
  })
  await Promise.all([addWorker(), addWorker()])

  await askMany(200)

  await expect.poll(countIssued, { timeout: 90_000, interval: 250 }).toBe(200)
  await expectBooksToAgree(200)
}, 120_000)

test('a worker that is killed in the middle costs time, never a second invoice', async () => {
  await bureau.admin('settings', { latency: { minMs: 100, maxMs: 400 } })
  const [first] = await Promise.all([addWorker(), addWorker()])
  await askMany(60)

  await expect.poll(countIssued, { interval: 20 }).toBeGreaterThan(10)
  await first.signal('SIGKILL')

  await expect.poll(countIssued, { timeout: 90_000, interval: 250 }).toBe(60)
  await expectBooksToAgree(60)
}, 120_000)
