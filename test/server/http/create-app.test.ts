import { Type } from 'typebox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Problem } from '../../../server/contract/problem.ts'
import { PROBLEMS } from '../../../server/contract/problems.ts'
import { byKind, FenNumber, Id, Instant, shape } from '../../../server/contract/shape.ts'
import { type App, createApp } from '../../../server/http/create-app.ts'
import { createMetrics } from '../../../server/http/metrics.ts'

const Title = byKind(
  shape({ kind: Type.Literal('personal'), name: Type.String() }),
  shape({ kind: Type.Literal('company'), name: Type.String(), taxId: Type.String({ minLength: 15 }) }),
)

const lines: string[] = []
const state = { isReady: true }

async function openApp(changes: Partial<Parameters<typeof createApp>[0]> = {}): Promise<App> {
  const app = await createApp({
    publicUrl: 'https://fapiao.example',
    isProduction: false,
    logLevel: 'info',
    logStream: { write: (line) => void lines.push(line) },
    trustedProxies: [],
    version: '1.2.3',
    async assertReady() {
      if (!state.isReady) throw new Error('no database')
    },
    ...changes,
  })
  app.post(
    '/v1/echo/:id',
    {
      schema: {
        params: shape({ id: Id }),
        querystring: shape({ limit: Type.Optional(Type.Integer({ minimum: 1 })) }),
        body: shape({
          title: Type.Optional(Title),
          amountFen: Type.Optional(FenNumber),
          at: Type.Optional(Instant),
          note: Type.Optional(Type.String()),
        }),
        response: { 200: Type.Object({ limit: Type.Unknown(), note: Type.Unknown() }) },
      },
    },
    async ({ body, query }) => ({ limit: query.limit ?? null, note: body.note ?? null, secret: 'dropped' }),
  )
  app.get('/v1/bug', { schema: { response: { 200: Type.Null() } } }, () => {
    throw new Error('Key (phone)=(13800138000) already exists')
  })
  app.get('/v1/refusal', { schema: { response: { 200: Type.Null() } } }, () => {
    throw new Problem('token_expired', { facts: { reason: 'expired' } })
  })
  await app.ready()
  return app
}

const ID = '01931b0e-0000-7000-8000-000000000001'
let app: App
beforeAll(async () => {
  app = await openApp()
})
afterAll(() => app.close())

const echo = (payload: unknown, query = '') =>
  app.inject({
    method: 'POST',
    url: `/v1/echo/${ID}${query}`,
    headers: { 'content-type': 'application/json' },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  })

describe('a request is read', () => {
  test('with numbers out of the query, and what no shape names is not answered', async () => {
    const reply = await echo({ note: 'a\r\nb' }, '?limit=12')
    expect(reply.json()).toEqual({ limit: 12, note: 'a\nb' })
  })

  test.for([
    ['an amount as text', { amountFen: '12' }, 'request_invalid', '/amountFen'],
    ['a fraction of a fen', { amountFen: 1.5 }, 'request_invalid', '/amountFen'],
    ['an unknown field', { colour: 'red' }, 'request_invalid', '/colour'],
    [
      'a company without tax id',
      { title: { kind: 'company', name: 'x' } },
      'request_invalid',
      '/title/taxId',
    ],
    ['an unknown kind', { title: { kind: 'ghost', name: 'x' } }, 'request_invalid', '/title/kind'],
    ['a day that is none', { at: '2026-02-30T10:00:00Z' }, 'request_invalid', '/at'],
    ['U+0000', { note: 'a\u0000b' }, 'text_not_allowed', '/note'],
    ['an invisible mark', { note: 'a\u202eb' }, 'text_not_allowed', '/note'],
    ['a lone surrogate', '{"note":"\\ud800"}', 'text_not_allowed', '/note'],
    ['a prototype key', '{"__proto__":{"note":"x"}}', 'request_malformed', undefined],
    ['a constructor key', '{"constructor":{"prototype":{}}}', 'request_malformed', undefined],
    ['half a document', '{"note":', 'request_malformed', undefined],
    ['nothing', '', 'request_malformed', undefined],
    ['33 levels', `{"note":${'['.repeat(40)}${']'.repeat(40)}}`, 'request_malformed', undefined],
    ['more than 256 KiB', { note: 'x'.repeat(262_144) }, 'request_too_large', undefined],
  ] as const)('%s is %s', async ([, body, code, field]) => {
    const reply = await echo(body)
    expect(reply.json()).toMatchObject({ code, status: PROBLEMS[code].status })
    if (field !== undefined) expect(reply.json()).toMatchObject({ field })
    expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  })

  test('and all its faults are told at once', async () => {
    const reply = await echo({ amountFen: 'x', at: 'y', colour: 1 })
    const { errors } = reply.json<{ errors: { field: string }[] }>()
    expect(errors.map(({ field }) => field).sort()).toEqual(['/amountFen', '/at', '/colour'])
  })

  test('only as JSON', async () => {
    const url = `/v1/echo/${ID}`
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const reply = await app.inject({
        method: 'POST',
        url,
        headers: { 'content-type': type },
        payload: 'a=1',
      })
      expect(reply.json()).toMatchObject({ status: 415, code: 'media_type_unsupported' })
    }
  })

  test('never with a control character in its address', async () => {
    const reply = await echo({}, '?limit=%00')
    expect(reply.json()).toMatchObject({ code: 'text_not_allowed' })
  })
})

