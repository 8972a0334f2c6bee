import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Proof } from '../../../server/contract/orders.ts'
import { listAlarms } from '../../../server/orders/look-up-alarm.ts'
import { createProofGuard } from '../../../server/orders/proof-guard.ts'
import { createProveOrder } from '../../../server/orders/prove-order.ts'
import { bodyOf, goods, NOW, type OrderStage, openOrderStage, report, savedId, send } from './order-stage.ts'

let stage: OrderStage
let agent: string
let customer: string

beforeAll(async () => {
  stage = await openOrderStage()
  agent = await stage.asAgent()
  customer = await stage.asCustomer()
  await stage.save('a-tm', report({ number: 'TM-1001' }), report({ number: 'DUP-4001', paidFen: 10_000n }))
  await stage.save('a-pdd', report({ number: 'DUP-4001', paidFen: 3_600n }), report({ number: 'PDD-9001' }))
  await stage.save('b-tm', report({ number: 'TM-1001', paidFen: 8_800n }), report({ number: 'B-7001' }))
})
afterAll(() => stage.close())

beforeEach(async () => {
  await stage.database.proofGuard.deleteMany()
  await stage.database.lookUpBurst.deleteMany()
  stage.clock.now = NOW
})

const amount = (text: string): Proof => ({ kind: 'amount', amount: text })
const tail = (text: string): Proof => ({ kind: 'phone_tail', tail: text })

function lookUp(
  text: string,
  proof?: Proof,
  { token = customer, address = '203.0.113.9' }: { token?: string | undefined; address?: string } = {},
) {
  const payload = proof === undefined ? { text } : { text, proof }
  return send(stage, '/v1/orders/look-up', { token, payload, address })
}

test('an agent finds an order by a number typed full-width and with spaces', async () => {
  const reply = await lookUp('　TM－１００１ ', undefined, { token: agent })

  expect(reply.json()).toMatchObject({
    kind: 'found',
    number: 'TM-1001',
    order: {
      buyer: { name: '张*例', phone: '138****5678', email: 'z***@ex.cn' },
      ladder: { paidFen: 29_900, invoiceableFen: 29_900 },
      invoiceability: { isInvoiceable: true },
    },
    session: null,
  })
})

test('of several numbers in a text the first that exists is found', async () => {
  const reply = await lookUp('TM-9999 还是 PDD-9001？', undefined, { token: agent })

  expect(reply.json()).toMatchObject({ kind: 'found', number: 'PDD-9001' })
})

test('a number of two shops is a choice for an agent, and none for the agent of one shop', async () => {
  const both = await lookUp('dup-4001', undefined, { token: agent })
  const ofShop = await stage.asAgent({ shop: stage.shopId('a-pdd') })
  const one = await lookUp('DUP-4001', undefined, { token: ofShop })

  expect(both.json().kind).toBe('choose')
  expect(
    both
      .json()
      .candidates.map(({ paidFen }: { paidFen: number }) => paidFen)
      .sort(),
  ).toEqual([10_000, 3_600])
  expect(one.json()).toMatchObject({ kind: 'found', order: { ladder: { paidFen: 3_600 } } })
})

test('another merchant, another shop and an invented number are one answer for an agent', async () => {
  const ofShop = await stage.asAgent({ shop: stage.shopId('a-tm') })
  const replies = await Promise.all(
    ['B-7001', 'PDD-9001', 'XX-1234'].map((text) => lookUp(text, undefined, { token: ofShop })),
  )

  expect(replies.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404])
  expect(new Set(replies.map(bodyOf)).size).toBe(1)
})

test.each(['订单呢', '91420111MA49QA0X10', '你好 hello'])('%j holds no order number', async (text) => {
  const reply = await lookUp(text)

  expect(reply.json()).toMatchObject({ code: 'order_number_invalid', field: '/text' })
})

