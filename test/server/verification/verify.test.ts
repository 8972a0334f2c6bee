import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { VerificationAsk } from '../../../server/contract/verifications.ts'
import { readDocument } from '../../../server/documents/document.store.ts'
import { LOOK_RULES } from '../../../server/verification/look-guard.ts'
import { openTestApp, type TestApp } from '../../support/app.ts'
import { openScriptedIssuer } from '../../support/scripted-issuer.ts'

const HUBEI = { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' }

type Issued = { id: string; requestId: string; record: NonNullable<VerificationAsk['record']> }

let stage: TestApp
let first: Issued
let second: Issued

beforeAll(async () => {
  stage = await openTestApp({ issuer: openScriptedIssuer().issuer })
  first = await issue('TM-1001')
  second = await issue('TM-1002')
})
afterAll(() => stage?.close())
// Every test looks with a full allowance.
beforeEach(() => stage.database.$executeRaw`DELETE FROM proof_guard`)

async function issue(number: string): Promise<Issued> {
  const token = await stage.a.agent()
  const made = await stage.app.inject({
    method: 'POST',
    url: '/v1/invoice-requests',
    headers: { authorization: `Bearer ${token}`, 'idempotency-key': number },
    payload: { orderIds: [await stage.orderId(number)], kind: 'ordinary', title: HUBEI },
  })
  const requestId: string = made.json().id
  await stage.jobs.runDue()
  const row = await stage.database.invoice.findUniqueOrThrow({ where: { requestId } })
  const date = row.businessDate.toISOString().slice(0, 10)
  return { id: row.id, requestId, record: { number: row.number, date, amountFen: Number(row.grossFen) } }
}

async function ask(payload: unknown, remoteAddress = '198.51.100.7') {
  const reply = await stage.app.inject({
    method: 'POST',
    url: '/v1/verifications',
    payload: payload as object,
    remoteAddress,
  })
  return { status: reply.statusCode, headers: reply.headers, body: reply.json() }
}

async function hashOf(invoiceId: string, format: 'pdf' | 'ofd' | 'xml'): Promise<string> {
  const document = await stage.database.document.findUniqueOrThrow({
    where: { invoiceId_format: { invoiceId, format } },
  })
  const { vault, config } = stage.services
  const bytes = await readDocument({ vault, documentsDir: config.documentsDir }, { ...document, format })
  return createHash('sha256').update(bytes).digest('hex')
}

async function setState(id: string, state: string): Promise<void> {
  await stage.database.invoice.update({ where: { id }, data: { state } })
}

const UNKNOWN = { verdict: 'unknown', mismatch: null, colour: null, isDemo: false, replacedBy: null }
const VALID = { verdict: 'valid', mismatch: null, colour: 'blue', isDemo: true, replacedBy: null }

describe('whoever holds an invoice learns', () => {
  test('by its record that it is valid, without logging in and without a word about the buyer', async () => {
    const { status, body } = await ask({ record: first.record })

    expect([status, body]).toEqual([200, VALID])
  })

  test.for(['pdf', 'ofd', 'xml'] as const)('by the hash of its %s that it is valid', async (format) => {
    expect((await ask({ sha256: await hashOf(first.id, format) })).body).toEqual(VALID)
  })

  test.for(['partly_reversed', 'reversed'] as const)('that it was %s', async (state) => {
    await setState(second.id, state)

    expect((await ask({ record: second.record })).body).toMatchObject({ verdict: state })
    expect((await ask({ sha256: await hashOf(second.id, 'xml') })).body).toMatchObject({ verdict: state })
    await setState(second.id, 'issued')
  })

  test('the number of the one that replaced it', async () => {
    await stage.database.reissue.create({
      data: {
        id: first.requestId, // any id will do
        merchantId: stage.a.id,
        shopId: (await stage.database.invoice.findUniqueOrThrow({ where: { id: first.id } })).shopId,
        invoiceId: first.id,
        state: 'planned',
        cause: 'title',
        method: 'replace',
        reason: 'mistake',
        surface: 'sidebar',
        changesSealed: new Uint8Array(1),
        diffHash: new Uint8Array(32),
        byCustomer: false,
        actor: 'agent:test',
      },
    })
    await stage.database.invoiceRequest.update({
      where: { id: second.requestId },
      data: { reissueId: first.requestId },
    })
    await setState(first.id, 'replaced')

    expect((await ask({ record: first.record })).body).toMatchObject({
      verdict: 'replaced',
      replacedBy: second.record.number,
    })
    await setState(first.id, 'issued')
  })
})

describe('where record and file disagree', () => {
  test('a file that is not of the invoice is named, and so is a record that is not of the file', async () => {
    const sha256 = await hashOf(first.id, 'pdf')
    const other = { ...first.record, amountFen: first.record.amountFen + 1 }

    expect((await ask({ record: first.record, sha256 })).body).toEqual(VALID)
    expect((await ask({ record: first.record, sha256: '0'.repeat(64) })).body).toEqual({
      ...VALID,
      mismatch: 'file',
    })
    expect((await ask({ record: second.record, sha256 })).body).toEqual({ ...VALID, mismatch: 'file' })
    expect((await ask({ record: other, sha256 })).body).toEqual({ ...VALID, mismatch: 'record' })
  })
})

describe('whoever guesses', () => {
  test('gets one answer for an unknown number, a wrong date and an amount that is a fen off', async () => {
    const { record } = first
    for (const guess of [
      { ...record, number: '26999999999999999999' },
      { ...record, date: '2020-01-01' },
      { ...record, amountFen: record.amountFen - 1 },
      { ...record, amountFen: -record.amountFen },
    ])
      expect(await ask({ record: guess })).toMatchObject({ status: 200, body: UNKNOWN })
    expect((await ask({ sha256: 'f'.repeat(64) })).body).toEqual(UNKNOWN)
  })

  test('is stopped by address, and told when to come back', async () => {
    const { tries, coolDownMs } = LOOK_RULES.address
    const sha256 = 'e'.repeat(64)
    for (let count = 0; count < tries; count += 1) expect((await ask({ sha256 })).status).toBe(200)
    const { status, headers, body } = await ask({ sha256 })

    expect([status, body.code]).toEqual([429, 'rate_limited'])
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(coolDownMs / 1000)
    expect((await ask({ sha256 }, '203.0.113.9')).status).toBe(200)
  })

  test('is stopped by number, from however many addresses', async () => {
    const record = { ...first.record, amountFen: 1 }
    const from = (count: number) => ask({ record }, `203.0.113.${count + 1}`)
    for (let count = 0; count < LOOK_RULES.number.tries; count += 1)
      expect((await from(count)).status).toBe(200)

    expect((await from(200)).status).toBe(429)
  })

  test.for<[string, unknown]>([
    ['nothing', {}],
    ['a file instead of its hash', { sha256: 'x'.repeat(64) }],
    ['half a record', { record: { number: '26312000000012345678' } }],
    ['a fraction of a fen', { record: { number: '2'.repeat(20), date: '2026-11-22', amountFen: 1.5 } }],
    ['a number of 19 digits', { record: { number: '2'.repeat(19), date: '2026-11-22', amountFen: 1 } }],
    ['more than was asked for', { sha256: 'a'.repeat(64), buyer: '湖北' }],
  ])('with %s is refused', async ([, payload]) => {
    expect(await ask(payload)).toMatchObject({ status: 422, body: { code: 'request_invalid' } })
  })
})
