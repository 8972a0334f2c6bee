import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { PROBLEMS } from '../../server/contract/problems.ts'
import { bearer, openTestApp, type Route, type TestApp } from '../support/app.ts'
import { takeFingerprint } from '../support/fingerprint.ts'
import { jsonWith, placesIn, sampleOf } from '../support/schema-sample.ts'
import { openScriptedIssuer } from '../support/scripted-issuer.ts'
import { OWN_PAGE, openStaffSession } from '../support/staff.ts'

/** Below /v1, and reached without a token. Whatever else is found there must ask for one. */
const PUBLIC = [
  'POST /v1/sessions/launch',
  'POST /v1/sessions/link',
  'POST /v1/sessions/entry',
  'POST /v1/sessions/agent-code',
  'POST /v1/hosts/agent-codes',
  'POST /v1/staff/log-in',
  'POST /v1/staff/sessions',
  'POST /v1/staff/sessions/resume', // the cookie is the token
  'POST /v1/verifications',
  'GET /v1/openapi.json',
  'GET /v1/embed.js',
  'GET /v1/downloads/*', // the token stands in the path
  'GET /v1/live', // and here in the first message
  'POST /v1/issuer-callbacks/:token', // and here in the path again
]

const SLOWEST_MS = 2_000
const UNKNOWN_ID = '01890000-0000-7000-8000-0000000000ff'

let stage: TestApp
let routes: Route[]
let ids: Record<'order' | 'other' | 'request' | 'invoice' | 'link' | 'import' | 'reissue', string>
let agent: string
let api: string
let finance: string
let customer: string
/** A shop admin's session, and the account behind it. */
let admin: { token: string; id: string }

beforeAll(async () => {
  stage = await openTestApp({ issuer: openScriptedIssuer().issuer })
  routes = stage.routes.filter(({ url }) => url.startsWith('/v1/'))
  agent = await stage.a.agent()
  api = await stage.a.api()
  admin = await openStaffSession(stage, 'shop_admin')
  finance = (await openStaffSession(stage, 'finance')).token
  ids = await makeThings()
  customer = await stage.a.customer({ orders: [ids.order] })
})

afterAll(async () => {
  expect(stage.bugs).toEqual([])
  await stage.close()
})

const nameOf = ({ method, url }: Pick<Route, 'method' | 'url'>) => `${method} ${url}`
const isPublic = (route: Route) => PUBLIC.includes(nameOf(route))
const tokenOf = (route: Route): string =>
  pickToken(route, { admin: admin.token, finance, customer, agent, api })

type Tokens = Record<'admin' | 'finance' | 'customer' | 'agent' | 'api', string>

/** Of who may call it: whoever else is refused before anything is read. */
function pickToken(route: Route, tokens: Tokens): string {
  if (route.url.startsWith('/v1/staff')) return tokens.admin
  if (
    /\/(approve|reject|close|review-sheet|history)$|^\/v1\/(review-items|reissues|reports\/.*)$/.test(
      route.url,
    )
  )
    return tokens.finance
  if (/^\/v1\/titles(?!\/search)|\/acknowledge$/.test(route.url)) return tokens.customer
  return takesSessions(route) ? tokens.agent : tokens.api
}
const bodyOf = (route: Route): unknown => (route.schema as { body?: unknown } | undefined)?.body

function takesSessions({ schema }: Route): boolean {
  return schema?.security?.some((way) => 'session' in way) === true
}

