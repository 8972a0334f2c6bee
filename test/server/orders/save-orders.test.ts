import { afterAll, beforeAll, expect, test } from 'vitest'
import { findOrder, releaseOrder, reserveOrder } from '../../../server/orders/order.store.ts'
import { goods, type OrderStage, openOrderStage, report, savedId } from './order-stage.ts'

let stage: OrderStage
beforeAll(async () => {
  stage = await openOrderStage()
})
afterAll(() => stage.close())

test('the same report twice changes nothing the second time', async () => {
  const [first] = await stage.save('a-tm', report({ number: 'S-1001' }))
  const [second] = await stage.save('a-tm', report({ number: ' s－1001 ' }))

  expect(first?.kind).toBe('created')
  expect(second).toMatchObject({ kind: 'unchanged', version: 1 })
})

test('the discount of TM-1002 falls as the bureau would have it, and the third line gives way', async () => {
  const lines = [goods(49_900n), goods(49_900n), goods(28_200n), { ...goods(0n), kind: 'gift' as const }]
  await stage.save('a-tm', report({ number: 'TM-1002', lines, discountFen: 8_000n, paidFen: 120_000n }))

  const order = await stage.find('a-tm', 'TM-1002')

  expect(order.lines.map(({ discountFen }) => discountFen)).toEqual([3_119n, 3_119n, 1_762n, 0n])
})

test('a late report of an earlier state takes nothing back', async () => {
  const done = report({
    number: 'S-1002',
    refunds: [{ reference: 'R1', state: 'completed', amountFen: 5_000n, lineNo: 1 }],
  })
  const late = report({
    number: 'S-1002',
    state: 'pending_payment',
    paidFen: 0n,
    lines: [goods(29_900n)],
    paidAt: null,
    completedAt: null,
    buyer: null,
    refunds: [{ reference: 'R1', state: 'applied', amountFen: 5_000n, lineNo: 1 }],
  })
  await stage.save('a-tm', done)

  const [outcome] = await stage.save('a-tm', late)

  expect(outcome).toMatchObject({ kind: 'updated', state: 'completed' })
  expect(await stage.find('a-tm', 'S-1002')).toMatchObject({
    state: 'completed',
    paidFen: 29_900n,
    refundedFen: 5_000n,
    refundState: 'partial',
    completedAt: done.completedAt,
    refunds: [{ reference: 'R1', state: 'completed' }],
  })
})

test('a refund the newer report does not mention stays, in the sum and among the refunds', async () => {
  const refunds = [{ reference: 'R1', state: 'completed', amountFen: 5_000n, lineNo: null }] as const
  await stage.save('a-tm', report({ number: 'S-1003', refunds }))

  await stage.save('a-tm', report({ number: 'S-1003', refunds: [] }))

  expect(await stage.find('a-tm', 'S-1003')).toMatchObject({
    refundedFen: 5_000n,
    refunds: [{ reference: 'R1' }],
  })
})

test.each([
  ['refunds above what was paid', { refunds: [{ amountFen: 29_901n }] }, '/refunds'],
  ['a platform share above what was paid', { platformFen: 29_901n }, '/platformFen'],
  ['lines that do not sum to what was paid', { lines: [goods(29_899n)] }, '/paidFen'],
  [
    'a discount above the lines',
    { state: 'cancelled', paidFen: 0n, lines: [goods(1n)], discountFen: 2n },
    '/discountFen',
  ],
  ['a sum beyond the bound', { paidFen: 100_000_000_000_000n }, '/lines'],
] as const)('%s are refused with their field', async (_, facts, field) => {
  const refunds =
    'refunds' in facts
      ? facts.refunds.map((r) => ({ ...r, reference: 'R', state: 'completed' as const, lineNo: null }))
      : []
  const [outcome] = await stage.save('a-tm', report({ number: 'S-1004', ...facts, refunds }))

  expect(outcome).toMatchObject({ kind: 'refused', problem: { code: 'order_amounts_disagree', field } })
})

