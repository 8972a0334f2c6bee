import { connectRed } from '../../../server/connect-reissue.ts'
import type { InvoiceAsk } from '../../../server/contract/invoicing.ts'
import type { ReissueAsk } from '../../../server/contract/reissues.ts'
import { inTransactionOf } from '../../../server/database/database.ts'
import { v7 } from '../../../server/database/ids.ts'
import { findInvoice, type StoredInvoice } from '../../../server/invoicing/invoice.store.ts'
import { SHIPPED_SETTINGS } from '../../../server/invoicing/rules/settings.ts'
import type { Issuer, RedSending } from '../../../server/issuers/issuer.ts'
import { executeReissue } from '../../../server/reissue/decide-reissue.ts'
import type { Planner } from '../../../server/reissue/plan-reissue.ts'
import { askAboutRedJob, requestRedJob, takeRedBackJob } from '../../../server/reissue/red.job.ts'
import { getReissue, type Reissue } from '../../../server/reissue/reissue.store.ts'
import { type Start, startReissue } from '../../../server/reissue/start-reissue.ts'
import { Crash, issuingJobs } from '../../support/issuing-deps.ts'
import { AGENT, type IssuingDesk, openIssuingDesk } from '../../support/issuing-desk.ts'
import { openJobBench } from '../../support/job-bench.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'

/** Where a process can die on the way of the red form. */
export type RedCrash = 'before_commit' | 'before_call' | 'after_call'

export const OTHER = { kind: 'company', name: '武汉新示例科技有限公司', taxId: '91420100MA4KTEXT0N' } as const

type Options = { capabilities?: Parameters<typeof openScriptedIssuer>[1] }

/** The issuing desk with reissues on it: the real stores, a scripted issuer, a clock that tests turn. */
export async function openReissueDesk({ capabilities = {} }: Options = {}) {
  const scripted = openScriptedIssuer(15_000, capabilities)
  const desk = await openIssuingDesk({ issuer: scripted.issuer })
  const trail = { reds: [] as RedSending[], crashAt: null as RedCrash | null }
  const red = watchRed(desk, scripted.issuer, trail)
  const jobs = await openJobBench(
    desk.url,
    [...issuingJobs(desk.deps), requestRedJob(red), askAboutRedJob(red), takeRedBackJob(red)],
    desk.deps.now,
  )
  // The desk's own crash points are those of issuing: `desk.desk.crashAt`.
  const { crashAt: _, ...rest } = desk
  const parts = { ...rest, ...scripted, jobs, red }
  const acts = reissueActs({ desk, jobs, red })
  return Object.assign(trail, parts, acts, {
    desk,
    async close() {
      await jobs.close()
      await desk.close()
    },
  })
}

export type ReissueDesk = Awaited<ReturnType<typeof openReissueDesk>>

type Trail = { reds: RedSending[]; crashAt: RedCrash | null }

function watchRed(desk: IssuingDesk, issuer: Issuer, trail: Trail) {
  const { database, vault, deps } = desk
  const plain = inTransactionOf(database)
  const crash = (point: RedCrash) => {
    if (trail.crashAt !== point) return
    trail.crashAt = null
    throw new Crash(point)
  }
  const watched: Issuer = {
    ...issuer,
    async requestRed(sending, signal) {
      crash('before_call')
      trail.reds.push(sending)
      const answer = await issuer.requestRed(sending, signal)
      crash('after_call')
      return answer
    },
  }
  return connectRed(
    {
      ...{ vault, now: deps.now, issuerOf: () => watched, timeoutMs: 2_000 },
      termsOf: () => ({ capabilities: issuer.capabilities(), settings: SHIPPED_SETTINGS }),
      inTransaction: (work) =>
        plain(async (tx) => {
          const result = await work(tx)
          crash('before_commit')
          return result
        }),
    },
    deps.getSeller,
  )
}

type Acting = { desk: IssuingDesk; jobs: IssuingDesk['jobs']; red: ReturnType<typeof watchRed> }

function reissueActs({ desk, jobs, red }: Acting) {
  const { database, vault, inTransaction, merchantId, clock } = desk
  const read = (id: string) => getReissue(database, id)
  const start = (invoiceId: string, ask: ReissueAsk, changes: Partial<Start> = {}) =>
    inTransaction((tx) =>
      startReissue(red, tx, {
        ...{ merchantId, invoiceId, planner: 'agent' as Planner, surface: 'sidebar', actor: AGENT, ask },
        ...changes,
      }),
    )
  return {
    readReissue: read,
    start,
    execute: (id: string) => inTransaction((tx) => executeReissue(red, tx, { id, actor: AGENT })),
    /** An issued invoice of a new order, as the demo's bag of 309.00; its ids. */
    async issued(number: string, changes: Partial<InvoiceAsk> = {}) {
      const orderId = await desk.order(number)
      const request = await desk.ask(orderId, changes)
      await jobs.runDue()
      const { invoiceId } = await desk.read(request.id)
      if (invoiceId === null) throw new Error(`${number} was not issued`)
      return { orderId, invoiceId }
    },
    async invoice(id: string): Promise<StoredInvoice> {
      const found = await findInvoice(vault, database, { merchantId, id })
      if (found === null) throw new Error(`no invoice ${id}`)
      return found
    },
    async moves(id: string): Promise<string[]> {
      const rows = await database.reissueMove.findMany({ where: { reissueId: id }, orderBy: { id: 'asc' } })
      return rows.map(({ toState }) => toState)
    },
    async orderMoney(id: string) {
      const { claimedFen, refundedFen, paidFen, isOverInvoiced } = await database.order.findUniqueOrThrow({
        where: { id },
      })
      return { claimedFen, refundedFen, paidFen, isOverInvoiced }
    },
    /** Runs due jobs and lets time pass to the next one until the reissue is in this state. */
    async follow(id: string, state: Reissue['state']): Promise<Reissue> {
      for (let turn = 0; turn < 80; turn++) {
        await runAlive(jobs)
        const found = await read(id)
        if (found.state === state) return found
        const next = (await jobs.waiting()).find(({ kind }) => /^(reissue|invoice)\./.test(kind))
        if (next === undefined) throw new Error(`${found.state}, and no job that would change it`)
        clock.advance(Math.max(0, next.runAt.getTime() - clock.at.getTime()))
      }
      throw new Error(`never ${state}: ${(await read(id)).state}`)
    },
    newId: () => v7(clock.at),
  }
}

/** A worker that dies is started again; whatever else is thrown is a bug. */
async function runAlive(jobs: IssuingDesk['jobs']): Promise<void> {
  for (;;) {
    try {
      await jobs.runDue()
      return
    } catch (error) {
      if (!(error instanceof Crash)) throw error
    }
  }
}