describe('a refusal', () => {
  test('names itself as the problem table says', async () => {
    const reply = await app.inject('/v1/refusal')
    expect(reply.json()).toEqual({
      type: 'urn:fapiao-sidecar:problem:token_expired',
      title: 'The token has expired.',
      detail: 'The token has expired.',
      status: 401,
      code: 'token_expired',
      source: 'client',
      requestId: reply.headers['x-request-id'],
      reason: 'expired',
    })
    expect(reply.headers['www-authenticate']).toBe('Bearer')
  })

  test('of a token is one neutral word in production', async () => {
    const strict = await openApp({ isProduction: true })
    const { requestId: _, ...told } = (await strict.inject('/v1/refusal')).json<Record<string, unknown>>()
    await strict.close()
    expect(told).toEqual({
      type: 'urn:fapiao-sidecar:problem:token_invalid',
      title: 'The token is not valid.',
      detail: 'The token is not valid.',
      status: 401,
      code: 'token_invalid',
      source: 'client',
    })
  })

  test('of an unknown address is 404, of a known one with another method 405', async () => {
    expect((await app.inject('/v1/nothing')).json()).toMatchObject({ status: 404, code: 'route_not_found' })
    expect((await app.inject('/%zz')).json()).toMatchObject({ status: 404, code: 'route_not_found' })

    const reply = await app.inject({ method: 'PUT', url: `/v1/echo/${ID}?a=1` })
    expect(reply.json()).toMatchObject({ status: 405, code: 'method_not_allowed' })
    expect(reply.headers.allow).toBe('POST')
  })

  test('for a bug of ours says nothing about it', async () => {
    const reply = await app.inject('/v1/bug')
    expect(reply.json()).toMatchObject({ status: 500, code: 'unexpected' })
    expect(reply.body).not.toContain('13800138000')
  })
})

describe('a log line', () => {
  test('holds the route’s pattern, the status and nothing a person sent', async () => {
    lines.length = 0
    await app.inject({
      method: 'POST',
      url: `/v1/echo/${ID}?limit=7&canary=1`,
      headers: { authorization: 'Bearer canary', cookie: 'canary=1' },
      payload: { note: 'canary' },
    })
    await app.inject('/canary?t=canary')

    expect(lines).toHaveLength(2)
    expect(lines.join('')).not.toContain('canary')
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      time: expect.stringMatching(/Z$/),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      method: 'POST',
      route: '/v1/echo/:id',
      status: 422,
      ms: expect.any(Number),
      code: 'request_invalid',
      message: 'request',
    })
  })

  test('drops whatever the allow-list does not name, errors and their messages included', () => {
    lines.length = 0
    app.log.info({ phone: '13800138000', req: { url: '/?t=canary' }, route: '/x' }, 'kept')
    app.log.error(new Error('canary'))
    app.log.warn({ err: new Error('canary') }, 'kept')

    expect(lines.join('')).not.toMatch(/canary|13800138000/)
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { message: 'kept', route: '/x' },
      { message: 'error', error: 'Error' },
      { message: 'kept', error: 'Error' },
    ])
  })
})

describe('every answer', () => {
  test('tells browsers to guess nothing, to pass no address on and to stay with HTTPS', async () => {
    for (const url of ['/v1/refusal', '/v1/nothing', '/healthz']) {
      expect((await app.inject(url)).headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'strict-transport-security': 'max-age=63072000',
      })
    }
    expect((await app.inject('/v1/refusal')).headers['cache-control']).toBe('private, no-store')
  })

  test('allows no other origin', async () => {
    const reply = await app.inject({ url: '/v1/refusal', headers: { origin: 'https://evil.example' } })
    expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})

describe('for whoever runs it', () => {
  test('the server is alive, and ready as long as its database is', async () => {
    expect((await app.inject('/readyz')).statusCode).toBe(200)
    state.isReady = false
    expect((await app.inject('/readyz')).json()).toMatchObject({ status: 503, code: 'service_unavailable' })
    expect((await app.inject('/healthz')).statusCode).toBe(200)
    state.isReady = true
  })

  test('numbers are kept by route pattern, and others can be hung in', async () => {
    const metrics = createMetrics()
    metrics.gauge('jobs_waiting', 'Jobs', () => 42)
    metrics.count('jobs_total', 'Jobs', { label: 'kind', read: async () => ({ mail: 3, issue: 0 }) })
    const counted = await openApp({ metrics })
    await counted.inject(`/v1/echo/${ID}`)
    await counted.inject('/v1/refusal')

    await counted.inject('/metrics')
    const text = (await counted.inject('/metrics')).body
    await counted.close()

    expect(text).toContain(
      'http_request_duration_seconds_count{route="/v1/refusal",method="GET",status="401"} 1',
    )
    expect(text).toContain('jobs_waiting 42')
    expect(text).toContain('jobs_total{kind="mail"} 3\njobs_total{kind="issue"} 0')
    expect(text).not.toContain(ID)
  })

  test('the OpenAPI document shows each route with its refusals', async () => {
    const document = (await app.inject('/v1/openapi.json')).json<{
      openapi: string
      paths: Record<string, { post?: { responses: Record<string, { content: object }> } }>
    }>()
    expect(document.openapi).toBe('3.1.0')
    const { responses } = document.paths['/v1/echo/{id}']?.post ?? {}
    expect(Object.keys(responses ?? {})).toEqual(expect.arrayContaining(['200', '4XX', '5XX']))
    expect(Object.keys(responses?.['4XX']?.content ?? {})).toEqual(['application/problem+json'])
  })

  test('a route that does not say what it answers stops the start', async () => {
    const fresh = await createApp({
      publicUrl: 'http://x.test',
      isProduction: false,
      logLevel: 'silent',
      trustedProxies: [],
      version: '0',
      assertReady: async () => undefined,
    })
    expect(() => fresh.get('/v1/mute', () => null)).toThrow('GET /v1/mute does not say what it answers')
    await fresh.close()
  })
})
