import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { InvoiceContent } from '../../../server/invoicing/invoice.ts'
import { splitContent } from '../../../server/invoicing/split-content.ts'
import {
  anyOpenOrder,
  draftOf,
  EVERY_PRESENTATION,
  goodsLine,
  orderOf,
  TM_1002,
} from '../../support/draft-orders.ts'
import { propertyRuns } from '../../support/properties.ts'

const limits = { maxLines: 2_000, maxNetFen: null, decimals: 13 } as const

const shapeOf = (parts: readonly InvoiceContent[] | undefined) =>
  parts?.map(({ lines }) => lines.map(({ property, title, grossFen }) => `${property} ${title} ${grossFen}`))

test('what keeps to the limits stays one invoice, remark and all', () => {
  const { content } = draftOf([TM_1002])
  const split = splitContent(content, limits, () => 'another')

  expect(split).toEqual({
    parts: [content],
    matrix: [{ orderId: 'TM-1002', part: 0, amountFen: 120_000n }],
  })
})

test('a line stays with its discount and a gift with something that costs money', () => {
  const split = splitContent(draftOf([TM_1002]).content, { ...limits, maxLines: 5 })

  expect(shapeOf(split?.parts)).toEqual([
    [
      'discounted 邮筒造型储物柜 49900',
      'discount 邮筒造型储物柜 -3119',
      'discounted 邮筒造型储物柜 49900',
      'discount 邮筒造型储物柜 -3119',
    ],
    [
      'discounted 黄铜钢笔套装 28200',
      'discount 黄铜钢笔套装 -1762',
      'discounted 纪念明信片 1200',
      'discount 纪念明信片 -1200',
    ],
  ])
  expect(split?.parts.map(({ lines }) => lines.map(({ lineNo }) => lineNo))).toEqual([
    [1, 2, 3, 4],
    [1, 2, 3, 4],
  ])
})

test('the matrix says which order has how much on which part, and a part names its own orders', () => {
  const orders = ['A', 'B', 'C'].map((number) =>
    orderOf({ number, lines: [goodsLine(11_300n), goodsLine(5_650n)] }),
  )
  const split = splitContent(
    draftOf(orders).content,
    { ...limits, maxNetFen: 20_000n },
    (ids) => `订单号：${ids.join('、')}`,
  )

  expect(split?.matrix).toEqual([
    { orderId: 'A', part: 0, amountFen: 16_950n },
    { orderId: 'B', part: 1, amountFen: 16_950n },
    { orderId: 'C', part: 2, amountFen: 16_950n },
  ])
  expect(split?.parts.map(({ remark }) => remark)).toEqual(['订单号：A', '订单号：B', '订单号：C'])
})

test('a sale above the limit is divided by whole pieces', () => {
  const order = orderOf({ lines: [goodsLine(113_000n, { quantity: '10' })], discountFen: 1_000n })
  const split = splitContent(draftOf([order]).content, { ...limits, maxNetFen: 40_000n })

  expect(split?.parts.map(({ lines }) => lines[0]?.quantity)).toEqual(['4', '4', '2'])
  expect(split?.parts.map(({ netFen, taxFen }) => [netFen, taxFen])).toEqual([
    [39_646n, 5_154n],
    [39_646n, 5_154n],
    [19_823n, 2_577n],
  ])
})

test('a service without a quantity is divided by amount', () => {
  const order = orderOf({ lines: [goodsLine(11_300n, { quantity: null })] })
  const split = splitContent(draftOf([order]).content, { ...limits, maxNetFen: 6_000n })

  expect(split?.parts.map(({ netFen, grossFen }) => [netFen, grossFen])).toEqual([
    [5_999n, 6_779n],
    [4_001n, 4_521n],
  ])
})

test('one piece above the limit, and gifts that fill an invoice, cannot be split', () => {
  const dear = draftOf([orderOf({ lines: [goodsLine(11_300n)] })]).content
  const half = draftOf([orderOf({ lines: [goodsLine(11_300n, { quantity: '2.5' })] })]).content
  const gifts = draftOf([TM_1002]).content

  expect(splitContent(dear, { ...limits, maxNetFen: 9_999n })).toBeNull()
  expect(splitContent(half, { ...limits, maxNetFen: 9_999n })).toBeNull()
  expect(splitContent(gifts, { ...limits, maxLines: 3 })).toBeNull()
})

test('the parts are the whole: each legal, together the same fen per order, rate and total', () => {
  fc.assert(
    fc.property(
      fc.array(anyOpenOrder, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...EVERY_PRESENTATION),
      fc.integer({ min: 2, max: 12 }),
      fc.option(fc.bigInt({ min: 100n, max: 10_000_000n })),
      (found, presentation, maxLines, maxNetFen) => {
        const orders = found.map((order, index) => ({ ...order, id: `o${index}` }))
        const { content, shares } = draftOf(orders, { presentation })
        const split = splitContent(content, { maxLines, maxNetFen, decimals: 13 })
        if (split === null) return

        for (const part of split.parts) expectLegal(part, { maxLines, maxNetFen })
        for (const key of ['netFen', 'taxFen', 'grossFen'] as const) {
          expect(split.parts.reduce((a, part) => a + part[key], 0n)).toBe(content[key])
        }
        expect(byRate(split.parts)).toEqual(byRate([content]))
        for (const { orderId, amountFen } of shares) {
          const row = split.matrix.filter((cell) => cell.orderId === orderId)
          expect(row.reduce((a, cell) => a + cell.amountFen, 0n)).toBe(amountFen)
        }
        split.parts.forEach(({ grossFen }, index) => {
          const column = split.matrix.filter(({ part }) => part === index)
          expect(column.reduce((a, { amountFen }) => a + amountFen, 0n)).toBe(grossFen)
        })
      },
    ),
    { numRuns: propertyRuns(300) },
  )
})

type Limits = { maxLines: number; maxNetFen: bigint | null }

function expectLegal({ lines, netFen, grossFen }: InvoiceContent, { maxLines, maxNetFen }: Limits) {
  expect(lines.length).toBeLessThanOrEqual(maxLines)
  expect(maxNetFen === null || netFen <= maxNetFen).toBe(true)
  expect(grossFen).toBeGreaterThan(0n)
  expect(lines.at(-1)?.property).not.toBe('discounted')
  lines.forEach((line, index) => {
    expect(line.netFen + line.taxFen).toBe(line.grossFen)
    expect((lines[index - 1]?.property === 'discounted') === (line.property === 'discount')).toBe(true)
    const off = line.netFen * BigInt(line.rateBp) - line.taxFen * 10_000n
    expect(off <= 60_000n && off >= -60_000n).toBe(true)
    const [net, tax] =
      line.property === 'discount' ? [-line.netFen, -line.taxFen] : [line.netFen, line.taxFen]
    expect(net >= 0n && tax >= 0n).toBe(true)
  })
}

function byRate(contents: readonly InvoiceContent[]): [number, string][] {
  const sums = new Map<number, [bigint, bigint]>()
  for (const { rateBp, netFen, taxFen } of contents.flatMap(({ lines }) => lines)) {
    const [net, tax] = sums.get(rateBp) ?? [0n, 0n]
    sums.set(rateBp, [net + netFen, tax + taxFen])
  }
  return [...sums].map(([rate, sum]): [number, string] => [rate, String(sum)]).sort(([a], [b]) => a - b)
}
