import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMetrics } from '../../../server/http/metrics.ts'
import { reportFailure } from '../../../server/orders/look-up-alarm.ts'
import { watchOperations } from '../../../server/reports/gauges.ts'
import { OTHER, openReissueDesk, type ReissueDesk } from '../reissue/reissue-desk.ts'

let desk: ReissueDesk

beforeAll(async () => {
  desk = await openReissueDesk()
})
afterAll(() => desk?.close())

test('reissues count by cause once the red exists, beside all that was issued', async () => {
  const metrics = createMetrics()
  watchOperations(metrics, { database: desk.database, now: () => new Date() })
  const { invoiceId } = await desk.issued('G-1')
  await desk.issued('G-2')
  const { id } = await desk.start(invoiceId, { cause: 'title', title: OTHER })
  const planned = await metrics.render()
  await desk.execute(id)
  await desk.follow(id, 'done')

  const done = await metrics.render()

  expect(planned).toContain('fapiao_reissues_total{cause="title"} 0')
  expect(planned).toContain('fapiao_invoices_total{colour="blue"} 2')
  expect(done).toContain('fapiao_reissues_total{cause="title"} 1')
  expect(done).toContain('fapiao_reissues_total{cause="refund"} 0')
  expect(done).toContain('fapiao_invoices_total{colour="blue"} 3')
  expect(done).toContain('fapiao_invoices_total{colour="red"} 1')
})

test('failed look-ups are counted over this quarter of an hour and the last', async () => {
  const now = () => new Date('2026-11-22T04:20:00Z')
  const metrics = createMetrics()
  watchOperations(metrics, { database: desk.database, now })
  const { merchantId, shopId } = desk
  const actor = { kind: 'customer', id: 'link:1' } as const
  for (let time = 0; time < 30; time++) {
    await reportFailure({ database: desk.database, now }, { merchantId, shopId }, actor)
  }

  const text = await metrics.render()

  expect(text).toContain('fapiao_look_ups_failed 30')
  expect(text).toContain('fapiao_look_up_bursts 1')
})
