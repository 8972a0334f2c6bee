import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Bureau, openBureau } from '../../../server/bureau/bureau.ts'
import { DEFAULT_SETTINGS } from '../../../server/bureau/settings.ts'
import type { InvoiceContent, InvoiceLine } from '../../../server/invoicing/invoice.ts'
import { buildPayload } from '../../../server/issuers/build-payload.ts'
import { buildRedPayload } from '../../../server/issuers/build-red-payload.ts'
import {
  makeContent,
  makeRedContent,
  makeRedSending,
  makeSending,
  SELLER_TAX_ID,
} from '../../support/sendings.ts'

const HOUR_MS = 3_600_000

let folder: string
let clock: Date
let bureau: Bureau

const open = () =>
  openBureau({
    path: join(folder, 'ledger.jsonl'),
    settings: { ...DEFAULT_SETTINGS, redDelay: { minMs: 12_000, maxMs: 12_000 } },
    defaultLineFen: 100_000,
    region: '88',
    now: () => clock,
    random: () => 0.5,
    onBroken: (cause) => {
      throw cause
    },
  })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bureau-'))
  clock = new Date('2026-11-22T04:00:00Z')
  bureau = await open()
})
afterEach(async () => {
  await bureau.close()
  await rm(folder, { recursive: true })
})

const later = (ms: number) => {
  clock = new Date(clock.getTime() + ms)
}
const issue = async (orderNumber = 'TM-1', grossFen = 29_900n) => {
  const { reply } = await bureau.issue(Buffer.from(makeSending(orderNumber, grossFen).payload))
  if (!('number' in reply) || typeof reply.number !== 'string') throw new Error('the blue must be issued')
  return reply.number
}
const ask = async ({ payload }: { payload: string }) => (await bureau.requestRed(Buffer.from(payload))).reply
const usedFen = () => bureau.account(SELLER_TAX_ID).usedFen

describe('a form that nobody has to agree to', () => {
  test('is 01 at once and becomes a red after the bureau’s own seconds', async () => {
    const blueNumber = await issue()
    const sending = makeRedSending({ blueNumber })

    expect(await ask(sending)).toEqual({
      ...{ formSerial: sending.formSerial, formState: '01', state: 'accepted' },
      ...{ formNumber: expect.stringMatching(/^4201112611\d{10}$/), pollAfterMs: 5_000 },
    })
    later(12_000)

    expect(await bureau.findRed(sending.formSerial)).toMatchObject({
      ...{ state: 'issued', formState: '01', blueNumber },
      ...{ number: expect.stringMatching(/^26882\d{15}$/), issuedAt: clock.toISOString() },
      ...{ netFen: -26_460, taxFen: -3_440, grossFen: -29_900 },
    })
  })

  test('sent again gives the red that was issued; with other bytes it changes nothing (SIM7)', async () => {
    const blueNumber = await issue()
    const sending = makeRedSending({ blueNumber })
    await ask(sending)
    later(12_000)
    const issued = await bureau.findRed(sending.formSerial)

    expect(await ask(sending)).toEqual(issued)
    expect(await ask({ payload: sending.payload.replace('"reason":"01"', '"reason":"02"') })).toMatchObject({
      state: 'rejected',
      code: '6783',
    })
    expect(bureau.forms.count()).toBe(1)
  })

  test('another form for the same blue fails with 16: first because one runs, then because all is taken back', async () => {
    const blueNumber = await issue()
    await ask(makeRedSending({ blueNumber }))

    expect(await ask(makeRedSending({ blueNumber }))).toMatchObject({ formState: '16', code: 'E9158' })
    later(12_000)
    expect(await ask(makeRedSending({ blueNumber }))).toMatchObject({
      ...{ state: 'ended', formState: '16', formNumber: null, code: 'E9103' },
      message: expect.stringContaining('该发票已全额冲红'),
    })
  })
})

describe('a blue that its buyer has used or booked', () => {
  test.for(['deducted', 'booked'] as const)(
    '%s: waits until 72 hours from now, and for the yes',
    async (usage) => {
      const blueNumber = await issue()
      await bureau.markUsed(blueNumber, usage)
      const sending = makeRedSending({ blueNumber })

      expect(await ask(sending)).toMatchObject({
        ...{ state: 'waiting_buyer', formState: '02' },
        until: new Date(clock.getTime() + 72 * HOUR_MS).toISOString(),
      })
      later(72 * HOUR_MS - 1)
      expect(await bureau.moveForm(sending.formSerial, 'confirm')).toBe(true)
      expect(await bureau.findRed(sending.formSerial)).toMatchObject({ state: 'accepted', formState: '04' })
      later(12_000)

      expect(await bureau.findRed(sending.formSerial)).toMatchObject({ state: 'issued', formState: '04' })
    },
  )

  test('lapses when the 72 hours are over: a yes comes too late, and the blue may be asked for again', async () => {
    const blueNumber = await issue('DEMO-USED-DEDUCTED')
    const sending = makeRedSending({ blueNumber })
    await ask(sending)

    await bureau.advance(72 * HOUR_MS)

    expect(await bureau.moveForm(sending.formSerial, 'confirm')).toBe(false)
    expect(await bureau.findRed(sending.formSerial)).toMatchObject({
      ...{ state: 'ended', formState: '07' },
      message: '作废（超72小时未确认）',
    })
    expect(await ask(makeRedSending({ blueNumber }))).toMatchObject({ formState: '02' })
  })

  test.for([
    ['refuse', '05'],
    ['revoke', '08'],
    ['void', '10'],
  ] as const)('%s ends it as %s, once and for all', async ([act, formState]) => {
    const blueNumber = await issue('DEMO-USED-DEDUCTED')
    const sending = makeRedSending({ blueNumber })
    await ask(sending)

    expect(await bureau.moveForm(sending.formSerial, act)).toBe(true)
    expect(await bureau.moveForm(sending.formSerial, 'confirm')).toBe(false)

    await bureau.advance(100 * HOUR_MS)
    expect(await bureau.findRed(sending.formSerial)).toMatchObject({ state: 'ended', formState })
  })
})

