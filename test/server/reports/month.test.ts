import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MonthReport } from '../../../server/contract/reports.ts'
import { bearer, openTestApp, type TestApp } from '../../support/app.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'
import { openStaffSession } from '../../support/staff.ts'

const HUBEI = { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' } as const

const scripted = openScriptedIssuer()
let stage: TestApp
let finance: Awaited<ReturnType<typeof openStaffSession>>

beforeAll(async () => {
  stage = await openTestApp({ issuer: scripted.issuer })
  finance = await openStaffSession(stage, 'finance')
})
afterAll(async () => {
  expect(stage.bugs).toEqual([])
  await stage.close()
})

type Sending = { token: string; body?: object; headers?: Record<string, string> }

async function post(url: string, { token, body = {}, headers = {} }: Sending) {
  const keyed = { ...bearer(token), 'idempotency-key': crypto.randomUUID(), ...headers }
  const reply = await stage.app.inject({ method: 'POST', url, headers: keyed, payload: body })
  expect(reply.statusCode, reply.body).toBeLessThan(300)
  return reply.json()
}

/** An invoice that the bureau dates so. */
async function issue(number: string, issuedAt: string): Promise<{ orderId: string; invoiceId: string }> {
  const orderId = await stage.orderId(number)
  const agent = await stage.a.agent()
  scripted.nextIssue.push((sending) => ({
    kind: 'issued',
    facts: { ...scripted.number(sending), issuedAt: new Date(issuedAt) },
  }))
  const ask = { orderIds: [orderId], kind: 'ordinary', title: HUBEI }
  const { id } = await post('/v1/invoice-requests', { token: agent, body: ask })
  await stage.jobs.runDue()
  const read = await stage.app.inject({ url: `/v1/invoice-requests/${id}`, headers: bearer(agent) })
  return { orderId, invoiceId: read.json().invoiceId }
}

const ask = (token: string, query: string) =>
  stage.app.inject({ url: `/v1/reports/${query}`, headers: bearer(token) })

async function month(name: string, token = finance.token): Promise<MonthReport> {
  const reply = await ask(token, `month?month=${name}`)
  expect(reply.statusCode, reply.body).toBe(200)
  return reply.json()
}

test('a month begins and ends at midnight in Shanghai', async () => {
  await issue('FILL-0001', '2026-02-28T16:00:00Z') // 1 March, 00:00
  await issue('FILL-0002', '2026-03-31T15:59:59Z') // 31 March, 23:59:59
  await issue('FILL-0003', '2026-03-31T16:00:00Z') // 1 April, 00:00

  expect((await month('2026-02')).total).toMatchObject({ count: 0, netFen: 0, taxFen: 0, grossFen: 0 })
  expect((await month('2026-03')).total.count).toBe(2)
  expect((await month('2026-04')).total.count).toBe(1)
})

test('rates stand apart, a document with two of them is one, and every total is Σ documents', async () => {
  await issue('TM-1009', '2026-05-10T04:00:00Z')

  const { rows, total } = await month('2026-05')
  const figures = rows.map(({ rateBp, count, netFen, taxFen, grossFen }) => [
    ...[rateBp, count, netFen, taxFen, grossFen],
  ])
  expect(figures).toEqual([
    [1_300, 1, 10_000, 1_300, 11_300],
    [600, 1, 10_000, 600, 10_600],
  ])
  expect(total).toEqual({ count: 1, netFen: 20_000, taxFen: 1_900, grossFen: 21_900 })
})

test('what a red took back is below zero, in the month of the red', async () => {
  const { orderId, invoiceId } = await issue('TM-1001', '2026-06-30T04:00:00Z')
  const refund = { reference: 'RF-9', state: 'completed', amountFen: 9_900 }
  await post(`/v1/orders/${orderId}/refunds`, { token: await stage.a.api(), body: refund })
  scripted.nextRed.push((sending) => ({
    kind: 'issued',
    facts: { ...scripted.numberRed(sending), issuedAt: new Date('2026-07-01T04:00:00Z') },
  }))
  await stage.jobs.runDue()
  const url = `/v1/invoices/${invoiceId}/reissues`
  const [plan] = (await stage.app.inject({ url, headers: bearer(finance.token) })).json().items
  const decision = { body: { version: plan.version }, headers: { 'x-step-up': await finance.code(1) } }
  await post(`/v1/reissues/${plan.id}/approve`, { token: finance.token, ...decision })
  await stage.jobs.runDue()

  expect((await month('2026-06')).total).toMatchObject({ count: 1, grossFen: 29_900 })
  const { rows, total } = await month('2026-07')
  expect(rows).toMatchObject([{ colour: 'red', rateBp: 1_300, count: 1, grossFen: -9_900 }])
  expect(total).toEqual({ count: 1, netFen: -8_761, taxFen: -1_139, grossFen: -9_900 })
})

test('the file has Chinese that a spreadsheet reads, plain numbers, and no formula; taking it is audited', async () => {
  const reply = await ask(finance.token, 'month.csv?month=2026-07')

  expect(reply.headers['content-type']).toBe('text/csv; charset=utf-8')
  expect(reply.headers['content-disposition']).toBe('attachment; filename="invoices-2026-07.csv"')
  expect(reply.rawPayload.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]))
  expect(reply.body.slice(1).trimEnd().split('\r\n')).toEqual([
    '"月份","店铺","发票种类","红蓝","税率","份数","不含税金额","税额","价税合计"',
    '"2026-07","邮驿文创天猫旗舰店","普通发票","红字","13%","1","-87.61","-11.39","-99.00"',
    '"2026-07","合计","","","","1","-87.61","-11.39","-99.00"',
  ])
  const exports = await stage.database.auditEntry.findMany({ where: { act: 'report.exported' } })
  expect(exports).toMatchObject([{ object: 'report:2026-07', actor: `staff:${finance.id}` }])
})

test('finance, auditors and the merchant’s own backend read it; agents, customers and others do not', async () => {
  const auditor = await openStaffSession(stage, 'auditor')
  const may = [auditor.token, await stage.a.api(['reports'])]
  for (const token of may) expect((await month('2026-03', token)).total.count).toBe(2)

  const agent = await openStaffSession(stage, 'senior_agent')
  const orders = [await stage.orderId('TM-1001')]
  const mayNot = [agent.token, await stage.a.agent(), await stage.a.customer({ orders }), await stage.a.api()]
  for (const token of mayNot) expect((await ask(token, 'month?month=2026-03')).statusCode).toBe(403)

  expect((await month('2026-03', await stage.b.api(['reports']))).rows).toEqual([])
  const other = await openStaffSession(stage, 'finance', { shopId: stage.a.shopId('a-pdd') })
  expect((await month('2026-03', other.token)).rows, 'finance of another shop').toEqual([])
})

test.for(['', '?month=2026-13', '?month=2026-1', '?month=1999-01', '?month=2026-01&x=1'])(
  'a month that is none is refused: %s',
  async (query) => {
    expect((await ask(finance.token, `month${query}`)).statusCode).toBe(422)
  },
)
