import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Problem } from '../../../server/contract/problem.ts'
import { withdrawRequest } from '../../../server/invoicing/withdraw-request.ts'
import type { OrderInput } from '../../../server/orders/order-input.ts'
import { findBookFaults } from '../../support/check-books.ts'
import { AGENT, type IssuingDesk, openIssuingDesk } from '../../support/issuing-desk.ts'
import { costlyRuns } from '../../support/properties.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'

const { issuer, nextIssue } = openScriptedIssuer()
let desk: IssuingDesk

beforeAll(async () => {
  desk = await openIssuingDesk({ issuer })
})

afterAll(() => desk?.close())

/** One order of a run, as its platform sees it. */
type Shadow = { number: string; id: string; refunds: OrderInput['refunds'][number][]; requests: string[] }

const PAID_FEN = 30_900n

const step = fc.record({
  order: fc.nat(2),
  act: fc.oneof(
    { weight: 4, arbitrary: fc.constant('ask' as const) },
    { weight: 3, arbitrary: fc.constant('work' as const) },
    { weight: 1, arbitrary: fc.constant('refuse_next' as const) },
    { weight: 1, arbitrary: fc.constant('hold_next' as const) },
    { weight: 1, arbitrary: fc.constant('doubt_next' as const) },
    { weight: 2, arbitrary: fc.constant('refund' as const) },
    { weight: 1, arbitrary: fc.constant('withdraw' as const) },
    { weight: 1, arbitrary: fc.constant('wait' as const) },
  ),
  fen: fc.bigInt({ min: 1n, max: 20_000n }),
})

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** A refusal is an answer; whatever else is thrown is a bug. */
async function orRefused(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof Problem)) throw error
  })
}

async function take(shadow: Shadow, { act, fen }: Step): Promise<void> {
  switch (act) {
    case 'ask':
      return orRefused(desk.ask(shadow.id).then(({ id }) => shadow.requests.push(id)))
    case 'work':
      await desk.jobs.runDue()
      return
    case 'refuse_next':
      nextIssue.push(() => ({ kind: 'rejected', code: '1108', message: '开票数据异常' }))
      return
    case 'hold_next':
      nextIssue.push(() => ({ kind: 'held', reason: 'offline', message: '请重新登录' }))
      return
    case 'doubt_next':
      nextIssue.push(() => ({ kind: 'unknown' }))
      return
    case 'refund':
      return refund(shadow, fen)
    case 'withdraw': {
      const id = shadow.requests.at(-1)
      if (id === undefined) return
      return orRefused(desk.inTransaction((tx) => withdrawRequest(desk.deps, tx, { id, actor: AGENT })))
    }
    case 'wait':
      desk.clock.advance(30_000)
      return
  }
}

async function refund(shadow: Shadow, fen: bigint): Promise<void> {
  const left = PAID_FEN - shadow.refunds.reduce((a, { amountFen }) => a + amountFen, 0n)
  if (left === 0n) return
  const amountFen = fen < left ? fen : left
  const reference = `R-${shadow.refunds.length}`
  shadow.refunds.push({ reference, state: 'completed', amountFen, lineNo: null })
  await desk.report(shadow.number, { refunds: shadow.refunds })
}

let run = 0

test('whatever is asked, issued, refused, held, withdrawn and refunded, no order carries more than is left of it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      run += 1
      nextIssue.length = 0
      const shadows: Shadow[] = []
      const known = new Set((await findBookFaults(desk.database)).map(({ id }) => id)) // while shrinking
      for (const index of [0, 1, 2]) {
        const number = `P-${run}-${index}`
        shadows.push({ number, id: await desk.order(number), refunds: [], requests: [] })
      }

      for (const next of steps) {
        const shadow = shadows[next.order]
        if (shadow !== undefined) await take(shadow, next)
        const faults = await findBookFaults(desk.database)
        expect(faults.filter(({ id }) => !known.has(id))).toEqual([])
      }
    }),
    { numRuns: costlyRuns(50) },
  )
}, 120_000)