describe('what a red may take back', () => {
  /** 100.00 less 10.00 beside 50.00, both at 13 %. */
  const discounted = (): InvoiceContent => {
    const [line] = makeContent(5_000n).lines
    if (line === undefined) throw new Error('a content has a line')
    const of = (lineNo: number, property: InvoiceLine['property'], netFen: bigint, taxFen: bigint) => ({
      ...{ ...line, lineNo, property, netFen, taxFen, grossFen: netFen + taxFen },
      title: lineNo === 3 ? '明信片' : '帆布包',
      ...(property === 'discount' ? { quantity: null } : {}),
    })
    const lines = [
      of(1, 'discounted', 8_850n, 1_150n),
      of(2, 'discount', -885n, -115n),
      of(3, 'normal', 4_425n, 575n),
    ]
    return { ...makeContent(), lines, netFen: 12_390n, taxFen: 1_610n, grossFen: 14_000n }
  }
  const red = (lines: { no: number; title: string; netFen: bigint; taxFen: bigint }[]): InvoiceContent => {
    const [line] = makeRedContent().lines
    if (line === undefined) throw new Error('a content has a line')
    const made = lines.map(({ no, title, netFen, taxFen }, index) => ({
      ...{ ...line, lineNo: index + 1, blueLineNo: no, title, netFen, taxFen, grossFen: netFen + taxFen },
    }))
    const sum = (name: 'netFen' | 'taxFen' | 'grossFen') => made.reduce((all, one) => all + one[name], 0n)
    const totals = { netFen: sum('netFen'), taxFen: sum('taxFen'), grossFen: sum('grossFen') }
    return { ...makeRedContent(), lines: made, ...totals }
  }
  const issueDiscounted = async () => {
    const payload = buildPayload(discounted(), { serial: 'discounted-1', orderNumbers: ['TM-2'] })
    const { reply } = await bureau.issue(Buffer.from(payload))
    if (!('number' in reply)) throw new Error('the blue must be issued')
    return String(reply.number)
  }
  const askFor = (blueNumber: string, content: InvoiceContent, reason: 'return' | 'mistake' = 'return') => {
    const formSerial = crypto.randomUUID()
    return ask({
      payload: buildRedPayload(content, { formSerial, blueNumber, reason, orderNumbers: ['TM-2'] }),
    })
  }
  const BAG = { no: 1, title: '帆布包', netFen: -7_965n, taxFen: -1_035n }
  const CARD = { no: 3, title: '明信片', netFen: -4_425n, taxFen: -575n }

  test('a line and its discount are one: the rest of both, then all of the other line', async () => {
    const blueNumber = await issueDiscounted()

    expect(await askFor(blueNumber, red([BAG]))).toMatchObject({ formState: '01' })
    later(12_000)
    expect(await askFor(blueNumber, red([CARD]))).toMatchObject({ formState: '01' })
    later(12_000)
    expect(await askFor(blueNumber, red([CARD]))).toMatchObject({ formState: '16', code: 'E9103' })
  })

  test.for<[string, () => InvoiceContent, string]>([
    ['the price without its discount', () => red([{ ...BAG, netFen: -8_850n, taxFen: -1_150n }]), 'E9155'],
    ['one line twice', () => red([CARD, CARD]), 'E9155'],
    ['a line that the blue has not', () => red([{ ...CARD, no: 4 }]), 'E9154'],
    ['the discount’s own line', () => red([{ ...BAG, no: 2 }]), 'E9154'],
    ['other goods than the line', () => red([{ ...CARD, title: '皮包' }]), 'E9154'],
    ['more tax than the line had', () => red([{ ...CARD, netFen: -4_420n, taxFen: -580n }]), 'E9155'],
  ])('%s is refused with 16, and nothing is held back', async ([, content, code]) => {
    const blueNumber = await issueDiscounted()

    expect(await askFor(blueNumber, content())).toMatchObject({ formState: '16', code })

    expect(await askFor(blueNumber, red([BAG, CARD]), 'mistake')).toMatchObject({ formState: '01' })
  })

  test('another buyer, a part of a mistake, and an unknown blue are refused with 16', async () => {
    const blueNumber = await issueDiscounted()
    const other = { ...red([BAG, CARD]), buyer: { ...makeContent().buyer, name: '另一家公司' } }

    expect(await askFor(blueNumber, other)).toMatchObject({ formState: '16', code: 'E9118' })
    expect(await askFor(blueNumber, red([BAG]), 'mistake')).toMatchObject({ formState: '16', code: 'E9156' })
    expect(await askFor('26882000000000009999', red([BAG]))).toMatchObject({ formState: '16', code: 'E9102' })
  })

  test('a channel without partial reds takes back all or nothing (SIM8)', async () => {
    const blueNumber = await issueDiscounted()
    bureau.patch({ profile: 'no_partial' })

    expect(await askFor(blueNumber, red([BAG]))).toMatchObject({ formState: '16', code: 'E9157' })
    expect(await askFor(blueNumber, red([BAG, CARD]))).toMatchObject({ formState: '01' })
  })

  test('a form whose sums are wrong or whose lines are positive is refused before there is a form', async () => {
    const blueNumber = await issue()
    const { payload } = makeRedSending({ blueNumber })
    const change = (from: string, to: string) => {
      const changed = payload
        .replace(from, to)
        .replace(/"formSerial":"[^"]+"/, `"formSerial":"${crypto.randomUUID()}"`)
      expect(changed).toContain(to)
      return ask({ payload: changed })
    }

    expect(await change('"taxFen":-3440', '"taxFen":-3439')).toMatchObject({
      state: 'rejected',
      code: 'E9130',
    })
    expect(await change('"quantity":"-1"', '"quantity":"1"')).toMatchObject({
      state: 'rejected',
      code: 'E9153',
    })
    expect(await change('"property":"normal"', '"property":"discount"')).toMatchObject({ code: 'E9152' })
    expect(await change('"reason":"01"', '"reason":"1"')).toMatchObject({ code: 'E9151' })
    expect(bureau.forms.count()).toBe(0)
  })
})

