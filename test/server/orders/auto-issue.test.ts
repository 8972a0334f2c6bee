import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { IssueTrigger } from '../../../server/contract/merchants.ts'
import { withdrawRequest } from '../../../server/invoicing/withdraw-request.ts'
import { reconcile } from '../../../server/jobs/reconcile.ts'
import type { OrderInput } from '../../../server/orders/order-input.ts'
import { takeRefund } from '../../../server/orders/take-refund.ts'
import { AGENT, COMPANY, refundOf } from '../../support/issuing-desk.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'
import { openTriggerDesk, type TriggerDesk } from '../../support/trigger-desk.ts'

const { issuer } = openScriptedIssuer()
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const HINT = { name: COMPANY.name, taxId: COMPANY.taxId }
let desk: TriggerDesk

beforeAll(async () => {
  desk = await openTriggerDesk(issuer)
})

afterAll(() => desk?.close())

beforeEach(async () => {
  await desk.setPolicy({ issueTrigger: 'on_paid', returnWindowDays: 7, issueWithoutTitle: false })
})

const arrive = (number: string, changes: Partial<OrderInput> = {}) =>
  desk.order(number, { titleHint: HINT, ...changes })
const states = async (id: string) => (await desk.requestsOf(id)).map(({ state }) => state)
const reasonOf = async (id: string) => (await desk.standing(id))?.reason
const work = () => desk.jobs.runDue()

async function tellRefund(orderId: string, reference: string, state: 'applied' | 'rejected' | 'completed') {
  const { merchantId, inTransaction, deps } = desk
  const event = { reference, state, amountFen: 10_000 }
  await inTransaction((tx) =>
    takeRefund({ ...deps, sumInvoiced: async () => new Map() }, tx, {
      merchantId,
      orderId,
      actor: AGENT,
      event,
    }),
  )
}

test('a paid order with a title is invoiced without anybody asking', async () => {
  const id = await arrive('T-1', { buyer: { ...NOBODY, email: 'finance@example.com' } })
  await work()

  const [request, ...others] = await desk.requestsOf(id)
  expect(others).toEqual([])
  expect(request).toMatchObject({ actor: 'worker:trigger', surface: 'api', state: 'issued' })
  expect(await desk.standing(id)).toEqual({ dueAt: null, reason: null, requestId: request?.id })
  const [{ state } = { state: null }] = await desk.database.delivery.findMany({
    where: { invoice: { requestId: `${request?.id}` } },
  })
  expect(state).toBe('queued')
})

const NOBODY = { name: null, phone: null, address: null, email: null, nick: null }

test('a masked e-mail address does not stop the invoice', async () => {
  const id = await arrive('T-2', { buyer: { ...NOBODY, email: 'f***@example.com' } })
  await work()
  expect(await states(id)).toEqual(['issued'])
})

test.each<[IssueTrigger, OrderInput['state'], OrderInput['state']]>([
  ['on_paid', 'pending_payment', 'paid'],
  ['on_shipped', 'paid', 'shipped'],
  ['on_completed', 'shipped', 'completed'],
])('%s: nothing comes of %s, and one request of %s', async (issueTrigger, before, reached) => {
  await desk.setPolicy({ issueTrigger })
  const id = await arrive(`T-3-${reached}`, { state: before })
  await work()
  expect(await states(id)).toEqual([])

  await desk.report(`T-3-${reached}`, { state: reached })
  await work()
  expect(await states(id)).toEqual(['issued'])
})

test('a shop that waits to be asked gets no job', async () => {
  await desk.setPolicy({ issueTrigger: 'on_request' })
  const id = await arrive('T-4')
  expect(await desk.standing(id)).toBe(null)
  expect((await desk.jobs.waiting()).map(({ key }) => key)).not.toContain(`auto_issue:${id}`)
})

test('the same report again, and every later one, asks for nothing again', async () => {
  const id = await arrive('T-5')
  await desk.report('T-5', {})
  await work()
  await desk.report('T-5', {})
  await desk.report('T-5', { state: 'shipped' })
  await desk.report('T-5', { state: 'completed' })
  await work()
  expect(await states(id)).toEqual(['issued'])
})

test('the same job run by many workers at once asks once', async () => {
  const id = await arrive('T-6')
  const { merchantId } = desk
  await Promise.all(Array.from({ length: 6 }, () => desk.look({ merchantId, orderId: id })))
  expect(await states(id)).toHaveLength(1)
  await work()
})

test('who asked first is answered, and the trigger asks for nothing', async () => {
  const id = await arrive('T-7')
  const mine = await desk.ask(id)
  await work()
  expect(await desk.requestsOf(id)).toMatchObject([{ id: mine.id, actor: 'agent:agent-7' }])
  expect(await desk.standing(id)).toMatchObject({ reason: 'asked_before', requestId: mine.id, dueAt: null })
})

