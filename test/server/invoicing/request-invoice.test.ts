import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { approveRequest, rejectRequest } from '../../../server/invoicing/review-request.ts'
import { withdrawRequest } from '../../../server/invoicing/withdraw-request.ts'
import { findBookFaults } from '../../support/check-books.ts'
import { AGENT, type IssuingDesk, openIssuingDesk } from '../../support/issuing-desk.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'

const FINANCE = { kind: 'operator', id: 'finance-1' } as const

const { issuer, nextIssue } = openScriptedIssuer()
let desk: IssuingDesk

beforeAll(async () => {
  desk = await openIssuingDesk({ issuer, reviewFromFen: 100_000n })
})

afterEach(async () => {
  await setUndo(0)
  expect(await findBookFaults(desk.database)).toEqual([])
})

afterAll(() => desk?.close())

const setUndo = (undoSeconds: number) =>
  desk.database.shop.update({ where: { id: desk.shopId }, data: { undoSeconds } })

const claimedOf = async (id: string) =>
  (await desk.database.order.findUniqueOrThrow({ where: { id } })).claimedFen

const largeOrder = (number: string) =>
  desk.order(number, {
    lines: [
      {
        kind: 'goods',
        title: '皮包',
        quantity: '2',
        amountFen: 100_000n,
        ...{ spec: null, skuCode: null, unit: '个', taxCode: null, shortName: null, rateBp: null },
      },
    ],
    paidFen: 100_000n,
  })

test('asking twice is asking once', async () => {
  const order = await desk.order('TM-1')

  const first = await desk.ask(order)
  const second = await desk.ask(order, { title: { kind: 'person', name: '示例' } })

  expect(second.id).toBe(first.id)
  expect(await claimedOf(order)).toBe(30_900n)
})

test('twenty who ask at the same moment get one request, and the remainder is taken once', async () => {
  const order = await desk.order('TM-2')

  const made = await Promise.all(Array.from({ length: 20 }, () => desk.ask(order)))

  expect(new Set(made.map(({ id }) => id)).size).toBe(1)
  expect(await claimedOf(order)).toBe(30_900n)
  expect(await desk.database.requestShare.count({ where: { orderId: order } })).toBe(1)
})

test('who asks after the invoice was issued is told that it exists', async () => {
  const order = await desk.order('TM-3')
  await desk.runUntil((await desk.ask(order)).id, 'issued')

  await expect(desk.ask(order)).rejects.toMatchObject({ code: 'order_already_invoiced' })

  expect(await desk.database.invoiceAllocation.count({ where: { orderId: order } })).toBe(1)
})

test('a title that cannot be invoiced takes nothing', async () => {
  const order = await desk.order('TM-4')

  const asked = desk.ask(order, { title: { kind: 'company', name: '示例', taxId: '91420111MA49QA0X11' } })

  await expect(asked).rejects.toMatchObject({ code: 'preflight_failed' })
  expect(await claimedOf(order)).toBe(0n)
})

test('nothing is sent before the undo window ends', async () => {
  await setUndo(60)
  const made = await desk.ask(await desk.order('TM-5'))
  const sentBefore = desk.sent.length

  desk.clock.advance(59_000)
  await desk.jobs.runDue()

  expect(desk.sent.length).toBe(sentBefore)
  expect((await desk.read(made.id)).state).toBe('queued')

  desk.clock.advance(1_000)
  await desk.jobs.runDue()
  expect((await desk.read(made.id)).state).toBe('issued')
})

test('a job that comes before the window ends waits for it', async () => {
  await setUndo(60)
  const made = await desk.ask(await desk.order('TM-6'))
  // A clock that runs ahead in another process.
  await desk.inTransaction((tx) =>
    desk.deps.addJob(tx, {
      kind: 'invoice.issue',
      payload: { invoiceRequestId: made.id },
      key: `issue:${made.id}`,
    }),
  )

  await desk.jobs.runDue()

  expect((await desk.read(made.id)).state).toBe('queued')
  expect((await desk.jobs.waiting()).find(({ key }) => key === `issue:${made.id}`)?.runAt).toEqual(
    made.notBefore,
  )
})

test('inside the window a request can be withdrawn, and the order can be invoiced again', async () => {
  await setUndo(60)
  const order = await desk.order('TM-7')
  const made = await desk.ask(order)

  const withdrawn = await withdraw(made.id)

  expect(withdrawn.state).toBe('withdrawn')
  expect(await claimedOf(order)).toBe(0n)
  expect(await desk.history(made.id)).toEqual(['submitted', 'queued', 'withdrawn'])
  const again = await desk.ask(order)
  expect(again.id).not.toBe(made.id)
  desk.clock.advance(60_000)
  await desk.jobs.runDue()
  expect((await desk.read(made.id)).state).toBe('withdrawn')
  expect((await desk.read(again.id)).state).toBe('issued')
})

