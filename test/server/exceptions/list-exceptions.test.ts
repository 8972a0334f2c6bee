import { afterAll, beforeAll, expect, test } from 'vitest'
import { listExceptions } from '../../../server/exceptions/list-exceptions.ts'
import { listContradictions } from '../../../server/invoicing/contradiction.store.ts'
import { sumInvoiced } from '../../../server/invoicing/order-invoices.store.ts'
import { listOverInvoiced, listRefundExceptions } from '../../../server/orders/exception.store.ts'
import { listAlarms, reportFailure } from '../../../server/orders/look-up-alarm.ts'
import { findOrders } from '../../../server/orders/order.store.ts'
import { listRedContradictions } from '../../../server/reissue/red-contradiction.store.ts'
import { OTHER, openReissueDesk, type ReissueDesk } from '../reissue/reissue-desk.ts'

let desk: ReissueDesk

beforeAll(async () => {
  desk = await openReissueDesk()
})

afterAll(() => desk?.close())

const NOW = new Date('2026-11-22T04:20:00Z')

const list = (merchantId: string, shopId: string | null = null) =>
  listExceptions(
    {
      ...{ database: desk.database, findOrders, sumInvoiced },
      ...{ listOverInvoiced, listRefundExceptions, listContradictions },
      listRedContradictions: (tx, place) => listRedContradictions(desk.vault, tx, place),
      listLookUpAlarms: (tx, place) => listAlarms(tx, NOW, place),
    },
    { merchantId, shopId },
  )

test('a red that the issuer contradicts is listed with what was sent and what was said, for its merchant', async () => {
  const { orderId, invoiceId } = await desk.issued('X-1')
  const { id: reissueId } = await desk.start(invoiceId, { cause: 'title', title: OTHER })
  await desk.execute(reissueId)
  desk.nextRed.push((sending) => ({
    kind: 'issued',
    facts: { ...desk.numberRed(sending), grossFen: -30_901n },
  }))

  await desk.jobs.runDue()

  const expected = {
    ...{ kind: 'issuer_contradicts', id: reissueId, reissueId, requestId: null },
    ...{ shopId: desk.shopId, orderId, orderNumber: 'X-1', amountFen: -30_901, expectedFen: -30_900 },
  }
  expect(await list(desk.merchantId)).toMatchObject([expected])
  expect(await list(desk.merchantId, desk.shopId)).toMatchObject([expected])
  expect(await list(desk.merchantId, desk.newId())).toEqual([])
  expect(await list(desk.newId())).toEqual([])
})

test('look-ups that fail in a burst are listed with their number, and a few are not', async () => {
  const { merchantId, shopId } = desk
  const fail = async (times: number, place: { merchantId: string; shopId: string | null }) => {
    for (let time = 0; time < times; time++) {
      await reportFailure({ database: desk.database, now: () => NOW }, place, {
        kind: 'customer',
        id: 'link:1',
      })
    }
  }
  await fail(29, { merchantId, shopId: null })
  await fail(31, { merchantId, shopId })

  const alarms = (await list(merchantId)).filter(({ kind }) => kind === 'look_ups_failing')

  const nothing = { orderId: null, orderNumber: null, requestId: null, reissueId: null, reference: null }
  expect(alarms).toEqual([
    {
      ...{ kind: 'look_ups_failing', id: expect.any(String), shopId, ...nothing },
      ...{ amountFen: null, expectedFen: null, count: 31, since: '2026-11-22T04:15:00.000Z' },
    },
  ])
  expect(await list(merchantId, desk.newId())).toEqual([])
})
