import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openTitle } from '../../../server/invoicing/request.store.ts'
import { viewInvoiceRequest } from '../../../server/invoicing/view-invoice-request.ts'
import type { IssuerAnswer, Sending } from '../../../server/issuers/issuer.ts'
import { findBookFaults } from '../../support/check-books.ts'
import { type IssuingDesk, openIssuingDesk } from '../../support/issuing-desk.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'

const LAG_MS = 15_000

const { issuer, nextIssue, nextQuery, number } = openScriptedIssuer(LAG_MS)
let desk: IssuingDesk

beforeAll(async () => {
  desk = await openIssuingDesk({ issuer, timeoutMs: 10_000 })
})

afterEach(async () => {
  nextIssue.length = 0
  nextQuery.length = 0
  expect(await findBookFaults(desk.database)).toEqual([])
})

afterAll(() => desk?.close())

const unknown = (): IssuerAnswer => ({ kind: 'unknown' })

/** A request in doubt; the instant at which its bytes left. */
async function inDoubt(orderNumber: string) {
  const made = await desk.ask(await desk.order(orderNumber))
  nextIssue.push(unknown)
  await desk.jobs.runNext()
  expect((await desk.read(made.id)).state).toBe('in_doubt')
  return { id: made.id, sentAtMs: desk.clock.at.getTime() }
}

test('serial and payload are committed before a byte leaves', async () => {
  const made = await desk.ask(await desk.order('D-1'))
  const seen: { serial: string | undefined; state: string }[] = []
  nextIssue.push(async (sending) => {
    // Another connection than the worker's: it sees only what is committed.
    const row = await desk.database.sending.findFirst({ where: { requestId: made.id } })
    seen.push({ serial: row?.serial, state: (await desk.read(made.id)).state })
    return { kind: 'issued', facts: number(sending) }
  })

  await desk.runUntil(made.id, 'issued')

  expect(seen).toEqual([{ serial: desk.sent.at(-1), state: 'issuing' }])
})

test('absence counts only after the issuer’s lag, and twice, before the same bytes go again', async () => {
  const asked: number[] = []
  const resent: Sending[] = []
  const { id, sentAtMs } = await inDoubt('D-2')
  const absent = () => {
    asked.push(desk.clock.at.getTime() - sentAtMs)
    return { kind: 'absent' } as const
  }
  nextQuery.push(...Array.from({ length: 20 }, () => absent))
  nextIssue.push((sending) => {
    resent.push(sending)
    return { kind: 'issued', facts: number(sending) }
  })

  await desk.runUntil(id, 'issued')

  const counted = asked.filter((ms) => ms >= LAG_MS)
  expect(asked.length).toBeGreaterThan(counted.length)
  expect(counted).toHaveLength(2)
  expect((counted[1] ?? 0) - (counted[0] ?? 0)).toBeGreaterThanOrEqual(2_000)
  expect(resent).toHaveLength(1)
  expect(desk.sent.filter((serial) => serial === resent[0]?.serial)).toHaveLength(2)
})

test('bytes that go again after a pause have their own lag', async () => {
  const made = await desk.ask(await desk.order('D-3'))
  nextIssue.push(() => ({ kind: 'held', reason: 'offline', message: '请重新登录' }), unknown)
  await desk.jobs.runNext()
  desk.clock.advance(3_600_000)
  await desk.jobs.runDue() // back to the queue, sent again, no answer
  const sentAtMs = desk.clock.at.getTime()
  expect((await desk.read(made.id)).state).toBe('in_doubt')

  await desk.runUntil(made.id, 'issued')

  expect(desk.clock.at.getTime() - sentAtMs).toBeGreaterThanOrEqual(LAG_MS)
})

test('an issuer that is offline for a question leaves the doubt as it is', async () => {
  const { id } = await inDoubt('D-4')
  const sent = desk.sent.length
  nextQuery.push(() => ({ kind: 'held', reason: 'offline', message: '请重新登录' }))

  desk.clock.advance(2_000)
  await desk.jobs.runDue()

  expect((await desk.read(id)).state).toBe('in_doubt')
  expect(desk.sent.length).toBe(sent)
  await desk.runUntil(id, 'issued')
})

test('a question whose worker died is asked again when its lease is over', async () => {
  const { id } = await inDoubt('D-5')
  desk.clock.advance(2_000)
  nextQuery.push(() => Promise.reject(new Error('the process dies here')))
  await expect(desk.jobs.runNext()).rejects.toThrow('dies')

  await desk.jobs.runDue()

  const { leaseUntil } = await desk.read(id)
  const again = (await desk.jobs.waiting()).find(({ key }) => key === `ask:${id}`)
  expect(again?.runAt).toEqual(leaseUntil)
  await desk.runUntil(id, 'issued')
})

test('a query that finds another amount is a contradiction: nothing is issued, nothing sent, both sides kept', async () => {
  const { id } = await inDoubt('D-6')
  const sent = desk.sent.length
  const facts = {
    number: '26420000000000999999',
    issuedAt: desk.clock.at,
    grossFen: 30_901n,
    taxFen: 3_555n,
  }
  nextQuery.push(() => ({ kind: 'issued', facts }))

  desk.clock.advance(2_000)
  await desk.jobs.runDue()
  desk.clock.advance(24 * 3_600_000)
  const asked = desk.asked.length
  for (const kind of ['invoice.issue', 'invoice.ask']) {
    const job = { kind, payload: { invoiceRequestId: id }, key: `stray:${kind}` }
    await desk.inTransaction((tx) => desk.deps.addJob(tx, job))
  }
  await desk.jobs.runDue()

  expect(await desk.read(id)).toMatchObject({ state: 'in_doubt', invoiceId: null, leaseUntil: null })
  expect(desk.asked.length).toBe(asked)
  expect(desk.sent.length).toBe(sent)
  const kept = await desk.database.sending.findFirstOrThrow({ where: { requestId: id } })
  expect(kept.contradiction).toMatchObject({ number: facts.number, grossFen: '30901' })
  expect((await desk.jobs.waiting()).filter(({ key }) => key?.endsWith(id))).toEqual([])
})

