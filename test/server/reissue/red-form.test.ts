import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { RedFinding, RedSending } from '../../../server/issuers/issuer.ts'
import { withdrawReissue } from '../../../server/reissue/decide-reissue.ts'
import { findBookFaults } from '../../support/check-books.ts'
import { AGENT } from '../../support/issuing-desk.ts'
import { OTHER, openReissueDesk, type RedCrash, type ReissueDesk } from './reissue-desk.ts'

const FORM = '42011126110000009999'

let desk: ReissueDesk

beforeAll(async () => {
  desk = await openReissueDesk()
})

afterEach(async () => {
  for (const list of [desk.nextRed, desk.nextRedQuery, desk.nextRevoke, desk.nextIssue, desk.nextQuery]) {
    expect(list.length, 'everything that was scripted was said').toBe(0)
  }
  expect(await findBookFaults(desk.database)).toEqual([])
})

afterAll(() => desk?.close())

/** An executed reissue of a new invoice; nothing has left yet. */
async function requested(number: string) {
  const { orderId, invoiceId } = await desk.issued(number)
  const { id } = await desk.start(invoiceId, { cause: 'title', title: OTHER })
  await desk.execute(id)
  return { orderId, invoiceId, id }
}

const redsOf = (invoiceId: string) => desk.database.invoice.count({ where: { originalId: invoiceId } })
const bluesOf = (reissueId: string) => desk.database.invoice.count({ where: { request: { reissueId } } })

const waiting = (): RedFinding => ({
  ...{ kind: 'waiting_buyer', formNumber: FORM, pollAfterMs: 60_000 },
  until: new Date(desk.clock.at.getTime() + 72 * 3_600_000),
})

test.for<RedCrash>(['before_commit', 'before_call', 'after_call'])(
  'a worker that dies %s leaves one red and one new blue',
  async (crash) => {
    const { invoiceId, id } = await requested(`K-${crash}`)

    desk.crashAt = crash
    await desk.follow(id, 'done')

    expect(desk.crashAt).toBeNull()
    expect([await redsOf(invoiceId), await bluesOf(id)]).toEqual([1, 1])
  },
)

test('a worker that dies with the answer in its hand asks, and sends nothing again', async () => {
  const { id } = await requested('K-4')
  const before = desk.reds.length

  desk.crashAt = 'after_call'
  await desk.follow(id, 'done')

  expect(desk.reds.length - before).toBe(1)
})

test('serial and payload are committed before the red form leaves', async () => {
  const { id } = await requested('K-5')
  const seen: unknown[] = []
  desk.nextRed.push(async (sending) => {
    const row = await desk.database.redSending.findUnique({ where: { reissueId: id } })
    seen.push(row?.formSerial === sending.formSerial && (await desk.readReissue(id)).state)
    return { kind: 'issued', facts: desk.numberRed(sending) }
  })

  await desk.follow(id, 'done')

  expect(seen).toEqual(['red_requested'])
})

test('two workers at the same moment send one red form', async () => {
  const { invoiceId, id } = await requested('K-6')
  const before = desk.reds.length
  let second: Promise<string[]> | null = null
  desk.nextRed.push(async (sending) => {
    const job = { kind: 'reissue.red', payload: { reissueId: id }, key: 'red:again', runAt: new Date(0) }
    await desk.inTransaction((tx) => desk.red.addJob(tx, job))
    second = desk.jobs.runDue()
    await second
    return { kind: 'issued', facts: desk.numberRed(sending) }
  })

  await desk.follow(id, 'done')

  expect(second).not.toBeNull()
  expect(desk.reds.length - before).toBe(1)
  expect(await redsOf(invoiceId)).toBe(1)
})

