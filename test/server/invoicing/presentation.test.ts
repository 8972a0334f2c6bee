import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  anyOpenOrder,
  draftOf,
  EVERY_PRESENTATION,
  goodsLine,
  orderOf,
  SHOW_ALL,
  TM_1002 as tm1002,
} from '../../support/draft-orders.ts'
import { propertyRuns } from '../../support/properties.ts'

test('a discount stands right behind its line and takes the difference before and after', () => {
  const { lines } = draftOf([tm1002]).content

  expect(lines.map(({ property, title, spec, grossFen }) => [property, title, spec, grossFen])).toEqual([
    ['discounted', '邮筒造型储物柜', '邮政绿', 49_900n],
    ['discount', '邮筒造型储物柜', null, -3_119n],
    ['discounted', '邮筒造型储物柜', '朱砂红', 49_900n],
    ['discount', '邮筒造型储物柜', null, -3_119n],
    ['discounted', '黄铜钢笔套装', null, 28_200n],
    ['discount', '黄铜钢笔套装', null, -1_762n],
    ['discounted', '纪念明信片', null, 1_200n],
    ['discount', '纪念明信片', null, -1_200n],
  ])
  expect(
    lines.filter(({ property }) => property === 'discount').every(({ quantity }) => quantity === null),
  ).toBe(true)
})

test('a gift is left out where the issuer takes none, and where nobody said what it is worth', () => {
  const worthless = orderOf({ lines: [goodsLine(10_000n), goodsLine(0n, { kind: 'gift', title: '贴纸' })] })
  const titles = (draft: ReturnType<typeof draftOf>) => draft.content.lines.map(({ title }) => title)

  expect(titles(draftOf([tm1002], { capabilities: { canShowGifts: false } }))).not.toContain('纪念明信片')
  expect(titles(draftOf([worthless]))).toEqual(['帆布包'])
})

test('a gift stands on the first invoice of its order alone', () => {
  const { content } = draftOf([{ ...tm1002, claimedFen: 50_000n }])

  expect(content.lines.map(({ title }) => title)).not.toContain('纪念明信片')
  expect(content.grossFen).toBe(70_000n)
})

test('what a request shows goes before what the shop shows, switch by switch', () => {
  const { content, presentation } = draftOf([tm1002], { ask: { presentation: { showDiscounts: false } } })

  expect(presentation).toEqual({ ...SHOW_ALL, showDiscounts: false })
  expect(content.lines.map(({ property }) => property)).toEqual([
    'normal',
    'normal',
    'normal',
    'discounted',
    'discount',
  ])
})

test('no switch moves a fen: neither in total, nor per rate, nor per line of the order', () => {
  fc.assert(
    fc.property(fc.array(anyOpenOrder, { minLength: 1, maxLength: 3 }), (orders) => {
      const numbered = orders.map((order, index) => ({ ...order, id: `o${index}` }))
      const sums = EVERY_PRESENTATION.map((presentation) => sumsOf(draftOf(numbered, { presentation })))

      for (const other of sums) expect(other).toEqual(sums[0])
    }),
    { numRuns: propertyRuns(150) },
  )
})

/** Net and tax in total, by rate and by order line; what is 0 is as if it were not there. */
function sumsOf({ content, shares, centNote }: ReturnType<typeof draftOf>) {
  const sums = new Map<string, bigint>()
  const add = (key: string, fen: bigint) => sums.set(key, (sums.get(key) ?? 0n) + fen)
  for (const { rateBp, taxCode, origin, netFen, taxFen } of content.lines) {
    for (const key of ['all', `rate ${taxCode} ${rateBp}`, `line ${origin?.orderId} ${origin?.lineNo}`]) {
      add(`${key} net`, netFen)
      add(`${key} tax`, taxFen)
    }
  }
  const moved = [...sums].filter(([, fen]) => fen !== 0n).sort(([a], [b]) => (a < b ? -1 : 1))
  return { moved, shares, centNote, totals: [content.netFen, content.taxFen, content.grossFen] }
}

test('whatever is shown is legal: discounts behind their line, never larger, no line below zero', () => {
  fc.assert(
    fc.property(anyOpenOrder, fc.constantFrom(...EVERY_PRESENTATION), (order, presentation) => {
      const { content } = draftOf([order], { presentation })

      content.lines.forEach((line, index) => {
        const above = content.lines[index - 1]
        expect(line.netFen + line.taxFen).toBe(line.grossFen)
        if (line.property !== 'discount') {
          expect(line.netFen >= 0n && line.taxFen >= 0n && line.grossFen > 0n).toBe(true)
          return
        }
        expect(above?.property).toBe('discounted')
        expect([line.title, line.rateBp, line.taxCode]).toEqual([above?.title, above?.rateBp, above?.taxCode])
        expect(line.netFen <= 0n && line.taxFen <= 0n).toBe(true)
        expect(-line.netFen <= (above?.netFen ?? 0n) && -line.taxFen <= (above?.taxFen ?? 0n)).toBe(true)
      })
    }),
    { numRuns: propertyRuns(300) },
  )
})
