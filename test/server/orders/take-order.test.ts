import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NewOrder } from '../../../server/contract/orders.ts'
import { bodyOf, type OrderStage, openOrderStage, send } from './order-stage.ts'

let stage: OrderStage
let backend: string
beforeAll(async () => {
  stage = await openOrderStage()
  backend = await stage.asBackend()
})
afterAll(() => stage.close())

const order = (facts: Partial<NewOrder> & Pick<NewOrder, 'number'>): NewOrder => ({
  shop: 'a-tm',
  state: 'completed',
  completedAt: '2026-11-15T02:00:00Z',
  paidFen: 29_900,
  lines: [{ title: '帆布包', quantity: '1', amountFen: 29_900 }],
  ...facts,
})

let keys = 0
const push = (payload: object, key = `key-${keys++}`, token = backend) =>
  send(stage, '/v1/orders', { token, payload, key })

test('a new order is created, the same one unchanged, and a newer one updated', async () => {
  const created = await push(order({ number: 'API-1001' }))
  const again = await push(order({ number: 'api-1001' }))
  const newer = await push(
    order({ number: 'API-1001', refunds: [{ reference: 'R1', state: 'completed', amountFen: 900 }] }),
  )

  expect(created.statusCode).toBe(201)
  expect(created.json()).toMatchObject({ number: 'API-1001', shop: 'a-tm', outcome: 'created', version: 1 })
  expect([again.statusCode, again.json().outcome]).toEqual([200, 'unchanged'])
  expect(newer.json()).toMatchObject({ outcome: 'updated', version: 2, refundedFen: 900 })
})

test('one key is one order: the repeat gets the first answer, another body is refused', async () => {
  const first = await push(order({ number: 'API-1002' }), 'same')
  const repeat = await push(order({ number: 'API-1002' }), 'same')
  const other = await push(order({ number: 'API-1003' }), 'same')

  expect(repeat.statusCode).toBe(201)
  expect(bodyOf(repeat)).toBe(bodyOf(first))
  expect(repeat.headers['idempotency-replayed']).toBe('true')
  expect([other.statusCode, other.json().code]).toEqual([409, 'idempotency_key_reused'])
})

test('an order without a key is refused', async () => {
  const reply = await send(stage, '/v1/orders', { token: backend, payload: order({ number: 'API-1004' }) })

  expect([reply.statusCode, reply.json().code]).toEqual([400, 'idempotency_key_missing'])
})

test.each([
  ['amounts that disagree', { paidFen: 29_800 }, 422, 'order_amounts_disagree', '/paidFen'],
  ['an amount that is no integer', { paidFen: 298.5 }, 422, 'request_invalid', '/paidFen'],
  [
    'a negative line',
    { lines: [{ title: 'x', amountFen: -1 }] },
    422,
    'request_invalid',
    '/lines/0/amountFen',
  ],
  ['a field nobody knows', { paid: 1 }, 422, 'request_invalid', '/paid'],
  ['an unknown shop', { shop: 'nowhere' }, 404, 'shop_not_found', '/shop'],
  ["another merchant's shop", { shop: 'b-tm' }, 404, 'shop_not_found', '/shop'],
  ['a number of invisible length', { number: '号'.repeat(3) }, 422, 'order_number_invalid', '/number'],
  [
    'a refund of a line that is not there',
    { refunds: [{ reference: 'R', state: 'completed', amountFen: 1, lineNo: 2 }] },
    422,
    'request_invalid',
    '/refunds/0/lineNo',
  ],
  [
    'two refunds under one reference',
    {
      refunds: [
        { reference: 'R', state: 'applied', amountFen: 1 },
        { reference: 'R', state: 'completed', amountFen: 1 },
      ],
    },
    422,
    'request_invalid',
    '/refunds/1/reference',
  ],
] as const)('%s: refused with the path and whose move it is', async (_, facts, status, code, field) => {
  const reply = await push({ ...order({ number: 'API-1005' }), ...facts })

  expect(reply.json()).toMatchObject({ status, code, field, source: 'client' })
  expect(await stage.database.order.count({ where: { number: 'API-1005' } })).toBe(0)
})

test('a refused order leaves its key unused', async () => {
  await push(order({ number: 'API-1006', paidFen: 1 }), 'retry')

  expect((await push(order({ number: 'API-1006' }), 'retry')).statusCode).toBe(201)
})

test('ten calls that create one order make one order', async () => {
  const replies = await Promise.all(Array.from({ length: 10 }, () => push(order({ number: 'API-1007' }))))

  expect(replies.map(({ statusCode }) => statusCode).sort()).toEqual([...Array(9).fill(200), 201])
  expect(await stage.database.order.count({ where: { number: 'API-1007' } })).toBe(1)
})

test('a key without the scope, and a person in a widget, may not push orders', async () => {
  const reports = await stage.asBackend(stage.a, ['reports'])
  const replies = [
    await push(order({ number: 'API-1008' }), 'k1', reports),
    await push(order({ number: 'API-1008' }), 'k2', await stage.asAgent()),
  ]

  expect(replies.map((reply) => reply.json().code)).toEqual(['token_not_allowed', 'token_not_allowed'])
})