test('an answer that got lost is asked for, and the red is found', async () => {
  const { invoiceId, id } = await requested('K-7')
  desk.nextRed.push((sending) => {
    desk.numberRed(sending)
    return { kind: 'unknown' }
  })

  await desk.jobs.runDue()
  expect((await desk.readReissue(id)).state).toBe('red_requested')
  await desk.follow(id, 'done')

  expect(await redsOf(invoiceId)).toBe(1)
})

test('absence counts after the issuer’s lag, and twice, before the same bytes go again', async () => {
  const { id } = await requested('K-8')
  const resent: RedSending[] = []
  const before = desk.reds.length
  desk.nextRed.push(
    () => ({ kind: 'unknown' }),
    (sending) => {
      resent.push(sending)
      return { kind: 'issued', facts: desk.numberRed(sending) }
    },
  )

  await desk.follow(id, 'done')

  const sent = desk.reds.slice(before).map(({ formSerial, payload }) => ({ formSerial, payload }))
  expect(sent).toHaveLength(2)
  expect(sent[1]).toEqual(sent[0])
  expect(resent).toMatchObject([sent[0]])
})

test('while the issuer is offline the same bytes wait, and the page says for whom', async () => {
  const { id } = await requested('K-9')
  const before = desk.reds.length
  const offline = (): RedFinding => ({ kind: 'held', reason: 'login_needed', message: '请重新登录' })
  desk.nextRed.push(offline, offline)

  await desk.jobs.runDue()
  expect(await desk.readReissue(id)).toMatchObject({ state: 'red_requested', heldReason: 'login_needed' })
  const done = await desk.follow(id, 'done')

  expect(done.heldReason).toBeNull()
  expect(new Set(desk.reds.slice(before).map(({ formSerial }) => formSerial)).size).toBe(1)
})

test('a form that is held was not taken in: it is withdrawn at once', async () => {
  const { id } = await requested('K-10')
  desk.nextRed.push(() => ({ kind: 'held', reason: 'offline', message: '离线' }))
  await desk.jobs.runDue()

  await desk.inTransaction((tx) => withdrawReissue(desk.red, tx, { id, actor: AGENT }))
  desk.clock.advance(120_000)
  await desk.jobs.runDue()

  expect((await desk.readReissue(id)).state).toBe('withdrawn')
})

test('the buyer has 72 hours, and a consent goes on by itself', async () => {
  const { id } = await requested('K-11')
  let held: RedSending | null = null
  desk.nextRed.push((sending) => {
    held = sending
    return waiting()
  })
  desk.nextRedQuery.push(waiting, () => {
    if (held === null) throw new Error('nothing was sent')
    return { kind: 'issued', facts: desk.numberRed(held) }
  })

  const stopped = await desk.follow(id, 'waiting_buyer')
  expect(stopped).toMatchObject({ formNumber: FORM, redInvoiceId: null })
  expect(stopped.consentUntil?.getTime()).toBeGreaterThan(desk.clock.at.getTime() + 71 * 3_600_000)
  await desk.follow(id, 'done')

  expect(await desk.moves(id)).toEqual([
    'planned',
    'red_requested',
    'waiting_buyer',
    'red_issued',
    'blue_issuing',
    'writing_back',
    'done',
  ])
})

