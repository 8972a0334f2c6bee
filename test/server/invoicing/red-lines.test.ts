import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type InvoiceContent, totalsOf } from '../../../server/invoicing/invoice.ts'
import { splitGross } from '../../../server/invoicing/money.ts'
import { fullRed, openFen, partRed, type RefundShare, restOf } from '../../../server/invoicing/red-lines.ts'
import {
  anyOpenOrder,
  draftOf,
  EVERY_PRESENTATION,
  goodsLine,
  orderOf,
  TM_1002,
} from '../../support/draft-orders.ts'
import { propertyRuns } from '../../support/properties.ts'

const blue = draftOf([TM_1002]).content
const allowance = { reason: 'allowance', decimals: 13 } as const
const goodsBack = { reason: 'return', decimals: 13 } as const
const refund = (
  grossFen: bigint,
  lineNo: number | null = null,
  orderId: string | null = 'TM-1002',
): RefundShare => ({
  orderId,
  lineNo,
  grossFen,
})

describe('a full red', () => {
  test('takes back each line net of its discount, pieces negative and prices positive, gifts not at all', () => {
    const red = fullRed(blue, { reason: 'mistake', decimals: 13 })

    expect(red).toMatchObject({
      colour: 'red',
      netFen: -106_194n,
      taxFen: -13_806n,
      grossFen: -120_000n,
      remark: '',
    })
    expect(red.lines).toMatchObject([
      {
        lineNo: 1,
        blueLineNo: 1,
        property: 'normal',
        quantity: '-1',
        unitPrice: '413.991150442478',
        grossFen: -46_781n,
      },
      { lineNo: 2, blueLineNo: 3, property: 'normal', quantity: '-1', grossFen: -46_781n },
      { lineNo: 3, blueLineNo: 5, property: 'normal', quantity: '-1', grossFen: -26_438n },
    ])
  })

  test('of an allowance takes back amounts, not pieces', () => {
    const { lines } = fullRed(blue, allowance)

    expect(lines.every(({ quantity, unitPrice }) => quantity === null && unitPrice === null)).toBe(true)
  })

  test('after a part is the rest, and after all there is none', () => {
    const { red } = partRed(blue, { ...allowance, refunds: [refund(20_000n)] })
    const rest = fullRed(blue, { reason: 'mistake', decimals: 13, reds: [red] })

    expect(rest.grossFen).toBe(-100_000n)
    expect(rest.taxFen + red.taxFen).toBe(-blue.taxFen)
    expect(openFen(blue, [red, rest])).toBe(0n)
    expect(() => fullRed(blue, { ...allowance, reds: [red, rest] })).toThrow(RangeError)
  })
})

