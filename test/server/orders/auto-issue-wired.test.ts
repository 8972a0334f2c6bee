import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, openTestApp, type TestApp } from '../../support/app.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'

const TITLE = { name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' }
let app: TestApp

beforeAll(async () => {
  app = await openTestApp({ issuer: openScriptedIssuer().issuer })
})

afterAll(() => app?.close())

async function report(number: string, state: string) {
  const reply = await app.app.inject({
    method: 'POST',
    url: '/v1/orders',
    headers: { ...bearer(await app.a.api()), 'idempotency-key': `${number}-${state}` },
    payload: {
      shop: 'a-tm',
      number,
      state,
      lines: [{ title: '帆布包', quantity: '1', amountFen: 9_900 }],
      paidFen: 9_900,
      titleHint: TITLE,
    },
  })
  expect([200, 201]).toContain(reply.statusCode)
}

test('an order reported by a merchant’s backend is invoiced by the worker as the shop’s setting says', async () => {
  const { database, jobs } = app
  await database.shop.update({
    where: { code: 'a-tm' },
    data: { issueTrigger: 'on_shipped', undoSeconds: 600 },
  })

  await report('AUTO-1', 'paid')
  await report('AUTO-1', 'shipped')
  await report('AUTO-1', 'completed')
  await jobs.runNext()

  const orderId = await app.orderId('AUTO-1')
  const requests = await database.invoiceRequest.findMany({ where: { shares: { some: { orderId } } } })
  expect(requests).toMatchObject([
    { actor: 'worker:trigger', surface: 'api', state: 'queued', amountFen: 9_900n },
  ])
  const waiting = await jobs.waiting()
  expect(waiting.map(({ key }) => key)).toContain(`issue:${requests[0]?.id}`)
})
