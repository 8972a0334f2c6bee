import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { reconcile } from '../../../server/jobs/reconcile.ts'
import { rejectReissue } from '../../../server/reissue/decide-reissue.ts'
import { draftReissue } from '../../../server/reissue/start-reissue.ts'
import { findBookFaults } from '../../support/check-books.ts'
import { refundOf } from '../../support/issuing-desk.ts'
import { OTHER, openReissueDesk, type ReissueDesk } from './reissue-desk.ts'

let desk: ReissueDesk

beforeAll(async () => {
  desk = await openReissueDesk()
})

afterEach(async () => {
  expect(await findBookFaults(desk.database)).toEqual([])
})

afterAll(() => desk?.close())

const reconcileNow = () =>
  reconcile({
    database: desk.database,
    inTransaction: desk.inTransaction,
    now: desk.deps.now,
    addJob: desk.red.addJob,
  })

async function requested(number: string) {
  const { invoiceId } = await desk.issued(number)
  const { id } = await desk.start(invoiceId, { cause: 'title', title: OTHER })
  await desk.execute(id)
  return id
}

const kinds = async () =>
  (await desk.jobs.waiting()).map(({ kind }) => kind).filter((kind) => kind !== 'document.make')

test('a red form whose job was lost is found, and sent once', async () => {
  const id = await requested('L-1')
  await desk.jobs.lose(`red:${id}`)
  desk.clock.advance(120_000)

  await reconcileNow()
  await desk.follow(id, 'done')

  expect(await desk.database.invoice.count({ where: { reissueId: id } })).toBe(1)
})

test('a form that may be there is asked about, and not sent', async () => {
  const id = await requested('L-2')
  desk.nextRed.push((sending) => {
    desk.numberRed(sending)
    return { kind: 'unknown' }
  })
  await desk.jobs.runDue()
  const before = desk.reds.length
  await desk.jobs.lose(`ask_red:${id}`)
  desk.clock.advance(120_000)

  await reconcileNow()
  expect(await kinds()).toContain('reissue.ask')
  await desk.follow(id, 'done')

  expect(desk.reds.length).toBe(before)
})

test('a held form whose job was lost goes again', async () => {
  const id = await requested('L-3')
  desk.nextRed.push(() => ({ kind: 'held', reason: 'offline', message: '离线' }))
  await desk.jobs.runDue()
  await desk.jobs.lose(`red:${id}`)
  desk.clock.advance(120_000)

  await reconcileNow()

  expect((await desk.follow(id, 'done')).redInvoiceId).not.toBeNull()
})

test('what the issuer contradicted is left to a person', async () => {
  const id = await requested('L-4')
  desk.nextRed.push((sending) => ({
    kind: 'issued',
    facts: { ...desk.numberRed(sending), grossFen: -1n },
  }))
  await desk.jobs.runDue()
  desk.clock.advance(120_000)

  await reconcileNow()

  expect((await desk.jobs.waiting()).filter(({ payload }) => payload.reissueId === id)).toEqual([])
})

/** An invoice whose order gave money back; the job that looks at it is not run by this desk. */
async function refunded(number: string) {
  const made = await desk.issued(number)
  await desk.desk.report(number, refundOf('rf-1', 10_000n))
  return made
}

const looks = async (orderId: string) =>
  (await desk.jobs.waiting()).filter(({ key }) => key === `correct:${orderId}`)

test('an order that lost the look at its refund is looked at again, once', async () => {
  const { orderId } = await refunded('L-5')
  await desk.jobs.lose(`correct:${orderId}`)
  await reconcileNow()
  expect(await looks(orderId)).toEqual([])
  desk.clock.advance(61_000)

  await reconcileNow()
  await reconcileNow()

  expect(await looks(orderId)).toMatchObject([
    { kind: 'order.correct', payload: { merchantId: desk.merchantId, orderId } },
  ])
  await desk.jobs.lose(`correct:${orderId}`)
})

test('an order whose correction was planned, and refused by a person, is left alone until the next refund', async () => {
  const { orderId, invoiceId } = await refunded('L-6')
  await desk.jobs.lose(`correct:${orderId}`)
  desk.clock.advance(1_000)
  const place = { merchantId: desk.merchantId, invoiceId }
  const draft = await desk.inTransaction((tx) => draftReissue(desk.red, tx, place))
  await desk.inTransaction((tx) =>
    rejectReissue(desk.red, tx, {
      ...{ id: draft?.id ?? '', version: draft?.version ?? 0, actor: { kind: 'staff', id: 'finance-1' } },
      note: 'later',
    }),
  )
  desk.clock.advance(3_600_000)

  await reconcileNow()

  expect(await looks(orderId)).toEqual([])
})

test('what no look can correct is looked at ever more seldom', async () => {
  const { orderId } = await refunded('L-7')
  await desk.jobs.lose(`correct:${orderId}`)
  desk.clock.advance(2 * 3_600_000)

  await reconcileNow()

  const [look] = await looks(orderId)
  const pauseMs = (look?.runAt.getTime() ?? 0) - desk.clock.at.getTime()
  expect(pauseMs).toBeGreaterThan(25 * 60_000)
  expect(pauseMs).toBeLessThanOrEqual(3_600_000)
})
