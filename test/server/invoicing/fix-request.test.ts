import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { FixAsk, FixField } from '../../../server/contract/invoicing.ts'
import { fixRequest } from '../../../server/invoicing/fix-request.ts'
import { openTitle } from '../../../server/invoicing/request.store.ts'
import { approveRequest, rejectRequest } from '../../../server/invoicing/review-request.ts'
import { findBookFaults } from '../../support/check-books.ts'
import { AGENT, COMPANY, type IssuingDesk, openIssuingDesk, refundOf } from '../../support/issuing-desk.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'

const FINANCE = { kind: 'staff', id: 'finance-1' } as const

const { issuer, nextIssue } = openScriptedIssuer()
let desk: IssuingDesk

beforeAll(async () => {
  desk = await openIssuingDesk({ issuer })
})

afterEach(async () => expect(await findBookFaults(desk.database)).toEqual([]))

afterAll(() => desk?.close())

const claimedOf = async (id: string) =>
  (await desk.database.order.findUniqueOrThrow({ where: { id } })).claimedFen

async function reject(id: string, fields: readonly FixField[]) {
  const { version } = await desk.read(id)
  const review = { id, version, actor: FINANCE, detail: '税号与名称不符', fields }
  return desk.inTransaction((tx) => rejectRequest(desk.deps, tx, review))
}

async function fix(id: string, values: Omit<FixAsk, 'version'>, version?: number) {
  const ask = { version: version ?? (await desk.read(id)).version, ...values }
  return desk.inTransaction((tx) => fixRequest(desk.deps, tx, { id, actor: AGENT, fix: ask }))
}

const OTHER_ID = '91310000MA1FL0QA1C'

test('a correction is on record without the values: hashes tell that they differ', async () => {
  const made = await desk.ask(await desk.order('FX-0'), { kind: 'special' })
  await reject(made.id, ['taxId'])

  await fix(made.id, { taxId: OTHER_ID })

  const where = { object: `request:${made.id}`, act: 'invoice_request.fixed' }
  const entry = await desk.database.auditEntry.findFirstOrThrow({ where })
  const text = Buffer.from(entry.bytes).toString('utf8')
  const { before, after } = JSON.parse(text)
  expect([Object.keys(before), Object.keys(after)]).toEqual([['taxId'], ['taxId']])
  expect(after.taxId).not.toBe(before.taxId)
  expect(text).not.toContain(OTHER_ID)
  expect(await desk.database.auditSalt.count({ where: { entryId: entry.id } })).toBe(1)
})

test('what a reviewer sent back comes back corrected, as the same item', async () => {
  const order = await desk.order('FX-1')
  const made = await desk.ask(order, { kind: 'special' })
  await reject(made.id, ['taxId'])
  expect(await claimedOf(order)).toBe(0n)

  const fixed = await fix(made.id, { taxId: OTHER_ID })

  expect(fixed).toMatchObject({ id: made.id, state: 'in_review', rejectCode: null, rejectFields: [] })
  expect((await openTitle(desk.vault, fixed)).buyer).toMatchObject({ name: COMPANY.name, taxId: OTHER_ID })
  expect(await claimedOf(order)).toBe(30_900n)
  expect(await desk.history(made.id)).toEqual([
    'submitted',
    'in_review',
    'rejected',
    'submitted',
    'in_review',
  ])
  const approve = { id: made.id, actor: FINANCE, version: fixed.version }
  await desk.inTransaction((tx) => approveRequest(desk.deps, tx, approve))
  await desk.runUntil(made.id, 'issued')
})

test('what the issuer refused is sent again with the correction, under a serial of its own', async () => {
  const order = await desk.order('FX-2')
  nextIssue.push(() => ({ kind: 'rejected', code: 'E9146', message: '购买方纳税人识别号格式错误' }))
  const made = await desk.ask(order)
  await desk.runUntil(made.id, 'rejected')

  await fix(made.id, { taxId: OTHER_ID })
  await desk.runUntil(made.id, 'issued')

  const sendings = await desk.database.sending.findMany({
    where: { requestId: made.id },
    orderBy: { createdAt: 'asc' },
  })
  expect(sendings.map(({ closedAt }) => closedAt !== null)).toEqual([true, false])
  expect(new Set(sendings.map(({ serial }) => serial)).size).toBe(2)
  expect(desk.sent.filter((serial) => sendings.some((sending) => sending.serial === serial)).length).toBe(2)
  expect(await claimedOf(order)).toBe(30_900n)
})