test('what a person withdrew is not asked for again by the trigger', async () => {
  await desk.setPolicy({ issueTrigger: 'on_shipped' })
  await desk.database.shop.update({ where: { id: desk.shopId }, data: { undoSeconds: 600 } })
  const id = await arrive('T-8')
  const mine = await desk.ask(id)
  await desk.inTransaction((tx) => withdrawRequest(desk.deps, tx, { id: mine.id, actor: AGENT }))
  await desk.database.shop.update({ where: { id: desk.shopId }, data: { undoSeconds: 0 } })

  await desk.report('T-8', { state: 'shipped' })
  await work()
  expect(await states(id)).toEqual(['withdrawn'])
})

test('the trigger and a person at the same moment come to one request', async () => {
  const id = await arrive('T-9')
  const [mine] = await Promise.all([desk.ask(id), desk.look({ merchantId: desk.merchantId, orderId: id })])
  const requests = await desk.requestsOf(id)
  expect(requests.map((request) => request.id)).toEqual([mine.id])
  await work()
})

test('without a title that can be used the order waits for a request, and says why', async () => {
  const bare = await arrive('T-10', { titleHint: null })
  const faulty = await arrive('T-11', { titleHint: { ...HINT, taxId: '91420111MA49QA0X11' } })
  await work()
  expect(await desk.standing(bare)).toBe(null)
  expect(await states(faulty)).toEqual([])
  expect(await reasonOf(faulty)).toBe('title_missing')
  expect(await auditOf(faulty)).toEqual(['order.created', 'order.auto_issue_left'])

  await desk.report('T-10', { titleHint: HINT })
  await desk.report('T-11', { titleHint: HINT })
  await work()
  expect(await states(bare)).toEqual(['issued'])
  expect(await states(faulty)).toEqual(['issued'])
})

async function auditOf(orderId: string) {
  const entries = await desk.database.auditEntry.findMany({
    where: { object: `order:${orderId}` },
    orderBy: { at: 'asc' },
  })
  return entries.map(({ act }) => act)
}

test('a shop may issue to 个人 where no title came, but not where a faulty one did', async () => {
  await desk.setPolicy({ issueWithoutTitle: true })
  const bare = await arrive('T-12', { titleHint: null })
  const faulty = await arrive('T-13', { titleHint: { ...HINT, taxId: null } })
  await work()
  expect(await states(bare)).toEqual(['issued'])
  expect(await states(faulty)).toEqual([])
})

test('while a refund runs the order waits; decided, it goes on', async () => {
  const id = await arrive('T-14', refundOf('R1', 10_000n, 'applied'))
  await work()
  expect(await reasonOf(id)).toBe('order_refund_in_progress')

  await tellRefund(id, 'R1', 'rejected')
  await work()
  expect(await states(id)).toEqual(['issued'])
})

test('a refund before the trigger is left out of the invoice, whichever is told first', async () => {
  await desk.setPolicy({ issueTrigger: 'on_shipped' })
  const early = await arrive('T-15')
  await tellRefund(early, 'R1', 'completed')
  await desk.report('T-15', { state: 'shipped', ...refundOf('R1', 10_000n) })
  const late = await arrive('T-16')
  await desk.report('T-16', { state: 'shipped' })
  await tellRefund(late, 'R1', 'completed')
  await work()

  const amounts = await desk.database.requestShare.findMany({
    where: { orderId: { in: [early, late] } },
    select: { amountFen: true },
  })
  expect(amounts).toEqual([{ amountFen: 20_900n }, { amountFen: 20_900n }])
})

test('an order that was refunded in full or cancelled is never invoiced', async () => {
  const refunded = await arrive('T-17', refundOf('R1', 30_900n))
  const cancelled = await arrive('T-18')
  await desk.report('T-18', { state: 'cancelled' })
  await work()
  expect(await states(refunded)).toEqual([])
  expect(await reasonOf(refunded)).toBe('order_fully_refunded')
  expect(await states(cancelled)).toEqual([])
})

test('an unknown status holds the order until it is known', async () => {
  const id = await arrive('T-19', { statusKnown: false, rawStatus: 'NEW_STATE' })
  await work()
  expect(await reasonOf(id)).toBe('order_status_unknown')

  await desk.report('T-19', { statusKnown: true })
  await work()
  expect(await states(id)).toEqual(['issued'])
})

