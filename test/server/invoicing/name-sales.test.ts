import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { partRed } from '../../../server/invoicing/red-lines.ts'
import {
  anyOpenOrder,
  draftOf,
  EVERY_PRESENTATION,
  goodsLine,
  orderOf,
  TM_1002,
} from '../../support/draft-orders.ts'
import { propertyRuns } from '../../support/properties.ts'

const BOOK = { rateBp: 900, taxCode: '1060201010000000000', shortName: '印刷品', unit: '册' }

const shown = ({ content }: ReturnType<typeof draftOf>) =>
  content.lines.map(({ title, quantity, grossFen }) => [title, quantity, grossFen])

describe('lines called after their category', () => {
  const order = orderOf({
    lines: [
      goodsLine(10_900n, { spec: '白色', quantity: '3' }),
      goodsLine(9_800n, { title: '邮票史话', quantity: '2', ...BOOK }),
      goodsLine(5_000n, { title: '钱包' }),
      goodsLine(1_200n, { kind: 'freight', title: '运费' }),
    ],
  })

  test('keep their number and pieces, and say neither goods nor variety', () => {
    const draft = draftOf([order], { seller: { naming: 'category' } })

    expect(shown(draft)).toEqual([
      ['箱包', '3', 10_900n],
      ['印刷品', '2', 9_800n],
      ['箱包', '1', 5_000n],
      ['运输服务', '1', 1_200n],
    ])
    expect(draft.content.lines.every(({ spec }) => spec === null)).toBe(true)
    expect(draft.faults).toEqual([])
  })

  test('become one line of each category and rate without pieces, and remember all they come from', () => {
    const draft = draftOf([order], { seller: { naming: 'joined' } })

    expect(shown(draft)).toEqual([
      ['箱包', null, 15_900n],
      ['印刷品', '2', 9_800n],
      ['运输服务', '1', 1_200n],
    ])
    expect(draft.content.lines[0]).toMatchObject({
      unit: null,
      unitPrice: null,
      origin: { orderId: order.id, lineNo: 1, others: [3] },
    })
    expect(draft.faults).toEqual([])
  })

  test('stay apart where one line would tax a cent more or less', () => {
    const cents = orderOf({ lines: [goodsLine(4n), goodsLine(4n, { title: '钱包' })] })

    const draft = draftOf([cents], { seller: { naming: 'joined' } })

    expect(shown(draft)).toEqual([
      ['箱包', '1', 4n],
      ['箱包', '1', 4n],
    ])
    expect(draft.content.taxFen).toBe(0n)
  })

  test('show their discounts in one line behind them, and gifts for themselves', () => {
    const { content, faults } = draftOf([TM_1002], { seller: { naming: 'joined' } })

    expect(content.lines.map(({ property, grossFen }) => [property, grossFen])).toEqual([
      ['discounted', 99_800n],
      ['discount', -6_238n],
      ['discounted', 28_200n],
      ['discount', -1_762n],
      ['discounted', 1_200n],
      ['discount', -1_200n],
    ])
    expect(faults).toEqual([])
  })

  test('take a refund of any line that stands on them, at its own rate', () => {
    const { content } = draftOf([order], { seller: { naming: 'joined' } })
    const refunds = [{ orderId: order.id, lineNo: 3, grossFen: 5_000n }]

    const { red } = partRed(content, { reason: 'allowance', decimals: 13, refunds })

    expect(red.lines.map(({ rateBp, grossFen }) => [rateBp, grossFen])).toEqual([[1_300, -5_000n]])
  })
})

test('no name moves a fen: neither in total, nor per rate, nor of an order, nor against a rule', () => {
  fc.assert(
    fc.property(
      fc.array(anyOpenOrder, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...EVERY_PRESENTATION),
      (orders, presentation) => {
        const numbered = orders.map((order, index) => ({ ...order, id: `o${index}` }))
        const [detail, category, joined] = (['detail', 'category', 'joined'] as const).map((naming) =>
          draftOf(numbered, { presentation, seller: { naming } }),
        )
        if (detail === undefined || category === undefined || joined === undefined) throw new Error('three')

        expect(sumsOf(category)).toEqual(sumsOf(detail))
        expect(sumsOf(joined)).toEqual(sumsOf(detail))
        expect(joined.content.lines.length).toBeLessThanOrEqual(detail.content.lines.length)
        for (const { faults } of [category, joined]) {
          expect(faults.filter(({ code }) => code === 'lines_disagree')).toEqual([])
        }
      },
    ),
    { numRuns: propertyRuns(200) },
  )
})

/** Net and tax in total and by category and rate; what is 0 is as if it were not there. */
function sumsOf({ content, shares, centNote }: ReturnType<typeof draftOf>) {
  const sums = new Map<string, bigint>()
  const add = (key: string, fen: bigint) => sums.set(key, (sums.get(key) ?? 0n) + fen)
  for (const { rateBp, taxCode, netFen, taxFen } of content.lines) {
    add(`${taxCode} ${rateBp} net`, netFen)
    add(`${taxCode} ${rateBp} tax`, taxFen)
  }
  const moved = [...sums].filter(([, fen]) => fen !== 0n).sort(([a], [b]) => (a < b ? -1 : 1))
  return { moved, shares, centNote, totals: [content.netFen, content.taxFen, content.grossFen] }
}
