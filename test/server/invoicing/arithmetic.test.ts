import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  fitQuantity,
  isPriceOf,
  readDecimal,
  unitPrice,
  writeDecimal,
} from '../../../server/invoicing/decimal.ts'
import { allocate, divideRounded, readYuan, splitGross, yuan } from '../../../server/invoicing/money.ts'
import { priceOf } from '../../../server/invoicing/price-lines.ts'
import vectors from '../../fixtures/vectors/arithmetic.json' with { type: 'json' }

function fen(text: string): bigint {
  const read = readYuan(text.replace('-', ''))
  if (read === null) throw new Error(`not an amount: ${text}`)
  return text.startsWith('-') ? -read : read
}

/** `"0.13"` → 1300. */
const basisPoints = (rate: string) => Number(fen(rate) * 100n)

test.for(vectors.lines.filter(({ given }) => given === 'gross'))(
  'published: $gross at $rate is $net and $tax',
  ({ gross, rate, net, tax, unitPriceFace }) => {
    const rateBp = basisPoints(rate)

    expect(splitGross(fen(gross), rateBp)).toEqual({ netFen: fen(net), taxFen: fen(tax) })
    if (unitPriceFace === undefined) return
    expect(unitPrice({ grossFen: fen(gross), rateBp }, { quantity: '1', decimals: 13 })).toBe(unitPriceFace)
  },
)

test.for(vectors.tickets)(
  'published: the totals of $case are sums of the lines',
  ({ lines, net, tax, gross }) => {
    const sum = (at: 0 | 2) => lines.reduce((a, line) => a + fen(String(line[at])), 0n)

    expect([sum(0), sum(2), sum(0) + sum(2)]).toEqual([fen(net), fen(tax), fen(gross)])
    for (const [lineNet = '', rate = '', lineTax = ''] of lines) {
      const lineGross = fen(lineNet) + fen(lineTax)
      expect(splitGross(lineGross, basisPoints(rate))).toEqual({ netFen: fen(lineNet), taxFen: fen(lineTax) })
    }
  },
)

test('the published spread of 1.00 over three lines differs in who gives way: ours is the first', () => {
  const [even, remainder] = vectors.discountSpread
  const spread = (given: typeof even) =>
    allocate(fen(given?.discount ?? ''), (given?.lines ?? []).map(fen)).map(yuan)

  expect(spread(even)).toEqual(even?.result)
  expect(remainder?.result).toEqual(['-33.33', '-33.33', '-33.34'])
  expect(spread(remainder)).toEqual(['-33.34', '-33.33', '-33.33']) // U6: ties go to the first line
})

test('a published quantity of 13 decimals keeps its amount and its price', () => {
  const [given] = vectors.quantityPrice
  const grossFen = fen(given?.gross ?? '')
  const rateBp = basisPoints(given?.rate ?? '')
  const amount = { grossFen, rateBp, ...splitGross(grossFen, rateBp) }

  expect(amount.taxFen).toBe(fen(given?.tax ?? ''))
  expect(priceOf(amount, { quantity: given?.quantity ?? '', decimals: 13 })).toEqual({
    quantity: given?.quantity,
    unitPrice: '16.6336633663366',
  })
  expect(priceOf(amount, { quantity: given?.quantity ?? '', decimals: 8 })).toBeNull()
})

test('half a fen goes away from zero, on both sides', () => {
  expect([5n, -5n, 4n, -4n, 15n].map((n) => divideRounded(n, 10n))).toEqual([1n, -1n, 0n, 0n, 2n])
  expect(() => divideRounded(1n, 0n)).toThrow(RangeError)
})

test('a price never needs more than 16 characters, 15 digits or the issuer’s decimals, and gives its amount', () => {
  const quantity = fc
    .record({ digits: fc.bigInt({ min: 1n, max: 10n ** 9n }), decimals: fc.nat(8) })
    .map(({ digits, decimals }) => writeDecimal(digits, decimals))
  fc.assert(
    fc.property(
      fc.bigInt({ min: 1n, max: 10n ** 13n }),
      fc.constantFrom(1_300, 900, 600, 500, 300, 100, 0),
      quantity,
      fc.constantFrom(8 as const, 13 as const),
      (grossFen, rateBp, count, decimals) => {
        const { netFen } = splitGross(grossFen, rateBp)
        const priced = priceOf({ grossFen, netFen, rateBp }, { quantity: count, decimals })
        if (priced === null) return // refused, as the issuer would

        const price = priced.unitPrice ?? ''
        expect(price.length).toBeLessThanOrEqual(16)
        expect(price.replace('.', '').replace(/^0+/, '').length).toBeLessThanOrEqual(15)
        expect((price.split('.')[1] ?? '').length).toBeLessThanOrEqual(decimals)
        expect(isPriceOf(netFen, count, price)).toBe(true)
      },
    ),
  )
})

test('everyday quantities and amounts always have a price', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 1n, max: 10n ** 9n }),
      fc.constantFrom(1_300, 900, 600, 300, 100, 0),
      fc.integer({ min: 1, max: 9_999 }),
      fc.constantFrom(8 as const, 13 as const),
      (grossFen, rateBp, count, decimals) => {
        const amount = { grossFen, rateBp, ...splitGross(grossFen, rateBp) }
        expect(priceOf(amount, { quantity: String(count), decimals })).not.toBeNull()
      },
    ),
  )
})

test('decimals are read and written without a float', () => {
  expect(readDecimal('1.50')).toEqual({ digits: 150n, decimals: 2 })
  for (const text of ['', '-1', '1e3', '1.', '.5', '1,5', '１', '1.12345678901234', 'NaN'])
    expect(readDecimal(text)).toBeNull()
  expect(writeDecimal(150n, 2)).toBe('1.5')
  expect(writeDecimal(-5n, 3)).toBe('-0.005')
  expect(writeDecimal(100n, 0)).toBe('100')
  expect(fitQuantity('1.50', 8)).toBe('1.50')
  expect(fitQuantity('1.500000000000', 8)).toBe('1.5')
  expect(fitQuantity('123456789.12345678', 8)).toBeNull() // 18 characters
})
