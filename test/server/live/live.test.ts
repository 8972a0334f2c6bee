import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LiveFromServer } from '../../../server/contract/live.ts'
import { type Listening, listenLive, readChange } from '../../../server/live/listen.ts'
import { publish } from '../../../server/live/publish.ts'
import {
  bearer,
  type GrantStage,
  launch,
  openGrantStage,
  openLiveSocket,
  PUBLIC_URL,
} from '../../support/grants.ts'

let stage: GrantStage
let listening: Listening
beforeAll(async () => {
  stage = await openGrantStage()
  const { databaseUrl: url, hub } = stage
  const log = { warn: () => undefined }
  listening = await listenLive({
    url,
    log,
    onChange: hub.tell,
    onRevoked: hub.tellRevoked,
    onGap: hub.tellAll,
  })
})
afterAll(async () => {
  await listening.close()
  await stage.close()
})

/** A socket that keeps what it hears. */
async function open(headers: Record<string, string> = {}) {
  const heard: LiveFromServer[] = []
  let code = 0
  const socket = await openLiveSocket(stage, headers, (ws) => {
    ws.on('message', (data) => heard.push(JSON.parse(String(data)) as LiveFromServer))
    ws.on('close', (closeCode) => {
      code = closeCode
    })
  })
  const say = (message: unknown) => socket.send(JSON.stringify(message))
  const closed = () => expect.poll(() => code)
  return { socket, heard, say, closed }
}

async function greet(token: string) {
  const line = await open()
  line.say({ kind: 'hello', token })
  await expect.poll(() => line.heard).toContainEqual({ kind: 'ready' })
  return line
}

const change = (topic: Parameters<typeof publish>[1]['topic'], version: number) =>
  stage.inTransaction((tx) => publish(tx, { topic, version }))

const buyer = async (number = 'TM-1001') => {
  const claims = { role: 'customer', shop: 'a-tm', orders: [number] } as const
  return (await launch(stage, await stage.a.signLaunch({ ...claims, sub: `buyer ${Math.random()}` }))).token
}
const agent = async (sub = 'agent-7') => (await launch(stage, await stage.a.signLaunch({ sub }))).token