test('goods that no rule knows are looked at again, and go out once the merchant has a rule', async () => {
  const line = { spec: null, skuCode: null, unit: '个', taxCode: null, shortName: null, rateBp: null }
  const id = await arrive('T-20', {
    lines: [{ ...line, kind: 'goods', title: '陶瓷杯', quantity: '1', amountFen: 30_900n }],
  })
  await work()
  expect(await reasonOf(id)).toBe('preflight_failed')

  await desk.addRule('杯')
  desk.clock.advance(61 * MINUTE_MS)
  await work()
  expect(await states(id)).toEqual(['issued'])
})

test('the return window ends with its last day in Shanghai', async () => {
  await desk.setPolicy({ issueTrigger: 'after_return_window', returnWindowDays: 7 })
  const completedAt = new Date(desk.clock.at)
  const id = await arrive('T-21', { state: 'completed', completedAt })
  const dueAt = (await desk.standing(id))?.dueAt ?? new Date(0)
  expect(dueAt.toISOString()).toMatch(/T16:00:00\.000Z$/)
  expect(dueAt.getTime() - completedAt.getTime()).toBeGreaterThan(7 * DAY_MS)

  desk.clock.at = new Date(dueAt.getTime() - 1)
  await work()
  expect(await states(id)).toEqual([])
  desk.clock.at = dueAt
  await work()
  expect(await states(id)).toEqual(['issued'])
})

test('a window that was made longer meanwhile holds for orders that wait', async () => {
  await desk.setPolicy({ issueTrigger: 'after_return_window', returnWindowDays: 1 })
  const id = await arrive('T-22', { state: 'completed', completedAt: new Date(desk.clock.at) })
  await desk.setPolicy({ returnWindowDays: 3 })

  desk.clock.advance(2 * DAY_MS)
  await work()
  expect(await states(id)).toEqual([])
  desk.clock.advance(2 * DAY_MS)
  await work()
  expect(await states(id)).toEqual(['issued'])
})

test('a trigger that was turned off makes no invoice of orders that wait', async () => {
  await desk.setPolicy({ issueTrigger: 'after_return_window', returnWindowDays: 1 })
  const id = await arrive('T-23', { state: 'completed', completedAt: new Date(desk.clock.at) })
  await desk.setPolicy({ issueTrigger: 'on_request' })

  desk.clock.advance(3 * DAY_MS)
  await work()
  expect(await states(id)).toEqual([])
  expect(await reasonOf(id)).toBe('trigger_not_reached')
})

test('an order past the deadline of customers is left to a person', async () => {
  const completedAt = new Date(desk.clock.at.getTime() - 400 * DAY_MS)
  const id = await arrive('T-24', { state: 'completed', completedAt })
  await work()
  expect(await states(id)).toEqual([])
  expect(await reasonOf(id)).toBe('order_deadline_passed')
})

test('what costs much is reviewed first, as when a person asks', async () => {
  await desk.database.shop.update({ where: { id: desk.shopId }, data: { reviewFromFen: 30_000n } })
  const id = await arrive('T-25')
  await work()
  await desk.database.shop.update({ where: { id: desk.shopId }, data: { reviewFromFen: 1_000_000n } })
  expect(await states(id)).toEqual(['in_review'])
})

test('a lost job is found again, and one that waits for news is not', async () => {
  const id = await arrive('T-26')
  const waiting = await arrive('T-27', { statusKnown: false })
  await desk.look({ merchantId: desk.merchantId, orderId: waiting })
  await desk.jobs.lose(`auto_issue:${waiting}`)
  await desk.jobs.lose(`auto_issue:${id}`)
  desk.clock.advance(MINUTE_MS + 1)

  await reconcile({ ...desk.deps, database: desk.database })
  const keys = (await desk.jobs.waiting()).map(({ key }) => key)
  expect(keys).toContain(`auto_issue:${id}`)
  expect(keys).not.toContain(`auto_issue:${waiting}`)
  await work()
  expect(await states(id)).toEqual(['issued'])
})

test('a look that dies leaves nothing, and the next one asks', async () => {
  const id = await arrive('T-28')
  desk.crashAt = 'before_claim_commits'
  await expect(desk.jobs.runNext()).rejects.toThrow('before_claim_commits')
  expect(await states(id)).toEqual([])
  await work()
  expect(await states(id)).toEqual(['issued'])
})

test('orders of one batch get their jobs together, behind those that people wait for', async () => {
  const numbers = Array.from({ length: 300 }, (_, index) => `B-${index}`)
  const ids = await desk.batch(numbers, { titleHint: HINT })
  const jobs = await desk.priorities('order.auto_issue')

  expect(jobs.map(({ key }) => key).sort()).toEqual(ids.map((id) => `auto_issue:${id}`).sort())
  expect(new Set(jobs.map(({ priority }) => priority))).toEqual(new Set([20]))
})
