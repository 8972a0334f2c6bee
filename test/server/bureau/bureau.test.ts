import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Bureau, openBureau } from '../../../server/bureau/bureau.ts'
import { DEFAULT_SETTINGS, patchSettings } from '../../../server/bureau/settings.ts'
import { viewEntry } from '../../../server/bureau/view-entry.ts'
import { makeSending, SELLER_TAX_ID } from '../../support/sendings.ts'

const HOUR_MS = 3_600_000

let folder: string
let clock: Date
let bureau: Bureau

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bureau-'))
  clock = new Date('2026-11-30T15:59:00Z') // 23:59 in Shanghai
  bureau = await openBureau({
    path: join(folder, 'ledger.jsonl'),
    settings: DEFAULT_SETTINGS,
    defaultLineFen: 25_000,
    region: '88',
    now: () => clock,
    random: () => 0.5,
    onBroken: (cause) => {
      throw cause
    },
  })
})
afterEach(async () => {
  await bureau.close()
  await rm(folder, { recursive: true })
})

const later = (ms: number) => {
  clock = new Date(clock.getTime() + ms)
}
const send = async ({ payload }: { payload: string }) => (await bureau.issue(Buffer.from(payload))).reply

describe('a serial that comes again', () => {
  test('with other bytes is told to query, and changes nothing', async () => {
    const sending = makeSending('TM-1', 11_300n)
    const first = await send(sending)

    const other = await send({ payload: sending.payload.replace('帆布包', '皮包') })

    expect(other).toMatchObject({ state: 'rejected', code: '6783' })
    expect(await send(sending)).toEqual(first)
    expect(bureau.count()).toBe(1)
  })

  test('with other bytes while the first is running is told that it is repeated', async () => {
    const sending = makeSending('DEMO-SLOW', 11_300n)
    await send(sending)

    const other = await send({ payload: sending.payload.replace('帆布包', '皮包') })

    expect(other).toMatchObject({ state: 'rejected', code: '6655' })
  })

  test('more than 12 hours after its refusal needs a new one', async () => {
    const sending = makeSending('DEMO-REJECT', 11_300n)
    expect(await send(sending)).toMatchObject({ code: '1108', riskLevel: 'high' })

    later(12 * HOUR_MS)
    expect(await send(sending)).toMatchObject({ code: '1108' })
    later(1)
    expect(await send(sending)).toMatchObject({ state: 'rejected', code: '6904' })
  })

  test('days after it was issued is still the same invoice', async () => {
    const sending = makeSending('TM-1', 11_300n)
    const first = await send(sending)

    later(72 * HOUR_MS)

    expect(await send(sending)).toEqual(first)
  })
})

test('what is answered is already in the file', async () => {
  const sendings = Array.from({ length: 30 }, (_, index) => makeSending(`TM-${index}`, 113n))

  for (const sending of sendings) {
    await send(sending)
    expect(await readFile(join(folder, 'ledger.jsonl'), 'utf8')).toContain(sending.serial)
  }
})

test('credit comes back with the month of Shanghai, not of UTC', async () => {
  await send(makeSending('TM-1', 22_600n))
  const waiting = makeSending('TM-2', 11_300n)
  expect(await send(waiting)).toMatchObject({
    state: 'held',
    code: '2201',
    requestedFen: 10_000,
    availableFen: 5_000,
  })

  later(60_000)

  expect(await send(waiting)).toMatchObject({ state: 'issued' })
  expect(bureau.account(SELLER_TAX_ID)).toMatchObject({ month: '2026-12', usedFen: 10_000 })
})

test('the year of a number turns in Shanghai', async () => {
  clock = new Date('2026-12-31T15:59:59.999Z')
  expect(await send(makeSending('TM-1', 113n))).toMatchObject({
    number: expect.stringMatching(/^26882\d{15}$/),
  })

  later(1)

  expect(await send(makeSending('TM-2', 113n))).toMatchObject({
    number: expect.stringMatching(/^27882\d{15}$/),
  })
})

test('one seller offline leaves another at work', async () => {
  const other = makeSending('TM-1', 113n).payload.replace(SELLER_TAX_ID, '91110108MA00TEXT1B')
  await send(makeSending('DEMO-OFFLINE', 113n))

  expect(await send({ payload: other })).toMatchObject({ state: 'issued' })
  expect(bureau.account(null)).toMatchObject({ taxId: SELLER_TAX_ID, channel: '1101' })
})

test('a sheet accepted for later is found as accepted, then as issued at its own time', async () => {
  const sending = makeSending('DEMO-SLOW', 113n)
  await send(sending)
  const entry = await bureau.find(sending.serial)
  if (entry === null) throw new Error('the sheet must be found')

  expect(viewEntry(entry, bureau.nowMs())).toMatchObject({ state: 'accepted', pollAfterMs: 5_000 })
  later(DEFAULT_SETTINGS.slowMs)
  expect(viewEntry(entry, bureau.nowMs())).toMatchObject({ state: 'issued', issuedAt: clock.toISOString() })
})

describe('settings', () => {
  const WRONG: Record<string, unknown>[] = [
    { latency: '400-200' },
    { latency: -1 },
    { latency: '1-2-3' },
    { asyncShare: 1.1 },
    { asyncShare: Number.NaN },
    { faultShares: { timeout_issued: 0.6, timeout_lost: 0.5 } },
    { faultShares: { earthquake: 0.1 } },
    { magic: { '': 'offline' } },
    { magic: { 'DEMO-X': 'explode' } },
    { constructor: 1 },
  ]

  test.for(WRONG)('%j is refused by name and changes nothing', (patch) => {
    expect(patchSettings(DEFAULT_SETTINGS, patch)).toEqual({ wrong: Object.keys(patch)[0] })
  })

  test('a share of faults is drawn, and what was ordered comes first', () => {
    bureau.failNext('reset_lost', 2)
    expect([bureau.nextFault(), bureau.nextFault(), bureau.nextFault()]).toEqual([
      'reset_lost',
      'reset_lost',
      null,
    ])

    bureau.patch({ faultShares: { timeout_issued: 0.4, error_lost: 0.2 } })

    expect(bureau.nextFault()).toBe('error_lost') // the dice of this test always show 0.5
  })
})