describe('a part', () => {
  const three = draftOf([
    orderOf({
      number: 'O',
      lines: [goodsLine(9_000n, { quantity: '3' }), goodsLine(5_000n, { title: '茶杯' })],
    }),
  ]).content

  test('of a line comes off that line, with the pieces that the amount buys', () => {
    const { red, remaining } = partRed(three, { ...goodsBack, refunds: [refund(6_000n, 1, 'O')] })

    expect(red.lines).toMatchObject([
      { blueLineNo: 1, quantity: '-2', unitPrice: '26.5486725663717', grossFen: -6_000n },
    ])
    expect(remaining?.lines).toMatchObject([
      { lineNo: 1, quantity: '1', unitPrice: '26.5486725663717', grossFen: 3_000n },
      { lineNo: 2, quantity: '1', grossFen: 5_000n },
    ])
  })

  test('that buys no whole piece takes back the amount alone', () => {
    const { red, remaining } = partRed(three, { ...goodsBack, refunds: [refund(1_000n, 1, 'O')] })

    expect(red.lines).toMatchObject([{ quantity: null, unitPrice: null, grossFen: -1_000n }])
    expect(remaining?.lines[0]).toMatchObject({ quantity: '3', grossFen: 8_000n })
  })

  test('goes back piece by piece over several reds', () => {
    const first = partRed(three, { ...goodsBack, refunds: [refund(3_000n, 1, 'O')] }).red
    const second = partRed(three, { ...goodsBack, reds: [first], refunds: [refund(6_000n, 1, 'O')] })

    expect(second.red.lines).toMatchObject([{ quantity: '-2', grossFen: -6_000n }])
    expect(second.remaining?.lines).toMatchObject([{ title: '茶杯', lineNo: 1 }])
  })

  test('of a line that has less left goes on to the others of its order', () => {
    const { red } = partRed(three, { ...allowance, refunds: [refund(9_500n, 1, 'O')] })

    expect(red.lines.map(({ blueLineNo, grossFen }) => [blueLineNo, grossFen])).toEqual([
      [1, -9_000n],
      [2, -500n],
    ])
  })

  test('of one order in a merged invoice leaves the other order alone', () => {
    const orders = ['A', 'B'].map((number) =>
      orderOf({ number, lines: [goodsLine(10_000n), goodsLine(100n, { kind: 'gift' })], discountFen: 100n }),
    )
    const merged = draftOf(orders).content
    const { red, remaining } = partRed(merged, { ...goodsBack, refunds: [refund(10_000n, null, 'B')] })

    expect(red.lines.map(({ origin }) => origin?.orderId)).toEqual(['B'])
    expect(remaining?.lines.map(({ origin, grossFen }) => [origin?.orderId, grossFen])).toEqual([
      ['A', 10_000n],
      ['A', 100n],
      ['A', -100n],
    ])
    expect(() => partRed(merged, { ...allowance, refunds: [refund(10_001n, null, 'B')] })).toThrow(RangeError)
    expect(() => partRed(merged, { ...allowance, refunds: [refund(1n, null, 'C')] })).toThrow(RangeError)
  })

  test('of an invoice that does not know its orders is shared over all its lines', () => {
    const lines = blue.lines.map(({ origin: _, ...line }) => line)
    const { red } = partRed({ ...blue, lines }, { ...allowance, refunds: [refund(12_000n, 1)] })

    expect(red.lines.map(({ grossFen }) => grossFen)).toEqual([-4_678n, -4_678n, -2_644n])
  })

  test('is never a mistake, nothing, less than nothing, or more than there is', () => {
    const asks = [
      { reason: 'mistake', decimals: 13, refunds: [refund(1n)] },
      { ...allowance, refunds: [] },
      { ...allowance, refunds: [refund(0n)] },
      { ...allowance, refunds: [refund(-1n)] },
      { ...allowance, refunds: [refund(120_001n)] },
    ] as const

    for (const ask of asks) expect(() => partRed(blue, ask)).toThrow(RangeError)
  })

  test('of everything leaves no invoice', () => {
    expect(partRed(blue, { ...goodsBack, refunds: [refund(120_000n)] }).remaining).toBeNull()
  })
})

test('a red that names no line of its blue is a bug', () => {
  const { red } = partRed(blue, { ...allowance, refunds: [refund(1n)] })
  const nameless = { ...red, lines: red.lines.map(({ blueLineNo: _, ...line }) => line) }

  expect(() => restOf(blue, { ...allowance, reds: [nameless], refunds: [] })).toThrow(RangeError)
})

/** Refunds as shares of what is left at that moment, in per mille. */
const anyRefunds = fc.array(
  fc.record({
    perMille: fc.integer({ min: 1, max: 1_000 }),
    lineNo: fc.option(fc.integer({ min: 1, max: 8 })),
    reason: fc.constantFrom('allowance' as const, 'return' as const, 'service_ended' as const),
  }),
  { minLength: 1, maxLength: 5 },
)

test('reds never exceed their blue in any line or rate, and end in exactly the blue, whatever their order', () => {
  fc.assert(
    fc.property(
      anyOpenOrder,
      fc.constantFrom(...EVERY_PRESENTATION),
      anyRefunds,
      (order, presentation, refunds) => {
        const { content } = draftOf([order], { presentation })
        const reds: InvoiceContent[] = []
        for (const { perMille, lineNo, reason } of refunds) {
          const open = openFen(content, reds)
          const grossFen = (open * BigInt(perMille)) / 1_000n
          if (grossFen === 0n) continue
          const ask = { reason, decimals: 13, reds, refunds: [refund(grossFen, lineNo, order.id)] } as const
          const { red, remaining } = partRed(content, ask)
          expectLegalRed(red)
          reds.push(red)
          expectWithin(content, reds)
          expectSame(remaining, content, reds)
          expectFresh(remaining)
        }
        if (openFen(content, reds) > 0n)
          reds.push(fullRed(content, { reason: 'mistake', decimals: 13, reds }))
        const all = [content, ...reds]

        expect(all.reduce((a, { netFen }) => a + netFen, 0n)).toBe(0n)
        expect(all.reduce((a, { taxFen }) => a + taxFen, 0n)).toBe(0n)
        expect([...byLine(all).values()].every(({ netFen, taxFen }) => netFen === 0n && taxFen === 0n)).toBe(
          true,
        )
      },
    ),
    { numRuns: propertyRuns(300) },
  )
})