test('only what was pointed out can be corrected', async () => {
  const made = await desk.ask(await desk.order('FX-3'), { kind: 'special' })
  await reject(made.id, ['taxId'])

  await expect(fix(made.id, { name: '别的公司' })).rejects.toMatchObject({
    ...{ code: 'fix_field_not_asked', field: '/name' },
  })
  expect((await desk.read(made.id)).state).toBe('rejected')
})

test('a rejection that names nothing has ended the request', async () => {
  const made = await desk.ask(await desk.order('FX-4'), { kind: 'special' })
  await reject(made.id, [])

  await expect(fix(made.id, { taxId: OTHER_ID })).rejects.toMatchObject({ code: 'move_not_allowed' })
})

test('a correction that is wrong itself is refused with the field, and takes nothing', async () => {
  const order = await desk.order('FX-5')
  const made = await desk.ask(order, { kind: 'special' })
  await reject(made.id, ['taxId', 'email'])

  const fixing = fix(made.id, { taxId: '91420111MA49QA0X11', email: 'a@@x' })

  await expect(fixing).rejects.toMatchObject({
    code: 'preflight_failed',
    errors: expect.arrayContaining([
      expect.objectContaining({ field: '/taxId' }),
      expect.objectContaining({ field: '/email' }),
    ]),
  })
  expect(await claimedOf(order)).toBe(0n)
  expect((await desk.read(made.id)).state).toBe('rejected')
})

test('two who correct at once: one goes on, the other is told that it changed', async () => {
  const order = await desk.order('FX-6')
  const made = await desk.ask(order, { kind: 'special' })
  const { version } = await reject(made.id, ['taxId'])

  const ends = await Promise.allSettled([
    fix(made.id, { taxId: OTHER_ID }, version),
    fix(made.id, { taxId: OTHER_ID }, version),
  ])

  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await claimedOf(order)).toBe(30_900n)
})

test('a screen that is older than the rejection corrects nothing', async () => {
  const made = await desk.ask(await desk.order('FX-7'), { kind: 'special' })
  await reject(made.id, ['taxId'])

  await expect(fix(made.id, { taxId: OTHER_ID }, made.version)).rejects.toMatchObject({
    code: 'review_item_changed',
  })
})

test('after a refund the same request would be about another amount: it has to be asked anew', async () => {
  const order = await desk.order('FX-8')
  const made = await desk.ask(order, { kind: 'special' })
  await reject(made.id, ['taxId'])
  await desk.report('FX-8', refundOf('RF-8', 5_000n))

  await expect(fix(made.id, { taxId: OTHER_ID })).rejects.toMatchObject({ code: 'order_changed' })

  expect(await claimedOf(order)).toBe(0n)
  const again = await desk.ask(order)
  expect([again.id === made.id, again.amountFen]).toEqual([false, 25_900n])
})

test('an order that somebody else asked for meanwhile is not taken twice', async () => {
  const order = await desk.order('FX-9')
  const made = await desk.ask(order, { kind: 'special' })
  await reject(made.id, ['taxId'])
  const other = await desk.ask(order)

  await expect(fix(made.id, { taxId: OTHER_ID })).rejects.toMatchObject({ code: 'order_changed' })

  expect(await claimedOf(order)).toBe(30_900n)
  await desk.runUntil(other.id, 'issued')
})

test('an approval of what has changed since is refused', async () => {
  const made = await desk.ask(await desk.order('FX-10'), { kind: 'special' })
  await reject(made.id, ['taxId'])
  await fix(made.id, { taxId: OTHER_ID })

  const approve = { id: made.id, actor: FINANCE, version: made.version }
  const approved = desk.inTransaction((tx) => approveRequest(desk.deps, tx, approve))

  await expect(approved).rejects.toMatchObject({ code: 'review_item_changed' })
})
