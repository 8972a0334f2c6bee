import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, openTestApp, type TestApp } from '../../support/app.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'
import { openStaffSession } from '../../support/staff.ts'

const COMPANY = { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' } as const

let stage: TestApp
let finance: Awaited<ReturnType<typeof openStaffSession>>
let keys = 0
let fills = 0

beforeAll(async () => {
  stage = await openTestApp({ issuer: openScriptedIssuer().issuer })
  finance = await openStaffSession(stage, 'finance')
})

afterAll(() => stage?.close())

async function askSpecial(sub = 'agent-7') {
  const orderId = await stage.orderId(`FILL-${String(++fills).padStart(4, '0')}`)
  const headers = { ...bearer(await stage.a.agent({ sub })), 'idempotency-key': `ask-${++keys}` }
  const payload = { orderIds: [orderId], kind: 'special', title: COMPANY }
  const asked = await stage.app.inject({ method: 'POST', url: '/v1/invoice-requests', headers, payload })
  expect(asked.statusCode, asked.body).toBe(202)
  return asked.json()
}

type Decision = { token?: string; code?: string; body: object }

async function decide(id: string, how: 'approve' | 'reject', { token, code, body }: Decision) {
  const headers = { ...bearer(token ?? finance.token), ...(code === undefined ? {} : { 'x-step-up': code }) }
  const url = `/v1/invoice-requests/${id}/${how}`
  return stage.app.inject({ method: 'POST', url, headers, payload: body })
}

const list = async (token: string) =>
  (await stage.app.inject({ url: '/v1/review-items', headers: bearer(token) })).json().items

test('the queue says why each item is there, of which order, and until when', async () => {
  const { id, ticketNumber } = await askSpecial()

  const item = (await list(finance.token)).find((one: { id: string }) => one.id === id)

  expect(item).toMatchObject({
    ...{ kind: 'request', ticketNumber, reason: 'special', invoiceKind: 'special', isOwn: false },
    ...{ buyerName: COMPANY.name, requestedBy: 'agent:agent-7', orders: [{ number: 'FILL-0001' }] },
  })
  expect(Date.parse(item.dueAt) - Date.parse(item.createdAt)).toBe(24 * 3_600_000)
})

test('an approval needs the second factor, the version that was shown, and finance', async () => {
  const { id, version } = await askSpecial()

  const body = { version }
  expect((await decide(id, 'approve', { body })).json().code).toBe('step_up_needed')
  const agent = await decide(id, 'approve', { body, token: await stage.a.agent() })
  expect([agent.statusCode, agent.json().code]).toEqual([403, 'token_not_allowed'])
  const auditor = await openStaffSession(stage, 'auditor')
  expect((await decide(id, 'approve', { body, token: auditor.token })).statusCode).toBe(403)

  const code = await finance.code(1)
  const stale = await decide(id, 'approve', { body: { version: version + 1 }, code })
  expect([stale.statusCode, stale.json().code]).toEqual([409, 'review_item_changed'])
  const approved = await decide(id, 'approve', { body })
  expect(approved.json()).toMatchObject({ id, state: 'queued' })
})

test('a rejection names fields, and the requester corrects just those', async () => {
  const { id, version } = await askSpecial()

  const body = { version, fields: ['taxId'], note: '税号与名称不符' }
  const rejected = await decide(id, 'reject', { body })
  expect(rejected.json()).toMatchObject({
    ...{ state: 'rejected', rejectDetail: '税号与名称不符', waitsFor: 'requester' },
    fix: { fields: [{ field: 'taxId', value: null }] },
  })

  const own = bearer(await stage.a.agent())
  const seen = (await stage.app.inject({ url: `/v1/invoice-requests/${id}`, headers: own })).json()
  expect(seen.fix).toEqual({ fields: [{ field: 'taxId', value: COMPANY.taxId }] })
  const other = bearer(await stage.a.agent({ sub: 'agent-8' }))
  const masked = (await stage.app.inject({ url: `/v1/invoice-requests/${id}`, headers: other })).json()
  expect(masked.fix).toEqual({ fields: [{ field: 'taxId', value: null }] })

  const payload = { version: seen.version, taxId: '91310000MA1FL0QA1C' }
  const url = `/v1/invoice-requests/${id}/fix`
  const fixed = await stage.app.inject({ method: 'POST', url, headers: own, payload })
  expect(fixed.json()).toMatchObject({ id, state: 'in_review', fix: null })
  expect((await list(finance.token)).some((one: { id: string }) => one.id === id)).toBe(true)
  const history = await stage.app.inject({
    url: `/v1/invoice-requests/${id}/history`,
    headers: bearer(finance.token),
  })
  expect(history.json().items.map(({ to }: { to: string }) => to)).toEqual([
    ...['submitted', 'in_review', 'rejected', 'submitted', 'in_review'],
  ])
})

test('nobody reviews an own request, whatever role they have since', async () => {
  const { id, version } = await askSpecial()
  const both = await openStaffSession(stage, 'finance')
  await stage.database.invoiceRequest.update({ where: { id }, data: { actor: `staff:${both.id}` } })

  const item = (await list(both.token)).find((one: { id: string }) => one.id === id)
  expect(item.isOwn).toBe(true)
  const code = await both.code(1)
  const refused = await decide(id, 'approve', { token: both.token, code, body: { version } })
  expect([refused.statusCode, refused.json().code]).toEqual([403, 'review_own_request'])
})

test('finance of another merchant sees nothing and decides nothing', async () => {
  const { id, version } = await askSpecial()
  const foreign = await openStaffSession(stage, 'finance', { merchantId: stage.b.id })

  expect((await list(foreign.token)).some((one: { id: string }) => one.id === id)).toBe(false)
  const code = await foreign.code(1)
  const refused = await decide(id, 'approve', { token: foreign.token, code, body: { version } })
  expect([refused.statusCode, refused.json().code]).toEqual([404, 'invoice_request_not_found'])
})

test('two who decide at once: one decision counts', async () => {
  const { id, version } = await askSpecial()

  const ends = await Promise.all([
    decide(id, 'approve', { body: { version } }),
    decide(id, 'reject', { body: { version, fields: [], note: '重复' } }),
  ])

  expect(ends.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409])
})