/** Normal lines below zero, whose tax is what its rate makes of its net within two fen. */
function expectLegalRed({ lines, netFen, taxFen, grossFen }: InvoiceContent) {
  for (const line of lines) {
    expect(line.property).toBe('normal')
    expect(line.netFen <= 0n && line.taxFen <= 0n && line.grossFen < 0n).toBe(true)
    const off = line.netFen * BigInt(line.rateBp) - line.taxFen * 10_000n
    expect(off <= 20_000n && off >= -20_000n).toBe(true)
  }
  expect(lines.reduce((a, line) => a + line.grossFen, 0n)).toBe(grossFen)
  expect(netFen + taxFen).toBe(grossFen)
}

type Sum = { netFen: bigint; taxFen: bigint }

/** What blue and reds leave, by the blue's line and by rate. */
function byLine(contents: readonly InvoiceContent[]): Map<string, Sum> {
  const sums = new Map<string, Sum>()
  let above = 0
  for (const line of contents.flatMap(({ lines }) => lines)) {
    if (line.property !== 'discount') above = line.blueLineNo ?? line.lineNo
    for (const key of [`line ${above}`, `rate ${line.rateBp}`]) {
      const sum = sums.get(key) ?? { netFen: 0n, taxFen: 0n }
      sums.set(key, { netFen: sum.netFen + line.netFen, taxFen: sum.taxFen + line.taxFen })
    }
  }
  return sums
}

function expectWithin(content: InvoiceContent, reds: readonly InvoiceContent[]) {
  for (const { netFen, taxFen } of byLine([content, ...reds]).values()) {
    expect(netFen >= 0n && taxFen >= 0n).toBe(true)
  }
}

/** The new blue carries, per rate, exactly what blue and reds leave. */
function expectSame(
  remaining: InvoiceContent | null,
  content: InvoiceContent,
  reds: readonly InvoiceContent[],
) {
  const rates = (sums: Map<string, Sum>) =>
    [...sums]
      .filter(([key, { netFen, taxFen }]) => key.startsWith('rate') && (netFen !== 0n || taxFen !== 0n))
      .sort(([a], [b]) => (a < b ? -1 : 1))
  expect(rates(byLine(remaining === null ? [] : [remaining]))).toEqual(rates(byLine([content, ...reds])))
}

/** What stays is split as if it alone had been sold: the pre-flight of the new blue demands it. */
function expectFresh(remaining: InvoiceContent | null) {
  const lines = remaining?.lines ?? []
  lines.forEach((line, index) => {
    if (line.property === 'discount') return
    const next = lines[index + 1]
    const { grossFen, netFen } = totalsOf(next?.property === 'discount' ? [line, next] : [line])
    expect(netFen).toBe(splitGross(grossFen, line.rateBp).netFen)
  })
}

test('a hundred reds of one fen leave what an invoice for the rest would carry', () => {
  const reds: InvoiceContent[] = []
  for (let count = 0; count < 100; count += 1) {
    reds.push(partRed(blue, { ...allowance, reds, refunds: [refund(1n, 1)] }).red)
  }

  expect(openFen(blue, reds)).toBe(119_900n)
  expectFresh(restOf(blue, { ...allowance, reds, refunds: [] }))
})

test('partial reds in any order leave the same once they add up to the same lines', () => {
  const refunds = [refund(1_111n, 1), refund(2_222n, 2), refund(333n, 3), refund(7_777n, 1)]
  const after = (order: readonly RefundShare[]) => {
    const reds: InvoiceContent[] = []
    for (const one of order) reds.push(partRed(blue, { ...allowance, reds, refunds: [one] }).red)
    return restOf(blue, { ...allowance, reds, refunds: [] })
  }

  fc.assert(
    fc.property(fc.shuffledSubarray(refunds, { minLength: 4 }), (order) => {
      expect(after(order)).toEqual(after(refunds))
    }),
  )
})
