import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, openTestApp, type TestApp } from '../../support/app.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'

const COMPANY = { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' } as const

let stage: TestApp
let late: string
let keys = 0

beforeAll(async () => {
  stage = await openTestApp({ issuer: openScriptedIssuer().issuer })
  late = await stage.orderId('TM-1010')
})

afterAll(() => stage?.close())

async function ask(token: string, changes: object = {}, query = '') {
  const headers = { ...bearer(token), 'idempotency-key': `ask-${++keys}` }
  const payload = { orderIds: [late], kind: 'ordinary', title: COMPANY, ...changes }
  return stage.app.inject({ method: 'POST', url: `/v1/invoice-requests${query}`, headers, payload })
}

const shop = () => stage.a.shopId('a-tm')

test('a customer past the deadline is sent to a person, and cannot override it', async () => {
  const token = await stage.a.customer({ shop: shop(), orders: [late] })

  const refused = await ask(token)
  expect(refused.json()).toMatchObject({ code: 'order_deadline_passed', nextAction: 'contact_service' })
  const overridden = await ask(token, { override: { reason: '快递晚到' } })
  expect([overridden.statusCode, overridden.json().code]).toEqual([403, 'token_not_allowed'])

  const headers = { ...bearer(token), 'idempotency-key': 'ticket-1' }
  const payload = { kind: 'deadline_passed', orderId: late }
  const ticket = await stage.app.inject({ method: 'POST', url: '/v1/tickets', headers, payload })
  expect(ticket.json()).toMatchObject({ state: 'open', orderId: late, requestId: null })
})

test('staff are told that a reason is needed, in the preview and at the submit', async () => {
  const agent = await stage.a.agent()
  const order = await stage.app.inject({ url: `/v1/orders/${late}`, headers: bearer(agent) })
  expect(order.json().invoiceability).toMatchObject({ isInvoiceable: true, overrideNeeded: true })

  const shown = await ask(agent, {}, '?dry_run=true')
  expect(shown.json().errors).toMatchObject([{ code: 'override_reason_missing', field: '/override/reason' }])
  for (const override of [undefined, { reason: '  \u3000 ' }]) {
    const refused = await ask(agent, { override })
    expect([refused.statusCode, refused.json().errors[0].code]).toEqual([422, 'override_reason_missing'])
  }
  const { claimedFen } = await stage.database.order.findUniqueOrThrow({ where: { id: late } })
  expect(claimedFen).toBe(0n)
})

test('with a reason it waits for finance, the reason is kept, and the ticket has its answer', async () => {
  const agent = await stage.a.agent()

  const asked = await ask(agent, { override: { reason: '客户出差，收货人代签' } })

  expect(asked.statusCode, asked.body).toBe(202)
  expect(asked.json()).toMatchObject({
    ...{ state: 'in_review', reviewReason: 'deadline_passed', overrideReason: '客户出差，收货人代签' },
  })
  const { id } = asked.json()
  const entry = await stage.database.auditEntry.findFirstOrThrow({
    where: { object: `request:${id}`, act: 'invoice_request.submitted' },
  })
  expect(JSON.parse(Buffer.from(entry.bytes).toString()).reason).toBe('客户出差，收货人代签')
  const ticket = await stage.database.ticket.findFirstOrThrow({ where: { orderId: late } })
  expect(ticket).toMatchObject({ state: 'done', requestId: id })
})

test('the customer follows the request, and does not read the reason', async () => {
  const token = await stage.a.customer({ shop: shop(), orders: [late] })
  const order = (await stage.app.inject({ url: `/v1/orders/${late}`, headers: bearer(token) })).json()

  const url = `/v1/invoice-requests/${order.request.id}`
  const followed = await stage.app.inject({ url, headers: bearer(token) })

  expect(followed.json()).toMatchObject({ state: 'in_review', waitsFor: 'reviewer', overrideReason: null })
})

test('a reason where no deadline has passed is not kept and asks nobody', async () => {
  const orderId = await stage.orderId('FILL-0001')

  const asked = await ask(await stage.a.agent(), { orderIds: [orderId], override: { reason: '顺手填的' } })

  expect(asked.json()).toMatchObject({ state: 'queued', overrideReason: null })
})
