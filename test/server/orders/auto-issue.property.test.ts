import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ISSUE_TRIGGERS } from '../../../server/contract/merchants.ts'
import { Problem } from '../../../server/contract/problem.ts'
import { withdrawRequest } from '../../../server/invoicing/withdraw-request.ts'
import { reconcile } from '../../../server/jobs/reconcile.ts'
import type { OrderInput } from '../../../server/orders/order-input.ts'
import { findBookFaults } from '../../support/check-books.ts'
import { AGENT, COMPANY } from '../../support/issuing-desk.ts'
import { costlyRuns } from '../../support/properties.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'
import { openTriggerDesk, type TriggerDesk } from '../../support/trigger-desk.ts'

const { issuer } = openScriptedIssuer()
const HOUR_MS = 3_600_000
let desk: TriggerDesk

beforeAll(async () => {
  desk = await openTriggerDesk(issuer)
  await desk.database.shop.update({ where: { id: desk.shopId }, data: { undoSeconds: 60 } })
})

afterAll(() => desk?.close())

const mostly = fc.oneof(
  { weight: 5, arbitrary: fc.constant(true) },
  { weight: 1, arbitrary: fc.constant(false) },
)
const report = fc.record({
  kind: fc.constant('report' as const),
  state: fc.constantFrom(
    'pending_payment',
    'paid',
    'shipped',
    'shipped',
    'completed',
    'completed',
    'cancelled',
  ),
  statusKnown: mostly,
  hasTitle: mostly,
  refund: fc.constantFrom(null, null, null, 'applied', 'rejected', 'completed'),
})
const step = fc.oneof(
  { weight: 6, arbitrary: report },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('work', 'race', 'reconcile', 'withdraw', 'hour', 'days') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('ask', 'ask_in_race', 'ask_and_withdraw') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('policy' as const),
      issueTrigger: fc.constantFrom(...ISSUE_TRIGGERS),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
type Shadow = { number: string; id: string }

/** A refusal is an answer; whatever else is thrown is a bug. */
async function orRefused(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof Problem)) throw error
  })
}

/** A report that contradicts what is known is refused, as an import would list it. */
async function tell({ number }: Shadow, told: Step & { kind: 'report' }): Promise<void> {
  const { state, statusKnown, hasTitle, refund } = told
  const changes: Partial<OrderInput> = {
    state,
    statusKnown,
    titleHint: hasTitle ? { name: COMPANY.name, taxId: COMPANY.taxId } : null,
    refunds: refund === null ? [] : [{ reference: 'R', state: refund, amountFen: 900n, lineNo: null }],
  }
  await desk.report(number, changes).catch((error: unknown) => {
    if (!`${error}`.includes('was refused')) throw error
  })
}

async function withdrawLatest({ id }: Shadow): Promise<void> {
  const latest = (await desk.requestsOf(id)).at(-1)
  if (latest === undefined) return
  await orRefused(desk.inTransaction((tx) => withdrawRequest(desk.deps, tx, { id: latest.id, actor: AGENT })))
}

async function take(shadow: Shadow, told: Step): Promise<void> {
  const { merchantId } = desk
  const place = { merchantId, orderId: shadow.id }
  switch (told.kind) {
    case 'report':
      return tell(shadow, told)
    case 'policy':
      return desk.setPolicy({ issueTrigger: told.issueTrigger })
    case 'work':
      await desk.jobs.runDue()
      return
    case 'race':
      await Promise.all([desk.look(place), desk.look(place), desk.look(place)])
      return
    case 'ask_in_race':
      await Promise.all([desk.look(place), orRefused(desk.ask(shadow.id)), desk.look(place)])
      return
    case 'reconcile':
      await reconcile({ ...desk.deps, database: desk.database })
      return
    case 'ask':
      return orRefused(desk.ask(shadow.id))
    case 'ask_and_withdraw':
      await orRefused(desk.ask(shadow.id))
      return withdrawLatest(shadow)
    case 'withdraw':
      return withdrawLatest(shadow)
    case 'hour':
      return desk.clock.advance(HOUR_MS)
    case 'days':
      return desk.clock.advance(9 * 24 * HOUR_MS)
  }
}

let runs = 0

test('however events come, the trigger asks at most once for an order, and never after a person', async () => {
  let asked = 0
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('on_paid', 'on_shipped', 'on_completed', 'after_return_window'),
      fc.array(step, { minLength: 6, maxLength: 14 }),
      async (issueTrigger, steps) => {
        await desk.setPolicy({ issueTrigger })
        const number = `P-${++runs}`
        const shadow = {
          number,
          id: await desk.order(number, { state: 'pending_payment', paidFen: 30_900n }),
        }
        for (const told of [...steps, { kind: 'days' } as const, { kind: 'work' } as const])
          await take(shadow, told)

        const actors = (await desk.requestsOf(shadow.id)).map(({ actor }) => actor)
        expect(actors.lastIndexOf('worker:trigger')).toBeLessThanOrEqual(0)
        asked += actors[0] === 'worker:trigger' ? 1 : 0
      },
    ),
    { numRuns: costlyRuns(30) },
  )
  expect(await findBookFaults(desk.database)).toEqual([])
  expect(asked).toBeGreaterThan(3)
}, 300_000)