test("a shop's own short number is found although no platform writes such numbers", async () => {
  await stage.save('a-tm', report({ number: 'X9' }))

  expect((await lookUp('x9', undefined, { token: agent })).json()).toMatchObject({
    kind: 'found',
    number: 'X9',
  })
})

test('without a proof every number has the same answer', async () => {
  const replies = await Promise.all(['TM-1001', 'TM-1009', 'B-7001'].map((text) => lookUp(text)))

  const bodies = replies.map((reply) => bodyOf(reply).replace(/"number":"[^"]*"/, ''))
  expect(new Set(bodies).size).toBe(1)
  expect(replies[0]?.json()).toEqual({
    kind: 'proof_needed',
    number: 'TM-1001',
    order: null,
    candidates: [],
    session: null,
  })
})

test.each([
  ['the amount paid', amount('299')],
  ['the amount paid, with cents', amount('299.00')],
  ['the tail of the phone', tail('5678')],
])('%s proves an order, and the new session carries it', async (_, proof) => {
  const reply = (await lookUp('TM-1001', proof)).json()

  expect(reply).toMatchObject({ kind: 'found', order: { number: 'TM-1001' } })
  expect(reply.session.orderIds).toEqual([reply.order.id])
  const read = await send(stage, `/v1/orders/${reply.order.id}`, { token: reply.session.token })
  expect(read.statusCode).toBe(200)
})

test('what a platform masked keeps its tail, and the tail proves', async () => {
  const buyer = { name: '姜**', phone: '154****0911', address: null, email: null, nick: null }
  await stage.save('a-tm', report({ number: 'TM-5001', buyer }))

  expect((await lookUp('TM-5001', tail('0911'))).statusCode).toBe(200)
})

test('a customer sees goods and amounts, and of the buyer a masked name alone', async () => {
  const { order } = (await lookUp('TM-1001', amount('299.00'))).json()

  expect(order.buyer).toEqual({ name: '张*例', phone: null, email: null })
})

test('a wrong proof, another shop, another merchant and an invented number are one answer', async () => {
  const replies = [
    await lookUp('TM-1001', amount('298.00')),
    await lookUp('TM-1001', tail('1234')),
    await lookUp('PDD-9001', amount('299.00')),
    await lookUp('B-7001', amount('299.00')),
    await lookUp('XX-1234', amount('299.00')),
    await lookUp('XX-1234', tail('0000')),
  ]

  expect(replies.map(({ statusCode }) => statusCode)).toEqual(Array(6).fill(404))
  expect(new Set(replies.map(bodyOf)).size).toBe(1)
  expect(new Set(replies.map(({ headers }) => Object.keys(headers).sort().join())).size).toBe(1)
})

test('a wrong proof costs the same work whether or not the order exists', async () => {
  const steps: string[] = []
  const recording = stage.database.$extends({
    query: {
      $allOperations({ operation, args, query }) {
        steps.push(operation)
        return query(args)
      },
    },
  }) as unknown as typeof stage.database // the same client, with a listener
  const vault = {
    ...stage.vault,
    openJson: (...of: Parameters<typeof stage.vault.openJson>) => {
      steps.push('open')
      return stage.vault.openJson(...of)
    },
  }
  const now = () => NOW
  const guard = createProofGuard({ database: recording, vault, now })
  const prove = createProveOrder({ database: recording, vault, now, guard })
  const stepsOf = async (number: string) => {
    steps.length = 0
    const where = { merchantId: stage.a.id, shopId: stage.shopId('a-tm'), address: '203.0.113.9' }
    const person = 'customer 1'
    const ask = {
      ...where,
      person,
      number,
      proof: tail('0000'),
      actor: { kind: 'customer', id: 'link:1' },
    } as const
    await expect(prove(ask)).rejects.toMatchObject({ code: 'order_not_found' })
    return [...steps]
  }
  await stage.save('a-tm', report({ number: 'TM-5007', buyer: null }))

  const existing = await stepsOf('TM-1001')

  const [counted, found] = [
    ['findFirst', '$queryRaw', '$queryRaw', '$queryRaw'],
    ['findUnique', 'open'],
  ]
  expect(existing).toEqual([...counted, ...found, '$executeRaw', '$queryRaw'])
  expect(await stepsOf('XX-1234')).toEqual(existing)
  expect(await stepsOf('TM-5007')).toEqual(existing)
})

test('nothing proves a gift: 0.00 opens no order', async () => {
  await stage.save(
    'a-tm',
    report({ number: 'TM-5002', paidFen: 0n, lines: [{ ...goods(0n), kind: 'gift' }] }),
  )

  expect((await lookUp('TM-5002', amount('0.00'))).statusCode).toBe(404)
})

test('an order that waits for payment is proven by what is due', async () => {
  const due = { state: 'pending_payment', paidFen: 0n, lines: [goods(16_800n)] } as const
  await stage.save('a-tm', report({ number: 'TM-5003', ...due }))

  expect((await lookUp('TM-5003', amount('168.00'))).json()).toMatchObject({
    order: { invoiceability: { code: 'order_not_paid' } },
  })
})

test('an order without a buyer is not opened by any phone tail', async () => {
  await stage.save('a-tm', report({ number: 'TM-5004', buyer: null }))

  for (const digits of ['0000', '9999']) {
    expect((await lookUp('TM-5004', tail(digits))).statusCode).toBe(404)
  }
})

test('after five wrong proofs even the right one is refused, for 15 minutes', async () => {
  for (let i = 0; i < 5; i++) expect((await lookUp('TM-1001', amount(`${i}.00`))).statusCode).toBe(404)

  const refused = await lookUp('TM-1001', amount('299.00'))
  stage.clock.now = new Date(NOW.getTime() + 14 * 60_000)
  const still = await lookUp('TM-1001', amount('299.00'), { token: await stage.asCustomer() })
  stage.clock.now = new Date(NOW.getTime() + 15 * 60_000)
  const later = await lookUp('TM-1001', amount('299.00'), { token: await stage.asCustomer() })

  expect(refused.json()).toMatchObject({ code: 'proof_cooldown', retryAfter: 900, status: 429 })
  expect(refused.headers['retry-after']).toBe('900')
  expect(still.statusCode).toBe(429)
  expect(later.statusCode).toBe(200)
})

test('an invented number cools down in the same words as a real one', async () => {
  const last = async (number: string) => {
    let reply = await lookUp(number, tail('1111'))
    for (let i = 0; i < 5; i++) reply = await lookUp(number, tail('1111'))
    return bodyOf(reply)
  }

  expect(await last('XX-1234')).toBe(await last('TM-1001'))
})

test('twenty wrong proofs at once are five tries, and fifteen refusals', async () => {
  const replies = await Promise.all(Array.from({ length: 20 }, () => lookUp('TM-1001', amount('1.00'))))

  const codes = replies.map((reply) => reply.json().code)
  expect(codes.filter((code) => code === 'order_not_found')).toHaveLength(5)
  expect(codes.filter((code) => code === 'proof_cooldown')).toHaveLength(15)
})

test('a right proof starts the count again', async () => {
  for (let i = 0; i < 4; i++) await lookUp('TM-1001', amount('1.00'))
  await lookUp('TM-1001', amount('299.00'))

  for (let i = 0; i < 4; i++) await lookUp('TM-1001', amount('1.00'))

  expect((await lookUp('TM-1001', amount('299.00'))).statusCode).toBe(200)
})

test('who guesses is stopped after ten numbers, and the neighbour behind the same address is not', async () => {
  const address = '198.51.100.1'
  const guesser = await stage.asCustomer()
  for (let i = 0; i < 10; i++) await lookUp(`XX-${1000 + i}`, amount('1.00'), { address, token: guesser })

  const stopped = await lookUp('TM-1001', amount('299.00'), { address, token: guesser })
  const neighbour = await lookUp('TM-1001', amount('299.00'), { address, token: await stage.asCustomer() })

  expect(stopped.json()).toMatchObject({ code: 'proof_cooldown', retryAfter: 900 })
  expect(neighbour.statusCode).toBe(200)
})

test('who opens a new session for every five numbers gets at most sixty answers', async () => {
  const statuses: number[] = []
  const sessions = await Promise.all(Array.from({ length: 14 }, () => stage.asCustomer()))
  for (let i = 0; i < 70; i++) {
    const token = sessions[Math.floor(i / 5)]
    const reply = await lookUp(`XX-${1000 + i}`, amount('1.00'), { address: '198.51.100.4', token })
    statuses.push(reply.statusCode)
  }

  const answered = statuses.indexOf(429)
  expect(answered).toBeGreaterThan(0)
  expect(answered).toBeLessThanOrEqual(60)
  expect(new Set(statuses.slice(answered))).toEqual(new Set([429]))
})

test('a number that is tried from everywhere closes for all, and the next shop stays open', async () => {
  for (let i = 0; i < 5; i++) {
    const where = { address: `192.0.2.${i}`, token: await stage.asCustomer() }
    await lookUp('TM-1001', amount('1.00'), where)
  }

  expect((await lookUp('TM-1001', amount('299.00'))).json().code).toBe('proof_cooldown')
  const elsewhere = await stage.asCustomer({ shop: stage.shopId('a-pdd') })
  expect((await lookUp('DUP-4001', amount('36.00'), { token: elsewhere })).statusCode).toBe(200)
})

describe('when look-ups of a shop fail in a burst', () => {
  const actOf = (act: string) => stage.database.auditEntry.count({ where: { act } })

  async function guess(times: number, token = customer) {
    for (let i = 0; i < times; i++) {
      await lookUp(`XX-${2000 + i}`, amount('1.00'), { address: `203.0.113.${i % 200}`, token })
    }
  }

  test('somebody is told once, with how often, and those of other shops are not', async () => {
    const before = await actOf('look_up.alarm_raised')
    await guess(29)
    expect(await alarms('a-tm')).toEqual([])

    await guess(3)

    expect(await alarms('a-tm')).toMatchObject([{ shopId: stage.shopId('a-tm'), failures: 32 }])
    expect(await alarms('a-pdd')).toEqual([])
    expect(await actOf('look_up.alarm_raised')).toBe(before + 1)
    stage.clock.now = new Date(NOW.getTime() + 25 * 3_600_000)
    expect(await alarms('a-tm')).toEqual([])
  })

  test('a person has three tries, and a right proof still opens the order', async () => {
    await guess(30)
    const at = { address: '192.0.2.9', token: await stage.asCustomer() }
    for (let i = 0; i < 3; i++) {
      expect((await lookUp(`XX-${3000 + i}`, amount('1.00'), at)).statusCode).toBe(404)
    }

    expect((await lookUp('XX-3003', amount('1.00'), at)).statusCode).toBe(429)
    const other = { address: '192.0.2.10', token: await stage.asCustomer() }
    expect((await lookUp('TM-1001', amount('299.00'), other)).statusCode).toBe(200)
  })

  test('a flood from everywhere closes the shop until the quarter of an hour is over', async () => {
    await guess(1)
    await stage.database.lookUpBurst.updateMany({ data: { failures: 1_000 } })

    expect((await lookUp('TM-1001', amount('299.00'))).json()).toMatchObject({
      code: 'proof_cooldown',
      retryAfter: 900,
    })
    stage.clock.now = new Date(NOW.getTime() + 900_000)
    expect((await lookUp('TM-1001', amount('299.00'), { token: await stage.asCustomer() })).statusCode).toBe(
      200,
    )
  })

  test('an agent who asks for sixty numbers that nobody has is stopped, and a colleague is not', async () => {
    for (let i = 0; i < 60; i++) {
      expect((await lookUp(`XX-${4000 + i}`, undefined, { token: agent })).statusCode).toBe(404)
    }

    const stopped = await lookUp('TM-1001', undefined, { token: agent })
    const colleague = await lookUp('TM-1001', undefined, { token: await stage.asAgent({ sub: 'agent-8' }) })

    expect(stopped.json()).toMatchObject({ code: 'rate_limited', retryAfter: 900 })
    expect(stopped.headers['retry-after']).toBe('900')
    expect(colleague.statusCode).toBe(200)
    expect(
      await listAlarms(stage.database, stage.clock.now, { merchantId: stage.a.id, shopId: null }),
    ).toMatchObject([{ shopId: null, failures: 60 }])
  })
})

const alarms = (shop: string) =>
  listAlarms(stage.database, stage.clock.now, { merchantId: stage.a.id, shopId: stage.shopId(shop) })

test('a crowd behind one address that proves what it buys is never locked out', async () => {
  const customers = Array.from({ length: 60 }, (_, i) => report({ number: `CROWD-${100 + i}` }))
  await stage.save('a-tm', ...customers)

  for (const { number } of customers) {
    expect((await lookUp(number, amount('299.00'), { address: '198.51.100.3' })).statusCode).toBe(200)
  }
})

test('failed proofs are in the log, without number, amount or phone', async () => {
  const before = await stage.database.auditEntry.count({ where: { act: 'order.proof_failed' } })
  await lookUp('TM-1001', amount('1234.56'))
  await lookUp('XX-1234', tail('4321'))

  const entries = await stage.database.auditEntry.findMany({ where: { act: 'order.proof_failed' } })
  const text = entries.map(({ bytes }) => Buffer.from(bytes).toString('utf8')).join('\n')
  expect(entries).toHaveLength(before + 2)
  for (const clear of ['TM-1001', 'XX-1234', '1234.56', '4321']) expect(text).not.toContain(clear)
})

test('the guard keeps no number and no address in the clear', async () => {
  await lookUp('TM-1001', amount('1.00'), { address: '198.51.100.77' })

  const rows = await stage.database.proofGuard.findMany()
  expect(rows).toHaveLength(3)
  for (const { key } of rows) expect(key).toHaveLength(32)
})

test('a title that came with the order is offered to who proved it', async () => {
  const titleHint = { name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' }
  await stage.save('a-tm', report({ number: 'TM-5005', titleHint }))

  expect((await lookUp('TM-5005', amount('299.00'))).json().order.titleHint).toEqual({
    kind: 'company',
    ...titleHint,
  })
})

test("an order of somebody else's session, an unknown one and no id at all are one answer", async () => {
  const [saved] = await stage.save('a-tm', report({ number: 'TM-5006' }))
  const own = savedId(saved)
  const foreign = (await stage.find('b-tm', 'B-7001')).id
  const unproven = (await stage.find('a-tm', 'TM-1001')).id
  const token = await stage.asCustomer({ orders: [own] })

  const replies = await Promise.all(
    [foreign, unproven, '01999999-0000-7000-8000-000000000000', 'x'].map((id) =>
      send(stage, `/v1/orders/${id}`, { token }),
    ),
  )

  expect(new Set(replies.map(bodyOf)).size).toBe(1)
  expect(replies[0]?.json()).toMatchObject({ status: 404, code: 'order_not_found' })
  expect((await send(stage, `/v1/orders/${own}`, { token })).statusCode).toBe(200)
})

test('a session lists the orders it has proven, and a foreign id in it shows nothing', async () => {
  const own = (await stage.find('a-tm', 'TM-1001')).id
  const foreign = (await stage.find('b-tm', 'B-7001')).id
  const otherShop = (await stage.find('a-pdd', 'PDD-9001')).id
  const token = await stage.asCustomer({ orders: [foreign, own, otherShop] })

  const { items } = (await send(stage, '/v1/orders', { token })).json()

  expect(items.map(({ id }: { id: string }) => id)).toEqual([own])
})
