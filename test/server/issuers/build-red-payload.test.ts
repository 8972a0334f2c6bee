import { describe, expect, test } from 'vitest'
import type { InvoiceContent } from '../../../server/invoicing/invoice.ts'
import { buildRedPayload, holdAgainstRedPayload } from '../../../server/issuers/build-red-payload.ts'
import type { RedFacts } from '../../../server/issuers/issuer.ts'
import { makeContent, makeRedContent } from '../../support/sendings.ts'

const reference = {
  formSerial: 'red-0001',
  blueNumber: '26882400700000000001',
  reason: 'mistake',
  orderNumbers: ['TM-1001'],
} as const

const build = (content: InvoiceContent = makeRedContent()) => buildRedPayload(content, reference)

test('the same red gives the same bytes, whatever order its keys were made in', () => {
  const content = makeRedContent()
  // Still a content: the same members, the other way round.
  const turned = Object.fromEntries(Object.entries(content).reverse()) as typeof content

  expect(build(turned)).toBe(build(content))
})

test('amounts are negative whole fen, the reason is the bureau’s code, and lines name what they take back', () => {
  expect(JSON.parse(build())).toMatchObject({
    formSerial: 'red-0001',
    blueNumber: '26882400700000000001',
    reason: '01',
    colour: 'red',
    grossFen: -29_900,
    taxFen: -3_440,
    lines: [{ lineNo: 1, blueLineNo: 1, quantity: '-1', grossFen: -29_900 }],
  })
})

test('a blue content is no red form', () => {
  expect(() => buildRedPayload(makeContent(), reference)).toThrow(RangeError)
  expect(() => buildRedPayload({ ...makeRedContent(), grossFen: 0n }, reference)).toThrow(RangeError)
})

describe('a red that is not the one we asked for is a contradiction, with its facts', () => {
  const facts: RedFacts = {
    number: '26882400700000000002',
    formNumber: '42011126110000000001',
    blueNumber: '26882400700000000001',
    issuedAt: new Date('2026-11-22T03:30:00Z'),
    grossFen: -29_900n,
    taxFen: -3_440n,
  }

  test('the one we asked for is issued', () => {
    const finding = { kind: 'issued', facts } as const
    expect(holdAgainstRedPayload(build(), finding)).toBe(finding)
  })

  const OTHER: [name: string, change: Partial<RedFacts>, differs: string][] = [
    ['another amount', { grossFen: -29_899n }, 'amount'],
    ['the right amount with the wrong sign', { grossFen: 29_900n }, 'amount'],
    ['another tax', { taxFen: -3_441n }, 'tax'],
    ['another blue', { blueNumber: '26882400700000000009' }, 'blue'],
    ['another buyer', { buyer: { name: '别人', taxId: null } }, 'buyer'],
    ['a number of 19 digits', { number: '2688240070000000002' }, 'number'],
    ['a form number of 19 digits', { formNumber: '4201112611000000001' }, 'number'],
  ]
  test.for(OTHER)('%s', ([, change, differs]) => {
    const said = { ...facts, ...change }

    expect(holdAgainstRedPayload(build(), { kind: 'issued', facts: said })).toEqual({
      ...{ kind: 'contradiction', formSerial: 'red-0001' },
      ...{ facts: said, differs: [differs] },
    })
  })
})
