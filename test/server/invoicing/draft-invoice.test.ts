import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { invoiceableFen } from '../../../server/orders/order.ts'
import { anyOpenOrder, anyOrder, draftOf, goodsLine, orderOf, TM_1002 } from '../../support/draft-orders.ts'
import { propertyRuns } from '../../support/properties.ts'

describe('several orders on one invoice', () => {
  const merged = draftOf([
    orderOf({ number: 'A', lines: [goodsLine(9_990n)] }),
    orderOf({ number: 'B', lines: [goodsLine(6_000n)] }),
  ])

  test('carry the tax of their lines, and the cent that a calculator would miss is named', () => {
    expect(merged.content).toMatchObject({ grossFen: 15_990n, taxFen: 1_149n + 690n })
    expect(merged.centNote).toEqual({ sumFen: 1_839n, onTotalFen: 1_840n })
    expect(merged.content.remark).toBe('订单号：A、B')
    expect(merged.shares).toEqual([
      { orderId: 'A', amountFen: 9_990n },
      { orderId: 'B', amountFen: 6_000n },
    ])
  })

  test('whose taxes agree with the total have no note, and one order can need it too', () => {
    expect(draftOf([orderOf({ lines: [goodsLine(11_300n)] })]).centNote).toBeNull()
    expect(draftOf([TM_1002]).centNote).toEqual({ sumFen: 13_806n, onTotalFen: 13_805n })
  })

  test('keep each their own discount, and each line its own rate', () => {
    const book = { rateBp: 900, taxCode: '1060201010000000000', shortName: '印刷品' }
    const orders = [
      orderOf({ number: 'A', lines: [goodsLine(10_000n), goodsLine(10_000n, book)], discountFen: 1_000n }),
      orderOf({ number: 'B', lines: [goodsLine(10_000n)] }),
    ]
    const { lines } = draftOf(orders).content

    expect(lines.map(({ origin, rateBp, grossFen }) => [origin?.orderId, rateBp, grossFen])).toEqual([
      ['A', 1_300, 10_000n],
      ['A', 1_300, -500n],
      ['A', 900, 10_000n],
      ['A', 900, -500n],
      ['B', 1_300, 10_000n],
    ])
  })

  test('give what they would give alone, line by line and in total', () => {
    fc.assert(
      fc.property(fc.array(anyOpenOrder, { minLength: 1, maxLength: 4 }), (found) => {
        const orders = found.map((order, index) => ({ ...order, id: `o${index}` }))
        const { content, shares } = draftOf(orders)
        const alone = orders.map((order) => draftOf([order]).content)

        for (const key of ['netFen', 'taxFen', 'grossFen'] as const) {
          expect(content[key]).toBe(alone.reduce((a, one) => a + one[key], 0n))
        }
        expect(content.lines.map(({ lineNo: _, ...line }) => line)).toEqual(
          alone.flatMap(({ lines }) => lines.map(({ lineNo: _, ...line }) => line)),
        )
        expect(shares.map(({ amountFen }) => amountFen)).toEqual(alone.map(({ grossFen }) => grossFen))
      }),
      { numRuns: propertyRuns(150) },
    )
  })
})

describe('what the platform paid', () => {
  test('is income of the shop, but not for the shop to invoice; the shop’s own coupon is a discount', () => {
    const lines = [goodsLine(10_000n), goodsLine(5_000n)]
    const shopCoupon = orderOf({ lines, discountFen: 1_500n })
    const platformCoupon = orderOf({ lines, platformFen: 1_500n })

    expect(shopCoupon.paidFen).toBe(13_500n)
    expect(platformCoupon.paidFen).toBe(15_000n)
    expect(draftOf([shopCoupon]).content.grossFen).toBe(13_500n)
    expect(draftOf([platformCoupon]).content.grossFen).toBe(13_500n)
    expect(draftOf([platformCoupon]).content.lines.every(({ property }) => property === 'normal')).toBe(true)
  })
})

describe('quantities and prices', () => {
  const quantityOf = (quantity: string, decimals: 8 | 13, amountFen = 10_000n) =>
    draftOf([orderOf({ lines: [goodsLine(amountFen, { quantity })] })], { capabilities: { decimals } })

  test('keep to the decimals that the issuer takes', () => {
    expect(quantityOf('3', 13).content.lines[0]).toMatchObject({
      quantity: '3',
      unitPrice: '29.4985250737463',
    })
    expect(quantityOf('3', 8).content.lines[0]).toMatchObject({ quantity: '3', unitPrice: '29.49852507' })
    expect(quantityOf('1.2500000000', 8).content.lines[0]).toMatchObject({ quantity: '1.25' })
  })

  test('that cannot be written are a fault of their line before anything is sent', () => {
    const fault = { code: 'line_quantity_invalid', field: '/lines/1' }

    expect(quantityOf('1.123456789', 13).faults).toEqual([])
    expect(quantityOf('1.123456789', 8).faults).toContainEqual(fault)
    expect(quantityOf('0.0000000000001', 13, 1_000_000n).faults).toContainEqual(fault) // a price of 17 digits
    expect(quantityOf('999999999999999', 13).faults).toContainEqual(fault) // a price of nothing
    expect(quantityOf('90000000', 8).faults).toContainEqual(fault) // quantity × price is off by more than a fen
  })

  test('a service without a quantity has no price either', () => {
    const { content, faults } = draftOf([orderOf({ lines: [goodsLine(10_000n, { quantity: null })] })])

    expect(faults).toEqual([])
    expect(content.lines[0]).toMatchObject({ quantity: null, unitPrice: null })
  })
})

test('for every order the invoices are what was paid less what went back, however often it is asked', () => {
  fc.assert(
    fc.property(anyOrder, fc.array(fc.integer({ min: 1, max: 1_000 }), { maxLength: 4 }), (order, shares) => {
      let claimedFen = order.claimedFen
      for (const perMille of shares) {
        const left = invoiceableFen({ ...order, claimedFen })
        const held = (left * BigInt(1_000 - perMille)) / 1_000n
        // Somebody else holds a part meanwhile: the draft is of the rest, to the fen.
        const { content } = draftOf([{ ...order, claimedFen: claimedFen + held }])
        expect(content.grossFen).toBe(left - held)
        claimedFen += content.grossFen
      }
      const last = draftOf([{ ...order, claimedFen }]).content.grossFen

      expect(claimedFen + last).toBe(
        order.paidFen - order.platformFen - order.refundedFen > order.claimedFen
          ? order.paidFen - order.platformFen - order.refundedFen
          : order.claimedFen,
      )
    }),
    { numRuns: propertyRuns(300) },
  )
})