test('an answer about somebody else’s invoice is a contradiction at once', async () => {
  const made = await desk.ask(await desk.order('D-7'))
  nextIssue.push(({ serial, payload }) => ({
    kind: 'contradiction',
    serial: 'FS-OTHER',
    facts: number({ serial, payload }),
  }))

  await desk.jobs.runDue()

  expect(await desk.read(made.id)).toMatchObject({ state: 'in_doubt', invoiceId: null })
  expect(await desk.history(made.id)).toEqual(['submitted', 'queued', 'issuing', 'in_doubt'])
})

test('a number that another invoice carries already is a contradiction, not a crash', async () => {
  const first = await desk.ask(await desk.order('D-8'))
  await desk.runUntil(first.id, 'issued')
  const taken = await desk.database.invoice.findUniqueOrThrow({ where: { requestId: first.id } })
  const made = await desk.ask(await desk.order('D-9'))
  nextIssue.push((sending) => ({ kind: 'issued', facts: { ...number(sending), number: taken.number } }))

  await desk.jobs.runDue()

  expect(await desk.read(made.id)).toMatchObject({ state: 'in_doubt', invoiceId: null })
  const kept = await desk.database.sending.findFirstOrThrow({ where: { requestId: made.id } })
  expect(kept.contradiction).toMatchObject({ number: taken.number })
})

test('a worker that lost its lease changes nothing', async () => {
  const made = await desk.ask(await desk.order('D-10'))
  nextIssue.push(async (sending) => {
    desk.clock.advance(3_600_000) // stalled far beyond its lease
    await desk.deps.inTransaction((tx) =>
      desk.deps.addJob(tx, {
        kind: 'invoice.issue',
        payload: { invoiceRequestId: made.id },
        key: `second:${made.id}`,
      }),
    )
    expect(await desk.jobs.runNext()).toBe('invoice.issue')
    return { kind: 'issued', facts: number(sending) }
  })

  await expect(desk.jobs.runNext()).rejects.toThrow('lease')

  expect(await desk.read(made.id)).toMatchObject({ state: 'in_doubt', invoiceId: null })
  expect(await desk.history(made.id)).toEqual(['submitted', 'queued', 'issuing', 'in_doubt'])
  await desk.runUntil(made.id, 'issued')
  expect(desk.sent.filter((serial) => serial === desk.sent.at(-1))).toHaveLength(1)
})

test('two workers that meet at one request send it once', async () => {
  const made = await desk.ask(await desk.order('D-11'))
  const sent = desk.sent.length
  await desk.inTransaction((tx) =>
    desk.deps.addJob(tx, {
      kind: 'invoice.issue',
      payload: { invoiceRequestId: made.id },
      key: `other:${made.id}`,
    }),
  )

  await Promise.all([desk.jobs.runNext(), desk.jobs.runNext()])

  expect(desk.sent.length).toBe(sent + 1)
  await desk.runUntil(made.id, 'issued')
  expect(desk.sent.length).toBe(sent + 1)
})

test('a request that was accepted is asked at the issuer’s pace, and never without a breath', async () => {
  const made = await desk.ask(await desk.order('D-12'))
  nextIssue.push((sending) => {
    number(sending)
    return { kind: 'accepted', pollAfterMs: 0 }
  })

  await desk.jobs.runDue()

  expect((await desk.read(made.id)).state).toBe('issuing')
  const ask = (await desk.jobs.waiting()).find(({ key }) => key === `ask:${made.id}`)
  expect((ask?.runAt.getTime() ?? 0) - desk.clock.at.getTime()).toBe(500)
  await desk.runUntil(made.id, 'issued')
})

test('a rejection that a query brings gives the remainder back', async () => {
  const { id } = await inDoubt('D-13')
  nextQuery.push(() => ({ kind: 'rejected', code: '1108', message: '开票数据异常' }))

  desk.clock.advance(2_000)
  await desk.jobs.runDue()

  expect(await desk.read(id)).toMatchObject({ state: 'rejected', rejectCode: '1108' })
})

test('a doubt shows when the bureau is asked next, and a second submit is the first ticket', async () => {
  const order = await desk.order('TM-D-VIEW')
  const made = await desk.ask(order)
  nextIssue.push(unknown)
  await desk.jobs.runNext()
  const doubted = await desk.read(made.id)
  expect(doubted.state).toBe('in_doubt')

  const seen = viewInvoiceRequest({
    request: doubted,
    title: await openTitle(desk.vault, doubted),
    ...{ orderNumbers: ['TM-D-VIEW'], role: 'agent', isRequester: true, siblings: [], now: desk.clock.at },
  })

  const waiting = (await desk.jobs.waiting()).find(({ key }) => key === `ask:${made.id}`)
  expect(seen.doubt).toEqual({
    sentAt: doubted.sentAt?.toISOString(),
    askedCount: 0,
    nextQueryAt: waiting?.runAt.toISOString(),
    scheduleSeconds: [2, 4, 8, 16, 32, 60],
  })
  expect((await desk.ask(order)).ticketNumber).toBe(made.ticketNumber)
})