/** One of each thing that a route can name, so that a hostile body meets a good address. */
async function makeThings() {
  const order = await stage.orderId('TM-1001')
  const other = await stage.orderId('TM-1009')
  const asked = await send(`POST /v1/invoice-requests`, {
    token: agent,
    body: {
      orderIds: [order],
      kind: 'ordinary',
      title: { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' },
    },
  })
  await stage.jobs.runDue()
  const { invoiceId } = (await send(`GET /v1/invoice-requests/${asked.json().id}`, { token: agent })).json()
  const planned = await send(`POST /v1/invoices/${invoiceId}/reissues`, {
    token: agent,
    body: { cause: 'title', title: { kind: 'person', name: '张示例' } },
  })
  const link = await send(`POST /v1/orders/${order}/links`, { token: agent })
  const file = await stage.app.inject({
    method: 'POST',
    url: '/v1/imports?shop=a-tm&dry_run=true',
    headers: { ...bearer(api), 'content-type': 'text/csv' },
    payload: '订单号,实付金额,订单状态,商品名称\n',
  })
  const asking = { request: asked.json().id, invoice: invoiceId, reissue: planned.json().id }
  const started = { order, other, ...asking, link: link.json().id }
  const importId: string = file.json().id
  expect(Object.values({ ...started, importId })).not.toContain(undefined)
  const stateOf = async () => (await send(`GET /v1/imports/${importId}`, { token: api })).json().state
  await vi.waitUntil(async () => (await stateOf()) !== 'running', { timeout: 25_000 })
  return { ...started, import: importId }
}

/** The route's address with an id of the right kind, or with the one given. */
function addressOf({ url }: Pick<Route, 'url'>, id?: string): string {
  const known: Readonly<Record<string, string>> = {
    orders: ids.order,
    'invoice-requests': ids.request,
    invoices: ids.invoice,
    reissues: ids.reissue,
    links: ids.link,
    imports: ids.import,
    titles: UNKNOWN_ID,
    exceptions: UNKNOWN_ID,
    'issuer-callbacks': 'a-guessed-token',
    shops: 'a-tm',
    staff: admin.id,
  }
  const [, , things = ''] = url.split('/')
  const found = id ?? known[things]
  if (url.includes(':') && found === undefined) throw new Error(`which id belongs into ${url}?`)
  return url
    .replace(/:\w+/, () => found ?? '')
    .replace('*', id ?? 'x')
    .concat(url === '/v1/imports' ? '?shop=a-tm' : '')
}

type Sending = {
  token?: string
  body?: unknown
  /** Instead of a body: what goes over the wire as it is. */
  raw?: string | Buffer
  headers?: Record<string, string | string[] | undefined>
}

let sent = 0

/** Each sending has a key of its own, unless its headers say otherwise; undefined leaves one out. */
function send(what: string, { token, body, raw, headers = {} }: Sending = {}) {
  const [method, url] = what.split(' ', 2)
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body))
  const all = {
    ...(token === undefined ? {} : bearer(token)),
    ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
    'idempotency-key': `key-${++sent}`,
    ...OWN_PAGE,
    ...headers,
  }
  return stage.app.inject({
    method: method as 'GET',
    url: url ?? '',
    headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
    ...(payload === undefined ? {} : { payload }),
  })
}

type Reply = Awaited<ReturnType<typeof send>>

/** What is wrong with an answer to bad input; null where it is as it must be. */
function faultOf(reply: Reply, ms: number): string | null {
  const { statusCode, headers, body } = reply
  if (ms > SLOWEST_MS) return `took ${Math.round(ms)} ms`
  if (statusCode < 400 || statusCode > 499) return `answered ${statusCode} ${body.slice(0, 200)}`
  if (!String(headers['content-type']).startsWith('application/problem+json')) {
    return `${statusCode} is no problem+json: ${body.slice(0, 200)}`
  }
  const problem = reply.json()
  const row = Object.entries(PROBLEMS).find(([code]) => code === problem.code)?.[1]
  if (row === undefined) return `says ${problem.code}, which is no known code`
  if (row.status !== statusCode || problem.status !== statusCode) return `${problem.code} with ${statusCode}`
  if (problem.requestId !== headers['x-request-id']) return 'names another request'
  return body.length > 20_000 ? `${body.length} characters of answer` : null
}

type Attempt = { what: string; route: Pick<Route, 'method' | 'url'>; sending: Sending; address?: string }
/** What is wrong with a reply, or null. */
type Judge = (reply: Reply, ms: number) => string | null

async function findFaults(attempts: readonly Attempt[], judge: Judge): Promise<string[]> {
  expect(attempts.length).toBeGreaterThan(0)
  const faults: string[] = []
  for (const { what, route, sending, address } of attempts) {
    const at = performance.now()
    const reply = await send(`${route.method} ${address ?? addressOf(route)}`, sending)
    const fault = judge(reply, performance.now() - at)
    if (fault !== null) faults.push(`${nameOf(route)}, ${what}: ${fault}`)
  }
  return faults
}

