import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkTaxId, normaliseTaxId, suggestTaxId } from '../../../widget/title/tax-id.ts'
import vectors from '../../fixtures/vectors/uscc.json' with { type: 'json' }

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const DEMO_IDS = ['91420100MA4KTEXT0N', '91110108MA00TEXT1B', '91420111MA49QA0X10', '91310000MA1FL0QA1C']
const goodId = fc.constantFrom(...vectors.valid, ...DEMO_IDS)

/** Wrong in one place, with whatever stands there. */
function withCharacter(id: string, index: number, character: string): string {
  return id.slice(0, index) + character + id.slice(index + 1)
}

test.each([...vectors.valid, ...DEMO_IDS])('%s is a credit code whose check character holds', (id) => {
  expect(checkTaxId(id)).toEqual({ kind: 'valid' })
  expect(suggestTaxId(id)).toEqual([])
})

test.each(vectors.invalid)('$code fails at its last character, which should be $correctCheck', (vector) => {
  expect(checkTaxId(vector.code)).toEqual({
    kind: 'faulty',
    fault: 'check_character',
    position: 18,
    character: vector.code.slice(-1),
  })
  expect(checkTaxId(vector.code.slice(0, 17) + vector.correctCheck)).toEqual({ kind: 'valid' })
})

test('the I in the seventh place is named, and the one id that was meant is suggested', () => {
  const id = normaliseTaxId('914201I1MA49QA0X10')

  expect(checkTaxId(id)).toEqual({
    kind: 'faulty',
    fault: 'illegal_character',
    position: 7,
    character: 'I',
  })
  expect(suggestTaxId(id)).toEqual(['91420111MA49QA0X10'])
})

test.each([
  ['330100000000001', { kind: 'legacy' }],
  ['33010019900101123', { kind: 'legacy' }],
  ['11010519491231002X', { kind: 'legacy' }], // the example number of GB 11643
  ['11010519491231002X01', { kind: 'legacy' }],
  ['24317000000012345678', { kind: 'faulty', fault: 'looks_like_invoice_number' }],
  ['91420111MA49QA0X1', { kind: 'faulty', fault: 'length' }],
  ['91420111MA49QA0X100', { kind: 'faulty', fault: 'length' }],
  ['', { kind: 'faulty', fault: 'length' }],
  ['x'.repeat(10_000), { kind: 'faulty', fault: 'length' }],
  ['__proto__', { kind: 'faulty', fault: 'length' }],
  ['constructor', { kind: 'faulty', fault: 'length' }],
  ['33010000000000_', { kind: 'faulty', fault: 'illegal_character', position: 15, character: '_' }],
  ['9142\u00000111MA49QA0X1', { kind: 'faulty', fault: 'illegal_character', position: 5, character: '\0' }],
  ['91420111MA49QA0X😀', { kind: 'faulty', fault: 'illegal_character', position: 17, character: '😀' }],
  ['9142０111MA49QA0X10', { kind: 'faulty', fault: 'illegal_character', position: 5, character: '０' }],
])('%j is judged as the rule says', (id, expected) => {
  expect(checkTaxId(id)).toEqual(expected)
})

test.each([
  ['９１４２０１１１ＭＡ４９ＱＡ０Ｘ１０', '91420111MA49QA0X10'],
  [' 9142 0111-ma49－qa0x\u200b10\ufeff', '91420111MA49QA0X10'],
  ['ı\u00df', 'ı\u00df'],
])('%j is written as %s', (typed, expected) => {
  expect(normaliseTaxId(typed)).toBe(expected)
})

test.each([
  ['914201O0MA4KTEXTON', '91420100MA4KTEXT0N'],
  ['91420111MA49QA0XI0', '91420111MA49QA0X10'],
  ['9I42OIIIMA49QA0X10', '91420111MA49QA0X10'],
  ['91420111AM49QA0X10', '91420111MA49QA0X10'],
  ['91420111MA49QADX10', '91420111MA49QA0X10'],
  ['9I330I00799655O58B', '91330100799655058B'],
])('the slip in %s leads back to %s', (slip, meant) => {
  expect(checkTaxId(slip).kind).toBe('faulty')
  expect(suggestTaxId(slip)).toContain(meant)
})

test.each([
  '91420111MA49QA0X1', // one short: which one is anybody's guess
  'IIIIIIIIIIIIIIIIII',
  'OOOOOSSSSSZZZZZVVV',
  '湖北示例科技有限公司',
  'ABC',
  'OOOOOOOOOOOOOOOOOO',
  'I'.repeat(10_000),
])('%s gets no suggestion', (id) => {
  expect(suggestTaxId(id)).toEqual([])
})

test('an ordinary wrong digit is not "repaired" to the nearest company', () => {
  expect(suggestTaxId(withCharacter('91420111MA49QA0X10', 3, '4'))).toEqual([])
})

test('every single wrong character is caught', () => {
  const wrong = fc.tuple(goodId, fc.nat(17), fc.constantFrom(...ALPHABET))
  fc.assert(
    fc.property(wrong, ([id, index, character]) => {
      fc.pre(id.charAt(index) !== character)
      expect(checkTaxId(withCharacter(id, index, character)).kind).not.toBe('valid')
    }),
  )
})

test('every suggestion passes the check itself, and there are at most three', () => {
  const typed = fc.oneof(
    fc.string({ unit: fc.constantFrom(...ALPHABET, 'I', 'O', 'S', 'Z', 'V'), minLength: 18, maxLength: 18 }),
    fc.tuple(goodId, fc.nat(17), fc.constantFrom(...'IOSZV')).map((slip) => withCharacter(...slip)),
  )
  fc.assert(
    fc.property(typed, (id) => {
      const suggestions = suggestTaxId(id)
      expect(suggestions.length).toBeLessThanOrEqual(3)
      for (const suggestion of suggestions) expect(checkTaxId(suggestion)).toEqual({ kind: 'valid' })
    }),
  )
})

test('a normalised id is left alone by a second normalisation', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      expect(normaliseTaxId(normaliseTaxId(text))).toBe(normaliseTaxId(text))
    }),
  )
})
