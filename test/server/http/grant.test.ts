import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, createApp } from '../../../server/http/create-app.ts'
import { grantOf, requireApi, requireGrant, requireSession, sessionOf } from '../../../server/http/grant.ts'
import { actorOf, claimsOf, principalOf } from '../../../server/tokens/grant.ts'
import { newTokenId } from '../../../server/tokens/make-key.ts'
import { signToken } from '../../../server/tokens/sign-token.ts'
import { ISSUER, NOW, openDesk, sessionClaims } from '../tokens/token-desk.ts'

let app: App
let desk: Awaited<ReturnType<typeof openDesk>>

beforeAll(async () => {
  desk = await openDesk()
  app = await createApp({
    publicUrl: ISSUER,
    isProduction: false,
    logLevel: 'silent',
    trustedProxies: [],
    version: '0',
    assertReady: async () => undefined,
  })
  const schema = { response: { 200: Type.Unknown() } }
  const orders = { session: 'orders.search', api: 'orders' } as const
  app.get('/v1/any', { schema, onRequest: requireSession(desk.deps) }, (request) => ({
    actor: actorOf(grantOf(request)),
    principal: principalOf(grantOf(request)),
    claims: claimsOf(sessionOf(request)),
  }))
  app.get('/v1/agents', { schema, onRequest: requireSession(desk.deps, 'orders.search') }, () => 'in')
  app.get('/v1/api', { schema, onRequest: requireApi(desk.deps, 'orders') }, (request) => ({
    actor: actorOf(grantOf(request)),
  }))
  app.get('/v1/both', { schema, onRequest: requireGrant(desk.deps, orders) }, () => 'in')
  await app.ready()
})
afterAll(() => app.close())

const claims = { ...sessionClaims, scopes: ['invoices.read'] }
const signed = { now: NOW, issuer: ISSUER }
const customer = () => signToken('session', claims, desk.server.signing, { ...signed, jti: newTokenId() })
const agent = () =>
  signToken(
    'session',
    { ...claims, role: 'agent', scopes: ['invoices.read', 'orders.search'] },
    desk.server.signing,
    { ...signed, jti: newTokenId() },
  )
const backend = async (scopes: string[]) => {
  const { merchantA } = desk
  desk.put({ ...merchantA.verify, scopes: ['orders', 'links'] })
  const at = { now: NOW, issuer: 'merchant-a', jti: newTokenId() }
  return signToken('api', { merchant: 'merchant-a', scopes }, merchantA.signing, at)
}

async function ask(url: string, token: string) {
  const reply = await app.inject({ url, headers: { authorization: `Bearer ${token}` } })
  return reply.statusCode === 200 ? 'in' : reply.json<{ code: string }>().code
}

test('a session becomes a grant with everything its token says', async () => {
  const reply = await app.inject({ url: '/v1/any', headers: { authorization: `bearer ${await customer()}` } })
  expect(reply.json()).toEqual({
    actor: { kind: 'customer', id: 'buyer-17', role: 'customer' },
    principal: 'customer:buyer-17',
    claims,
  })
})

test('a merchant’s backend acts under its key id', async () => {
  const authorization = `Bearer ${await backend(['orders'])}`
  const reply = await app.inject({ url: '/v1/api', headers: { authorization } })
  expect(reply.json()).toEqual({ actor: { kind: 'merchant', id: desk.merchantA.terms.kid } })
})

test('each route lets in whom it is for', async () => {
  const tokens = {
    customer: await customer(),
    agent: await agent(),
    orders: await backend(['orders']),
    links: await backend(['links']),
  }
  const table = await Promise.all(
    Object.entries(tokens).map(async ([who, token]) => [
      who,
      await ask('/v1/any', token),
      await ask('/v1/agents', token),
      await ask('/v1/api', token),
      await ask('/v1/both', token),
    ]),
  )
  expect(table).toEqual([
    ['customer', 'in', 'token_not_allowed', 'token_not_allowed', 'token_not_allowed'],
    ['agent', 'in', 'in', 'token_not_allowed', 'in'],
    ['orders', 'token_not_allowed', 'token_not_allowed', 'in', 'in'],
    ['links', 'token_not_allowed', 'token_not_allowed', 'token_not_allowed', 'token_not_allowed'],
  ])
})

test.for([undefined, '', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b'])(
  'the header %j holds no token',
  async (authorization) => {
    const headers = authorization === undefined ? {} : { authorization }
    const reply = await app.inject({ url: '/v1/any', headers })
    expect(reply.json()).toMatchObject({ status: 401, code: 'token_missing' })
  },
)

test('a token in the query is no token', async () => {
  const token = await customer()
  const reply = await app.inject(`/v1/any?access_token=${token}&token=${token}`)
  expect(reply.json()).toMatchObject({ code: 'token_missing' })
})

test('tokens of other kinds open nothing', async () => {
  const link = { merchant: 'merchant-a', shop: 'shop-a', order: null, lid: 'link-1' }
  const token = await signToken('link', link, desk.server.signing, { ...signed, jti: newTokenId() })
  expect(await ask('/v1/any', token)).toBe('token_invalid')
  expect(await ask('/v1/any', 'a.b.c')).toBe('token_invalid')
})