test('refunds that only together exceed what was paid are refused as well', async () => {
  const half = (reference: string) =>
    ({ reference, state: 'completed', amountFen: 20_000n, lineNo: null }) as const
  await stage.save('a-tm', report({ number: 'S-1005', refunds: [half('R1')] }))

  const [outcome] = await stage.save('a-tm', report({ number: 'S-1005', refunds: [half('R2')] }))

  expect(outcome).toMatchObject({ kind: 'refused', problem: { code: 'order_amounts_disagree' } })
})

test('a refund that completes after the invoice marks the order as over-invoiced', async () => {
  const [made] = await stage.save('a-tm', report({ number: 'S-1006' }))
  const id = savedId(made)
  await stage.inTransaction((tx) => reserveOrder(tx, id, 29_900n))

  const refunds = [{ reference: 'R1', state: 'completed', amountFen: 5_000n, lineNo: 1 }] as const
  await stage.save('a-tm', report({ number: 'S-1006', refunds }))

  const row = await stage.database.order.findUniqueOrThrow({ where: { id } })
  expect(row).toMatchObject({ isOverInvoiced: true, claimedFen: 29_900n, refundedFen: 5_000n })
})

test('lines and amounts of a claimed order are left alone, and another paid amount is refused', async () => {
  const [made] = await stage.save('a-tm', report({ number: 'S-1007' }))
  await stage.inTransaction((tx) => reserveOrder(tx, savedId(made), 10_000n))

  const lines = [goods(20_000n), goods(9_900n)]
  const [sameSum] = await stage.save('a-tm', report({ number: 'S-1007', lines }))
  const [otherSum] = await stage.save('a-tm', report({ number: 'S-1007', paidFen: 30_000n }))

  expect(sameSum?.kind).toBe('updated')
  expect((await stage.find('a-tm', 'S-1007')).lines).toHaveLength(1)
  expect(otherSum).toMatchObject({ kind: 'refused', problem: { code: 'order_already_invoiced' } })
})

test('one remainder asked for by twenty at once goes to one of them', async () => {
  const [made] = await stage.save('a-tm', report({ number: 'S-1008' }))
  const id = savedId(made)

  const taken = await Promise.all(
    Array.from({ length: 20 }, () => stage.inTransaction((tx) => reserveOrder(tx, id, 29_900n))),
  )

  expect(taken.filter(Boolean)).toHaveLength(1)
  expect((await findOrder(stage.database, stage.a.id, id))?.claimedFen).toBe(29_900n)
})

test('what a request gives back can be taken again, and never more than that', async () => {
  const [made] = await stage.save('a-tm', report({ number: 'S-1009' }))
  const id = savedId(made)
  const reserve = (fen: bigint) => stage.inTransaction((tx) => reserveOrder(tx, id, fen))

  expect(await reserve(29_900n)).toBe(true)
  await stage.inTransaction((tx) => releaseOrder(tx, id, 29_900n))

  expect(await reserve(29_901n)).toBe(false)
  expect(await reserve(29_900n)).toBe(true)
})

test('an order that is reported twice in one run is refused the second time', async () => {
  const outcomes = await stage.save('a-tm', report({ number: 'S-1010' }), report({ number: 'S-1010' }))

  expect(outcomes.map(({ kind }) => kind)).toEqual(['created', 'refused'])
})

test('neither the buyer nor a guessable hash of the buyer stands in the row', async () => {
  const [one] = await stage.save('a-tm', report({ number: 'S-1011' }))
  const row = await stage.database.order.findUniqueOrThrow({ where: { id: savedId(one) } })
  const twin = await stage.save('b-tm', report({ number: 'S-1011' }))
  const other = await stage.database.order.findUniqueOrThrow({ where: { id: savedId(twin[0]) } })

  expect(JSON.stringify(row, (_, v) => (typeof v === 'bigint' ? `${v}` : v))).not.toContain('13800005678')
  expect(Buffer.from(row.buyerSealed ?? []).toString('latin1')).not.toContain('13800005678')
  // Equal content, another merchant, another hash: without the key it says nothing.
  expect(row.revision).not.toBe(other.revision)
})