const isRefusal =
  (codes: readonly string[]): Judge =>
  (reply, ms) =>
    faultOf(reply, ms) ?? (codes.includes(reply.json().code) ? null : `says ${reply.json().code}`)

/** Where the contract allows what is sent: an answer or a proper refusal. */
const isAnswered: Judge = (reply, ms) => (reply.statusCode < 400 ? null : faultOf(reply, ms))

/** Sends all of it and tells where a refusal was missing, and whether anything was written meanwhile. */
async function expectRefusals(attempts: readonly Attempt[], codes?: readonly string[]): Promise<void> {
  const before = await takeFingerprint(stage.databaseUrl)
  const judge = codes === undefined ? faultOf : isRefusal(codes)
  expect(await findFaults(attempts, judge)).toEqual([])
  expect(await takeFingerprint(stage.databaseUrl)).toEqual(before)
}

/** Every route that reads a body, whether or not its schema names one. */
const writing = () => routes.filter(({ method }) => method !== 'GET' && method !== 'DELETE')
const withSchema = () => routes.filter((route) => bodyOf(route) !== undefined)

describe('what is no JSON', () => {
  const BROKEN: Readonly<Record<string, string | Buffer>> = {
    'an open brace': '{',
    'a missing value': '{"a":}',
    'a word cut short': 'nul',
    'two values': '{}{}',
    'a comma too many': '{"a":1,}',
    'a NUL in front': '\0{}',
    'a raw NUL in a string': '{"a":"\0"}',
    'single quotes': "{'a':1}",
    NaN: '{"a":NaN}',
    'a byte that is no UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    'UTF-16': Buffer.from('{"a":1}', 'utf16le'),
    'nothing at all': '',
  }

  test('is refused on every route that reads a body', async () => {
    await expectRefusals(
      writing().flatMap((route) =>
        Object.entries(BROKEN).map(([what, raw]) => ({
          what,
          route,
          sending: { token: tokenOf(route), raw },
        })),
      ),
      ['request_malformed', 'media_type_unsupported', 'text_not_allowed', 'request_invalid'],
    )
  })

  test('is refused when it says that it is something else', async () => {
    const types = ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'nonsense', '']
    await expectRefusals(
      writing().flatMap((route) =>
        [...types, 'multipart/form-data', 'application/merge-patch+json'].map((type) => ({
          what: type,
          route,
          sending: { token: tokenOf(route), raw: '{}', headers: { 'content-type': type } },
        })),
      ),
    )
  })

  test('is refused when it is ten megabytes long', async () => {
    const raw = `{"text":"${'x'.repeat(10_000_000)}"}`
    await expectRefusals(
      writing().map((route) => ({ what: '10 MB', route, sending: { token: tokenOf(route), raw } })),
      ['request_too_large', 'media_type_unsupported'],
    )
  })
})

