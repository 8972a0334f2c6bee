import type { ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connectStaff } from '../../server/connect-staff.ts'
import { PROBLEMS } from '../../server/contract/problems.ts'
import { type Answer, bearer, HOST_ORIGIN, PUBLIC_URL, type TestApp } from '../support/app.ts'
import { SECRET } from '../support/console-servers.ts'
import { type HostDesk, openHostDesk } from '../support/host-desk.ts'
import { openScriptedIssuer } from '../support/scripted-issuer.ts'
import { cookieOf, OWN_PAGE, openStaffSession, STAFF_PASSWORD, signIn, stageStaff } from '../support/staff.ts'

type Schema = Readonly<Record<string, unknown>>
type Operation = {
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>
  security?: Record<string, unknown>[]
}
type Document = {
  openapi: string
  info: { title: string; version: string }
  paths: Record<string, Record<string, Operation>>
  components: { securitySchemes: Record<string, unknown> }
}

/** Below /v1 and not in the document: no JSON API. */
const HIDDEN = [
  'GET /v1/openapi.json',
  'GET /v1/downloads/*',
  'GET /v1/live',
  'GET /v1/embed.js',
  'POST /v1/issuer-callbacks/{token}',
]
/** What anybody may call. */
const OPEN = [
  'POST /v1/sessions/launch',
  'POST /v1/sessions/link',
  'POST /v1/sessions/entry',
  'POST /v1/sessions/agent-code',
  'POST /v1/hosts/agent-codes',
  'POST /v1/staff/log-in',
  'POST /v1/staff/sessions',
  'POST /v1/staff/sessions/resume',
  'POST /v1/verifications',
]

const ajv = new Ajv2020({ strict: false, discriminator: true, validateFormats: false, allErrors: true })

const { issuer, nextIssue } = openScriptedIssuer()
let stage: TestApp
let hosts: HostDesk
let document: Document
const answers: Answer[] = []

beforeAll(async () => {
  hosts = await openHostDesk({ issuer, watch: (answer) => answers.push(answer) })
  stage = hosts
  document = (await stage.app.inject('/v1/openapi.json')).json()
})

afterAll(async () => {
  expect(stage.bugs).toEqual([])
  await hosts.close()
})

const documentedUrl = (url: string) => url.replaceAll(/:(\w+)/g, '{$1}')

function operations(): { name: string; operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  )
}

const contract = () => operations().filter(({ name }) => name.includes(' /v1/'))

describe('the document', () => {
  test('is OpenAPI 3.1 with a title, a version and paths', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d$/)
    expect(document.info).toMatchObject({ title: expect.any(String), version: expect.stringMatching(/^\d/) })
    expect(Object.keys(document.paths).filter((path) => !path.startsWith('/'))).toEqual([])
    expect(contract().length).toBeGreaterThan(15)
  })

  test('names every route, but for those that hide by name', () => {
    const served = stage.routes.map(({ method, url }) => `${method} ${documentedUrl(url)}`)
    const missing = served.filter(
      (name) => name.includes(' /v1/') && !contract().some((known) => known.name === name),
    )
    expect(missing.sort()).toEqual([...HIDDEN].sort())
  })

  test('holds schemas that all compile', () => {
    const faults = operations().flatMap(({ name, operation }) => {
      const schemas = [
        ...(operation.parameters ?? []).map(({ schema }) => schema),
        ...Object.values(operation.requestBody?.content ?? {}).map(({ schema }) => schema),
        ...Object.values(operation.responses).flatMap(({ content = {} }) =>
          Object.values(content).map(({ schema }) => schema),
        ),
      ]
      return schemas.flatMap((schema) => {
        try {
          ajv.compile(schema)
          return []
        } catch (error) {
          return [`${name}: ${String(error)}`]
        }
      })
    })
    expect(faults).toEqual([])
  })

  test('declares every part of an address', () => {
    const faults = operations().filter(({ name, operation }) => {
      const wanted = [...name.matchAll(/\{(\w+)\}/g)].map(([, part]) => part)
      const given = (operation.parameters ?? []).filter((one) => one.in === 'path' && one.required === true)
      return JSON.stringify(given.map((one) => one.name)) !== JSON.stringify(wanted)
    })
    expect(faults.map(({ name }) => name)).toEqual([])
  })

  test('says what each route answers, and how it refuses', () => {
    const faults = contract().filter(({ operation: { responses } }) => {
      const good = Object.entries(responses).filter(([status]) => status.startsWith('2'))
      const isSaid = good.every(([status, { content }]) => status === '204' || content !== undefined)
      const refusals = ['4XX', '5XX'].map((range) => responses[range]?.content?.['application/problem+json'])
      return good.length === 0 || !isSaid || refusals.includes(undefined)
    })
    expect(faults.map(({ name }) => name)).toEqual([])
  })

  test('says which token each route takes', () => {
    const kinds = Object.keys(document.components.securitySchemes)
    const faults = contract().filter(({ name, operation: { security = [] } }) => {
      const named = security.flatMap((way) => Object.keys(way))
      return OPEN.includes(name) !== (named.length === 0) || named.some((kind) => !kinds.includes(kind))
    })
    expect(faults.map(({ name }) => name)).toEqual([])
  })

  test('lists every problem code wherever it lists one', () => {
    const said = contract().map(({ operation }) => {
      const schema = operation.responses['4XX']?.content?.['application/problem+json']?.schema
      return (schema as { properties: { code: { enum: string[] } } }).properties.code.enum
    })
    for (const codes of said) expect(codes).toEqual(Object.keys(PROBLEMS))
  })
})

