import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildLines, remainingByLine, roundingLineOf } from '../../../server/invoicing/build-lines.ts'
import { invoiceableFen } from '../../../server/orders/order.ts'
import { anyOrder, goodsLine, orderOf, RULE, SELLER } from '../../support/draft-orders.ts'
import { propertyRuns } from '../../support/properties.ts'

const rules = {
  rules: [RULE],
  on: '2026-11-22',
  presentation: { showGifts: false, showDiscounts: false, showRemark: true },
  naming: 'detail',
  limits: { decimals: 13, canShowGifts: true },
} as const

const tm1002 = orderOf({
  number: 'TM-1002',
  lines: [goodsLine(49_900n), goodsLine(49_900n), goodsLine(28_200n), goodsLine(0n, { kind: 'gift' })],
  discountFen: 8_000n,
})

test('TM-1002: discount 31.19 / 31.19 / 17.62, tax 53.82 + 53.82 + 30.42, and no line for the gift', () => {
  const { lines, faults } = buildLines(tm1002, rules)

  expect(tm1002.lines.map(({ discountFen }) => discountFen)).toEqual([3_119n, 3_119n, 1_762n, 0n])
  expect(lines.map(({ taxFen }) => taxFen)).toEqual([5_382n, 5_382n, 3_042n])
  expect(lines.map(({ grossFen }) => grossFen)).toEqual([46_781n, 46_781n, 26_438n])
  expect(faults).toEqual([])
})

test('the ladder names the line that gave way for the cent, and none where nobody had to', () => {
  const even = orderOf({ lines: [goodsLine(100n), goodsLine(100n)], discountFen: 50n })

  expect(roundingLineOf(tm1002)).toBe(3) // 17.625 would round to 17.63
  expect(roundingLineOf(even)).toBeNull()
  expect(roundingLineOf(orderOf({ lines: [goodsLine(29_900n)] }))).toBeNull()
})

test('a refund of a line comes off that line alone', () => {
  const refunds = [{ reference: 'R', state: 'completed', amountFen: 40_000n, lineNo: 2 }] as const
  const order = { ...tm1002, refunds, refundedFen: 40_000n }

  expect(remainingByLine(order)).toEqual([46_781n, 6_781n, 26_438n, 0n])
})

test('freight follows the goods it came with, and a line without a rule blocks', () => {
  const order = orderOf({
    lines: [goodsLine(10_000n), goodsLine(1_000n, { kind: 'freight', title: '运费' })],
  })

  expect(buildLines(order, rules).lines.map(({ taxCode }) => taxCode)).toEqual([RULE.taxCode, RULE.taxCode])
  expect(buildLines(order, { ...rules, rules: [] })).toEqual({
    lines: [],
    faults: [
      { code: 'line_rate_missing', field: '/lines/1' },
      { code: 'line_rate_missing', field: '/lines/2' },
    ],
  })
})

test('the lines of an invoice sum to what is left of the order, to the fen, whatever was refunded', () => {
  fc.assert(
    fc.property(anyOrder, (order) => {
      const amounts = remainingByLine(order)

      expect(amounts.reduce((a, b) => a + b, 0n)).toBe(invoiceableFen(order))
      amounts.forEach((amount, index) => {
        expect(amount).toBeGreaterThanOrEqual(0n)
        expect(amount).toBeLessThanOrEqual(order.lines[index]?.paidFen ?? -1n)
      })
    }),
    { numRuns: propertyRuns(1_000) },
  )
})

test('each line is net plus tax, and gross is what the lines say', () => {
  fc.assert(
    fc.property(anyOrder, (order) => {
      const { lines, faults } = buildLines(order, { ...rules, rules: SELLER.rules })

      expect(faults).toEqual([])
      expect(lines.reduce((a, { grossFen }) => a + grossFen, 0n)).toBe(invoiceableFen(order))
      for (const { netFen, taxFen, grossFen } of lines) expect(netFen + taxFen).toBe(grossFen)
    }),
    { numRuns: propertyRuns(500) },
  )
})

test('a gift takes its own price out of the discount before the goods do', () => {
  const lines = [
    goodsLine(10_000n),
    goodsLine(1_200n, { kind: 'gift' }),
    goodsLine(500n, { kind: 'freight' }),
  ]
  const shared = (discountFen: bigint) =>
    orderOf({ lines, discountFen }).lines.map((line) => line.discountFen)

  expect(shared(1_000n)).toEqual([0n, 1_000n, 0n])
  expect(shared(2_200n)).toEqual([1_000n, 1_200n, 0n])
  expect(shared(11_500n)).toEqual([10_000n, 1_200n, 300n])
})

test('the discount is shared to the fen, and no line gets more than it costs', () => {
  fc.assert(
    fc.property(anyOrder, ({ lines, discountFen, paidFen }) => {
      expect(lines.reduce((a, line) => a + line.discountFen, 0n)).toBe(discountFen)
      expect(lines.reduce((a, line) => a + line.paidFen, 0n)).toBe(paidFen)
      for (const line of lines) expect(line.discountFen).toBeLessThanOrEqual(line.amountFen)
    }),
    { numRuns: propertyRuns(500) },
  )
})
