import { describe, expect, test } from 'vitest'
import { readRecord } from '../../../widget/verify/record.model.ts'
import { sha256Hex } from '../../../widget/verify/sha256.ts'

describe('the hash of a file', () => {
  test.for([0, 1, 55, 56, 63, 64, 65, 119, 1_000, 100_001])(
    'of %d bytes is the same with the browser’s digest and without',
    async (length) => {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) % 256)

      expect(await sha256Hex(bytes, null)).toBe(await sha256Hex(bytes))
    },
  )

  test('is the one of FIPS 180-4', async () => {
    const abc = Uint8Array.of(97, 98, 99)
    const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

    expect(await sha256Hex(abc, null)).toBe(expected)
    expect(await sha256Hex(abc)).toBe(expected)
  })
})

describe('what stands on an invoice', () => {
  const typed = { number: '26312000000012345678', date: '2026-11-22', amount: '299.00' }

  test.for([
    ['299.00', 29_900],
    ['¥299', 29_900],
    ['￥1,234.5', 123_450],
    ['１２３４．５６', 123_456],
    ['-500.00', -50_000],
    ['¥-500.00', -50_000],
    ['0.1', 10],
    ['90071992547.29', 9_007_199_254_729],
  ] as const)('an amount typed as %s is %d fen', ([amount, amountFen]) => {
    expect(readRecord({ ...typed, amount })).toEqual({
      kind: 'record',
      record: { number: typed.number, date: typed.date, amountFen },
    })
  })

  test('a number is read with the spaces it was copied with', () => {
    expect(readRecord({ ...typed, number: ' 2631 2000 0000 1234 5678 ' })).toMatchObject({
      record: { number: typed.number },
    })
  })

  test('what is missing or wrong is said field by field, and nothing at all is empty', () => {
    expect(readRecord({ number: '1', date: '', amount: '1.234' })).toEqual({
      kind: 'faulty',
      fields: ['number', 'date', 'amount'],
    })
    expect(readRecord({ ...typed, amount: '' })).toEqual({ kind: 'faulty', fields: ['amount'] })
    expect(readRecord({ number: ' ', date: '', amount: '' })).toEqual({ kind: 'empty' })
  })
})