type Sending = { token?: string; body?: unknown; key?: string; headers?: Record<string, string> }
type Replied = { name: string; status: number; type: string; body: unknown }

/** Every reply of the walk, by the route that gave it. */
const replies: Replied[] = []
let keys = 0

async function call(what: string, { token, body, key, headers = {} }: Sending = {}) {
  const [method = '', url = ''] = what.split(' ', 2)
  const reply = await stage.app.inject({
    method: method as 'GET',
    url,
    headers: {
      ...(token === undefined ? {} : bearer(token)),
      'idempotency-key': key ?? `walk-${++keys}`,
      ...headers,
    },
    ...(body === undefined ? {} : { payload: body as object }),
  })
  const type = String(reply.headers['content-type'] ?? '').split(';', 1)[0] ?? ''
  const json: unknown = type.endsWith('json') ? reply.json() : reply.body
  const path = url.split('?', 1)[0] ?? ''
  replies.push({ name: nameOf(method, path), status: reply.statusCode, type, body: json })
  return reply
}

function nameOf(method: string, path: string): string {
  const found = contract().find(({ name }) => {
    const [known, pattern = ''] = name.split(' ', 2)
    return known === method && new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path)
  })
  // A literal path wins over one with a parameter, as in the router.
  const literal = contract().find(({ name }) => name === `${method} ${path}`)
  return (literal ?? found)?.name ?? `${method} ${path}`
}

