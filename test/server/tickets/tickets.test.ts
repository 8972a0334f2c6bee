import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { LIVE_CHANNEL } from '../../../server/live/publish.ts'
import { bodyOf, type OrderStage, openOrderStage, report, savedId, send } from '../orders/order-stage.ts'

let stage: OrderStage
let orderId: string
let foreignId: string
beforeAll(async () => {
  stage = await openOrderStage()
  orderId = savedId((await stage.save('a-tm', report({ number: 'TM-1010' })))[0])
  foreignId = savedId((await stage.save('b-tm', report({ number: 'TM-1001' })))[0])
})
afterAll(() => stage.close())

let keys = 0
const open = (token: string, payload: object, key = `ticket-${keys++}`) =>
  send(stage, '/v1/tickets', { token, payload, key })

test('a customer past the deadline gets a number to read out, and an answer within a day', async () => {
  const token = await stage.asCustomer({ orders: [orderId] })

  const reply = await open(token, { kind: 'deadline_passed', orderId, text: '请补开发票' })

  expect(reply.statusCode).toBe(201)
  expect(reply.json()).toMatchObject({
    number: expect.stringMatching(/^T(-[2-9A-HJKMNP-Z]{4}){2}$/),
    kind: 'deadline_passed',
    state: 'open',
    orderNumber: 'TM-1010',
    createdAt: '2026-11-22T04:00:00.000Z',
    dueAt: '2026-11-23T04:00:00.000Z',
  })
  const row = await stage.database.ticket.findUniqueOrThrow({ where: { id: reply.json().id } })
  expect(Buffer.from(row.textSealed ?? []).toString('utf8')).not.toContain('补开')
  expect(await stage.database.auditEntry.count({ where: { object: `ticket:${row.id}` } })).toBe(1)
})

test('asking again for the same order finds the ticket that is open', async () => {
  const token = await stage.asCustomer({ orders: [orderId] })
  const ask = { kind: 'deadline_passed', orderId }

  const replies = await Promise.all([open(token, ask), open(token, ask), open(token, ask)])

  expect(new Set(replies.map((reply) => reply.json().number)).size).toBe(1)
})

test('one key opens one ticket', async () => {
  const token = await stage.asCustomer({ orders: [orderId] })
  const first = await open(token, { kind: 'help', orderId }, 'once')
  const repeat = await open(token, { kind: 'help', orderId }, 'once')

  expect(repeat.headers['idempotency-replayed']).toBe('true')
  expect(bodyOf(repeat)).toBe(bodyOf(first))
})

test('an order that is not proven, one of another merchant and an invented one are one answer', async () => {
  const token = await stage.asCustomer()
  const replies = await Promise.all(
    [orderId, foreignId, '01999999-0000-7000-8000-000000000000'].map((id) =>
      open(token, { kind: 'help', orderId: id }),
    ),
  )

  expect(new Set(replies.map(bodyOf)).size).toBe(1)
  expect(replies[0]?.statusCode).toBe(404)
})

test('without an order the ticket goes to the shop of the session; an agent of all shops must name one', async () => {
  const customer = await open(await stage.asCustomer(), { kind: 'help', text: '在吗' })
  const agent = await open(await stage.asAgent(), { kind: 'help' })

  expect(customer.json()).toMatchObject({ orderNumber: null, state: 'open' })
  expect(agent.json()).toMatchObject({ status: 422, field: '/orderId' })
})

test('agents see what is open of their merchant or shop; customers and other merchants see nothing', async () => {
  const read = async (token: string) => (await send(stage, '/v1/tickets', { token })).json()

  const all = await read(await stage.asAgent())
  const ofShop = await read(await stage.asAgent({ shop: stage.shopId('a-wx') }))
  const ofOther = await read(await stage.asAgent({ merchant: stage.b.id }))
  const customer = await read(await stage.asCustomer({ orders: [orderId] }))

  expect(all.items.map(({ orderNumber }: { orderNumber: string | null }) => orderNumber)).toContain('TM-1010')
  expect(ofShop.items).toEqual([])
  expect(ofOther.items).toEqual([])
  expect(customer.code).toBe('token_not_allowed')
})

test('who watches the shop hears of a new ticket, after the commit', async () => {
  const [row] = await stage.database.$queryRaw<{ name: string }[]>`SELECT current_database() AS name`
  const client = new pg.Client({ connectionString: inject('postgresUrl').replace(/[^/]+$/, row?.name ?? '') })
  await client.connect()
  const heard: string[] = []
  client.on('notification', ({ payload }) => heard.push(payload ?? ''))
  await client.query(`LISTEN ${LIVE_CHANNEL}`)

  await open(await stage.asCustomer(), { kind: 'help' })

  await expect
    .poll(() => heard)
    .toContainEqual(JSON.stringify({ topic: `shop:${stage.shopId('a-tm')}`, version: 0 }))
  await client.end()
})