describe('credit', () => {
  test('a red gives back what its blue took, from its own minute on, in the same month', async () => {
    const blueNumber = await issue()
    expect(usedFen()).toBe(26_460)

    await ask(makeRedSending({ blueNumber }))
    expect(usedFen()).toBe(26_460)
    later(12_000)

    expect(usedFen()).toBe(0)
  })

  test('an allowance gives nothing back', async () => {
    const blueNumber = await issue()

    await ask(makeRedSending({ blueNumber, reason: 'allowance' }))
    later(12_000)

    expect(usedFen()).toBe(26_460)
  })

  test('a red of an earlier month gives nothing back, and the new blue takes fresh credit', async () => {
    const blueNumber = await issue()
    await bureau.advance(10 * 24 * HOUR_MS) // December
    await issue('TM-2', 11_300n)

    await ask(makeRedSending({ blueNumber }))
    later(12_000)

    expect(bureau.account(SELLER_TAX_ID)).toMatchObject({ month: '2026-12', usedFen: 10_000 })
  })
})

test('a seller who is offline gets no form, and the same form passes later', async () => {
  const blueNumber = await issue()
  const sending = makeRedSending({ blueNumber })
  await bureau.setChannel(SELLER_TAX_ID, '1102')

  expect(await ask(sending)).toMatchObject({ formSerial: sending.formSerial, state: 'held', code: '1102' })
  expect(await bureau.findRed(sending.formSerial)).toBeNull()
  await bureau.setChannel(SELLER_TAX_ID, 'online')

  expect(await ask(sending)).toMatchObject({ formState: '01' })
})

test('everything is remembered: forms, moves, usage, reds, the clock and the credit', async () => {
  const [free, used] = [await issue('TM-1'), await issue('DEMO-USED-DEDUCTED')]
  const forms = [makeRedSending({ blueNumber: free }), makeRedSending({ blueNumber: used })]
  for (const form of forms) await ask(form)
  await bureau.moveForm(forms[1]?.formSerial ?? '', 'refuse')
  await bureau.advance(30_000)
  const before = {
    views: await Promise.all(forms.map(({ formSerial }) => bureau.findRed(formSerial))),
    account: bureau.account(SELLER_TAX_ID),
    nowMs: bureau.nowMs(),
  }

  await bureau.close()
  bureau = await open()

  expect({
    views: await Promise.all(forms.map(({ formSerial }) => bureau.findRed(formSerial))),
    account: bureau.account(SELLER_TAX_ID),
    nowMs: bureau.nowMs(),
  }).toEqual(before)
  expect(before.views).toMatchObject([{ state: 'issued' }, { formState: '05' }])
  expect(await ask(makeRedSending({ blueNumber: used }))).toMatchObject({ formState: '02' })
})
