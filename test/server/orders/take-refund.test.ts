import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RefundEvent, RefundSaved } from '../../../server/contract/orders.ts'
import { bearer, openTestApp, type TestApp } from '../../support/app.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'
import { openStaffSession } from '../../support/staff.ts'

const COMPANY = { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' } as const

let stage: TestApp
let api: string
let keys = 0

beforeAll(async () => {
  stage = await openTestApp({ issuer: openScriptedIssuer().issuer })
  api = await stage.a.api(['orders', 'invoices'])
})

afterAll(() => stage?.close())

async function newOrder(number: string, changes: Record<string, unknown> = {}): Promise<string> {
  const body = {
    shop: 'a-tm',
    number,
    state: 'completed',
    paidFen: 50_000,
    lines: [
      { title: '邮驿帆布包', amountFen: 30_000, quantity: '1' },
      { title: '黄铜钢笔', amountFen: 20_000, quantity: '2' },
    ],
    ...changes,
  }
  const headers = { ...bearer(api), 'idempotency-key': `order-${++keys}` }
  const reply = await stage.app.inject({ method: 'POST', url: '/v1/orders', headers, payload: body })
  expect(reply.statusCode).toBe(201)
  return reply.json().id
}

async function tell(id: string, event: Partial<RefundEvent>, token = api) {
  const payload = { reference: 'RF-1', state: 'completed', amountFen: 12_000, ...event }
  const url = `/v1/orders/${id}/refunds`
  return stage.app.inject({ method: 'POST', url, headers: bearer(token), payload })
}

const told = async (id: string, event: Partial<RefundEvent> = {}): Promise<RefundSaved> => {
  const reply = await tell(id, event)
  expect(reply.statusCode, reply.body).toBe(200)
  return reply.json()
}

const row = (id: string) => stage.database.order.findUniqueOrThrow({ where: { id } })

async function readOrder(id: string) {
  const headers = bearer(await stage.a.agent())
  return (await stage.app.inject({ url: `/v1/orders/${id}`, headers })).json()
}

/** Asked for and issued by the worker; the invoice's id. */
async function issue(orderIds: string[]): Promise<string> {
  const headers = { ...bearer(await stage.a.agent()), 'idempotency-key': `ask-${++keys}` }
  const payload = { orderIds, kind: 'ordinary', title: COMPANY }
  const asked = await stage.app.inject({ method: 'POST', url: '/v1/invoice-requests', headers, payload })
  expect(asked.statusCode, asked.body).toBe(202)
  await stage.jobs.runDue()
  const invoice = await stage.database.invoice.findUniqueOrThrow({ where: { requestId: asked.json().id } })
  return invoice.id
}

test('only a completed refund moves money', async () => {
  const id = await newOrder('RFD-1')

  expect(await told(id, { state: 'applied' })).toMatchObject({ outcome: 'recorded', refundedFen: 0 })
  expect(await told(id, { state: 'agreed' })).toMatchObject({ outcome: 'recorded', refundedFen: 0 })
  expect((await readOrder(id)).invoiceability.code).toBe('order_refund_in_progress')
  expect(await told(id)).toMatchObject({
    ...{ outcome: 'recorded', state: 'completed', refundedFen: 12_000, invoiceableFen: 38_000 },
  })

  expect((await readOrder(id)).invoiceability.code).toBe(null)
})

test('a refund that is refused leaves everything as it was', async () => {
  const id = await newOrder('RFD-2')
  await told(id, { state: 'applied' })

  expect(await told(id, { state: 'rejected' })).toMatchObject({ refundedFen: 0, invoiceableFen: 50_000 })

  expect((await row(id)).refundState).toBe('none')
})

test('told again, or late, an event changes nothing', async () => {
  const id = await newOrder('RFD-3')
  const first = await told(id)

  expect(await told(id)).toEqual({ ...first, outcome: 'unchanged' })
  expect(await told(id, { state: 'applied' })).toEqual({ ...first, outcome: 'late' })
  expect(await told(id, { state: 'rejected' })).toEqual({ ...first, outcome: 'late' })

  expect(await stage.database.refund.count({ where: { orderId: id } })).toBe(1)
})

test('every order of the same events ends in the same books', async () => {
  const events = [
    { reference: 'A', state: 'applied', amountFen: 1_000 },
    { reference: 'A', state: 'completed', amountFen: 1_000 },
    { reference: 'B', state: 'applied', amountFen: 2_000 },
    { reference: 'B', state: 'rejected', amountFen: 2_000 },
    { reference: 'C', state: 'completed', amountFen: 3_000 },
  ] as const
  const ends = []
  for (const turn of [0, 1, 2, 3, 4]) {
    const id = await newOrder(`RFD-4-${turn}`)
    for (const event of [...events.slice(turn), ...events.slice(0, turn)]) await told(id, event)
    const { refundedFen, refundState } = await row(id)
    const refunds = await stage.database.refund.findMany({
      where: { orderId: id },
      orderBy: { reference: 'asc' },
    })
    ends.push({
      refundedFen,
      refundState,
      refunds: refunds.map(({ reference, state }) => [reference, state]),
    })
  }

  expect(
    new Set(ends.map((end) => JSON.stringify(end, (_, v) => (typeof v === 'bigint' ? `${v}` : v)))).size,
  ).toBe(1)
  expect(ends[0]?.refundedFen).toBe(4_000n)
})

test('twenty who tell the same thing at once move the money once', async () => {
  const id = await newOrder('RFD-5')

  const outcomes = await Promise.all(Array.from({ length: 20 }, () => told(id)))

  expect(outcomes.filter(({ outcome }) => outcome === 'recorded').length).toBe(1)
  expect((await row(id)).refundedFen).toBe(12_000n)
})

test('two refunds at once that are too much together: one counts, the other is kept', async () => {
  const id = await newOrder('RFD-6')

  const ends = await Promise.all([
    told(id, { reference: 'A', amountFen: 30_000 }),
    told(id, { reference: 'B', amountFen: 30_000 }),
  ])

  expect(ends.map(({ outcome }) => outcome).sort()).toEqual(['exception', 'recorded'])
  expect((await row(id)).refundedFen).toBe(30_000n)
})

test('a refund above what was paid is kept for a person, holds the order, and moves no money', async () => {
  const id = await newOrder('RFD-7')

  const kept = await told(id, { amountFen: 50_001 })
  const again = await told(id, { amountFen: 50_001 })

  expect(kept).toMatchObject({ outcome: 'exception', state: null, refundedFen: 0 })
  expect(again.exceptionId).toBe(kept.exceptionId)
  expect((await readOrder(id)).invoiceability.code).toBe('order_refund_unclear')
  const listed = await stage.app.inject({ url: '/v1/exceptions', headers: bearer(api) })
  expect(listed.json().items.find((item: { id: string }) => item.id === kept.exceptionId)).toMatchObject({
    ...{ kind: 'refund_above_paid', orderNumber: 'RFD-7', reference: 'RF-1' },
    ...{ amountFen: 50_001, expectedFen: 50_000 },
  })

  expect(await told(id, { amountFen: 50_000 })).toMatchObject({ outcome: 'recorded', refundedFen: 50_000 })
  expect((await readOrder(id)).invoiceability.code).toBe('order_fully_refunded')
  const after = await stage.app.inject({ url: '/v1/exceptions', headers: bearer(api) })
  expect(after.json().items.some((item: { id: string }) => item.id === kept.exceptionId)).toBe(false)
})

async function close(id: string, token: string, code?: string) {
  const headers = { ...bearer(token), ...(code === undefined ? {} : { 'x-step-up': code }) }
  const payload = { verdict: 'event_wrong' }
  return stage.app.inject({ method: 'POST', url: `/v1/exceptions/${id}/close`, headers, payload })
}

test('finance closes a kept event with the second factor: no money moves, and the order is free again', async () => {
  const id = await newOrder('RFD-20')
  await told(id, { reference: 'RF-0', amountFen: 20_000 })
  const { exceptionId } = await told(id, { amountFen: 60_000 })
  const finance = await openStaffSession(stage, 'finance')
  expect((await close(`${exceptionId}`, finance.token)).json().code).toBe('step_up_needed')

  const closed = await close(`${exceptionId}`, finance.token, await finance.code(1))

  expect(closed.json()).toMatchObject({ id: exceptionId, orderId: id })
  expect(await row(id)).toMatchObject({ refundState: 'partial', refundedFen: 20_000n })
  expect((await readOrder(id)).invoiceability.code).toBe(null)
  const listed = await stage.app.inject({ url: '/v1/exceptions', headers: bearer(api) })
  expect(listed.json().items.some((item: { id: string }) => item.id === exceptionId)).toBe(false)
  expect((await close(`${exceptionId}`, finance.token)).json()).toEqual(closed.json())
  const act = 'order.exception_closed'
  const entries = await stage.database.auditEntry.findMany({ where: { object: `order:${id}`, act } })
  expect(entries.map(({ actor }) => actor)).toEqual([`staff:${finance.id}`])
  const text = Buffer.from(entries[0]?.bytes ?? []).toString('utf8')
  for (const fact of ['event_wrong', 'RF-1', '60000']) expect(text).toContain(fact)
})

test('an order with two kept events is free when both are closed', async () => {
  const id = await newOrder('RFD-21')
  const kept = [
    (await told(id, { reference: 'RF-1', amountFen: 60_000 })).exceptionId,
    (await told(id, { reference: 'RF-2', amountFen: 70_000 })).exceptionId,
  ]
  const finance = await openStaffSession(stage, 'finance')
  const states: string[] = []
  for (const exceptionId of kept) {
    await close(`${exceptionId}`, finance.token, await finance.code(1))
    states.push((await row(id)).refundState)
  }

  expect(states).toEqual(['amount_unknown', 'none'])
})

test('nobody else closes one, and another merchant does not find it', async () => {
  const id = await newOrder('RFD-22')
  const { exceptionId } = await told(id, { amountFen: 60_000 })
  const agent = await stage.a.agent()
  const auditor = await openStaffSession(stage, 'auditor')
  const stranger = await openStaffSession(stage, 'finance', { merchantId: stage.b.id })
  const finance = await openStaffSession(stage, 'finance')

  for (const token of [agent, api, auditor.token])
    expect((await close(`${exceptionId}`, token)).json().code).toBe('token_not_allowed')
  const foreign = await close(`${exceptionId}`, stranger.token, await stranger.code(1))
  const none = await close('00000000-0000-7000-8000-000000000000', finance.token, await finance.code(1))
  expect([foreign.json().code, none.json().code]).toEqual(['exception_not_found', 'exception_not_found'])
  expect((await row(id)).refundState).toBe('amount_unknown')
})

test('an exception stays open whatever the order is reported as later', async () => {
  const id = await newOrder('RFD-8')
  await told(id, { amountFen: 60_000 })

  const headers = { ...bearer(api), 'idempotency-key': `order-${++keys}` }
  const lines = [{ title: '邮驿帆布包', amountFen: 50_000, quantity: '1' }]
  const payload = { shop: 'a-tm', number: 'RFD-8', state: 'completed', paidFen: 50_000, lines }
  const reply = await stage.app.inject({ method: 'POST', url: '/v1/orders', headers, payload })

  expect(reply.json().outcome).toBe('updated')
  expect((await row(id)).refundState).toBe('amount_unknown')
})

test('what has completed keeps its amount: another one is an exception', async () => {
  const id = await newOrder('RFD-9')
  await told(id)

  expect(await told(id, { amountFen: 13_000 })).toMatchObject({ outcome: 'exception', refundedFen: 12_000 })
})

test('a line that the order lacks is refused, and a foreign order is not found', async () => {
  const id = await newOrder('RFD-10')

  const wrong = await tell(id, { lineNo: 3 })
  expect([wrong.statusCode, wrong.json().field]).toEqual([422, '/lineNo'])
  const foreign = await tell(id, {}, await stage.b.api(['orders']))
  const unknown = await tell('00000000-0000-7000-8000-000000000000', {}, api)
  expect([foreign.statusCode, unknown.statusCode, (await tell('x', {})).statusCode]).toEqual([404, 404, 404])
  expect({ ...foreign.json(), requestId: '' }).toEqual({ ...unknown.json(), requestId: '' })
  expect((await tell(id, {}, await stage.a.agent())).statusCode).toBe(403)
  expect((await row(id)).refundedFen).toBe(0n)
})

test('a refund after the invoice makes it stale, says so, and a correction is drafted for finance', async () => {
  const id = await newOrder('RFD-11')
  const invoiceId = await issue([id])

  const noted = await told(id, { state: 'applied', amountFen: 20_000 })
  expect(noted.stale).toBe(null)
  expect(await readOrder(id)).toMatchObject({ hasOpenRefund: true, stale: null })

  const saved = await told(id, { amountFen: 20_000 })
  expect(saved.stale).toMatchObject({ excessFen: 20_000 })
  expect(await readOrder(id)).toMatchObject({ hasOpenRefund: false, stale: { excessFen: 20_000 } })
  const headers = bearer(await stage.a.agent())
  const invoice = (await stage.app.inject({ url: `/v1/invoices/${invoiceId}`, headers })).json()
  expect(invoice.stale).toEqual(saved.stale)

  await stage.jobs.runDue()
  const drafted = await stage.database.reissue.findMany({ where: { invoiceId } })
  expect(drafted.map(({ cause, state, reviewReason }) => [cause, state, reviewReason])).toEqual([
    ['refund', 'in_review', 'refund'],
  ])
  const listed = await stage.app.inject({ url: '/v1/exceptions', headers: bearer(api) })
  expect(listed.json().items.find((item: { id: string }) => item.id === id)).toMatchObject({
    ...{ kind: 'over_invoiced', amountFen: 50_000, expectedFen: 30_000 },
  })
})

test('a refund of one merged order makes their invoice stale by that order alone', async () => {
  const buyer = { phone: '13900000001' }
  const one = await newOrder('RFD-12', { buyer })
  const two = await newOrder('RFD-13', { buyer })
  const invoiceId = await issue([one, two])

  await told(two, { amountFen: 5_000 })

  const headers = bearer(await stage.a.agent())
  const invoice = (await stage.app.inject({ url: `/v1/invoices/${invoiceId}`, headers })).json()
  expect(invoice.stale.excessFen).toBe(5_000)
  expect((await readOrder(one)).stale).toBe(null)
})
