import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, openTestApp, type TestApp } from '../../support/app.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'
import { openStaffSession } from '../../support/staff.ts'

const HUBEI = { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' }
const OTHER = { kind: 'company', name: '武汉新示例科技有限公司', taxId: '91420100MA4KTEXT0N' }
const UNKNOWN = '01890000-0000-7000-8000-0000000000ff'

const bureau = openScriptedIssuer()
let stage: TestApp
let agent: string

beforeAll(async () => {
  stage = await openTestApp({ issuer: bureau.issuer })
  agent = await stage.a.agent()
})

afterAll(async () => {
  expect(stage.bugs).toEqual([])
  await stage.close()
})

type Call = { token: string; body?: object; key?: string; headers?: Record<string, string> }
let keys = 0

async function call(what: string, { token, body, key = `key-${++keys}`, headers = {} }: Call) {
  const [method = '', url = ''] = what.split(' ', 2)
  const reply = await stage.app.inject({
    method: method as 'GET', // the table above
    url,
    headers: { ...bearer(token), 'idempotency-key': key, ...headers },
    ...(body === undefined ? {} : { payload: body }),
  })
  return { status: reply.statusCode, body: reply.json(), headers: reply.headers, text: reply.body }
}

/** A paid order of 299.00; its id. */
async function paid(number: string): Promise<string> {
  const order = {
    ...{ shop: 'a-tm', number, state: 'paid', paidFen: 29_900 },
    lines: [{ title: '帆布包', amountFen: 29_900 }],
  }
  const { body } = await call('POST /v1/orders', { token: await stage.a.api(), body: order })
  return body.id
}

/** Such an order with its invoice. */
async function issued(number: string, kind = 'ordinary') {
  const orderId = await paid(number)
  const body = { orderIds: [orderId], kind, title: HUBEI }
  const { body: made } = await call('POST /v1/invoice-requests', { token: agent, body })
  if (made.state === 'in_review') {
    const { token, ...staff } = await openStaffSession(stage, 'finance')
    const headers = { 'x-step-up': await staff.code(1) }
    const decision = { version: made.version }
    await call(`POST /v1/invoice-requests/${made.id}/approve`, { token, body: decision, headers })
  }
  await stage.jobs.runDue()
  const { body: done } = await call(`GET /v1/invoice-requests/${made.id}`, { token: agent })
  if (done.invoiceId === null) throw new Error(`${number} was not issued: ${done.state}`)
  return { orderId, invoiceId: done.invoiceId as string }
}

const corrected = { cause: 'title', title: OTHER }

test('the plan says what will happen, and writes nothing', async () => {
  bureau.nextIssue.push((sending) => ({
    kind: 'issued',
    facts: { ...bureau.number(sending), issuedAt: new Date() },
  }))
  const { invoiceId } = await issued('HR-1')

  const plan = await call(`POST /v1/invoices/${invoiceId}/reissues?dry_run=true`, {
    token: agent,
    body: corrected,
  })

  expect(plan.status).toBe(200)
  expect(plan.body).toMatchObject({
    ...{ method: 'replace', methods: ['replace'], reason: 'mistake', reviewReason: null, left: 1 },
    ...{ buyerConsent: 'unknown', consentHours: 72, oldLink: 'replaced', isWrittenBack: false, errors: [] },
    documents: [
      { colour: 'red', grossFen: -29_900 },
      { colour: 'blue', grossFen: 29_900 },
    ],
    credit: { restoredFen: 26_460, neededFen: 26_460, availableFen: null },
  })
  expect(await stage.database.reissue.count({ where: { invoiceId } })).toBe(0)
})

test('the credit of another month does not come back', async () => {
  const longAgo = new Date('2026-01-22T04:00:00Z')
  bureau.nextIssue.push((sending) => ({
    kind: 'issued',
    facts: { ...bureau.number(sending), issuedAt: longAgo },
  }))
  const { invoiceId } = await issued('HR-OLD')

  const plan = await call(`POST /v1/invoices/${invoiceId}/reissues?dry_run=true`, {
    token: agent,
    body: corrected,
  })

  expect(plan.body.credit).toEqual({ restoredFen: 0, neededFen: 26_460, availableFen: null })
})

test('an agent sees the tax ids of a change masked, and its customer in full', async () => {
  const { invoiceId, orderId } = await issued('HR-2')
  const customer = await stage.a.customer({ orders: [orderId] })
  const url = `POST /v1/invoices/${invoiceId}/reissues?dry_run=true`

  const masked = await call(url, { token: agent, body: corrected })
  const whole = await call(url, { token: customer, body: corrected })

  const change = { field: 'taxId', before: HUBEI.taxId, after: OTHER.taxId }
  expect(whole.body.changes).toContainEqual(change)
  expect(masked.text).not.toContain(OTHER.taxId)
  expect(masked.body.diffHash).toBe(whole.body.diffHash)
})

test('one proven order of a merged invoice shows it, and does not correct it', async () => {
  const [first, second] = [await paid('HR-M1'), await paid('HR-M2')]
  const body = { orderIds: [first, second], kind: 'ordinary', title: HUBEI }
  const { body: made } = await call('POST /v1/invoice-requests', { token: agent, body })
  await stage.jobs.runDue()
  const { body: done } = await call(`GET /v1/invoice-requests/${made.id}`, { token: agent })
  const [one, both] = await Promise.all([
    stage.a.customer({ orders: [first] }),
    stage.a.customer({ orders: [first, second] }),
  ])
  const url = `/v1/invoices/${done.invoiceId}`

  expect((await call(`GET ${url}`, { token: one })).status).toBe(200)
  expect((await call(`GET ${url}/reissue-offer`, { token: one })).body.code).toBe('reissue_not_possible')
  const refused = await call(`POST ${url}/reissues`, { token: one, body: corrected })
  expect(refused.body).toMatchObject({ code: 'reissue_not_possible', nextAction: 'contact_service' })

  expect((await call(`GET ${url}/reissue-offer`, { token: both })).body.code).toBeNull()
  expect((await call(`POST ${url}/reissues`, { token: both, body: corrected })).status).toBe(201)
})

test('the same key is the same saga, and a running one answers any other ask', async () => {
  const { invoiceId } = await issued('HR-3')
  const url = `POST /v1/invoices/${invoiceId}/reissues`

  const first = await call(url, { token: agent, body: corrected, key: 'k-1' })
  const replay = await call(url, { token: agent, body: corrected, key: 'k-1' })
  const other = await call(url, { token: agent, body: corrected, key: 'k-2' })
  const reused = await call(url, { token: agent, body: { cause: 'other' }, key: 'k-1' })

  expect([first.status, replay.status, other.status, reused.status]).toEqual([201, 201, 201, 409])
  expect(replay.headers['idempotency-replayed']).toBe('true')
  expect([replay.body.id, other.body.id]).toEqual([first.body.id, first.body.id])
})

test('the customer confirms the changes by a link, and the agent carries them out', async () => {
  const { invoiceId, orderId } = await issued('HR-4')
  const { body: made } = await call(`POST /v1/invoices/${invoiceId}/reissues`, {
    token: agent,
    body: corrected,
  })
  expect(made.actions).toEqual(['execute', 'withdraw'])
  const link = await call(`POST /v1/reissues/${made.id}/acknowledge-link`, { token: agent })
  expect(link.body.url).toMatch(/#t=/)
  const customer = await stage.a.customer({ orders: [orderId] })
  const url = `POST /v1/reissues/${made.id}/acknowledge`

  const wrong = await call(url, { token: customer, body: { diffHash: 'a'.repeat(64) } })
  const right = await call(url, { token: customer, body: { diffHash: made.diffHash } })
  const agents = await call(url, { token: agent, body: { diffHash: made.diffHash } })

  expect([wrong.body.code, agents.body.code]).toEqual(['reissue_plan_changed', 'token_not_allowed'])
  expect(right.body).toMatchObject({ acknowledgedAt: expect.any(String), actions: [] })
  const entries = await stage.database.auditEntry.findMany({
    where: { act: 'reissue.acknowledged', object: `reissue:${made.id}` },
  })
  expect(entries.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([
    expect.stringContaining(made.diffHash),
  ])

  await call(`POST /v1/reissues/${made.id}/execute`, { token: agent })
  await stage.jobs.runDue()
  const { body: done } = await call(`GET /v1/reissues/${made.id}`, { token: agent })
  expect(done).toMatchObject({
    state: 'done',
    waitsFor: 'nobody',
    writeBack: { state: 'not_connected' },
    actions: [],
  })
  const old = await call(`GET /v1/invoices/${invoiceId}`, { token: agent })
  expect(old.body).toMatchObject({
    state: 'replaced',
    relations: {
      reversedBy: [{ id: done.red.id }],
      replacedBy: { id: done.replacement.id },
      replaces: null,
      reverses: null,
    },
  })
  const fresh = await call(`GET /v1/invoices/${done.replacement.id}`, { token: agent })
  expect(fresh.body.relations).toMatchObject({ replaces: { id: invoiceId } })
  const red = await call(`GET /v1/invoices/${done.red.id}`, { token: agent })
  expect(red.body.relations).toMatchObject({ reverses: { id: invoiceId } })
})

test('the sentence for the chat says what became of the invoice', async () => {
  const { invoiceId } = await issued('HR-R1')
  const { body: invoice } = await call(`GET /v1/invoices/${invoiceId}`, { token: agent })
  const reply = async () => {
    const { body: request } = await call(`GET /v1/invoice-requests/${invoice.requestId}`, { token: agent })
    const url = `POST /v1/invoice-requests/${request.id}/reply`
    return (await call(url, { token: agent, body: { version: request.version } })).body.text
  }
  expect(await reply()).toMatch(/^您的发票已开好，/)

  const { body: made } = await call(`POST /v1/invoices/${invoiceId}/reissues`, {
    token: agent,
    body: corrected,
  })
  await call(`POST /v1/reissues/${made.id}/execute`, { token: agent })
  await stage.jobs.runDue()

  expect(await reply()).toMatch(/^您的发票已换开，请在这里查看和下载新发票：http/)
})

test('a customer corrects the own invoice once, and is told how often still', async () => {
  const { invoiceId, orderId } = await issued('HR-5')
  const customer = await stage.a.customer({ orders: [orderId] })
  const offer = await call(`GET /v1/invoices/${invoiceId}/reissue-offer`, { token: customer })
  expect(offer.body).toMatchObject({ code: null, left: 1, reissueId: null, stale: null })
  expect(offer.body.fields).not.toContain('kind')

  const made = await call(`POST /v1/invoices/${invoiceId}/reissues`, { token: customer, body: corrected })
  expect(made.body).toMatchObject({ state: 'red_requested', actions: [], acknowledgedAt: expect.any(String) })
  await stage.jobs.runDue()

  const { body } = await call(`GET /v1/reissues/${made.body.id}`, { token: customer })
  const next = body.replacement.id
  const used = await call(`GET /v1/invoices/${next}/reissue-offer`, { token: customer })
  expect(used.body).toMatchObject({ code: 'reissue_limit_reached', left: 0 })
  const refused = await call(`POST /v1/invoices/${next}/reissues`, {
    token: customer,
    body: { ...corrected, title: HUBEI },
  })
  expect(refused.body).toMatchObject({ code: 'reissue_limit_reached', nextAction: 'contact_service' })
})

test('a special invoice goes to finance, who steps up, and never to whoever asked', async () => {
  const { invoiceId } = await issued('HR-6', 'special')
  const { body: made } = await call(`POST /v1/invoices/${invoiceId}/reissues`, {
    token: agent,
    body: corrected,
  })
  const { body: waiting } = await call(`POST /v1/reissues/${made.id}/execute`, { token: agent })
  expect(waiting).toMatchObject({ state: 'in_review', waitsFor: 'reviewer', reviewReason: 'special' })
  const finance = await openStaffSession(stage, 'finance')
  const { token } = finance
  const approve = `POST /v1/reissues/${made.id}/approve`
  const body = { version: waiting.version }

  const listed = await call('GET /v1/reissues?state=in_review', { token })
  expect(listed.body.items).toMatchObject([{ id: made.id, actions: ['approve', 'reject'] }])
  const byAgent = await call(approve, { token: agent, body })
  const noCode = await call(approve, { token, body })
  const executed = await call(`POST /v1/reissues/${made.id}/execute`, { token })
  expect([byAgent.body.code, noCode.body.code, executed.body.code]).toEqual([
    'token_not_allowed',
    'step_up_needed',
    'token_not_allowed',
  ])
  const approved = await call(approve, { token, body, headers: { 'x-step-up': await finance.code(1) } })
  expect(approved.body).toMatchObject({ state: 'red_requested', actions: [] })

  await stage.jobs.runDue()
  const { body: done } = await call(`GET /v1/reissues/${made.id}`, { token: agent })
  expect(done).toMatchObject({ state: 'done', replacement: { kind: 'special' } })
})

test('finance rejects with a note, and the blue is as valid as before', async () => {
  const { invoiceId } = await issued('HR-7', 'special')
  const { body: made } = await call(`POST /v1/invoices/${invoiceId}/reissues`, {
    token: agent,
    body: corrected,
  })
  const { body: waiting } = await call(`POST /v1/reissues/${made.id}/execute`, { token: agent })
  const finance = await openStaffSession(stage, 'finance')

  const rejected = await call(`POST /v1/reissues/${made.id}/reject`, {
    token: finance.token,
    body: { version: waiting.version, note: '请附说明' },
    headers: { 'x-step-up': await finance.code(1) },
  })

  expect(rejected.body).toMatchObject({ state: 'rejected', endDetail: '请附说明' })
  expect((await call(`GET /v1/invoices/${invoiceId}`, { token: agent })).body.state).toBe('issued')
})

test('what is not yours is answered like what does not exist, byte for byte', async () => {
  const { invoiceId } = await issued('HR-8')
  const { body: made } = await call(`POST /v1/invoices/${invoiceId}/reissues`, {
    token: agent,
    body: corrected,
  })
  const strangers = [
    await stage.b.agent(),
    await stage.a.customer({ orders: [await stage.orderId('TM-1009')] }),
  ]
  const plain = (text: string) => text.replace(/"requestId":"[^"]*"/, '')

  for (const token of strangers) {
    for (const [path, body] of [
      ['GET /v1/invoices/:id/reissues', undefined],
      ['GET /v1/invoices/:id/reissue-offer', undefined],
      ['POST /v1/invoices/:id/reissues', corrected],
      ['GET /v1/reissues/:id', undefined],
      ['POST /v1/reissues/:id/execute', undefined],
      ['POST /v1/reissues/:id/withdraw', undefined],
      ['POST /v1/reissues/:id/retry-blue', {}],
      ['POST /v1/reissues/:id/acknowledge', { diffHash: made.diffHash }],
    ] as const) {
      const real = path.includes('/reissues/:id') ? made.id : invoiceId
      const [foreign, missing] = await Promise.all(
        [real, UNKNOWN].map((id) =>
          call(path.replace(':id', id), { token, ...(body === undefined ? {} : { body }) }),
        ),
      )
      expect(foreign?.status, path).toBe(404)
      expect(plain(foreign?.text ?? ''), path).toBe(plain(missing?.text ?? '').replaceAll(UNKNOWN, real))
    }
  }
})

test('what was planned is taken back by staff, once and for all', async () => {
  const { invoiceId, orderId } = await issued('HR-9')
  const { body: made } = await call(`POST /v1/invoices/${invoiceId}/reissues`, {
    token: agent,
    body: corrected,
  })
  const customer = await stage.a.customer({ orders: [orderId] })
  const url = `POST /v1/reissues/${made.id}/withdraw`

  expect((await call(url, { token: customer })).body.code).toBe('move_not_allowed')
  expect((await call(url, { token: agent })).body.state).toBe('withdrawn')
  expect((await call(url, { token: agent })).body.state).toBe('withdrawn')
  expect((await call(`POST /v1/reissues/${made.id}/execute`, { token: agent })).body.code).toBe(
    'move_not_allowed',
  )
})

test('what a refund made necessary is not carried out by who answers customers', async () => {
  const { invoiceId, orderId } = await issued('HR-11')
  const refund = { reference: 'HR-RF', state: 'completed', amountFen: 5_000 }
  await call(`POST /v1/orders/${orderId}/refunds`, { token: await stage.a.api(), body: refund })
  await stage.jobs.runDue()
  const read = () => call(`GET /v1/invoices/${invoiceId}/reissues`, { token: agent })
  const [drafted] = (await read()).body.items

  const executed = await call(`POST /v1/reissues/${drafted.id}/execute`, { token: agent })

  expect(drafted).toMatchObject({ state: 'in_review', cause: 'refund' })
  expect([executed.status, executed.body.code]).toEqual([403, 'token_not_allowed'])
  expect((await read()).body.items).toEqual([drafted])
  const customer = await stage.a.customer({ orders: [orderId] })
  const seen = await call(`GET /v1/reissues/${drafted.id}`, { token: customer })
  expect(seen.body.actions, 'a buyer has nothing to confirm').toEqual([])
})