const HUBEI = { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' }

async function walkSessions(): Promise<string> {
  const launchToken = await stage.a.launch()
  const opened = await call('POST /v1/sessions/launch', { body: { launchToken, hostOrigin: HOST_ORIGIN } })
  const { token } = opened.json()
  await call('POST /v1/sessions/renew', { token })
  await call('POST /v1/sessions/launch', { body: { launchToken } })
  await call('GET /.well-known/jwks.json')
  await call('DELETE /v1/sessions/current', { token: await stage.a.agent({ sub: 'agent-8' }) })
  const body = { role: 'agent', sub: 'agent-9' }
  await call('POST /v1/sessions/end', { token: await stage.a.api(['sessions']), body })
  return token
}

/** A customer with a poster's code: asked for a proof, and let in with one. */
async function walkLinks(agent: string, api: string): Promise<void> {
  const order = await stage.orderId('TM-1001')
  const handed = await call(`POST /v1/orders/${order}/links`, { token: agent })
  const poster = await call('POST /v1/shops/a-tm/links', { token: api, body: {} })
  await call('POST /v1/shops/a-tm/links', { token: api, body: { orderNumber: 'TM-1001' } })
  const opened = await call('POST /v1/sessions/link', { body: { linkToken: linkTokenOf(poster.json().url) } })
  const customer = opened.json().token
  await call('POST /v1/orders/look-up', { token: customer, body: { text: 'TM-1001' } })
  const proven = await call('POST /v1/orders/look-up', {
    token: customer,
    body: { text: 'TM-1001', proof: { kind: 'amount', amount: '299.00' } },
  })
  expect(proven.json().kind).toBe('found')
  await call('GET /v1/orders', { token: proven.json().session.token })
  await call('POST /v1/orders/look-up', {
    token: customer,
    body: { text: 'TM-1002', proof: { kind: 'amount', amount: '1.00' } },
  })
  await call(`DELETE /v1/links/${handed.json().id}`, { token: agent })
}

const linkTokenOf = (url: string) => new URLSearchParams(new URL(url).hash.slice(1)).get('t')

/** An agent whom a console brings, one who reads a code in a note, and a page that is signed for its console. */
async function walkHosts(): Promise<void> {
  const door = await hosts.addAccount('front')
  const opened = await stage.app.inject(`/hosts/front/${door}?auth_secret=${SECRET}`)
  const url = new URL(String(opened.headers.location))
  const entryToken = new URLSearchParams(url.hash.slice(1)).get('e')
  const entered = await call('POST /v1/sessions/entry', { body: { entryToken, hostOrigin: HOST_ORIGIN } })
  await call('POST /v1/sessions/entry', { body: { entryToken } })

  await hosts.addAccount('chatwoot')
  const agent = { shop: 'a-wx', accountId: '3', conversationId: '17', agentId: '5' }
  await call('POST /v1/hosts/agent-codes', { body: agent })
  const code = /\d{6}/.exec(hosts.consoles.notes.at(-1)?.content ?? '')?.[0]
  await call('POST /v1/sessions/agent-code', { body: { ...agent, code } })
  await call('POST /v1/sessions/agent-code', { body: { ...agent, code } })

  await hosts.addAccount('wecom')
  const page = { host: 'wecom', url: `${PUBLIC_URL}/sidebar/a-wx?host=wecom` }
  await call('POST /v1/hosts/page-signature', { token: entered.json().token, body: page })
}

async function walkOrders(agent: string, api: string): Promise<void> {
  const order = {
    shop: 'a-tm',
    number: 'WALK-1',
    state: 'paid',
    paidFen: 10_000,
    lines: [{ title: '帆布包', amountFen: 10_000 }],
    buyer: { name: '赵示例', phone: '13800000000', email: 'zhao@example.com', address: '演示路1号' },
  }
  await call('POST /v1/orders', { token: api, body: order })
  await call('POST /v1/orders', { token: api, body: { ...order, state: 'shipped' } })
  await call('POST /v1/orders', { token: api, body: { ...order, paidFen: -1 } })
  const found = await call('POST /v1/orders/look-up', { token: agent, body: { text: 'WALK-1' } })
  await call('POST /v1/orders/look-up', { token: agent, body: { text: 'DUP-4001' } })
  const { id } = found.json().order
  await call(`GET /v1/orders/${id}`, { token: agent })
  await call(`POST /v1/orders/${id}/reveal`, { token: agent, body: { reason: '客户来电核对' } })
  // Every state of the stage: each reason and each next action.
  for (const { id: each } of await stage.database.order.findMany({
    where: { number: { not: { startsWith: 'FILL' } } },
  }))
    await call(`GET /v1/orders/${each}`, { token: agent })
}

async function walkInvoicing(agent: string): Promise<void> {
  const orderIds = [await stage.orderId('TM-1002')]
  const body = { orderIds, kind: 'ordinary', title: HUBEI, remark: '感谢惠顾' }
  await call('POST /v1/invoice-requests?dry_run=true', { token: agent, body })
  const flawed = { ...body, title: { ...HUBEI, taxId: '91420111MA49QA0X11' }, email: 'x' }
  await call('POST /v1/invoice-requests?dry_run=true', { token: agent, body: flawed })
  await call('POST /v1/invoice-requests', { token: agent, body: flawed })
  const { id } = (await call('POST /v1/invoice-requests', { token: agent, body, key: 'one' })).json()
  await call('POST /v1/invoice-requests', { token: agent, body, key: 'one' })
  await call('GET /v1/invoice-requests', { token: agent })
  await stage.jobs.runDue()
  const issued = (await call(`GET /v1/invoice-requests/${id}`, { token: agent })).json()
  expect(issued.state).toBe('issued')
  await call(`POST /v1/invoice-requests/${id}/reply`, { token: agent, body: { version: issued.version } })
  await call(`POST /v1/invoice-requests/${id}/withdraw`, { token: agent })

  const invoice = `/v1/invoices/${issued.invoiceId}`
  for (const format of ['pdf', 'ofd', 'xml', 'png'])
    await call(`POST ${invoice}/downloads`, { token: agent, body: { format } })
  await call(`POST ${invoice}/deliveries`, { token: agent, body: { email: 'finance@example.com' } })
  await call(`GET ${invoice}`, { token: agent })
  await call('POST /v1/verifications', { body: { sha256: 'a'.repeat(64) } })
  await call(`GET ${invoice}`, { token: await stage.a.customer({ orders: orderIds }) })
  await call(`GET /v1/orders/${orderIds[0]}`, { token: agent })
}

/** A shop with an undo window. */
async function walkWithdrawal(agent: string): Promise<void> {
  const { id } = await stage.database.order.findFirstOrThrow({
    where: { shop: { code: 'a-pdd' }, state: 'completed' },
  })
  const body = { orderIds: [id], kind: 'ordinary', title: { kind: 'person', name: '个人' } }
  const asked = await call('POST /v1/invoice-requests', { token: agent, body })
  await call(`POST /v1/invoice-requests/${asked.json().id}/withdraw`, { token: agent })
}

async function walkDesk(agent: string): Promise<void> {
  const orderId = await stage.orderId('TM-1010')
  await call('POST /v1/tickets', { token: agent, body: { kind: 'deadline_passed', orderId, text: '请延期' } })
  await call('GET /v1/tickets', { token: agent })
  await call('POST /v1/titles/search', { token: agent, body: { text: '湖北' } })
  await walkTitleBook(agent, orderId)
  await call('GET /v1/tickets')
}

async function walkTitleBook(agent: string, orderId: string): Promise<void> {
  const token = await stage.a.customer({ sub: 'customer-1', via: 'launch' })
  const kept = await call('POST /v1/titles', { token, body: { title: HUBEI, kind: 'special' } })
  const [entry] = kept.json().items
  await call(`POST /v1/titles/${entry.id}/default`, { token })
  await call('GET /v1/titles', { token })
  await call(`GET /v1/titles?orderId=${orderId}`, { token: agent })
  await call('GET /v1/titles/export', { token })
  await call(`DELETE /v1/titles/${entry.id}`, { token })
  await call('DELETE /v1/titles', { token })
}

/** One that is taken back, one that finance refuses, one that goes through after its new blue was refused. */
async function walkReissues(agent: string): Promise<void> {
  const orderId = await stage.orderId('TM-1002')
  const { id: invoiceId } = await stage.database.invoice.findFirstOrThrow({
    where: { allocations: { some: { orderId } }, state: 'issued' },
  })
  const url = `/v1/invoices/${invoiceId}/reissues`
  const body = { cause: 'title', title: { kind: 'person', name: '张示例' } }
  const finance = await openStaffSession(stage, 'finance')
  const headers = { 'x-step-up': await finance.code(1) }
  await call(`GET /v1/invoices/${invoiceId}/reissue-offer`, { token: agent })
  await call(`POST ${url}?dry_run=true`, { token: agent, body })
  await call(`POST ${url}`, { token: agent, body: { cause: 'title', title: HUBEI } })
  const begin = async () => (await call(`POST ${url}`, { token: agent, body })).json().id
  await call(`POST /v1/reissues/${await begin()}/withdraw`, { token: agent })
  for (const act of ['reject', 'approve']) {
    const id = await begin()
    const { version, diffHash } = (await call(`GET /v1/reissues/${id}`, { token: agent })).json()
    await call(`POST /v1/reissues/${id}/acknowledge-link`, { token: agent })
    const token = await stage.a.customer({ orders: [orderId] })
    await call(`POST /v1/reissues/${id}/acknowledge`, { token, body: { diffHash } })
    await call(`POST /v1/reissues/${id}/execute`, { token: agent })
    await call('GET /v1/reissues?state=in_review', { token: finance.token })
    const decision = { version: version + 2, ...(act === 'reject' ? { note: '请核对' } : {}) }
    await call(`POST /v1/reissues/${id}/${act}`, { token: finance.token, headers, body: decision })
    nextIssue.push(() => ({ kind: 'rejected', code: 'E0101', message: '购方名称不合法' }))
    await stage.jobs.runDue()
    if (act === 'approve') await call(`POST /v1/reissues/${id}/retry-blue`, { token: agent, body: {} })
    nextIssue.length = 0
    await stage.jobs.runDue()
    await call(`GET /v1/reissues/${id}`, { token: agent })
  }
  await call(`GET ${url}`, { token: agent })
  await call(`GET /v1/invoices/${invoiceId}`, { token: agent })
}

async function walkStaff(): Promise<void> {
  const account = await stageStaff(connectStaff(stage.services), stage.a.id, { role: 'shop_admin' })
  const headers = OWN_PAGE
  const body = { login: account.login, password: STAFF_PASSWORD }
  await call('POST /v1/staff/log-in', { headers, body: { ...body, password: 'another' } })
  const { logInToken } = (await call('POST /v1/staff/log-in', { headers, body })).json()
  await call('POST /v1/staff/sessions', { headers, body: { logInToken, code: '000000' } })
  const code = await account.code()
  const opened = await call('POST /v1/staff/sessions', { headers, body: { logInToken, code } })
  const { token } = opened.json().session
  const cookie = cookieOf(opened.headers['set-cookie'])
  await call('POST /v1/staff/sessions/resume', { headers: { ...headers, cookie } })
  await call('POST /v1/staff/sessions/resume', { headers })
  const { items } = (await call('GET /v1/staff/sessions', { token })).json()
  await call('POST /v1/staff/step-up', { token, body: { code: await account.code(1) } })
  await call('GET /v1/staff/me', { token })
  await call('GET /v1/staff', { token })
  await call(`POST /v1/staff/${account.id}/unlock`, { token })
  await call(`DELETE /v1/staff/sessions/${items[0].id}`, { token })
  const again = await signIn(stage.app, { ...account, code: async () => account.recoveryCodes[0] ?? '' })
  await call('DELETE /v1/staff/sessions', { token: again.token })
}

/** Finance sends one request back and lets it pass once it is corrected. */
async function walkReviews(agent: string, api: string): Promise<void> {
  const { token, code } = await openStaffSession(stage, 'finance')
  const orderIds = [await stage.orderId('TM-1010')]
  const override = { reason: '客户出差晚归' }
  const body = { orderIds, kind: 'special', title: HUBEI, override }
  await call('POST /v1/invoice-requests?dry_run=true', { token: agent, body })
  const asked = (await call('POST /v1/invoice-requests', { token: agent, body })).json()
  const request = `/v1/invoice-requests/${asked.id}`
  await call('GET /v1/review-items', { token })
  await call(`GET ${request}/review-sheet`, { token })
  const rejecting = { version: asked.version, fields: ['taxId'], note: '税号与名称不符' }
  await call(`POST ${request}/reject`, { token, body: rejecting })
  const headers = { 'x-step-up': await code(1) }
  const rejected = (await call(`POST ${request}/reject`, { token, body: rejecting, headers })).json()
  const fixing = { version: rejected.version, taxId: HUBEI.taxId }
  const fixed = (await call(`POST ${request}/fix`, { token: agent, body: fixing })).json()
  await call(`POST ${request}/approve`, { token, body: { version: fixed.version } })
  await call(`GET ${request}/history`, { token })
  await call(`POST /v1/orders/${orderIds[0]}/refunds`, {
    token: api,
    body: { reference: 'RF-WALK', state: 'completed', amountFen: 99_999_900 },
  })
  await call('GET /v1/exceptions', { token: api })
  const { items } = (await call('GET /v1/exceptions', { token })).json()
  const kept = items.find(({ kind }: { kind: string }) => kind === 'refund_above_paid')
  await call(`POST /v1/exceptions/${kept.id}/close`, { token, body: { verdict: 'event_wrong' } })
  await call('GET /v1/reports/month?month=2026-11', { token })
  await call('GET /v1/reports/month.csv?month=2026-11', { token })
  await call(`GET /v1/orders/${orderIds[0]}`, { token: agent })
}

async function walkImport(api: string): Promise<void> {
  const { app } = stage
  const file = '订单号,实付金额,订单状态,商品名称\nIMP-1,12.00,交易成功,书签\nIMP-2,abc,交易成功,书签\n'
  const headers = { ...bearer(api), 'content-type': 'text/csv', 'file-name': 'orders.csv' }
  const reply = await app.inject({ method: 'POST', url: '/v1/imports?shop=a-tm', headers, payload: file })
  replies.push({
    name: 'POST /v1/imports',
    status: reply.statusCode,
    type: 'application/json',
    body: reply.json(),
  })
  const { id } = reply.json()
  const read = () => call(`GET /v1/imports/${id}`, { token: api })
  await vi.waitUntil(async () => (await read()).json().state !== 'running', { timeout: 25_000 })
  await call(`GET /v1/imports/${id}/rejected.csv`, { token: api })
}

describe('real replies', () => {
  beforeAll(async () => {
    const agent = await walkSessions()
    const api = await stage.a.api()
    await walkOrders(agent, api)
    await walkLinks(agent, api)
    await walkInvoicing(agent)
    await walkWithdrawal(agent)
    await walkDesk(agent)
    await walkImport(api)
    await walkStaff()
    await walkHosts()
    await walkReissues(agent)
    await walkReviews(agent, api)
  })

  test('come from every documented route', () => {
    const reached = new Set(replies.filter(({ status }) => status < 300).map(({ name }) => name))
    expect(contract().flatMap(({ name }) => (reached.has(name) ? [] : [name]))).toEqual([])
  })

  test('are what the document says, with no field more', () => {
    const faults = replies.flatMap(({ name, status, type, body }) => {
      const schema = schemaOf(name, status, type)
      if (schema === 'nothing') return body === '' ? [] : [`${name} ${status}: a body where none is due`]
      if (schema === null) return [`${name} ${status} ${type}: not documented`]
      return faultsOf(schema, body).map((fault) => `${name} ${status}: ${fault}`)
    })
    expect([...new Set(faults)]).toEqual([])
    expect(new Set(replies.map(({ status }) => status)).size).toBeGreaterThan(6)
  })

  test('leave nothing for the schema to drop: what a handler answers is declared', () => {
    const faults = answers.flatMap(({ method, url, status, payload }) => {
      const name = `${method} ${documentedUrl(url)}`
      if (!contract().some((known) => known.name === name)) return []
      const schema = schemaOf(name, status, 'application/json')
      if (schema === null || schema === 'nothing') return []
      const said: unknown = JSON.parse(JSON.stringify(payload))
      return faultsOf(schema, said).map((fault) => `${name} ${status}: ${fault}`)
    })
    expect([...new Set(faults)]).toEqual([])
    expect(answers.length).toBeGreaterThan(30)
  })

  test('are caught when a field is missing or undeclared', () => {
    const schema = schemaOf('GET /v1/orders/{id}', 200, 'application/json')
    const [reply] = replies.filter(({ name, status }) => name === 'GET /v1/orders/{id}' && status === 200)
    if (schema === null || schema === 'nothing' || reply === undefined) throw new Error('no order was read')
    const body = reply.body as { ladder: object }

    expect(faultsOf(schema, body)).toEqual([])
    expect(faultsOf(schema, { ...body, ladder: { ...body.ladder, costFen: 1 } })).not.toEqual([])
    expect(faultsOf(schema, { ...body, ladder: {} })).not.toEqual([])
  })
})

function schemaOf(name: string, status: number, type: string): Schema | 'nothing' | null {
  const operation = operations().find((known) => known.name === name)?.operation
  const response =
    operation?.responses[String(status)] ?? operation?.responses[`${Math.floor(status / 100)}XX`]
  if (response === undefined) return null
  if (status === 204) return 'nothing'
  return response.content?.[type]?.schema ?? null
}

const validators = new Map<Schema, ValidateFunction>()

function faultsOf(schema: Schema, body: unknown): string[] {
  const validate = validators.get(schema) ?? ajv.compile(closed(schema) as object)
  validators.set(schema, validate)
  if (validate(body)) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

/** The same schema without room for fields that it does not name. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const parts = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  return 'properties' in schema && 'type' in schema ? { additionalProperties: false, ...parts } : parts
}
