import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { findBookFaults } from '../../support/check-books.ts'
import { COMPANY } from '../../support/issuing-desk.ts'
import { OTHER, openReissueDesk, type ReissueDesk } from './reissue-desk.ts'

let desk: ReissueDesk

beforeAll(async () => {
  desk = await openReissueDesk()
})

afterEach(async () => {
  expect(await findBookFaults(desk.database)).toEqual([])
})

afterAll(() => desk?.close())

test('a wrong title is taken back and issued anew, and the two know each other', async () => {
  const { orderId, invoiceId } = await desk.issued('R-1')

  const planned = await desk.start(invoiceId, { cause: 'title', title: OTHER })
  expect(planned).toMatchObject({
    state: 'planned',
    method: 'replace',
    reason: 'mistake',
    reviewReason: null,
  })
  await desk.execute(planned.id)
  const done = await desk.follow(planned.id, 'done')

  expect(await desk.moves(planned.id)).toEqual([
    'planned',
    'red_requested',
    'red_issued',
    'blue_issuing',
    'writing_back',
    'done',
  ])
  const red = await desk.invoice(done.redInvoiceId ?? '')
  const fresh = await desk.invoice(done.replacementId ?? '')
  expect(red).toMatchObject({ colour: 'red', grossFen: -30_900n, buyer: { name: COMPANY.name } })
  expect(red.reversal?.blueNumber).toBe((await desk.invoice(invoiceId)).number)
  expect(fresh).toMatchObject({
    colour: 'blue',
    grossFen: 30_900n,
    buyer: { name: OTHER.name, taxId: OTHER.taxId },
  })
  expect((await desk.invoice(invoiceId)).state).toBe('replaced')
  expect(await desk.orderMoney(orderId)).toMatchObject({ claimedFen: 30_900n, isOverInvoiced: false })
})

test('one mail brings both, and none goes out for the new blue alone', async () => {
  const { invoiceId } = await desk.issued('R-2')
  const { id } = await desk.start(invoiceId, { cause: 'title', title: OTHER })
  await desk.execute(id)
  const { redInvoiceId, replacementId } = await desk.follow(id, 'done')

  const mails = await desk.database.delivery.findMany({ where: { invoiceId: replacementId ?? '' } })
  expect(mails).toEqual([expect.objectContaining({ redInvoiceId, state: 'queued' })])
})

test('executing twice, and asking again while it runs, is the same saga', async () => {
  const { invoiceId } = await desk.issued('R-3')
  const first = await desk.start(invoiceId, { cause: 'title', title: OTHER })
  await desk.execute(first.id)

  const again = await desk.execute(first.id)
  const asked = await desk.start(invoiceId, { cause: 'title', title: { ...OTHER, name: '另一家公司' } })
  await desk.follow(first.id, 'done')

  expect([again.id, asked.id]).toEqual([first.id, first.id])
  expect(await desk.execute(first.id)).toMatchObject({ state: 'done' })
  expect(await desk.database.invoice.count({ where: { originalId: invoiceId } })).toBe(1)
})

test('what differs in width, space or brackets alone is refused', async () => {
  const { invoiceId } = await desk.issued('R-4')
  const same = { ...COMPANY, name: ` ${COMPANY.name} `, taxId: '９１４２０１１１ MA49QA0X10' }

  await expect(desk.start(invoiceId, { cause: 'title', title: same })).rejects.toMatchObject({
    code: 'preflight_failed',
    errors: [{ code: 'reissue_identical', field: '/title' }],
  })
})

test('an order is reissued twice at most, and once by its customer', async () => {
  const { orderId, invoiceId } = await desk.issued('R-5')
  const customer = { planner: 'customer', actor: { kind: 'customer', id: 'buyer:5' }, surface: 'h5' } as const

  const own = await desk.start(invoiceId, { cause: 'title', title: OTHER }, customer)
  expect(own.acknowledgedAt).not.toBeNull()
  const { replacementId } = await desk.follow(own.id, 'done')
  const second = replacementId ?? ''
  await expect(desk.start(second, { cause: 'title', title: COMPANY }, customer)).rejects.toMatchObject({
    code: 'reissue_limit_reached',
  })
  const staff = await desk.start(second, { cause: 'title', title: COMPANY })
  await desk.execute(staff.id)
  const third = (await desk.follow(staff.id, 'done')).replacementId ?? ''

  await expect(desk.start(third, { cause: 'title', title: OTHER })).rejects.toMatchObject({
    code: 'reissue_limit_reached',
  })
  expect(await desk.orderMoney(orderId)).toMatchObject({ claimedFen: 30_900n })
})

test('a customer corrects the title and nothing else', async () => {
  const { invoiceId } = await desk.issued('R-6')
  const customer = { planner: 'customer', actor: { kind: 'customer', id: 'buyer:6' }, surface: 'h5' } as const

  for (const ask of [
    { cause: 'refund' },
    { cause: 'other' },
    { cause: 'title', kind: 'special', title: OTHER },
  ] as const) {
    await expect(desk.start(invoiceId, ask, customer)).rejects.toMatchObject({
      code: 'reissue_field_not_allowed',
    })
  }
})

test('what was taken back is not taken back again', async () => {
  const { invoiceId } = await desk.issued('R-7')
  const { id } = await desk.start(invoiceId, { cause: 'title', title: OTHER })
  await desk.execute(id)
  const { redInvoiceId } = await desk.follow(id, 'done')

  for (const gone of [invoiceId, redInvoiceId ?? '']) {
    await expect(desk.start(gone, { cause: 'title', title: COMPANY })).rejects.toMatchObject({
      code: 'reissue_not_possible',
    })
  }
})

test('an invoice that does not exist and one of another merchant are one answer', async () => {
  const { invoiceId } = await desk.issued('R-8')
  const ask = { cause: 'title', title: OTHER } as const

  const foreign = desk.start(invoiceId, ask, { merchantId: desk.newId() })
  await expect(foreign).rejects.toMatchObject({ code: 'invoice_not_found' })
  await expect(desk.start(desk.newId(), ask)).rejects.toMatchObject({ code: 'invoice_not_found' })
})

test('without a new blue the order can be invoiced again', async () => {
  const { orderId, invoiceId } = await desk.issued('R-9')
  const planned = await desk.start(invoiceId, { cause: 'other', method: 'full_red' })
  expect(planned.reviewReason).toBe('amount')
  await desk.database.reissue.update({ where: { id: planned.id }, data: { reviewReason: null } })
  await desk.execute(planned.id)

  await desk.follow(planned.id, 'done')

  expect((await desk.invoice(invoiceId)).state).toBe('reversed')
  expect(await desk.orderMoney(orderId)).toMatchObject({ claimedFen: 0n, isOverInvoiced: false })
  const again = await desk.ask(orderId)
  await desk.jobs.runDue()
  expect((await desk.read(again.id)).state).toBe('issued')
})