describe('JSON that attacks whoever reads it', () => {
  const ATTACKS: Readonly<Record<string, string>> = {
    '100,000 nested arrays': '['.repeat(100_000) + ']'.repeat(100_000),
    '40,000 nested objects': `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`,
    'nesting inside a field': `{"text":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    'a prototype': '{"__proto__":{"isAdmin":true}}',
    'a prototype, spelled otherwise': '{"\\u005f_proto__":{"isAdmin":true}}',
    'a constructor': '{"constructor":{"prototype":{"isAdmin":true}}}',
    'a prototype further in': '{"title":{"__proto__":{"kind":"person"}}}',
    'a name with a NUL': '{"a\\u0000b":1}',
    'a name with half a character': '{"\\ud800":1}',
  }

  test('is refused on every route that reads a body, and pollutes nothing', async () => {
    await expectRefusals(
      writing().flatMap((route) =>
        Object.entries(ATTACKS).map(([what, raw]) => ({
          what,
          route,
          sending: { token: tokenOf(route), raw },
        })),
      ),
    )
    expect({}).not.toHaveProperty('isAdmin')
  })

  test('is refused where an object is due and something else comes', async () => {
    const raws = ['null', '[]', '"text"', '1', 'true', '[{}]', '1e400']
    await expectRefusals(
      withSchema().flatMap((route) =>
        raws.map((raw) => ({ what: raw, route, sending: { token: tokenOf(route), raw } })),
      ),
      ['request_invalid'],
    )
  })
})

/** Text that no field may hold, as JSON. */
const TEXTS: Readonly<Record<string, string>> = {
  'a NUL': '"a\\u0000b"',
  'a bell': '"\\u0007"',
  'a C1 control': '"a\\u0085b"',
  'the first half of a character': '"a\\ud800b"',
  'the second half of a character': '"\\udc00"',
  'halves in the wrong order': '"\\udc00\\ud800"',
  'a turn of the writing direction': '"a\\u202eb"',
  'an isolate': '"a\\u2066b"',
  'a zero-width space': '"a\\u200bb"',
  'a byte order mark': '"\\ufeffTM-1001"',
}

const NUMBERS = [
  '-1',
  '0.5',
  '"12"',
  '9007199254740993',
  '1e30',
  '1e400',
  '-1e400',
  '100000000000001',
  'true',
  '[1]',
]
const ODD = [...NUMBERS, 'null', '0', '1', '""', '"x"', '[]', '{}', '[[]]', '{"kind":"x"}', '{"0":1}']
const LONG = [`"${'长'.repeat(20_000)}"`, `"${'a'.repeat(100_000)}"`, `[${'0,'.repeat(50_000)}0]`]

/** Ordinary text to us; something else to a shell, a database, a template, a spreadsheet. */
const TRICKY = ['"%00"', '"\'; DROP TABLE x; --"', '"𠮷·野家"', '"__proto__"', '"{{1}}"', '"=1+1"']

/** What would be accepted, with every optional field, once for each branch of its unions. */
function samplesOf(route: Route): unknown[] {
  const values = {
    orderIds: [ids.order],
    orderId: ids.order,
    number: 'BAD-1001',
    amountFen: 10_000,
    paidFen: 10_000,
    rateBp: 1_300,
    lineNo: 1,
    email: 'buyer@example.com',
    taxId: '91420111MA49QA0X10',
    reason: '客户要求核对',
  }
  const samples = [0, 1].map((branch) => sampleOf(bodyOf(route), { values, branch }))
  return JSON.stringify(samples[0]) === JSON.stringify(samples[1]) ? samples.slice(0, 1) : samples
}

function mutationsOf(route: Route, raws: readonly string[], only = (_field: string) => true) {
  return samplesOf(route).flatMap((sample) =>
    placesIn(sample)
      .filter((place) => place.length > 0 && only(String(place.at(-1))))
      .flatMap((place) =>
        raws.map((raw) => ({
          what: `/${place.join('/')} = ${raw.slice(0, 40)}`,
          route,
          raw: jsonWith(sample, place, raw),
        })),
      ),
  )
}

const asAttempt = ({ what, route, raw }: ReturnType<typeof mutationsOf>[number]): Attempt => ({
  what,
  route,
  sending: { token: tokenOf(route), raw },
})

describe('a body with one field that is wrong', () => {
  test('is refused for text that nobody can see or store', async () => {
    const attempts = withSchema().flatMap((route) => mutationsOf(route, Object.values(TEXTS)).map(asAttempt))
    await expectRefusals(attempts, ['text_not_allowed'])
  })

  test('is refused for text that hides behind another spelling of the content type', async () => {
    const types = [
      'Application/JSON',
      'application/json;charset=utf-8',
      'application/json ; a=b',
      'application/json;',
    ]
    await expectRefusals(
      withSchema().flatMap((route) =>
        types.map((type) => ({
          what: type,
          route,
          sending: { token: tokenOf(route), raw: '{"text":"a\\u0000"}', headers: { 'content-type': type } },
        })),
      ),
      ['text_not_allowed', 'media_type_unsupported'],
    )
  })

  test('is refused for an amount that is negative, broken, in quotes or beyond counting', async () => {
    const isAmount = (field: string) => /(Fen|Bp)$/.test(field)
    const attempts = withSchema().flatMap((route) => mutationsOf(route, NUMBERS, isAmount).map(asAttempt))
    await expectRefusals(attempts, ['request_invalid'])
  })

  test('is refused for a field that nobody knows, at any depth', async () => {
    const attempts = withSchema().flatMap((route) =>
      samplesOf(route).flatMap((sample) =>
        placesIn(sample)
          .filter((place) => isObject(place.reduce<unknown>(memberOf, sample)))
          .map((place) => ({
            what: `/${place.join('/')}/surplus`,
            route,
            sending: { token: tokenOf(route), raw: jsonWith(sample, [...place, 'surplus'], '1') },
          })),
      ),
    )
    await expectRefusals(attempts, ['request_invalid'])
  })

  test('is refused wherever the contract does not allow it', async () => {
    const attempts = withSchema().flatMap((route) => {
      const isAllowed = allowerOf(route)
      return mutationsOf(route, [...ODD, ...LONG])
        .filter(({ raw }) => !isAllowed(raw))
        .map(asAttempt)
    })
    await expectRefusals(attempts, ['request_invalid', 'request_too_large'])
  }, 120_000)

  test('never makes the server fail where the contract does allow it', async () => {
    const attempts = withSchema().flatMap((route) => {
      const isAllowed = allowerOf(route)
      return mutationsOf(route, [...ODD, ...LONG, ...TRICKY])
        .filter(({ raw }) => isAllowed(raw))
        .map(asAttempt)
    })
    expect(await findFaults(attempts, isAnswered)).toEqual([])
  }, 120_000)
})

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)
const memberOf = (value: unknown, name: string | number): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === String(name))?.[1]
    : undefined

/** The contract's own word about a body. */
function allowerOf(route: Route): (raw: string) => boolean {
  const ajv = new Ajv({ strict: false, discriminator: true })
  for (const format of ['uuid', 'date', 'date-time'])
    ajv.addFormat(format, (text: string) => !text.includes('x') && text.length > 9)
  const validate = ajv.compile(bodyOf(route) as object)
  return (raw) => validate(JSON.parse(raw)) === true
}

describe('a token', () => {
  const secured = () => routes.filter((route) => !isPublic(route))

  test('is asked for on every route that is not public by name', async () => {
    expect(routes.filter(isPublic).map(nameOf).sort()).toEqual([...PUBLIC].sort())
    const headers: Record<string, string>[] = [{}, { authorization: '' }, { authorization: 'Basic YTpi' }]
    await expectRefusals(
      secured().flatMap((route) =>
        headers.map((given) => ({ what: JSON.stringify(given), route, sending: { headers: given } })),
      ),
      ['token_missing'],
    )
  })

  test('that is forged, of another kind or beyond its time opens nothing', async () => {
    const old = new Date(Date.now() - 3_600_000)
    const [head = '', payload = '', signature = ''] = agent.split('.')
    const admin = Buffer.from(payload, 'base64url').toString().replace('"agent"', '"owner"')
    const none = Buffer.from('{"alg":"none","typ":"session+jwt","kid":"x"}').toString('base64url')
    const bad: Record<string, string> = {
      garbage: 'x.y.z',
      'an empty part': `${head}..${signature}`,
      'no signature': `${none}.${payload}.`,
      'the algorithm none': `${none}.${payload}.${signature}`,
      'other claims': `${head}.${Buffer.from(admin).toString('base64url')}.${signature}`,
      'another signature': `${head}.${payload}.${signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}`,
      'an expired session': await stage.a.agent({}, { now: old }),
      'an expired api token': await stage.a.api(['orders'], { now: old }),
      'a session of tomorrow': await stage.a.agent({}, { now: new Date(Date.now() + 86_400_000) }),
      'a launch token': await stage.a.launch(),
      'a link token': await stage.a.link(),
      'a long one': 'x'.repeat(12_000),
    }
    await expectRefusals(
      secured().flatMap((route) =>
        Object.entries(bad).map(([what, token]) => ({ what, route, sending: { token } })),
      ),
      ['token_invalid', 'token_expired', 'token_missing'],
    )
  })

  test('for other things is not allowed, and is told so', async () => {
    const other = (route: Route) =>
      takesSessions(route) && !route.url.startsWith('/v1/reports') ? ['reports'] : ['audit']
    const tokens = new Map<string, string>()
    for (const route of secured()) tokens.set(nameOf(route), await stage.a.api(other(route)))
    await expectRefusals(
      secured().map((route) => ({
        what: 'an api token of another scope',
        route,
        sending: { token: tokens.get(nameOf(route)) ?? '' },
      })),
      ['token_not_allowed'],
    )
  })

  test('that opens a session opens one, and only one', async () => {
    const launchToken = await stage.a.launch()
    const first = await send('POST /v1/sessions/launch', { body: { launchToken } })
    const second = await send('POST /v1/sessions/launch', { body: { launchToken } })
    expect([first.statusCode, second.json().code]).toEqual([200, 'token_replayed'])

    const raced = await stage.a.launch()
    const both = await Promise.all(
      Array.from({ length: 5 }, () => send('POST /v1/sessions/launch', { body: { launchToken: raced } })),
    )
    expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 401, 401, 401, 401])
  })

  test('that opens nothing leaves nothing behind', async () => {
    const launch = routes.filter(({ url }) => url === '/v1/sessions/launch')
    const link = routes.filter(({ url }) => url === '/v1/sessions/link')
    const old = new Date(Date.now() - 86_400_000)
    const bad: Record<string, string> = {
      expired: await stage.a.launch({}, { now: old }),
      'for an origin that is not listed': await stage.a.launch({ origin: 'https://evil.example' }),
      "for another merchant's shop": await stage.a.launch({ shop: 'b-tm' }),
      'a session': agent,
      text: 'x',
    }
    await expectRefusals(
      launch.flatMap((route) =>
        Object.entries(bad).map(([what, launchToken]) => ({
          what,
          route,
          sending: { body: { launchToken } },
        })),
      ),
    )
    const links = { 'in no row': await stage.a.link(), text: 'x', 'a session': agent }
    await expectRefusals(
      link.flatMap((route) =>
        Object.entries(links).map(([what, linkToken]) => ({ what, route, sending: { body: { linkToken } } })),
      ),
      ['link_invalid', 'token_invalid'],
    )
  })
})

describe('an Idempotency-Key', () => {
  /** Routes that write once per key, with a body that is accepted and another one. */
  const keyed = () => [
    { what: 'POST /v1/orders', token: api, body: newOrder('KEY-1', 1), other: newOrder('KEY-1', 2) },
    {
      what: 'POST /v1/tickets',
      token: agent,
      body: { kind: 'help', orderId: ids.order },
      other: { kind: 'help', orderId: ids.order, text: '请问' },
    },
    {
      what: `POST /v1/invoices/${ids.invoice}/deliveries`,
      token: agent,
      body: { email: 'a@example.com' },
      other: { email: 'b@example.com' },
    },
    {
      what: 'POST /v1/invoice-requests',
      token: agent,
      body: newRequest('个人'),
      other: newRequest('别人'),
    },
  ]
  const newRequest = (name: string) => ({
    orderIds: [ids.other],
    kind: 'ordinary',
    title: { kind: 'person', name },
  })
  const newOrder = (number: string, paidFen: number) => ({
    shop: 'a-tm',
    number,
    state: 'paid',
    paidFen,
    lines: [{ title: '帆布包', amountFen: paidFen }],
  })
  const KEYS: Readonly<Record<string, string | string[]>> = {
    empty: '',
    spaces: '   ',
    'only quotes': '""',
    '256 characters': 'k'.repeat(256),
    'a space inside': 'a b',
    'two keys': 'a, b',
    'two headers': ['one', 'two'],
    Chinese: Buffer.from('钥匙').toString('latin1'),
    'a tab': 'a\tb',
  }

  test('that is missing or odd is refused before anything is done', async () => {
    const attempts = keyed().flatMap(({ what, token, body }) =>
      Object.entries({ ...KEYS, none: undefined }).map(([name, key]) => {
        const [method = '', url = ''] = what.split(' ', 2)
        const sending = { token, body, headers: { 'idempotency-key': key } }
        return { what: name, route: { method, url }, address: url, sending }
      }),
    )
    await expectRefusals(attempts, ['idempotency_key_missing', 'idempotency_key_invalid'])
  })

  test('gives the same answer to the same body, refuses another body, and writes once', async () => {
    for (const { what, token, body, other } of keyed()) {
      const headers = { 'idempotency-key': `same ${what}`.replaceAll(' ', '-') }
      const first = await send(what, { token, body, headers })
      const written = await takeFingerprint(stage.databaseUrl)
      const again = await send(what, { token, body, headers })
      const changed = await send(what, { token, body: other, headers })

      expect([what, first.statusCode < 300, again.statusCode]).toEqual([what, true, first.statusCode])
      expect(again.json()).toEqual(first.json())
      expect([what, changed.statusCode, changed.json().code]).toEqual([what, 409, 'idempotency_key_reused'])
      expect(await takeFingerprint(stage.databaseUrl)).toEqual(written)
    }
  })

  test('sent five times at once is done once, and the others wait or learn that they must', async () => {
    const body = newOrder('KEY-RACE', 10_000)
    const headers = { 'idempotency-key': 'race' }
    const all = await Promise.all(
      Array.from({ length: 5 }, () => send('POST /v1/orders', { token: api, body, headers })),
    )
    const said = all.map((reply) => (reply.statusCode === 201 ? 'created' : reply.json().code))
    expect(said).toContain('created')
    expect(said.filter((word) => word !== 'created' && word !== 'request_in_progress')).toEqual([])
    expect(await stage.database.order.count({ where: { number: 'KEY-RACE' } })).toBe(1)
    const [entry] = await stage.database.order.findMany({ where: { number: 'KEY-RACE' } })
    expect(entry?.version).toBe(1)
  })

  test('of a refused request can be used for the repaired one', async () => {
    const headers = { 'idempotency-key': 'repaired' }
    const wrong = { ...newOrder('KEY-2', 10_000), paidFen: 9_999 }
    const refused = await send('POST /v1/orders', { token: api, body: wrong, headers })
    const taken = await send('POST /v1/orders', { token: api, body: newOrder('KEY-2', 10_000), headers })
    expect([refused.json().code, taken.statusCode]).toEqual(['order_amounts_disagree', 201])
  })
})

describe('a form with a file', () => {
  const part = (name: string, text: string) =>
    `--edge\r\ncontent-disposition: form-data; name="${name}"; filename="orders.csv"\r\n` +
    `content-type: text/csv\r\n\r\n${text}\r\n`
  const FORMS: Readonly<Record<string, string>> = {
    'no parts': '--edge--\r\n',
    'no end': part('file', '订单号'),
    'nothing in it': '',
    'something else': 'x'.repeat(1_000),
    'two files': `${part('file', 'a')}${part('other', 'b')}--edge--\r\n`,
    'headers without end': `--edge\r\n${'x: y\r\n'.repeat(3_000)}`,
    'a field and no file': '--edge\r\ncontent-disposition: form-data; name="a"\r\n\r\nb\r\n--edge--\r\n',
    'a prototype as its name': part('__proto__', 'a'),
    'a NUL in its file name': part('file"; filename="a\0b', 'a'),
  }

  test('is refused when it is no form, or no single file', async () => {
    const [route] = routes.filter((one) => nameOf(one) === 'POST /v1/imports')
    if (route === undefined) throw new Error('nothing takes a file any more')
    const headers = { 'content-type': 'multipart/form-data; boundary=edge' }
    await expectRefusals(
      Object.entries(FORMS).map(([what, raw]) => ({ what, route, sending: { token: api, raw, headers } })),
    )
  })
})

describe('an address', () => {
  const withId = () => routes.filter(({ url }) => url.includes(':'))
  const MALFORMED = [
    'x',
    '0',
    '%00',
    '%0a',
    '%20',
    '..%2f..%2fetc%2fpasswd',
    '%ff',
    '%',
    '%E2%80%AE',
    '__proto__',
    'constructor',
    "'%20OR%201=1",
    'null',
    `${UNKNOWN_ID}x`,
    '{id}',
    'a'.repeat(99),
    'a'.repeat(3_000),
  ]

  test('with an id that cannot be one is refused', async () => {
    await expectRefusals(
      withId().flatMap((route) =>
        MALFORMED.map((id) => ({
          what: id.slice(0, 40),
          route,
          address: addressOf(route, id),
          sending: {
            token: tokenOf(route),
            ...(bodyOf(route) === undefined ? {} : { body: samplesOf(route)[0] }),
          },
        })),
      ),
    )
  })

  test('with an id of another merchant is answered like one of nobody', async () => {
    const merchantId = stage.b.id
    const tokens: Tokens = {
      admin: (await openStaffSession(stage, 'shop_admin', { merchantId })).token,
      finance: (await openStaffSession(stage, 'finance', { merchantId })).token,
      customer: await stage.b.customer(),
      agent: await stage.b.agent(),
      api: await stage.b.api(),
    }
    const before = await takeFingerprint(stage.databaseUrl)
    const told = await Promise.all(
      withId().map(async (route) => {
        const token = pickToken(route, tokens)
        const body = bodyOf(route) === undefined ? {} : { body: samplesOf(route)[0] }
        const ask = async (address: string) => {
          const reply = await send(`${route.method} ${address}`, { token, ...body })
          return { ...reply.json(), requestId: '' }
        }
        const nobodys = route.url.includes('/shops/') ? 'nowhere' : UNKNOWN_ID
        return {
          name: nameOf(route),
          foreign: await ask(addressOf(route)),
          unknown: await ask(addressOf(route, nobodys)),
        }
      }),
    )
    expect(told.filter(({ foreign }) => foreign.status !== 404)).toEqual([])
    expect(told.map(({ foreign }) => foreign)).toEqual(told.map(({ unknown }) => unknown))
    expect(await takeFingerprint(stage.databaseUrl)).toEqual(before)
  })

  const QUERIES = [
    'dry_run=maybe',
    'dry_run=true&dry_run=false',
    'dry_run[]=1',
    '__proto__=1',
    'constructor=1',
    'shop=%00',
    'shop=%ff',
    '&&==',
    `a=${'b'.repeat(9_000)}`,
  ]

  test('with an odd query never makes the server fail', async () => {
    const before = await takeFingerprint(stage.databaseUrl)
    const attempts = routes
      // An upgrade, not a request; and a reading that leaves an audit entry each time.
      .filter(({ url }) => url !== '/v1/live' && url !== '/v1/titles/export')
      .flatMap((route) =>
        QUERIES.map((query) => ({
          what: query.slice(0, 40),
          route,
          address: `${addressOf(route)}${addressOf(route).includes('?') ? '&' : '?'}${query}`,
          // What would write gets a body that is none, so that the query is all there is to it.
          sending: { token: tokenOf(route), ...(route.method === 'GET' ? {} : { raw: '[' }) },
        })),
      )
    expect(await findFaults(attempts, isAnswered)).toEqual([])
    expect(await takeFingerprint(stage.databaseUrl)).toEqual(before)
  })

  test('that is none, or for another method, says so', async () => {
    const codes = await Promise.all(
      [
        'GET /v1/nothing',
        'GET /v1/orders/x/y/z',
        'DELETE /v1/orders',
        'PUT /v1/tickets',
        'GET /v1/downloads/x/y',
      ].map(async (what) => (await send(what, { token: agent })).json().code),
    )
    expect(codes).toEqual([
      'route_not_found',
      'route_not_found',
      'method_not_allowed',
      'method_not_allowed',
      'link_invalid',
    ])
  })
})

test('nothing of all this was taken for a bug of ours', async () => {
  const metrics = (await stage.app.inject('/metrics')).body
  expect(metrics).toMatch(/http_request_duration_seconds_count\{.*status="422"/)
  expect(metrics).not.toMatch(/http_request_duration_seconds_count\{.*status="5\d\d"/)
})
