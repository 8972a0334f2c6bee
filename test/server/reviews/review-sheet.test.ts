import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, openTestApp, type TestApp } from '../../support/app.ts'
import { openStaffSession } from '../../support/staff.ts'

let stage: TestApp
let requestId: string
beforeAll(async () => {
  stage = await openTestApp()
  const reply = await stage.app.inject({
    method: 'POST',
    url: '/v1/invoice-requests',
    headers: { ...bearer(await stage.a.agent()), 'idempotency-key': 'sheet' },
    payload: {
      orderIds: [await stage.orderId('TM-1001')],
      kind: 'special',
      title: { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' },
    },
  })
  requestId = reply.json().id
})
afterAll(() => stage.close())

const read = (token: string, id = requestId) =>
  stage.app.inject({ url: `/v1/invoice-requests/${id}/review-sheet`, headers: bearer(token) })

test('finance reads the title in full, the checks and the document, and that is audited', async () => {
  const finance = await openStaffSession(stage, 'finance')
  const sheet = (await read(finance.token)).json()
  expect(sheet).toMatchObject({
    typed: { name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' },
    document: { colour: 'blue', grossFen: 29_900 },
    errors: [],
  })
  const acts = await stage.database.auditEntry.findMany({ where: { object: `request:${requestId}` } })
  expect(acts.find(({ act }) => act === 'review.title_shown')?.actor).toBe(`staff:${finance.id}`)
})

test('nobody else does: agents, auditors, and finance of another merchant', async () => {
  const auditor = await openStaffSession(stage, 'auditor')
  const foreign = await openStaffSession(stage, 'finance', { merchantId: stage.b.id })
  expect((await read(await stage.a.agent())).statusCode).toBe(403)
  expect((await read(auditor.token)).statusCode).toBe(403)
  expect((await read(foreign.token)).json()).toMatchObject({ code: 'invoice_request_not_found' })
})

test('a refund on its way leaves no document to approve', async () => {
  const finance = await openStaffSession(stage, 'finance')
  const id = await stage.orderId('TM-1001')
  await stage.database.order.update({ where: { id }, data: { refundState: 'in_progress' } })
  expect((await read(finance.token)).json()).toMatchObject({ document: null })
})
