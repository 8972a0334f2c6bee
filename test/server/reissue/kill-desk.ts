import { expect } from 'vitest'
import { sequenceAudit } from '../../../server/audit/sequence.ts'
import { verifyAudit } from '../../../server/audit/verify.ts'
import { connectRed } from '../../../server/connect-reissue.ts'
import { createSandboxIssuer } from '../../../server/issuers/sandbox/sandbox.issuer.ts'
import { executeReissue } from '../../../server/reissue/decide-reissue.ts'
import { startReissue } from '../../../server/reissue/start-reissue.ts'
import { type RunningBureau, startBureau } from '../../support/bureau.ts'
import { findBookFaults, readBothLedgers, readBothReds } from '../../support/check-books.ts'
import { AGENT, type IssuingDesk, openIssuingDesk } from '../../support/issuing-desk.ts'
import { type SpawnedScript, spawnScript } from '../../support/spawn-script.ts'
import { openBureauGate } from '../../support/stops.ts'
import { OTHER } from './reissue-desk.ts'

/** Longer than any lease: a worker that is started again need not wait for those of the dead. */
const LATER_MS = 30_000

export type KillDesk = Awaited<ReturnType<typeof openKillDesk>>

/** A shop, a real bureau behind a gate, and real worker processes that tests kill. */
export async function openKillDesk(settings: object = {}) {
  const bureau = await startBureau({ waitingPollMs: 500, ...settings })
  const gate = await openBureauGate(bureau.baseUrl)
  const issuer = createSandboxIssuer({ baseUrl: bureau.baseUrl, timeoutMs: 2_000 })
  const desk = await openIssuingDesk({ issuer })
  const workers = new Set<SpawnedScript>()
  let aheadMs = 0
  const addWorker = async () => {
    const worker = spawnScript('reissue-worker.ts', [desk.url, gate.url, String(aheadMs)])
    workers.add(worker)
    await worker.said('ready')
    return worker
  }
  const killWorker = async (worker: SpawnedScript) => {
    workers.delete(worker)
    await worker.signal('SIGKILL')
  }
  return {
    ...{ desk, bureau, gate, addWorker, killWorker },
    ...sagas(desk, issuer),
    /** Who starts from now on comes after every lease that runs now. */
    async restartWorker() {
      aheadMs += LATER_MS
      return addWorker()
    },
    expectBooksToAgree: () => expectBooksToAgree({ desk, bureau, aheadMs }),
    async close() {
      await Promise.all([...workers].map(killWorker))
      issuer.close()
      await gate.close()
      await desk.close()
      await bureau.stop()
    },
  }
}

/** One order whose title is corrected: an issued invoice, and the plan for its red and its new blue. */
export type Saga = { number: string; orderId: string; invoiceId: string; reissueId: string }

function sagas(desk: IssuingDesk, issuer: ReturnType<typeof createSandboxIssuer>) {
  const { database, inTransaction, merchantId, deps } = desk
  const red = connectRed({ ...deps, inTransaction, issuerOf: () => issuer, timeoutMs: 2_000 }, deps.getSeller)
  const stateOf = async ({ reissueId }: Pick<Saga, 'reissueId'>) =>
    (await database.reissue.findUniqueOrThrow({ where: { id: reissueId } })).state
  return {
    stateOf,
    /** Its first invoice is issued by whichever worker lives. */
    async plan(number: string): Promise<Saga> {
      desk.clock.at = new Date()
      const orderId = await desk.order(number)
      const request = await desk.ask(orderId, { email: null })
      await expect.poll(async () => (await desk.read(request.id)).state).toBe('issued')
      const { invoiceId } = await desk.read(request.id)
      if (invoiceId === null) throw new Error(`${number} was not issued`)
      const ask = { cause: 'title', title: OTHER } as const
      const { id: reissueId } = await inTransaction((tx) =>
        startReissue(red, tx, {
          ...{ merchantId, invoiceId, planner: 'agent', surface: 'sidebar', actor: AGENT, ask },
        }),
      )
      return { number, orderId, invoiceId, reissueId }
    },
    execute: ({ reissueId }: Saga) =>
      inTransaction((tx) => executeReissue(red, tx, { id: reissueId, actor: AGENT })),
    /** The colours and amounts of an order's documents in our books, as they came. */
    async documents({ orderId }: Saga): Promise<string[]> {
      const rows = await database.invoice.findMany({
        where: { allocations: { some: { orderId } } },
        orderBy: { id: 'asc' },
        select: { colour: true, grossFen: true, state: true },
      })
      return rows.map(({ colour, grossFen, state }) => `${colour} ${grossFen} ${state}`)
    },
    async formSerial({ reissueId }: Saga): Promise<string> {
      return (await database.redSending.findUniqueOrThrow({ where: { reissueId } })).formSerial
    },
  }
}

type Books = { desk: IssuingDesk; bureau: RunningBureau; aheadMs: number }

/** Ours, the bureau's, and what must be true of both when no work is left. */
async function expectBooksToAgree({ desk, bureau, aheadMs }: Books): Promise<void> {
  const busy = async () =>
    (await desk.jobs.waiting()).filter(({ kind }) => /^(invoice|reissue)\./.test(kind)).map(({ key }) => key)
  await expect.poll(busy).toEqual([])
  expect(await findBookFaults(desk.database)).toEqual([])
  const blues = await readBothLedgers(desk.database, bureau)
  expect(blues.ours).toEqual(blues.theirs)
  const reds = await readBothReds(desk.database, bureau)
  expect(reds.ours).toEqual(reds.theirs)
  while ((await sequenceAudit(desk.database)) > 0);
  const report = await verifyAudit(desk.database, new Date(Date.now() + aheadMs + 3_600_000))
  expect(report.broken).toBeNull()
  expect(report.entries).toBe(await desk.database.auditEntry.count())
}
