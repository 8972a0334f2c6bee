import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { v7 } from '../../../server/database/ids.ts'
import { reconcile } from '../../../server/jobs/reconcile.ts'
import { type IssuingDesk, openIssuingDesk } from '../../support/issuing-desk.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'

const MINUTE_MS = 60_000

const { issuer, nextIssue, nextQuery } = openScriptedIssuer()
let desk: IssuingDesk
let owner: pg.Client

beforeAll(async () => {
  desk = await openIssuingDesk({ issuer })
  owner = new pg.Client({ connectionString: desk.url })
  await owner.connect()
})

afterAll(async () => {
  await owner?.end()
  await desk?.close()
})

const look = () => reconcile({ ...desk.deps, database: desk.database })
const keys = async () => (await desk.jobs.waiting()).map(({ key }) => key)

/** An issued invoice whose files are not made, with a mail that waits for them. */
async function issueOne(number: string) {
  const made = await desk.ask(await desk.order(number))
  const { invoiceId } = await desk.runUntil(made.id, 'issued')
  return `${invoiceId}`
}

async function storeFile(invoiceId: string, format: 'pdf' | 'ofd' | 'xml') {
  const { merchantId } = desk
  const sha256 = new Uint8Array(32)
  const data = {
    id: v7(),
    invoiceId,
    merchantId,
    format,
    sha256,
    byteLength: 1,
    path: `${invoiceId}.${format}`,
  }
  await desk.database.document.create({ data })
}

test('a queued request that lost its job gets one, but not in its first minute', async () => {
  const made = await desk.ask(await desk.order('R-1'))
  await desk.jobs.lose(`issue:${made.id}`)
  expect(await look()).toBe(0)

  desk.clock.advance(MINUTE_MS + 1)
  expect(await look()).toBe(1)
  expect(await look()).toBe(0)

  await desk.jobs.runDue()
  expect((await desk.read(made.id)).state).toBe('issued')
})

test('a request in its undo window waits for no job', async () => {
  await desk.database.shop.update({ where: { id: desk.shopId }, data: { undoSeconds: 3_600 } })
  const made = await desk.ask(await desk.order('R-2'))
  await desk.database.shop.update({ where: { id: desk.shopId }, data: { undoSeconds: 0 } })
  await desk.jobs.lose(`issue:${made.id}`)

  desk.clock.advance(10 * MINUTE_MS)
  await look()
  expect(await keys()).not.toContain(`issue:${made.id}`)

  desk.clock.advance(60 * MINUTE_MS)
  await look()
  expect(await keys()).toContain(`issue:${made.id}`)
  await desk.runUntil(made.id, 'issued')
})

test('a request whose sending lost its job is asked about, never sent', async () => {
  const made = await desk.ask(await desk.order('R-3'))
  desk.crashAt = 'after_call'
  await expect(desk.jobs.runNext()).rejects.toThrow('after_call')
  await desk.jobs.lose(`issue:${made.id}`)
  const sent = desk.sent.length

  desk.clock.advance(2 * MINUTE_MS)
  await look()
  expect(await keys()).toContain(`ask:${made.id}`)
  await desk.runUntil(made.id, 'issued')

  expect(desk.sent.length).toBe(sent)
})

test('a request in doubt that lost its question is asked about again', async () => {
  nextIssue.push(() => ({ kind: 'unknown' }))
  const made = await desk.ask(await desk.order('R-4'))
  await desk.jobs.runNext()
  await desk.jobs.lose(`ask:${made.id}`)

  desk.clock.advance(MINUTE_MS + 1)
  await look()

  expect(await keys()).toContain(`ask:${made.id}`)
  await desk.runUntil(made.id, 'issued')
})

test('a contradiction waits for a person, not for a job', async () => {
  nextIssue.push(() => ({ kind: 'unknown' }))
  const made = await desk.ask(await desk.order('R-5'))
  await desk.jobs.runNext()
  const facts = { number: '26420000000000888888', issuedAt: desk.clock.at, grossFen: 1n, taxFen: 0n }
  nextQuery.push(() => ({ kind: 'issued', facts }))
  desk.clock.advance(MINUTE_MS)
  await desk.jobs.runDue()

  desk.clock.advance(10 * MINUTE_MS)
  await look()

  expect(await keys()).not.toContain(`ask:${made.id}`)
})

test('a held request that lost its job is tried again', async () => {
  nextIssue.push(() => ({ kind: 'held', reason: 'offline', message: '请重新登录' }))
  const made = await desk.ask(await desk.order('R-6'))
  await desk.jobs.runNext()
  await desk.jobs.lose(`held:${made.id}`)

  desk.clock.advance(MINUTE_MS)
  await look()
  expect(await keys()).not.toContain(`held:${made.id}`)
  desk.clock.advance(MINUTE_MS + 1)
  await look()

  await desk.runUntil(made.id, 'issued')
})

test('a job whose attempts are spent counts as lost', async () => {
  const made = await desk.ask(await desk.order('R-7'))
  await owner.query('UPDATE graphile_worker._private_jobs SET attempts = max_attempts WHERE key = $1', [
    `issue:${made.id}`,
  ])

  desk.clock.advance(MINUTE_MS + 1)
  await look()

  await desk.runUntil(made.id, 'issued')
})

test('an invoice without files gets the job that makes them', async () => {
  const invoiceId = await issueOne('R-8')
  await desk.jobs.lose(`document:${invoiceId}`)
  await storeFile(invoiceId, 'pdf')
  await storeFile(invoiceId, 'ofd')

  desk.clock.advance(MINUTE_MS + 1)
  await look()
  expect(await keys()).toContain(`document:${invoiceId}`)

  await desk.jobs.lose(`document:${invoiceId}`)
  await storeFile(invoiceId, 'xml')
  await look()
  expect(await keys()).not.toContain(`document:${invoiceId}`)
})

test('a mail whose files are there is sent; one whose files are not waits for them', async () => {
  const invoiceId = await issueOne('R-9')
  const delivery = await desk.database.delivery.findFirstOrThrow({ where: { invoiceId } })
  desk.clock.advance(2 * MINUTE_MS + 1)
  await look()
  expect(await keys()).not.toContain(`deliver:${delivery.id}`)

  await storeFile(invoiceId, 'pdf')
  await look()
  expect(await keys()).toContain(`deliver:${delivery.id}`)
})
