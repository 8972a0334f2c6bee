import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { retryBlue } from '../../../server/reissue/retry-blue.ts'
import { findBookFaults } from '../../support/check-books.ts'
import { AGENT, refundOf } from '../../support/issuing-desk.ts'
import { OTHER, openReissueDesk, type ReissueDesk } from './reissue-desk.ts'

let desk: ReissueDesk

beforeAll(async () => {
  desk = await openReissueDesk()
})

afterEach(async () => {
  expect(await findBookFaults(desk.database)).toEqual([])
})

afterAll(() => desk?.close())

async function requested(number: string) {
  const { orderId, invoiceId } = await desk.issued(number)
  const { id } = await desk.start(invoiceId, { cause: 'title', title: OTHER })
  await desk.execute(id)
  return { orderId, invoiceId, id }
}

const retry = (id: string, title: Parameters<typeof retryBlue>[2]['title'] = null) =>
  desk.inTransaction((tx) => retryBlue(desk.red, tx, { id, actor: AGENT, title }))

const refuse = () => ({ kind: 'rejected', code: 'E0101', message: '购方名称不合法' }) as const

test.for(['before_claim_commits', 'before_call', 'after_call'] as const)(
  'a worker that dies %s of the new blue leaves one red and one new blue',
  async (crash) => {
    const { invoiceId, id } = await requested(`B-${crash}`)
    await desk.jobs.runNext()
    expect((await desk.readReissue(id)).state).toBe('blue_issuing')

    desk.desk.crashAt = crash
    await desk.follow(id, 'done')

    expect(desk.desk.crashAt).toBeNull()
    expect(await desk.database.invoice.count({ where: { originalId: invoiceId } })).toBe(1)
    expect(await desk.database.invoice.count({ where: { request: { reissueId: id } } })).toBe(1)
  },
)

test('a refused new blue is a task that keeps its claim, until a corrected title is issued', async () => {
  const { orderId, invoiceId, id } = await requested('B-4')
  desk.nextIssue.push(refuse)

  const failed = await desk.follow(id, 'blue_failed')
  expect(failed).toMatchObject({ endCode: 'E0101', endDetail: '购方名称不合法' })
  expect(await desk.orderMoney(orderId)).toMatchObject({ claimedFen: 30_900n })
  expect((await desk.invoice(invoiceId)).state).toBe('reversed')
  await expect(desk.ask(orderId)).rejects.toMatchObject({ code: expect.stringMatching(/^order_/) })

  await retry(id, { ...OTHER, name: '武汉又一示例科技有限公司' })
  expect((await retry(id)).state).toBe('blue_issuing') // again is nothing new
  const done = await desk.follow(id, 'done')

  expect((await desk.invoice(done.replacementId ?? '')).buyer.name).toBe('武汉又一示例科技有限公司')
  expect(await desk.moves(id)).toEqual([
    'planned',
    'red_requested',
    'red_issued',
    'blue_issuing',
    'blue_failed',
    'blue_issuing',
    'writing_back',
    'done',
  ])
})

test('a title that is not acceptable is refused before a second blue is asked for', async () => {
  const { id } = await requested('B-5')
  desk.nextIssue.push(refuse)
  await desk.follow(id, 'blue_failed')

  await expect(retry(id, { ...OTHER, taxId: '123' })).rejects.toMatchObject({ code: 'preflight_failed' })
  expect((await desk.readReissue(id)).state).toBe('blue_failed')
  await retry(id)
  await desk.follow(id, 'done')
})

test('a refund between red and new blue stops the blue, and the retry carries what is left', async () => {
  const { orderId, id } = await requested('B-6')
  await desk.jobs.runNext()
  expect((await desk.readReissue(id)).state).toBe('blue_issuing')
  await desk.desk.report('B-6', refundOf('rf-1', 10_000n))

  const failed = await desk.follow(id, 'blue_failed')
  expect(failed.endCode).toBe('order_changed')
  expect(await desk.orderMoney(orderId)).toMatchObject({ claimedFen: 30_900n, isOverInvoiced: true })
  await retry(id)
  const done = await desk.follow(id, 'done')

  expect((await desk.invoice(done.replacementId ?? '')).grossFen).toBe(20_900n)
  expect(await desk.orderMoney(orderId)).toMatchObject({ claimedFen: 20_900n, isOverInvoiced: false })
})

test('a refund that is only applied for stops the blue too, until it is decided', async () => {
  const { id } = await requested('B-7')
  await desk.jobs.runNext()
  await desk.desk.report('B-7', refundOf('rf-1', 10_000n, 'applied'))
  await desk.follow(id, 'blue_failed')

  await expect(retry(id)).rejects.toMatchObject({ code: 'order_refund_in_progress' })

  await desk.desk.report('B-7', {
    refunds: [{ reference: 'rf-1', state: 'rejected', amountFen: 10_000n, lineNo: null }],
  })
  await retry(id)
  const done = await desk.follow(id, 'done')
  expect((await desk.invoice(done.replacementId ?? '')).grossFen).toBe(30_900n)
})

test('where refunds left nothing, the saga ends with the red alone', async () => {
  const { orderId, invoiceId, id } = await requested('B-8')
  await desk.jobs.runNext()
  await desk.desk.report('B-8', refundOf('rf-1', 30_900n))
  await desk.follow(id, 'blue_failed')

  const done = await retry(id)

  expect(done).toMatchObject({ state: 'done', replacementId: null })
  expect((await desk.invoice(invoiceId)).state).toBe('reversed')
  expect(await desk.orderMoney(orderId)).toMatchObject({ claimedFen: 0n, isOverInvoiced: false })
})
