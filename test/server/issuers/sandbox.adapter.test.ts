import { describe, expect, test } from 'vitest'
import { holdAgainstPayload } from '../../../server/issuers/build-payload.ts'
import type { CallOutcome } from '../../../server/issuers/call-issuer.ts'
import { readCredit, readFinding, readSession } from '../../../server/issuers/sandbox/sandbox.adapter.ts'
import { makeSending } from '../../support/sendings.ts'

const { serial, payload } = makeSending('TM-1001', 29_900n)
const ISSUED = {
  serial,
  state: 'issued',
  number: '26882400700000000001',
  issuedAt: '2026-11-22T03:30:00.000Z',
  netFen: 26_460,
  taxFen: 3_440,
  grossFen: 29_900,
}

const answered = (body: unknown, status = 200): CallOutcome => ({
  kind: 'answered',
  status,
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  retryAfterMs: 0,
})
const read = (outcome: CallOutcome) => holdAgainstPayload(payload, readFinding(outcome, serial))

test('a whole answer about this serial and these amounts is issued', () => {
  expect(read(answered(ISSUED))).toEqual({
    kind: 'issued',
    facts: {
      number: '26882400700000000001',
      issuedAt: new Date('2026-11-22T03:30:00.000Z'),
      grossFen: 29_900n,
      taxFen: 3_440n,
    },
  })
})

describe('an answer nobody can read is unknown', () => {
  const HOSTILE: [name: string, outcome: CallOutcome][] = [
    ['a page of HTML', answered('<html><body>登录</body></html>')],
    ['JSON cut in the middle', answered(JSON.stringify(ISSUED).slice(0, -9))],
    ['nothing', answered('')],
    ['null', answered('null')],
    ['a list', answered([ISSUED])],
    ['a string', answered('"issued"')],
    [
      'bytes that are no UTF-8',
      { kind: 'answered', status: 200, body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), retryAfterMs: 0 },
    ],
    ['a good answer under a 500', answered(ISSUED, 500)],
    ['a good answer under a redirect', answered(ISSUED, 302)],
    ['a refusal under a 404', answered({ serial, state: 'rejected', code: 'E4000', message: 'x' }, 404)],
    ['full-width digits', answered({ ...ISSUED, number: '２６８８２４００７０００００００００１' })],
    [
      'a number that is a number',
      answered(JSON.stringify(ISSUED).replace('"26882400700000000001"', '26882400700000000001')),
    ],
    ['a number with a line break', answered({ ...ISSUED, number: '26882400700000000001\n' })],
    ['an amount as text', answered({ ...ISSUED, grossFen: '29900' })],
    ['half a fen', answered({ ...ISSUED, grossFen: 29_900.5 })],
    ['an amount beyond counting', answered(JSON.stringify(ISSUED).replace('29900', '1e400'))],
    ['no tax', answered({ ...ISSUED, taxFen: undefined })],
    ['a date that is none', answered({ ...ISSUED, issuedAt: '2026-13-45T00:00:00Z' })],
    ['a local date', answered({ ...ISSUED, issuedAt: '2026-11-22 11:30:00' })],
    ['a state we do not know', answered({ ...ISSUED, state: 'voided' })],
    ['a state from a prototype', answered('{"__proto__":{"state":"issued"}}')],
    ['no serial', answered({ ...ISSUED, serial: undefined })],
    [
      'acceptance of another serial',
      answered({ serial: 'other-serial', state: 'accepted', pollAfterMs: 1_000 }),
    ],
    ['acceptance without a time', answered({ serial, state: 'accepted' })],
    ['acceptance for a year', answered({ serial, state: 'accepted', pollAfterMs: 31_536_000_000 })],
    [
      'refusal of another serial',
      answered({ serial: 'other-serial', state: 'rejected', code: '1108', message: 'x' }),
    ],
    ['refusal without a code', answered({ serial, state: 'rejected', message: 'x' })],
    [
      'refusal without a sentence',
      answered({ serial, state: 'rejected', code: '1108', message: ' \u0000 ' }),
    ],
    ['"the serial exists, query it"', answered({ serial, state: 'rejected', code: '6783', message: 'x' })],
    ['"the serial is repeated"', answered({ serial, state: 'rejected', code: '6655', message: 'x' })],
    ['a hold we do not know', answered({ serial, state: 'held', code: 'toString', message: 'x' })],
    ['no credit, without amounts', answered({ serial, state: 'held', code: '2201', message: 'x' })],
    ['absence of another serial', answered({ serial: 'other-serial', state: 'absent' })],
    ['a deadline that passed', { kind: 'unanswered', cause: 'deadline' }],
    ['a connection that broke', { kind: 'unanswered', cause: 'connection' }],
    ['more than we are willing to read', { kind: 'unanswered', cause: 'answer_too_large' }],
  ]

  test.for(HOSTILE)('%s', ([, outcome]) => {
    expect(read(outcome)).toEqual({ kind: 'unknown' })
  })
})