describe('an end without effect', () => {
  test.for([
    ['refused', 'buyer_refused'],
    ['lapsed', 'lapsed'],
    ['revoked', 'withdrawn'],
    ['failed', 'red_refused'],
  ] as const)('the form %s: the saga is %s, and the blue as valid as before', async ([how, state]) => {
    const { orderId, invoiceId, id } = await requested(`E-${how}`)
    desk.nextRed.push(waiting)
    const ended: RedFinding = { kind: 'ended', how, formNumber: FORM, code: '05', message: '购方否认' }
    desk.nextRedQuery.push(() => ended)

    const end = await desk.follow(id, state)

    expect(end).toMatchObject({ endCode: '05', endDetail: '购方否认', redInvoiceId: null })
    expect((await desk.invoice(invoiceId)).state).toBe('issued')
    expect(await desk.orderMoney(orderId)).toMatchObject({ claimedFen: 30_900n })
    // Nothing counts against the cap, and the way is open again.
    expect((await desk.start(invoiceId, { cause: 'title', title: OTHER })).state).toBe('planned')
  })

  test('the issuer refuses the form', async () => {
    const { invoiceId, id } = await requested('E-5')
    desk.nextRed.push(() => ({ kind: 'rejected', code: 'E9102', message: '该发票已全额冲红' }))

    const end = await desk.follow(id, 'red_refused')

    expect(end).toMatchObject({ endCode: 'E9102', endDetail: '该发票已全额冲红' })
    expect((await desk.invoice(invoiceId)).state).toBe('issued')
  })

  test('while the buyer has not answered, staff take it back', async () => {
    const { id } = await requested('E-6')
    desk.nextRed.push(waiting)
    await desk.follow(id, 'waiting_buyer')
    const revoked: RedFinding = {
      kind: 'ended',
      how: 'revoked',
      formNumber: FORM,
      code: '08',
      message: '已撤销',
    }
    desk.nextRevoke.push(() => revoked)

    await desk.inTransaction((tx) => withdrawReissue(desk.red, tx, { id, actor: AGENT }))

    expect((await desk.follow(id, 'withdrawn')).endCode).toBe('08')
  })

  test('a withdrawal that comes too late changes nothing: the red is there', async () => {
    const { invoiceId, id } = await requested('E-7')
    let held: RedSending | null = null
    desk.nextRed.push((sending) => {
      held = sending
      return waiting()
    })
    await desk.follow(id, 'waiting_buyer')
    desk.nextRevoke.push(() => {
      if (held === null) throw new Error('nothing was sent')
      return { kind: 'issued', facts: desk.numberRed(held) }
    })

    await desk.inTransaction((tx) => withdrawReissue(desk.red, tx, { id, actor: AGENT }))
    await desk.follow(id, 'done')

    expect(await redsOf(invoiceId)).toBe(1)
  })

  test('what has not left yet is withdrawn without a word to the issuer', async () => {
    const { id } = await requested('E-8')
    const before = desk.reds.length

    await desk.inTransaction((tx) => withdrawReissue(desk.red, tx, { id, actor: AGENT }))
    await desk.jobs.runDue()

    expect((await desk.readReissue(id)).state).toBe('withdrawn')
    expect(desk.reds.length).toBe(before)
  })
})

test.for([
  ['another amount', { grossFen: -30_800n }],
  ['another blue', { blueNumber: '26420000000000099999' }],
  ['a number of 19 digits', { number: '2643000000000000001' }],
] as const)('a red with %s is kept for a person, and nobody goes on', async ([what, wrong]) => {
  const { invoiceId, id } = await requested(`C-${what}`)
  desk.nextRed.push((sending) => ({ kind: 'issued', facts: { ...desk.numberRed(sending), ...wrong } }))

  await desk.jobs.runDue()
  desk.clock.advance(3_600_000)
  await desk.jobs.runDue()

  expect(await desk.readReissue(id)).toMatchObject({ state: 'red_requested', hasContradiction: true })
  expect(await redsOf(invoiceId)).toBe(0)
  const { contradiction } = await desk.database.redSending.findUniqueOrThrow({ where: { reissueId: id } })
  expect(contradiction).toMatchObject(
    Object.fromEntries(Object.entries(wrong).map(([field, value]) => [field, value.toString()])),
  )
})

test('a number that another invoice carries is a contradiction, not a crash', async () => {
  const { invoiceId, id } = await requested('C-4')
  const { number } = await desk.invoice(invoiceId)
  desk.nextRed.push((sending) => ({ kind: 'issued', facts: { ...desk.numberRed(sending), number } }))

  await desk.jobs.runDue()

  expect((await desk.readReissue(id)).hasContradiction).toBe(true)
})
