import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type HostDesk, openHostDesk } from '../../support/host-desk.ts'

let desk: HostDesk
beforeAll(async () => {
  desk = await openHostDesk({ env: { NODE_ENV: 'production' } })
  await desk.addAccount('chatwoot')
})
afterAll(() => desk.close())
beforeEach(async () => {
  desk.consoles.notes.length = 0
  desk.consoles.state.isDown = false
  await desk.database.proofGuard.deleteMany()
  await desk.database.hostCode.deleteMany()
})

const AGENT = { shop: 'a-wx', accountId: '3', conversationId: '17', agentId: '5' }

const ask = (changes: object = {}) =>
  desk.app.inject({ method: 'POST', url: '/v1/hosts/agent-codes', payload: { ...AGENT, ...changes } })
const exchange = (code: string, changes: object = {}) =>
  desk.app.inject({
    method: 'POST',
    url: '/v1/sessions/agent-code',
    payload: { ...AGENT, ...changes, code },
  })
const codeInNote = () => /\d{6}/.exec(desk.consoles.notes.at(-1)?.content ?? '')?.[0] ?? ''

describe('an agent of Chatwoot, which signs nothing', () => {
  test('reads a code in a private note and gets in with it, once', async () => {
    expect((await ask()).statusCode).toBe(204)
    expect(desk.consoles.notes).toMatchObject([{ conversation: '17', private: true }])
    const code = codeInNote()
    const opened = await exchange(code)
    expect(opened.json()).toMatchObject({ role: 'agent', shops: [{ code: 'a-wx' }] })
    expect((await exchange(code)).statusCode).toBe(401)
  })

  test.for([
    ['another conversation', { conversationId: '18' }],
    ['nobody of the account', { agentId: '7' }],
    ['an agent who has not confirmed yet', { agentId: '6' }],
    ['another account', { accountId: '4' }],
    ['another shop', { shop: 'a-tm' }],
    ['no shop', { shop: 'nobody' }],
  ] as const)('%s gets the same answer and no note', async ([, changes]) => {
    expect((await ask(changes)).statusCode).toBe(204)
    expect(desk.consoles.notes).toEqual([])
  })

  test('a code is for its conversation and agent alone', async () => {
    await ask()
    expect((await exchange(codeInNote(), { conversationId: '18' })).statusCode).toBe(401)
    expect((await exchange(codeInNote(), { agentId: '6' })).statusCode).toBe(401)
    expect((await exchange(codeInNote())).statusCode).toBe(200)
  })

  test('five wrong codes end the right one, twenty at a time included', async () => {
    await ask()
    const code = codeInNote()
    const wrong = Array.from({ length: 20 }, (_, at) => String((Number(code) + at + 1) % 1_000_000))
    const tried = await Promise.all(wrong.map((text) => exchange(text.padStart(6, '0'))))
    expect(tried.every(({ statusCode }) => statusCode === 401)).toBe(true)
    expect((await exchange(code)).statusCode).toBe(401)
  })

  test('a conversation does not fill with notes', async () => {
    const answers = []
    for (let at = 0; at < 7; at++) answers.push(await ask())
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([204, 204, 204, 204, 204, 429, 429])
    expect(Number(answers.at(-1)?.headers['retry-after'])).toBeGreaterThan(0)
    expect(desk.consoles.notes).toHaveLength(5)
  })

  test('a console that is away is said to be away', async () => {
    desk.consoles.state.isDown = true
    expect((await ask()).json()).toMatchObject({ code: 'host_unavailable', status: 503 })
  })
})
