import { expect, test } from 'vitest'
import { buildPayload, readPayloadTotals } from '../../../server/issuers/build-payload.ts'
import { makeContent } from '../../support/sendings.ts'

const reference = { serial: 'serial-0001', orderNumbers: ['TM-1001'] }

/** The same content, every object's keys in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, turned(member)]),
  )
}

test('the same content gives the same bytes, whatever order its keys were made in', () => {
  const content = makeContent()
  const other = turned(content) as typeof content

  expect(Object.keys(other)).not.toEqual(Object.keys(content))
  expect(buildPayload(other, reference)).toBe(buildPayload(content, reference))
})

test('one fen, one letter or one order more gives other bytes', () => {
  const payload = buildPayload(makeContent(), reference)

  expect(buildPayload(makeContent(29_901n), reference)).not.toBe(payload)
  expect(buildPayload({ ...makeContent(), remark: 'x' }, reference)).not.toBe(payload)
  expect(buildPayload(makeContent(), { ...reference, orderNumbers: ['TM-1001', 'TM-1002'] })).not.toBe(
    payload,
  )
})

test('money is whole fen, and no field is left out', () => {
  const sent = JSON.parse(buildPayload(makeContent(29_900n), reference))

  expect(sent).toMatchObject({
    version: 1,
    grossFen: 29_900,
    netFen: 26_460,
    taxFen: 3_440,
    orderNumbers: ['TM-1001'],
  })
  expect(Object.keys(sent)).toEqual(Object.keys(sent).toSorted())
  expect(sent.buyer).toMatchObject({ address: null, bankAccount: null })
})

test('an amount that JSON cannot carry stops before it is committed', () => {
  expect(() => buildPayload({ ...makeContent(), grossFen: 2n ** 60n }, reference)).toThrow(RangeError)
})

test('what was built can be read back, and nothing else', () => {
  expect(readPayloadTotals(buildPayload(makeContent(), reference))).toEqual({
    serial: 'serial-0001',
    grossFen: 29_900n,
    taxFen: 3_440n,
  })
  expect(() => readPayloadTotals('{"serial":"a","grossFen":"1","taxFen":0}')).toThrow(TypeError)
})
