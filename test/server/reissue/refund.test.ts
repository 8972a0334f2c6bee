import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Actor } from '../../../server/audit/record.ts'
import { approveReissue, executeReissue, rejectReissue } from '../../../server/reissue/decide-reissue.ts'
import { draftReissue } from '../../../server/reissue/start-reissue.ts'
import { findBookFaults } from '../../support/check-books.ts'
import { AGENT, refundOf } from '../../support/issuing-desk.ts'
import { OTHER, openReissueDesk, type ReissueDesk } from './reissue-desk.ts'

const FINANCE = { kind: 'staff', id: 'finance-1' } as const

let desk: ReissueDesk
let poor: ReissueDesk

beforeAll(async () => {
  desk = await openReissueDesk()
  poor = await openReissueDesk({ capabilities: { canReversePart: false } })
})

afterEach(async () => {
  expect(await findBookFaults(desk.database)).toEqual([])
})

afterAll(async () => {
  await desk?.close()
  await poor?.close()
})

/** An invoice of 309.00 whose order then gave money back. */
async function refunded(at: ReissueDesk, number: string, refund = refundOf('rf-1', 10_000n)) {
  const made = await at.issued(number)
  await at.desk.report(number, refund)
  return made
}

const approve = (at: ReissueDesk, { id, version }: { id: string; version: number }, actor: Actor = FINANCE) =>
  at.inTransaction((tx) => approveReissue(at.red, tx, { id, version, actor }))

const draft = (at: ReissueDesk, invoiceId: string) =>
  at.inTransaction((tx) => draftReissue(at.red, tx, { merchantId: at.merchantId, invoiceId }))

test('a completed refund is taken back by a part, as an allowance where no line is named', async () => {
  const { orderId, invoiceId } = await refunded(desk, 'P-1')
  const planned = await desk.start(invoiceId, { cause: 'refund' })
  expect(planned).toMatchObject({
    state: 'in_review',
    method: 'partial_red',
    reason: 'allowance',
    reviewReason: 'refund',
  })
  await approve(desk, planned)

  const done = await desk.follow(planned.id, 'done')

  expect((await desk.invoice(done.redInvoiceId ?? '')).grossFen).toBe(-10_000n)
  expect((await desk.invoice(invoiceId)).state).toBe('partly_reversed')
  expect(await desk.orderMoney(orderId)).toMatchObject({ claimedFen: 20_900n, isOverInvoiced: false })
})

test('goods that came back are a return of their line', async () => {
  const line = {
    refunds: [{ reference: 'rf-1', state: 'completed' as const, amountFen: 29_900n, lineNo: 1 }],
  }
  const { invoiceId } = await refunded(desk, 'P-2', line)
  const planned = await desk.start(invoiceId, { cause: 'refund' })
  await approve(desk, planned)

  const { redInvoiceId, reason } = await desk.follow(planned.id, 'done')

  expect(reason).toBe('return')
  expect((await desk.invoice(redInvoiceId ?? '')).lines).toMatchObject([
    { title: '帆布包', quantity: '-1', grossFen: -29_900n },
  ])
})

test('several refunds one after the other take back exactly the whole', async () => {
  const { orderId, invoiceId } = await desk.issued('P-3')
  for (const [index, amountFen] of [10_000n, 5_901n, 14_999n].entries()) {
    const refunds = [10_000n, 5_901n, 14_999n].slice(0, index + 1).map((fen, at) => ({
      ...{ reference: `rf-${at}`, state: 'completed' as const, amountFen: fen, lineNo: null },
    }))
    await desk.desk.report('P-3', { refunds })
    const planned = await desk.start(invoiceId, { cause: 'refund' })
    await approve(desk, planned)
    const { redInvoiceId } = await desk.follow(planned.id, 'done')
    expect((await desk.invoice(redInvoiceId ?? '')).grossFen).toBe(-amountFen)
  }

  expect((await desk.invoice(invoiceId)).state).toBe('reversed')
  expect(await desk.orderMoney(orderId)).toMatchObject({ claimedFen: 0n, isOverInvoiced: false })
})

test('where the issuer cannot take back a part, all is taken back and the rest issued anew', async () => {
  const { orderId, invoiceId } = await refunded(poor, 'P-4')
  await expect(poor.start(invoiceId, { cause: 'refund', method: 'partial_red' })).rejects.toMatchObject({
    code: 'reissue_method_not_possible',
  })
  const planned = await poor.start(invoiceId, { cause: 'refund' })
  await approve(poor, planned)

  const { redInvoiceId, replacementId, method } = await poor.follow(planned.id, 'done')

  expect(method).toBe('replace')
  const red = await poor.invoice(redInvoiceId ?? '')
  const blue = await poor.invoice(replacementId ?? '')
  expect([red.grossFen, blue.grossFen]).toEqual([-30_900n, 20_900n])
  expect(await poor.orderMoney(orderId)).toMatchObject({ claimedFen: 20_900n, isOverInvoiced: false })
  expect(await findBookFaults(poor.database)).toEqual([])
})

