import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createSandboxIssuer } from '../../../server/issuers/sandbox/sandbox.issuer.ts'
import { type RunningBureau, startBureau } from '../../support/bureau.ts'
import { findBookFaults, readBothLedgers, readLedger } from '../../support/check-books.ts'
import { Crash } from '../../support/issuing-deps.ts'
import { type IssuingDesk, openIssuingDesk, refundOf } from '../../support/issuing-desk.ts'

let bureau: RunningBureau
let desk: IssuingDesk
let close: () => void

beforeAll(async () => {
  bureau = await startBureau({ inDoubtLagMs: 0, slowMs: 50 })
  const issuer = createSandboxIssuer({ baseUrl: bureau.baseUrl, timeoutMs: 300 })
  close = issuer.close
  desk = await openIssuingDesk({ issuer, timeoutMs: 300 })
})

/** Whatever a test did, at its end the bureau's ledger and ours say the same. */
afterEach(async () => {
  await bureau.admin('online')
  expect(await findBookFaults(desk.database)).toEqual([])
  const { ours, theirs } = await readBothLedgers(desk.database, bureau)
  expect(ours).toEqual(theirs)
})

afterAll(async () => {
  await desk?.close()
  close?.()
  await bureau?.stop()
})

const claimedOf = async (id: string) =>
  (await desk.database.order.findUniqueOrThrow({ where: { id } })).claimedFen

const invoicesOf = (orderId: string) => desk.database.invoiceAllocation.count({ where: { orderId } })

/** What the bureau has under an order's number. */
const ledgerOf = async (number: string) =>
  (await readLedger(bureau)).filter(({ orderNumbers }) => orderNumbers?.includes(number))

/** Serials that left since this was called. */
const watchSent = () => {
  const from = desk.sent.length
  return () => desk.sent.slice(from)
}

const crash = async (point: NonNullable<IssuingDesk['crashAt']>) => {
  desk.crashAt = point
  await expect(desk.jobs.runNext()).rejects.toThrow(Crash)
}

test('what is asked for becomes one invoice, queued for its reader and its files', async () => {
  const order = await desk.order('TM-1')

  const made = await desk.ask(order)
  const issued = await desk.runUntil(made.id, 'issued')

  expect(issued.invoiceId).not.toBeNull()
  expect(await desk.history(made.id)).toEqual(['submitted', 'queued', 'issuing', 'issued'])
  expect(await desk.database.delivery.count({ where: { invoiceId: `${issued.invoiceId}` } })).toBe(1)
  expect((await desk.jobs.waiting()).map(({ key }) => key)).toContain(`document:${issued.invoiceId}`)
})

test('a crash before the claim commits leaves nothing, and the next attempt issues', async () => {
  const made = await desk.ask(await desk.order('TM-2'))
  const sent = watchSent()

  await crash('before_claim_commits')

  expect(await desk.read(made.id)).toMatchObject({ state: 'queued', leaseUntil: null })
  expect(await desk.database.sending.count({ where: { requestId: made.id } })).toBe(0)
  await desk.runUntil(made.id, 'issued')
  expect(sent()).toHaveLength(1)
})

test('a crash between claim and call is asked about, and the same bytes go out once proved absent', async () => {
  const made = await desk.ask(await desk.order('TM-3'))
  const sent = watchSent()
  await crash('before_call')
  const sending = () => desk.database.sending.findFirstOrThrow({ where: { requestId: made.id } })
  const before = await sending()
  expect((await desk.read(made.id)).state).toBe('issuing')
  expect(sent()).toEqual([])

  await desk.runUntil(made.id, 'issued')

  expect(sent()).toEqual([before.serial])
  expect((await sending()).payloadSha256).toEqual(before.payloadSha256)
  expect(desk.asked.filter((serial) => serial === before.serial).length).toBeGreaterThanOrEqual(2)
  expect(await ledgerOf('TM-3')).toHaveLength(1)
})

test('a crash between answer and commit is asked about, and nothing is sent again', async () => {
  const order = await desk.order('TM-4')
  const made = await desk.ask(order)
  const sent = watchSent()
  await crash('after_call')
  expect((await desk.read(made.id)).state).toBe('issuing')
  expect(await ledgerOf('TM-4')).toHaveLength(1)

  await desk.runUntil(made.id, 'issued')

  expect(sent()).toHaveLength(1)
  expect(await invoicesOf(order)).toBe(1)
  expect(await ledgerOf('TM-4')).toHaveLength(1)
})

test('a worker that finds another one’s lease waits for its end', async () => {
  const made = await desk.ask(await desk.order('TM-5'))
  await crash('before_call')
  const { leaseUntil } = await desk.read(made.id)

  await desk.jobs.runDue()

  expect(desk.asked).not.toContain((await desk.read(made.id)).id)
  const again = (await desk.jobs.waiting()).find(({ key }) => key === `issue:${made.id}`)
  expect(again?.runAt).toEqual(leaseUntil)
  await desk.runUntil(made.id, 'issued')
})

test('a job that runs again after success does nothing', async () => {
  const order = await desk.order('TM-6')
  const made = await desk.ask(order)
  await desk.runUntil(made.id, 'issued')
  const sent = watchSent()
  for (const kind of ['invoice.issue', 'invoice.ask', 'invoice.retry_held']) {
    await desk.inTransaction((tx) =>
      desk.deps.addJob(tx, { kind, payload: { invoiceRequestId: made.id }, key: `again:${kind}` }),
    )
  }

  await desk.jobs.runDue()

  expect(sent()).toEqual([])
  expect(await invoicesOf(order)).toBe(1)
})