describe('what changed is told', () => {
  test('to whoever proved the order, once it is committed', async () => {
    const { orders } = stage
    const line = await greet(await buyer())
    line.say({ kind: 'subscribe', topic: `order:${orders.tm1001}` })
    await expect
      .poll(() => line.heard)
      .toContainEqual({ kind: 'subscribed', topic: `order:${orders.tm1001}` })

    await stage
      .inTransaction(async (tx) => {
        await publish(tx, { topic: `order:${orders.tm1001}`, version: 7 })
        throw new Error('rolled back')
      })
      .catch(() => undefined)
    await change(`order:${orders.tm1001}`, 8)

    await expect
      .poll(() => line.heard.at(-1))
      .toEqual({
        kind: 'changed',
        topic: `order:${orders.tm1001}`,
        version: 8,
      })
    expect(line.heard).toHaveLength(3)
    line.socket.terminate()
  })

  test('no more after unsubscribing', async () => {
    const { orders, hub } = stage
    const line = await greet(await agent())
    line.say({ kind: 'subscribe', topic: `order:${orders.wx2001}` })
    line.say({ kind: 'unsubscribe', topic: `order:${orders.wx2001}` })
    line.say({ kind: 'subscribe', topic: `order:${orders.dupTm}` })
    await expect.poll(() => line.heard.at(-1)).toMatchObject({ topic: `order:${orders.dupTm}` })

    hub.tell({ topic: `order:${orders.wx2001}`, version: 2 })
    hub.tell({ topic: `order:${orders.dupTm}`, version: 3 })

    await expect.poll(() => line.heard.at(-1)).toMatchObject({ kind: 'changed', version: 3 })
    expect(line.heard.filter(({ kind }) => kind === 'changed')).toHaveLength(1)
    line.socket.terminate()
  })

  test('again to everybody after the listening connection broke', async () => {
    const { orders, databaseUrl } = stage
    const line = await greet(await agent())
    const topic = `order:${orders.tm1001}` as const
    line.say({ kind: 'subscribe', topic })
    await expect.poll(() => line.heard).toContainEqual({ kind: 'subscribed', topic })

    const client = new pg.Client({ connectionString: databaseUrl })
    await client.connect()
    await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'fapiao live' AND datname = current_database()`)
    await client.end()

    await expect.poll(() => line.heard.at(-1)).toEqual({ kind: 'changed', topic, version: 0 })
    await change(topic, 12)
    await expect.poll(() => line.heard.at(-1)).toEqual({ kind: 'changed', topic, version: 12 })
    line.socket.terminate()
  })
})

test('a browser gets in through a real port', async () => {
  const address = await stage.app.listen({ port: 0, host: '127.0.0.1' })
  const socket = new WebSocket(`${address.replace('http', 'ws')}/v1/live`)
  const heard: unknown[] = []
  socket.addEventListener('message', ({ data }) => heard.push(data))
  const token = await agent()
  await expect.poll(() => socket.readyState).toBe(WebSocket.OPEN)

  socket.send(JSON.stringify({ kind: 'hello', token }))

  await expect.poll(() => heard).toEqual(['{"kind":"ready"}'])
  socket.close()
})

describe('nobody watches', () => {
  test('what is not theirs: unknown and foreign are one answer', async () => {
    const { orders, a, b } = stage
    const nobody = '01931b0e-0000-7000-8000-000000000001'
    const table = [
      [await buyer(), [orders.wx2001, orders.b1001, nobody].map((id) => `order:${id}`)],
      [await buyer(), [`shop:${a.shop('a-tm').id}`]],
      [await agent(), [`desk:${a.id}`]],
      [await agent(), [`order:${orders.b1001}`, `shop:${b.shop('b-tm').id}`, `request:${nobody}`]],
      [(await launch(stage, await a.signLaunch({ shop: 'a-tm' }))).token, [`order:${orders.wx2001}`]],
    ] as const
    for (const [token, topics] of table) {
      const line = await greet(token)
      for (const topic of topics) line.say({ kind: 'subscribe', topic })
      await expect
        .poll(() => line.heard.slice(1))
        .toEqual(topics.map((topic) => ({ kind: 'refused', topic })))
      line.socket.terminate()
    }
  })

  test('without having said who they are', async () => {
    const line = await open()
    line.say({ kind: 'subscribe', topic: `order:${stage.orders.tm1001}` })
    await line.closed().toBe(4401)
    expect(line.heard).toEqual([])
  })

  test('with a token that is none', async () => {
    const line = await open()
    line.say({ kind: 'hello', token: 'a.b.c' })
    await line.closed().toBe(4401)
  })

  test('from a page of another origin', async () => {
    await expect(open({ origin: 'https://evil.example' })).rejects.toThrow('403')
    const line = await open({ origin: PUBLIC_URL })
    line.socket.terminate()
  })
})

describe('a socket is closed', () => {
  test('when nobody greets in time', async () => {
    const { limits } = stage
    limits.helloMs = 20
    const line = await open()
    await line.closed().toBe(4408)
    limits.helloMs = 5_000
  })

  test.for([
    ['half a message', '{"kind":'],
    ['an unknown word', '{"kind":"shout"}'],
    ['a topic that is none', '{"kind":"subscribe","topic":"order:%00"}'],
    ['a prototype key', '{"__proto__":{"kind":"hello"}}'],
  ])('after %s', async ([, text]) => {
    const line = await greet(await agent())
    line.socket.send(String(text))
    await line.closed().toBe(1008)
  })

  test('after bytes that are no text, and after more than 64 KiB', async () => {
    const [bytes, flood] = [await open(), await open()]
    bytes.socket.send(Buffer.from([1, 2, 3]))
    flood.socket.send('x'.repeat(70_000))
    await bytes.closed().toBe(1003)
    await flood.closed().toBe(1009)
  })

  test('after more than twenty messages in a second', async () => {
    const line = await greet(await agent())
    const topic = `order:${stage.orders.tm1001}`
    for (let count = 0; count < 25; count++) line.say({ kind: 'unsubscribe', topic })
    await line.closed().toBe(4429)
  })

  test('as the twenty-first of one person', async () => {
    const { limits } = stage
    limits.perPrincipal = 2
    const lines = [await greet(await agent('agent-9')), await greet(await agent('agent-9'))]
    const third = await open()
    third.say({ kind: 'hello', token: await agent('agent-9') })
    await third.closed().toBe(4429)
    const other = await greet(await agent('agent-10'))
    limits.perPrincipal = 20
    for (const { socket } of [...lines, other]) socket.terminate()
  })
})

test('a greeting may be renewed by the same session, and by no other', async () => {
  const token = await agent()
  const line = await greet(token)
  const reply = await stage.app.inject({
    method: 'POST',
    url: '/v1/sessions/renew',
    headers: bearer(token),
    payload: {},
  })
  line.say({ kind: 'hello', token: reply.json<{ token: string }>().token })
  await expect.poll(() => line.heard).toEqual([{ kind: 'ready' }, { kind: 'ready' }])

  line.say({ kind: 'hello', token: await agent() })
  await line.closed().toBe(4401)
})

test.for([
  undefined,
  '',
  'null',
  '[]',
  '{"topic":"order:x","version":1}',
  '{"topic":"order:01931b0e-0000-7000-8000-000000000001","version":"1"}',
])('the notification %j is heard by nobody', (payload) => {
  expect(readChange(payload)).toBeNull()
})