describe('an invoice that is not the one we asked for is a contradiction, with its facts', () => {
  test.for([
    ['another amount', { grossFen: 29_901 }, 'amount'],
    ['another tax', { taxFen: 3_441 }, 'tax'],
    ['another serial', { serial: 'somebody-elses' }, 'serial'],
    ['a number of 19 digits', { number: '2688240070000000001' }, 'number'],
    ['a number of 21 digits', { number: '268824007000000000011' }, 'number'],
    ['a negative amount', { grossFen: -29_900 }, 'amount'],
    ['another buyer', { buyer: { name: '另一家公司', taxId: '91420111MA49QA0X10' } }, 'buyer'],
    ['a buyer with another tax id', { buyer: { name: '湖北示例科技有限公司', taxId: null } }, 'buyer'],
  ] as const)('%s', ([, change, differs]) => {
    const body = { ...ISSUED, ...change }

    const found = read(answered(body))

    expect(found).toMatchObject({ kind: 'contradiction', facts: { number: body.number }, differs: [differs] })
  })
})

test.for([
  ['as we wrote it', { name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' }],
  ['in other widths and spaces', { name: '湖北示例 科技有限公司', taxId: '９１４２０１１１MA49QA0X10' }],
  ['as nobody', undefined],
])('an issuer that names the buyer %s has issued', ([, buyer]) => {
  expect(read(answered({ ...ISSUED, buyer }))).toMatchObject({ kind: 'issued' })
})

test('"a new serial is required" is a refusal with its code', () => {
  const refused = { serial, state: 'rejected', code: '6904', message: '请更换新的流水号' }

  expect(read(answered(refused))).toEqual({ kind: 'rejected', code: '6904', message: '请更换新的流水号' })
})

test('their sentence arrives bounded, well-formed and without control characters', () => {
  const message = `坏\u0000数据\ud800${'长'.repeat(2_000)}`

  const found = read(answered({ serial, state: 'rejected', code: '1108', message }))

  if (found.kind !== 'rejected') throw new Error('a refusal was expected')
  expect([...found.message]).toHaveLength(500)
  expect(found.message.startsWith('坏 数据\ufffd长')).toBe(true)
})

test('a session that cannot be read is unknown, and an address that is no web address is not shown', () => {
  const offline = {
    state: 'offline',
    code: '1102',
    message: '需要扫脸',
    scanExpiresAt: '2026-11-22T03:35:00.000Z',
  }

  expect(readSession(answered({ state: 'maybe' }))).toEqual({ kind: 'unknown' })
  expect(readSession(answered({ ...offline, code: '2201' }))).toEqual({ kind: 'unknown' })
  expect(readSession(answered({ ...offline, scanUrl: 'javascript:alert(1)' }))).toEqual({
    kind: 'offline',
    reason: 'login_needed',
    message: '需要扫脸',
    scan: null,
  })
})

test('credit without both amounts is unknown', () => {
  expect(readCredit(answered({ month: '2026-11', lineFen: 100 }))).toEqual({ kind: 'unknown' })
  expect(readCredit(answered({ month: '2026-11', lineFen: 100, availableFen: 40, usedFen: 60 }))).toEqual({
    kind: 'known',
    month: '2026-11',
    lineFen: 100n,
    availableFen: 40n,
  })
})