test.for([
  ['timeout_issued', 1],
  ['error_issued', 1],
  ['reset_issued', 1],
  ['garbled_issued', 1],
  ['timeout_lost', 2],
  ['error_lost', 2],
  ['reset_lost', 2],
] as const)('%s ends as one invoice after %i sendings of one serial', async ([fault, sendings]) => {
  const number = `TM-${fault.toUpperCase().replace('_', '-')}`
  const made = await desk.ask(await desk.order(number))
  const sent = watchSent()
  await bureau.admin('fail-next', { fault })

  await desk.jobs.runNext()
  expect((await desk.read(made.id)).state).toBe('in_doubt')
  await desk.runUntil(made.id, 'issued')

  expect(sent()).toHaveLength(sendings)
  expect(new Set(sent()).size).toBe(1)
  expect(await ledgerOf(number)).toHaveLength(1)
})

test('DEMO-INDOUBT is in doubt until a query finds it; asking again meanwhile is the same request', async () => {
  const order = await desk.order('DEMO-INDOUBT')
  const made = await desk.ask(order)
  const sent = watchSent()
  await desk.jobs.runNext()

  expect((await desk.read(made.id)).state).toBe('in_doubt')
  expect((await desk.ask(order)).id).toBe(made.id)
  await desk.runUntil(made.id, 'issued')

  expect(sent()).toHaveLength(1)
  expect(await desk.history(made.id)).toEqual(['submitted', 'queued', 'issuing', 'in_doubt', 'issued'])
})

test('DEMO-SLOW is accepted at first and issued later, never in doubt', async () => {
  const made = await desk.ask(await desk.order('DEMO-SLOW'))
  const sent = watchSent()
  await desk.jobs.runNext()

  expect((await desk.read(made.id)).state).toBe('issuing')
  await desk.runUntil(made.id, 'issued')

  expect(sent()).toHaveLength(1)
  expect(await desk.history(made.id)).toEqual(['submitted', 'queued', 'issuing', 'issued'])
})

test('DEMO-OFFLINE is held until somebody logs in again, then issued under its first serial', async () => {
  const made = await desk.ask(await desk.order('DEMO-OFFLINE'))
  const sent = watchSent()
  await desk.runUntil(made.id, 'held')
  desk.clock.advance(10_000)
  await desk.runUntil(made.id, 'held')
  expect((await desk.read(made.id)).heldReason).toBe('offline')

  await bureau.admin('online')
  desk.clock.advance(60_000)
  const issued = await desk.runUntil(made.id, 'issued')

  expect(issued.heldReason).toBeNull()
  expect(sent().length).toBeGreaterThanOrEqual(3)
  expect(new Set(sent()).size).toBe(1)
})

test('DEMO-CREDIT is held until the credit line is raised', async () => {
  const made = await desk.ask(await desk.order('DEMO-CREDIT'))
  const held = await desk.runUntil(made.id, 'held')
  expect(held.heldReason).toBe('credit_exhausted')

  await bureau.admin('credit', { lineFen: 100_000_000 })
  desk.clock.advance(60_000)

  await desk.runUntil(made.id, 'issued')
})

test('DEMO-REJECT gives the remainder back, and the order can be asked for again', async () => {
  const order = await desk.order('DEMO-REJECT')
  const made = await desk.ask(order)
  const rejected = await desk.runUntil(made.id, 'rejected')
  expect(rejected.rejectCode).toBe('1108')
  expect(await claimedOf(order)).toBe(0n)

  await bureau.admin('settings', { magic: {} })
  const again = await desk.ask(order)
  await desk.runUntil(again.id, 'issued')
  await bureau.restart()

  expect(again.id).not.toBe(made.id)
  expect(await claimedOf(order)).toBe(30_900n)
})

test.for([
  ['refunded in part', refundOf('R-1', 900n), 30_000n],
  ['refunded in full', refundOf('R-1', 30_900n), 0n],
  ['asked to be refunded', refundOf('R-1', 900n, 'applied'), 30_900n],
  ['cancelled', { state: 'cancelled' }, 30_900n],
  ['in a state that nobody knows', { rawStatus: 'ODD', statusKnown: false }, 30_900n],
] as const)('an order that was %s while the request waited is not sent', async ([what, changes, left]) => {
  const number = `TM-CHANGED-${what.length}`
  const order = await desk.order(number)
  const made = await desk.ask(order)
  const sent = watchSent()
  await desk.report(number, changes)

  await desk.jobs.runDue()

  expect(await desk.read(made.id)).toMatchObject({ state: 'rejected', rejectCode: 'order_changed' })
  expect(sent()).toEqual([])
  const after = await desk.database.order.findUniqueOrThrow({ where: { id: order } })
  expect(after.claimedFen).toBe(0n)
  expect(after.paidFen - after.refundedFen).toBe(left)
})

test('after a partial refund the rest can be asked for and is issued', async () => {
  const order = await desk.order('TM-REST')
  const first = await desk.ask(order)
  await desk.report('TM-REST', refundOf('R-1', 900n))
  await desk.jobs.runDue()

  const second = await desk.ask(order)
  await desk.runUntil(second.id, 'issued')

  expect((await desk.read(first.id)).state).toBe('rejected')
  expect(second.amountFen).toBe(30_000n)
})
