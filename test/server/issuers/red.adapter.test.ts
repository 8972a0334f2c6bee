import { describe, expect, test } from 'vitest'
import { holdAgainstRedPayload } from '../../../server/issuers/build-red-payload.ts'
import type { CallOutcome } from '../../../server/issuers/call-issuer.ts'
import { readRedFinding } from '../../../server/issuers/sandbox/red.adapter.ts'
import { makeRedSending } from '../../support/sendings.ts'

const BLUE = '26882400700000000001'
const { formSerial, payload } = makeRedSending({ blueNumber: BLUE })
const ISSUED = {
  formSerial,
  state: 'issued',
  formState: '01',
  formNumber: '42011126110000000001',
  blueNumber: BLUE,
  number: '26882400700000000002',
  issuedAt: '2026-11-22T03:30:00.000Z',
  netFen: -26_460,
  taxFen: -3_440,
  grossFen: -29_900,
}
const WAITING = {
  ...{ formSerial, state: 'waiting_buyer', formState: '02', formNumber: ISSUED.formNumber },
  ...{ until: '2026-11-25T03:30:00.000Z', pollAfterMs: 5_000 },
}
const ENDED = {
  ...{ formSerial, state: 'ended', formState: '05', formNumber: ISSUED.formNumber },
  ...{ code: '05', message: '作废（销方录入购方否认）' },
}

const answered = (body: unknown, status = 200): CallOutcome => ({
  ...{ kind: 'answered', status, retryAfterMs: 0 },
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
})
const read = (body: unknown, status?: number) =>
  holdAgainstRedPayload(payload, readRedFinding(answered(body, status), formSerial))

test('a red about this form, this blue and these amounts is issued', () => {
  expect(read(ISSUED)).toEqual({
    kind: 'issued',
    facts: {
      ...{ number: ISSUED.number, formNumber: ISSUED.formNumber, blueNumber: BLUE },
      ...{ issuedAt: new Date(ISSUED.issuedAt), grossFen: -29_900n, taxFen: -3_440n },
    },
  })
})

test('a form that waits says until when; one that ended says how', () => {
  expect(read(WAITING)).toEqual({
    ...{ kind: 'waiting_buyer', formNumber: ISSUED.formNumber, pollAfterMs: 5_000 },
    until: new Date(WAITING.until),
  })
  const ends = ['05', '07', '08', '09', '10', '16'].map((formState) => read({ ...ENDED, formState }))
  expect(ends.map((end) => (end.kind === 'ended' ? end.how : end.kind))).toEqual([
    ...['refused', 'lapsed', 'revoked', 'revoked', 'failed', 'failed'],
  ])
  expect(read({ ...ENDED, formState: '16', formNumber: null })).toMatchObject({
    how: 'failed',
    formNumber: null,
  })
})

test.for([
  ['another amount', { grossFen: -29_899 }],
  ['a positive amount', { grossFen: 29_900 }],
  ['another tax', { taxFen: -3_441 }],
  ['another blue', { blueNumber: '26882400700000000009' }],
  ['a number of 19 digits', { number: '2688240070000000002' }],
  ['a form number of 19 digits', { formNumber: '4201112611000000001' }],
  ['another buyer', { buyer: { name: '另一家公司', taxId: null } }],
  ['another form', { formSerial: 'somebody-elses' }],
])('%s is a contradiction, never issued', ([, change]) => {
  expect(read({ ...ISSUED, ...(change as object) })).toMatchObject({ kind: 'contradiction' })
})

describe('an answer nobody can read is unknown', () => {
  test.for<[string, unknown, number?]>([
    ['a page of HTML', '<html>登录</html>'],
    ['a red under a 500', ISSUED, 500],
    ['a red without its form number', { ...ISSUED, formNumber: undefined }],
    ['a red without its blue', { ...ISSUED, blueNumber: undefined }],
    ['an amount as text', { ...ISSUED, grossFen: '-29900' }],
    ['half a fen', { ...ISSUED, taxFen: -0.5 }],
    ['a waiting form of somebody else', { ...WAITING, formSerial: 'somebody-elses' }],
    ['a waiting form without an end', { ...WAITING, until: null }],
    ['a waiting form with a number of 19 digits', { ...WAITING, formNumber: '4201112611000000001' }],
    ['an end that we do not know', { ...ENDED, formState: '99' }],
    ['an end from a prototype', { ...ENDED, formState: 'constructor' }],
    ['an end without a word', { ...ENDED, message: ' ' }],
    ['"the form serial exists, query it"', { formSerial, state: 'rejected', code: '6783', message: 'x' }],
    ['a state from a prototype', '{"__proto__":{"state":"issued"}}'],
  ])('%s', ([, body, status]) => {
    expect(read(body, status)).toEqual({ kind: 'unknown' })
  })
})