test('a request whose window is over can no longer be withdrawn', async () => {
  await setUndo(60)
  const order = await desk.order('TM-8')
  const made = await desk.ask(order)
  desk.clock.advance(60_000)

  await expect(withdraw(made.id)).rejects.toMatchObject({ code: 'move_not_allowed' })

  expect(await claimedOf(order)).toBe(30_900n)
  await desk.runUntil(made.id, 'issued')
  await expect(withdraw(made.id)).rejects.toMatchObject({ code: 'move_not_allowed' })
})

test('a held request can be withdrawn', async () => {
  const order = await desk.order('TM-9')
  nextIssue.push(() => ({ kind: 'held', reason: 'offline', message: '请重新登录' }))
  const made = await desk.ask(order)
  await desk.jobs.runDue()
  expect((await desk.read(made.id)).heldReason).toBe('offline')

  await withdraw(made.id)

  expect(await claimedOf(order)).toBe(0n)
  desk.clock.advance(60_000)
  await desk.jobs.runDue()
  expect((await desk.read(made.id)).state).toBe('withdrawn')
})

test('two who withdraw at once give the remainder back once', async () => {
  await setUndo(60)
  const order = await desk.order('TM-10')
  const made = await desk.ask(order)

  const ends = await Promise.allSettled([withdraw(made.id), withdraw(made.id)])

  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await claimedOf(order)).toBe(0n)
})

test('a large amount waits for a person, and is sent once approved', async () => {
  const made = await desk.ask(await largeOrder('TM-11'))
  await desk.jobs.runDue()
  expect(made).toMatchObject({ state: 'in_review', reviewReason: 'amount' })
  expect((await desk.read(made.id)).state).toBe('in_review')

  await desk.inTransaction((tx) =>
    approveRequest(desk.deps, tx, { id: made.id, actor: FINANCE, version: made.version }),
  )
  await desk.jobs.runDue()

  expect((await desk.read(made.id)).state).toBe('issued')
  const entries = await desk.database.auditEntry.findMany({ where: { object: `request:${made.id}` } })
  expect(entries.find(({ act }) => act === 'invoice_request.approved')?.actor).toBe('operator:finance-1')
})

test('a special invoice waits for a person whatever its amount', async () => {
  const made = await desk.ask(await desk.order('TM-12'), { kind: 'special' })

  expect(made).toMatchObject({ state: 'in_review', reviewReason: 'special' })
})

test('nobody approves what they asked for', async () => {
  const made = await desk.ask(await desk.order('TM-13'), { kind: 'special' })

  const approved = desk.inTransaction((tx) =>
    approveRequest(desk.deps, tx, { id: made.id, actor: AGENT, version: made.version }),
  )

  await expect(approved).rejects.toMatchObject({ code: 'review_own_request' })
  expect((await desk.read(made.id)).state).toBe('in_review')
})

test('what a reviewer rejects gives the remainder back and is never sent', async () => {
  const order = await desk.order('TM-14')
  const made = await desk.ask(order, { kind: 'special' })
  const sentBefore = desk.sent.length

  await desk.inTransaction((tx) =>
    rejectRequest(desk.deps, tx, {
      ...{ id: made.id, actor: FINANCE, version: made.version },
      ...{ detail: '请补充合同', fields: [] },
    }),
  )
  await desk.jobs.runDue()

  expect(await desk.read(made.id)).toMatchObject({
    state: 'rejected',
    rejectCode: 'review_rejected',
    rejectDetail: '请补充合同',
  })
  expect(await claimedOf(order)).toBe(0n)
  expect(desk.sent.length).toBe(sentBefore)
})

test('a request is reviewed once', async () => {
  const made = await desk.ask(await desk.order('TM-15'), { kind: 'special' })
  const approve = () =>
    desk.inTransaction((tx) =>
      approveRequest(desk.deps, tx, { id: made.id, actor: FINANCE, version: made.version }),
    )

  const ends = await Promise.allSettled([approve(), approve()])

  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  await desk.runUntil(made.id, 'issued')
})

function withdraw(id: string) {
  return desk.inTransaction((tx) => withdrawRequest(desk.deps, tx, { id, actor: AGENT }))
}