test('after a part was taken back, a wrong title is corrected for the rest', async () => {
  const { orderId, invoiceId } = await refunded(desk, 'P-5')
  const part = await desk.start(invoiceId, { cause: 'refund' })
  await approve(desk, part)
  await desk.follow(part.id, 'done')

  const { id } = await desk.start(invoiceId, { cause: 'title', title: OTHER })
  await desk.execute(id)
  const { redInvoiceId, replacementId } = await desk.follow(id, 'done')

  expect((await desk.invoice(redInvoiceId ?? '')).grossFen).toBe(-20_900n)
  expect(await desk.invoice(replacementId ?? '')).toMatchObject({
    grossFen: 20_900n,
    buyer: { name: OTHER.name },
  })
  expect(await desk.orderMoney(orderId)).toMatchObject({ claimedFen: 20_900n })
})

test('a refund that is not completed corrects nothing, and one in progress stops a reissue', async () => {
  const { invoiceId } = await refunded(desk, 'P-6', refundOf('rf-1', 10_000n, 'applied'))

  await expect(desk.start(invoiceId, { cause: 'refund' })).rejects.toMatchObject({
    code: 'reissue_nothing_to_correct',
  })
  await expect(desk.start(invoiceId, { cause: 'title', title: OTHER })).rejects.toMatchObject({
    code: 'order_refund_in_progress',
  })
})

test('who asked cannot approve, and an agent’s execution of a refund plan changes nothing', async () => {
  const { invoiceId } = await refunded(desk, 'P-7')
  const planned = await desk.start(invoiceId, { cause: 'refund' })

  await expect(approve(desk, planned, AGENT)).rejects.toMatchObject({ code: 'review_own_request' })
  const same = await desk.inTransaction((tx) =>
    executeReissue(desk.red, tx, { id: planned.id, actor: AGENT }),
  )
  expect(same.state).toBe('in_review')
  expect((await desk.readReissue(planned.id)).isSent).toBe(false)
})

test('a reviewer decides what was shown, and nothing else', async () => {
  const { invoiceId } = await refunded(desk, 'P-8')
  const planned = await desk.start(invoiceId, { cause: 'refund' })

  await expect(approve(desk, { ...planned, version: planned.version + 1 })).rejects.toMatchObject({
    code: 'reissue_plan_changed',
  })
  await desk.desk.report('P-8', {
    refunds: [
      ...(refundOf('rf-1', 10_000n).refunds ?? []),
      { reference: 'rf-2', state: 'completed', amountFen: 500n, lineNo: null },
    ],
  })
  await expect(approve(desk, planned)).rejects.toMatchObject({ code: 'reissue_plan_changed' })

  const { id, version } = planned
  const rejected = await desk.inTransaction((tx) =>
    rejectReissue(desk.red, tx, { id, version, actor: FINANCE, note: '金额不对' }),
  )
  expect(rejected).toMatchObject({ state: 'rejected', endDetail: '金额不对' })
  expect((await desk.invoice(invoiceId)).state).toBe('issued')
})

test('a completed refund drafts the plan once, and a further one drafts it anew', async () => {
  const { invoiceId } = await refunded(desk, 'P-9')

  const first = await draft(desk, invoiceId)
  expect(first).toMatchObject({ state: 'in_review', actor: 'worker:reissue' })
  expect(await draft(desk, invoiceId)).toBeNull()
  await desk.desk.report('P-9', {
    refunds: [
      ...(refundOf('rf-1', 10_000n).refunds ?? []),
      { reference: 'rf-2', state: 'completed', amountFen: 500n, lineNo: null },
    ],
  })
  const second = await draft(desk, invoiceId)

  expect((await desk.readReissue(first?.id ?? '')).state).toBe('withdrawn')
  if (second === null) throw new Error('nothing was drafted')
  await approve(desk, second)
  const done = await desk.follow(second.id, 'done')
  expect((await desk.invoice(done.redInvoiceId ?? '')).grossFen).toBe(-10_500n)
})

test('a special invoice and an amount above 1,000.00 are looked at by a person first', async () => {
  const special = await desk.issued('P-10')
  const { reviewReason, id } = await desk.start(special.invoiceId, { cause: 'kind', kind: 'special' })
  expect(reviewReason).toBe('special')

  expect((await desk.execute(id)).state).toBe('in_review')
  expect(await desk.database.redSending.count({ where: { reissueId: id } })).toBe(0)
  await approve(desk, await desk.readReissue(id))

  const done = await desk.follow(id, 'done')
  expect((await desk.invoice(done.replacementId ?? '')).kind).toBe('special')
  expect(done.approvedBy).toBe('staff:finance-1')
})
