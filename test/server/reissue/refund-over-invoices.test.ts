import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { listOrderInvoices } from '../../../server/invoicing/order-invoices.store.ts'
import { addJob } from '../../../server/jobs/add-job.ts'
import { reconcile } from '../../../server/jobs/reconcile.ts'
import { correctOrder } from '../../../server/orders/correct-order.ts'
import type { OrderInput } from '../../../server/orders/order-input.ts'
import { approveReissue } from '../../../server/reissue/decide-reissue.ts'
import { listReissuesOf, type Reissue } from '../../../server/reissue/reissue.store.ts'
import { draftReissue } from '../../../server/reissue/start-reissue.ts'
import { findBookFaults } from '../../support/check-books.ts'
import { paidOrder } from '../../support/issuing-desk.ts'
import { OTHER, openReissueDesk, type ReissueDesk } from './reissue-desk.ts'

const FINANCE = { kind: 'staff', id: 'finance-1' } as const

let desk: ReissueDesk

beforeAll(async () => {
  // Two lines an invoice: an order of four lines stands on two.
  desk = await openReissueDesk({ capabilities: { maxLines: 2 } })
})

afterEach(async () => {
  expect(await findBookFaults(desk.database)).toEqual([])
})

afterAll(() => desk?.close())

const TITLES = ['旅行包', '腰包', '书包', '钱包']

function fourBags(number: string): Partial<OrderInput> {
  const [line] = paidOrder(number).lines
  if (line === undefined) throw new Error('an order has lines')
  const lines = TITLES.map((title, at) => ({ ...line, title, amountFen: BigInt(10_000 * (at + 1)) }))
  return { lines, paidFen: 100_000n }
}

/** The order's two invoices, oldest first: lines 1 and 2 on one, 3 and 4 on the other. */
async function splitOrder(number: string) {
  const orderId = await desk.order(number, fourBags(number))
  await desk.ask(orderId)
  await desk.jobs.runDue()
  const invoices = await desk.database.invoice.findMany({
    where: { allocations: { some: { orderId } } },
    include: { lines: { orderBy: { lineNo: 'asc' } } },
  })
  const byLine = (title: string) => invoices.find(({ lines }) => lines[0]?.title === title)?.id ?? ''
  expect(invoices).toHaveLength(2)
  return { orderId, first: byLine('旅行包'), second: byLine('书包') }
}

type Refunded = { lineNo: number | null; amountFen: bigint; state?: 'applied' | 'completed' }

const refund = (number: string, refunds: readonly Refunded[]) =>
  desk.desk.report(number, {
    refunds: refunds.map((one, at) => ({ state: 'completed', ...one, reference: `rf-${at}` })),
  })

/** The job that looks at an order whose invoices no longer fit. */
const correct = (orderId: string) =>
  correctOrder({
    ...{ inTransaction: desk.inTransaction, now: desk.deps.now, addJob, listOrderInvoices },
    async draftCorrection(tx, place) {
      await draftReissue(desk.red, tx, place)
    },
  }).run({ merchantId: desk.merchantId, orderId }, new AbortController().signal)

const inReview = async (invoiceId: string) =>
  (await listReissuesOf(desk.database, invoiceId)).find(({ state }) => state === 'in_review') ?? null

async function approve(reissue: Reissue | null): Promise<Reissue> {
  if (reissue === null) throw new Error('nothing was drafted')
  const { id, version } = reissue
  await desk.inTransaction((tx) => approveReissue(desk.red, tx, { id, version, actor: FINANCE }))
  return desk.follow(id, 'done')
}

async function redLines({ redInvoiceId }: Reissue) {
  const { lines } = await desk.invoice(redInvoiceId ?? '')
  return lines.map(({ title, grossFen }) => [title, grossFen])
}

test('a refund of a line comes off the invoice on which that line stands, and off that line', async () => {
  const { orderId, first, second } = await splitOrder('O-1')
  await refund('O-1', [{ lineNo: 2, amountFen: 5_000n }])

  await correct(orderId)

  expect(await inReview(second)).toBeNull()
  const done = await approve(await inReview(first))
  expect(await redLines(done)).toEqual([['腰包', -5_000n]])
})

test('refunds of lines on both invoices draft one correction each, in whatever order they are approved', async () => {
  const { orderId, first, second } = await splitOrder('O-2')
  await refund('O-2', [{ lineNo: 1, amountFen: 10_000n }])
  await correct(orderId)
  desk.clock.advance(1_000)
  await refund('O-2', [
    { lineNo: 1, amountFen: 10_000n },
    { lineNo: 4, amountFen: 700n },
  ])
  await correct(orderId)

  const later = await approve(await inReview(second))
  const earlier = await approve(await inReview(first))

  expect(await redLines(later)).toEqual([['钱包', -700n]])
  expect(await redLines(earlier)).toEqual([['旅行包', -10_000n]])
  expect(await desk.orderMoney(orderId)).toMatchObject({ claimedFen: 89_300n, isOverInvoiced: false })
})

test('one that was applied for first and completed last is taken off its own line', async () => {
  const { orderId, second } = await splitOrder('O-3')
  const slow: Refunded = { lineNo: 3, amountFen: 900n, state: 'applied' }
  await refund('O-3', [slow])
  await refund('O-3', [slow, { lineNo: 4, amountFen: 800n }])
  await correct(orderId)
  expect(await redLines(await approve(await inReview(second)))).toEqual([['钱包', -800n]])

  desk.clock.advance(1_000)
  await refund('O-3', [
    { ...slow, state: 'completed' },
    { lineNo: 4, amountFen: 800n },
  ])
  await correct(orderId)

  expect(await redLines(await approve(await inReview(second)))).toEqual([['书包', -900n]])
})

test('more than is left of the named line comes off the others, and of the newest invoice first', async () => {
  const { orderId, first, second } = await splitOrder('O-4')
  await refund('O-4', [{ lineNo: 1, amountFen: 12_000n }])

  await correct(orderId)

  expect(await redLines(await approve(await inReview(first)))).toEqual([['旅行包', -10_000n]])
  const rest = await redLines(await approve(await inReview(second)))
  expect(rest.reduce((sum, [, fen]) => sum + BigInt(fen ?? 0), 0n)).toBe(-2_000n)
})

test('a title is not replaced while the order’s other invoice still carries too much', async () => {
  const { orderId, first, second } = await splitOrder('O-5')
  await refund('O-5', [{ lineNo: 1, amountFen: 1_000n }])
  await correct(orderId)

  await expect(desk.start(second, { cause: 'title', title: OTHER })).rejects.toMatchObject({
    code: 'order_correction_pending',
  })
  await approve(await inReview(first))

  const planned = await desk.start(second, { cause: 'title', title: OTHER })
  expect((await desk.readReissue(planned.id)).state).toBe('planned')
})

test('a lost look at one of two invoices is found again', async () => {
  const { orderId, first, second } = await splitOrder('O-6')
  await refund('O-6', [
    { lineNo: 1, amountFen: 1_000n },
    { lineNo: 3, amountFen: 1_000n },
  ])
  await desk.jobs.lose(`correct:${orderId}`)
  const place = { merchantId: desk.merchantId, invoiceId: second }
  await desk.inTransaction((tx) => draftReissue(desk.red, tx, place))
  desk.clock.advance(61_000)

  await reconcile({ ...desk.deps, database: desk.database })

  const keys = (await desk.jobs.waiting()).map(({ key }) => key)
  expect(keys).toContain(`correct:${orderId}`)
  expect(await inReview(first)).toBeNull()
})
