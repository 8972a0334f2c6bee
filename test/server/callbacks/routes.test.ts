import { afterEach, beforeEach, expect, test } from 'vitest'
import { callbackPath, callbackToken } from '../../../server/callbacks/callback-token.ts'
import { callbackRoutes } from '../../../server/callbacks/routes.ts'
import { Secret } from '../../../server/config.ts'
import { connectCallbacks } from '../../../server/connect-callbacks.ts'
import { type App, createApp } from '../../../server/http/create-app.ts'
import { type IssuingDesk, openIssuingDesk } from '../../support/issuing-desk.ts'
import { openScriptedIssuer, type ScriptedIssuer } from '../../support/scripted-issuer.ts'

const MASTER_KEY = '5a'.repeat(32)
const OWN = callbackPath(callbackToken(MASTER_KEY))
const TAKEN = { status: '0000', message: '同步成功' }

let scripted: ScriptedIssuer
let desk: IssuingDesk
let app: App

beforeEach(async () => {
  scripted = openScriptedIssuer()
  desk = await openIssuingDesk({ issuer: scripted.issuer })
  app = await createApp({
    ...{ publicUrl: 'http://fapiao.test', isProduction: false, logLevel: 'silent' },
    ...{ trustedProxies: [], version: '1', assertReady: async () => undefined },
  })
  const { inTransaction } = desk
  const config = { masterKey: new Secret(MASTER_KEY) }
  await app.register(callbackRoutes(connectCallbacks({ config, inTransaction, now: () => desk.clock.at })))
})
afterEach(async () => {
  await app.close()
  await desk.close()
})

const tell = (serial: string, url = OWN) =>
  app.inject({
    ...{ method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    payload: new URLSearchParams({ operater: 'callback', orderno: serial, content: '{}' }).toString(),
  })

/** An invoice whose answer was lost, and nobody asks for a while. */
async function loseAnswer() {
  scripted.nextIssue.push((sending) => {
    scripted.number(sending)
    return { kind: 'unknown' }
  })
  const request = await desk.ask(await desk.order('TM-1001'))
  await desk.runUntil(request.id, 'in_doubt')
  const [serial = ''] = desk.sent
  return { id: request.id, serial }
}

const questionsDue = async () =>
  (await desk.jobs.waiting()).filter(({ kind, runAt }) => kind === 'invoice.ask' && runAt <= desk.clock.at)

test('a callback makes the next question come at once, and the answer decides', async () => {
  const { id, serial } = await loseAnswer()
  expect(await questionsDue()).toEqual([])

  const reply = await tell(serial)

  expect([reply.statusCode, reply.json()]).toEqual([200, TAKEN])
  expect((await desk.read(id)).state).toBe('in_doubt') // nothing was believed
  expect(await questionsDue()).toHaveLength(1)
  await desk.jobs.runDue()
  expect((await desk.read(id)).state).toBe('issued')
})

test('told three times at once, it is asked once', async () => {
  const { serial } = await loseAnswer()

  await Promise.all([tell(serial), tell(serial), tell(serial)])

  expect(await questionsDue()).toHaveLength(1)
})

test('a late callback, and one about nothing of ours, are taken and change nothing', async () => {
  const { id, serial } = await loseAnswer()
  await tell(serial)
  await desk.jobs.runDue()
  const before = await desk.jobs.waiting()

  expect((await tell(serial)).json()).toEqual(TAKEN)
  expect((await tell('FSUNKNOWN00001')).json()).toEqual(TAKEN)

  expect(await desk.jobs.waiting()).toEqual(before)
  expect((await desk.read(id)).state).toBe('issued')
})

test.for([
  ['another token', callbackPath(callbackToken('5b'.repeat(32)))],
  ['a shorter one', OWN.slice(0, -1)],
  ['a longer one', `${OWN}A`],
  ['none', '/v1/issuer-callbacks/'],
])('%s is an address that does not exist', async ([, url]) => {
  const { serial } = await loseAnswer()

  const reply = await tell(serial, url)

  expect([reply.statusCode, reply.json().code]).toEqual([404, 'route_not_found'])
  expect(await questionsDue()).toEqual([])
})

test('a body that cannot be read is taken like any other, and one without end is not', async () => {
  const post = (payload: string, type = 'application/x-www-form-urlencoded') =>
    app.inject({ method: 'POST', url: OWN, headers: { 'content-type': type }, payload })

  expect((await post('%%%&operater=')).json()).toEqual(TAKEN)
  expect((await post('{"operater":"callback"}', 'application/json')).json()).toEqual(TAKEN)
  expect((await post('x'.repeat(70_000))).statusCode).toBe(413)
})
