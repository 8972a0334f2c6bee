import { afterAll, beforeAll, expect, test } from 'vitest'
import { bodyOf, NOW, type OrderStage, openOrderStage, report, savedId, send } from './order-stage.ts'

let stage: OrderStage
let orderId: string
let foreignId: string
beforeAll(async () => {
  stage = await openOrderStage()
  orderId = savedId((await stage.save('a-tm', report({ number: 'TM-1001' })))[0])
  foreignId = savedId((await stage.save('b-tm', report({ number: 'TM-1001' })))[0])
  await stage.database.shop.updateMany({ data: { revealsPerDay: 3 } })
})
afterAll(() => stage.close())

const reveal = (token: string, { id = orderId, reason = '核对收货电话' } = {}) =>
  send(stage, `/v1/orders/${id}/reveal`, { token, payload: { reason } })

test('the buyer is shown for a reason, and the reason stands in the log', async () => {
  const reply = await reveal(await stage.asAgent({ sub: 'agent-1' }))

  expect(reply.json()).toEqual({
    name: '张示例',
    phone: '13800005678',
    email: 'z@ex.cn',
    address: '武汉市示例路1号',
    revealsLeft: 2,
  })
  const entry = await stage.database.auditEntry.findFirstOrThrow({ where: { act: 'order.buyer_revealed' } })
  expect(entry).toMatchObject({ actor: 'agent:agent-1', object: `order:${orderId}` })
  expect(Buffer.from(entry.bytes).toString('utf8')).toContain('核对收货电话')
  expect(Buffer.from(entry.bytes).toString('utf8')).not.toContain('13800005678')
})

test('blanks are no reason', async () => {
  const reply = await reveal(await stage.asAgent({ sub: 'agent-2' }), { reason: '   ' })

  expect(reply.json()).toMatchObject({ status: 422, code: 'reveal_reason_missing', field: '/reason' })
})

test('of ten reveals at once the budget lets three through, and the refusals are in the log', async () => {
  const token = await stage.asAgent({ sub: 'agent-3' })

  const replies = await Promise.all(Array.from({ length: 10 }, () => reveal(token)))

  expect(replies.filter(({ statusCode }) => statusCode === 200)).toHaveLength(3)
  expect(new Set(replies.filter((r) => r.statusCode !== 200).map((r) => r.json().code))).toEqual(
    new Set(['reveal_budget_spent']),
  )
  const where = { actor: 'agent:agent-3' }
  expect(await stage.database.auditEntry.count({ where: { ...where, act: 'order.buyer_revealed' } })).toBe(3)
  expect(await stage.database.auditEntry.count({ where: { ...where, act: 'order.reveal_refused' } })).toBe(7)
})

test('the budget starts again with the day in Shanghai', async () => {
  const spent = await stage.asAgent({ sub: 'agent-4' })
  for (let i = 0; i < 4; i++) await reveal(spent)
  stage.clock.now = new Date('2026-11-22T16:00:00Z')

  const next = await reveal(await stage.asAgent({ sub: 'agent-4' }))

  stage.clock.now = NOW
  expect(next.json()).toMatchObject({ revealsLeft: 2 })
})

test("another merchant's order is as unknown as an invented one, and costs no budget", async () => {
  const token = await stage.asAgent({ sub: 'agent-5' })

  const replies = [
    await reveal(token, { id: foreignId }),
    await reveal(token, { id: '01999999-0000-7000-8000-000000000000' }),
    await reveal(await stage.asAgent({ sub: 'agent-5', shop: stage.shopId('a-pdd') })),
  ]

  expect(new Set(replies.map(bodyOf)).size).toBe(1)
  expect(replies[0]?.statusCode).toBe(404)
  expect((await reveal(token)).json()).toMatchObject({ revealsLeft: 2 })
})

test('a customer may not ask', async () => {
  const reply = await reveal(await stage.asCustomer({ orders: [orderId] }))

  expect(reply.json()).toMatchObject({ status: 403, code: 'token_not_allowed' })
})
