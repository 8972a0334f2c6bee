import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMetrics } from '../../../server/http/metrics.ts'
import { watchOperations } from '../../../server/reports/gauges.ts'
import { OTHER, openReissueDesk, type ReissueDesk } from '../reissue/reissue-desk.ts'

let desk: ReissueDesk

beforeAll(async () => {
  desk = await openReissueDesk()
})
afterAll(() => desk?.close())

test('reissues count by cause once the red exists, beside all that was issued', async () => {
  const metrics = createMetrics()
  watchOperations(metrics, desk.database)
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
