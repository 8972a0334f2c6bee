import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Bureau, openBureau } from '../../../server/bureau/bureau.ts'
import { DEFAULT_SETTINGS, patchSettings } from '../../../server/bureau/settings.ts'
import { makeRedSending, makeSending } from '../../support/sendings.ts'

const URL_OF_SENDER = 'http://127.0.0.1:9/callbacks/token'

let folder: string
let clock: Date
let dice: number[]
let isUp: boolean
let told: { operater: string | null; about: string | null; content: unknown }[]
let bureau: Bureau

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bureau-'))
  clock = new Date('2026-11-22T04:00:00Z')
  dice = []
  isUp = true
  told = []
  bureau = await openBureau({
    path: join(folder, 'ledger.jsonl'),
    settings: { ...DEFAULT_SETTINGS, callbackUrl: URL_OF_SENDER, redDelay: { minMs: 1_000, maxMs: 1_000 } },
    defaultLineFen: 100_000_000,
    region: '88',
    now: () => clock,
    random: () => dice.shift() ?? 0.5,
    onBroken: (cause) => {
      throw cause
    },
    post: async (_url, body) => {
      if (!isUp) return false
      const fields = new URLSearchParams(body)
      const content: unknown = JSON.parse(fields.get('content') ?? 'null')
      told.push({ operater: fields.get('operater'), about: fields.get('orderno'), content })
      return true
    },
  })
})
afterEach(async () => {
  await bureau.close()
  await rm(folder, { recursive: true })
})

const later = async (ms: number) => {
  clock = new Date(clock.getTime() + ms)
  await bureau.tick()
}
const issue = async (orderNumber: string) => {
  const sending = makeSending(orderNumber)
  const { reply } = await bureau.issue(Buffer.from(sending.payload))
  return { serial: sending.serial, number: 'number' in reply ? String(reply.number) : '' }
}
const about = (serial: string) => told.filter((one) => one.about === serial)

describe('news', () => {
  test('what was only accepted is told when it is issued, and what was answered is not told', async () => {
    const slow = await issue('DEMO-SLOW')
    await issue('TM-1')

    await later(7_999)
    expect(told).toEqual([])
    await later(1)

    expect(told).toEqual([
      { operater: 'callback', about: slow.serial, content: { c_fpqqlsh: slow.serial, c_status: '1' } },
    ])
  })

  test('a reply that was swallowed is told', async () => {
    const { serial } = await issue('DEMO-INDOUBT')

    await later(0)

    expect(about(serial)).toHaveLength(1)
  })

  test('a form is told as it moves: the buyer’s yes, and then the red', async () => {
    const { number } = await issue('DEMO-USED-DEDUCTED')
    const { formSerial, payload } = makeRedSending({ blueNumber: number })
    await bureau.requestRed(Buffer.from(payload))
    await bureau.moveForm(formSerial, 'confirm')
    await later(0)
    await later(1_000)

    expect(about(formSerial).map(({ content }) => content)).toMatchObject([
      { billStatus: '02' },
      { billStatus: '04' },
      { billStatus: '04', redInvoiceNumber: expect.stringMatching(/^\d{20}$/) },
    ])
  })

  test('a lapse is told, whoever looked or not', async () => {
    const { number } = await issue('DEMO-USED-DEDUCTED')
    const { formSerial, payload } = makeRedSending({ blueNumber: number })
    await bureau.requestRed(Buffer.from(payload))

    await later(72 * 3_600_000)
    await later(0)

    expect(about(formSerial).at(-1)).toMatchObject({ content: { billStatus: '07' } })
  })

  test('lost, twice, or overtaken by what came after it, as the settings say', async () => {
    bureau.patch({ callbackLostShare: 1 })
    await issue('DEMO-SLOW')
    bureau.patch({ callbackLostShare: 0, callbackTwiceShare: 1 })
    const twice = await issue('DEMO-SLOW')
    bureau.patch({ callbackTwiceShare: 0, callbackOvertakenShare: 1 })
    const overtaken = await issue('DEMO-SLOW')
    bureau.patch({ callbackOvertakenShare: 0 })
    await later(500)
    const after = await issue('DEMO-SLOW')

    for (let i = 0; i < 30; i++) await later(500)

    expect(told.at(-1)?.about).toBe(overtaken.serial)
    expect(about(twice.serial)).toHaveLength(2)
    expect(about(after.serial)).toHaveLength(1)
    expect(told).toHaveLength(4)
  })

  test('a sender that does not answer is told again, and then no more', async () => {
    isUp = false
    const { serial } = await issue('DEMO-SLOW')
    await later(8_000)
    isUp = true
    await later(1_000)
    expect(about(serial)).toHaveLength(1)

    isUp = false
    await issue('DEMO-SLOW')
    for (let i = 0; i < 30; i++) await later(1_000)
    isUp = true
    await later(1_000)

    expect(told).toHaveLength(1)
    expect(bureau.newsCount()).toBe(0)
  })

  test.for([
    'https://evil.example/',
    'http://10.0.0.1/',
    'http://127.0.0.1.evil.example/',
    'file:///etc/passwd',
    7,
  ])('news go to this machine only, not to %s', (callbackUrl) => {
    expect(patchSettings(DEFAULT_SETTINGS, { callbackUrl })).toEqual({ wrong: 'callbackUrl' })
  })
})

describe('the public look-up (SIM15)', () => {
  const check = (number: string, changes: object = {}) =>
    bureau.verify({ number, date: '2026-11-22', grossFen: 29_900, ...changes })

  test('number, date and amount must all be right', async () => {
    const { number } = await issue('TM-1')

    expect(check(number)).toMatchObject({ state: 'valid', colour: 'blue', leftFen: 29_900 })
    expect(check(number, { grossFen: 29_901 })).toMatchObject({ state: 'inconsistent' })
    expect(check(number, { date: '2026-11-21' })).toMatchObject({ state: 'inconsistent' })
    expect(check('26882999999999999999')).toMatchObject({ state: 'absent' })
  })

  test('a red shows on the blue, and is found itself', async () => {
    const { number } = await issue('TM-1')
    const { formSerial, payload } = makeRedSending({ blueNumber: number })
    await bureau.requestRed(Buffer.from(payload))
    await later(1_000)
    const red = await bureau.findRed(formSerial)

    expect(check(number)).toMatchObject({ state: 'reversed', leftFen: 0 })
    const redNumber = red !== null && 'number' in red ? String(red.number) : ''
    expect(check(redNumber, { grossFen: -29_900 })).toMatchObject({ colour: 'red', blueNumber: number })
  })

  test('five times a day, and again the next day', async () => {
    const { number } = await issue('TM-1')
    for (let i = 0; i < 5; i++) expect(check(number)).toMatchObject({ state: 'valid' })

    expect(check(number)).toMatchObject({ state: 'limit' })
    await later(24 * 3_600_000)
    expect(check(number)).toMatchObject({ state: 'valid' })
  })

  test('what is older than five years is not told, and what was issued today may not be there yet', async () => {
    bureau.patch({ verifyLagMs: 2 * 3_600_000 })
    const { number } = await issue('TM-1')

    expect(check(number)).toMatchObject({ state: 'absent' })
    await later(2 * 3_600_000)
    expect(check(number)).toMatchObject({ state: 'valid' })
    await bureau.advance(5 * 366 * 24 * 3_600_000)
    expect(check(number)).toMatchObject({ state: 'too_old' })
  })
})
