import { describe, expect, test } from 'vitest'
import { readSheet } from '../../../server/bureau/read-sheet.ts'
import { makeSending } from '../../support/sendings.ts'

type Wire = Record<string, unknown> & {
  serial: string
  buyer: Record<string, unknown>
  seller: Record<string, unknown>
  lines: Record<string, unknown>[]
}

/** A good sheet of one line: 113.00 at 13 %. */
const good = (): Wire => JSON.parse(makeSending('TM-1001', 11_300n).payload)
const line = (change: object = {}): Record<string, unknown> => ({ ...good().lines[0], ...change })
const totals = (netFen: number, taxFen: number) => ({ netFen, taxFen, grossFen: netFen + taxFen })
const discount = (change: object = {}) =>
  line({ lineNo: 2, property: 'discount', ...totals(-1_000, -130), ...change })

test('a good sheet is read, with what the bureau keeps of it', () => {
  expect(readSheet(JSON.stringify(good()))).toMatchObject({
    kind: 'sheet',
    sheet: {
      kind: 'ordinary',
      orderNumbers: ['TM-1001'],
      sellerTaxId: '91420100MA4KTEXT0N',
      ...totals(10_000, 1_300),
    },
  })
})

test('a discount right under its line, and a tax 6 fen off, are accepted', () => {
  const lines = [line({ property: 'discounted', ...totals(10_000, 1_306) }), discount()]

  const reading = readSheet(JSON.stringify({ ...good(), lines, ...totals(9_000, 1_176) }))

  expect(reading).toMatchObject({ kind: 'sheet', sheet: totals(9_000, 1_176) })
})

test('2000 lines are accepted', () => {
  const lines = Array.from({ length: 2_000 }, (_, index) => line({ lineNo: index + 1 }))

  expect(readSheet(JSON.stringify({ ...good(), lines, ...totals(20_000_000, 2_600_000) })).kind).toBe('sheet')
})

describe('a sheet that is not right is refused, and the refusal names what is wrong', () => {
  const one = (change: object) => ({ lines: [line(change)] })
  const two = (...pair: object[]) => ({ lines: pair, ...totals(9_000, 1_170) })
  const discounted = line({ property: 'discounted' })

  const TABLE: [name: string, change: object, why: string, field: string][] = [
    ['no version', { version: undefined }, 'shape_wrong', '/version'],
    ['a kind of its own', { kind: 'gift' }, 'shape_wrong', '/kind'],
    ['a red one', { colour: 'red' }, 'colour_unsupported', '/colour'],
    ['no drawer', { drawer: ' ' }, 'shape_wrong', '/drawer'],
    ['a remark without end', { remark: 'x'.repeat(631) }, 'shape_wrong', '/remark'],
    ['no order', { orderNumbers: [] }, 'shape_wrong', '/orderNumbers'],
    ['an order that is an object', { orderNumbers: [{}] }, 'shape_wrong', '/orderNumbers'],
    ['no seller', { seller: null }, 'seller_unregistered', '/seller'],
    ['a seller without tax id', { seller: { name: 'x', taxId: null } }, 'seller_unregistered', '/seller'],
    ['no buyer', { buyer: [] }, 'buyer_name_missing', '/buyer/name'],
    ['a buyer of blanks', { buyer: { name: '　', taxId: null } }, 'buyer_name_missing', '/buyer/name'],
    ['half a character', { buyer: { name: '\ud800', taxId: null } }, 'buyer_name_missing', '/buyer/name'],
    [
      '专票 for nobody',
      { kind: 'special', buyer: { name: 'x', taxId: null } },
      'buyer_tax_id_missing',
      '/buyer/taxId',
    ],
    [
      'a tax id in small letters',
      { buyer: { name: 'x', taxId: '91420111ma49qa0x10' } },
      'buyer_tax_id_wrong',
      '/buyer/taxId',
    ],
    ['lines that are no list', { lines: { length: 1 } }, 'shape_wrong', '/lines'],
    ['no lines', { lines: [] }, 'lines_missing', '/lines'],
    ['2001 lines', { lines: Array.from({ length: 2_001 }, () => null) }, 'lines_too_many', '/lines'],
    ['a line out of order', one({ lineNo: 2 }), 'shape_wrong', '/lines/0/lineNo'],
    ['a line without a name', one({ title: '' }), 'shape_wrong', '/lines/0/title'],
    ['a short goods code', one({ taxCode: '104' }), 'goods_code_wrong', '/lines/0/taxCode'],
    ['half a fen', one({ grossFen: 11_300.5 }), 'shape_wrong', '/lines/0/grossFen'],
    ['money as text', one({ netFen: '10000' }), 'shape_wrong', '/lines/0/netFen'],
    ['money beyond counting', one({ netFen: 1e15 }), 'shape_wrong', '/lines/0/netFen'],
    ['a rate nobody knows', one({ rateBp: 1_200 }), 'rate_unknown', '/lines/0/rateBp'],
    ['免税 with a rate', one({ treatment: 'exempt' }), 'rate_unknown', '/lines/0/rateBp'],
    ['net and tax that are not gross', one({ grossFen: 11_299 }), 'line_sum_wrong', '/lines/0'],
    ['a tax 7 fen off', one(totals(10_000, 1_307)), 'line_tax_wrong', '/lines/0'],
    ['a tax 7 fen short', one(totals(10_000, 1_293)), 'line_tax_wrong', '/lines/0'],
    ['a negative line', one(totals(-10_000, -1_300)), 'line_negative', '/lines/0'],
    ['totals that are not the sum', { ...totals(10_001, 1_299) }, 'totals_wrong', '/netFen'],
    ['a total that is text', { grossFen: '11300' }, 'totals_wrong', '/grossFen'],
    ['an invoice over nothing', { ...one(totals(0, 0)), ...totals(0, 0) }, 'total_not_positive', '/grossFen'],
    ['a discount of nothing above', two({ ...discount(), lineNo: 1 }), 'discount_astray', '/lines/0'],
    ['a discount of an ordinary line', two(line(), discount()), 'discount_astray', '/lines/1'],
    ['a discounted line without its discount', { lines: [discounted] }, 'discount_astray', '/lines/0'],
    [
      'a discount of other goods',
      two(discounted, discount({ title: '皮包' })),
      'discount_other_goods',
      '/lines/1',
    ],
    [
      'a discount at another rate',
      two(discounted, discount({ rateBp: 900, ...totals(-1_000, -90) })),
      'discount_other_rate',
      '/lines/1',
    ],
    [
      'a discount above its line',
      two(discounted, discount(totals(-10_001, -1_300))),
      'discount_too_large',
      '/lines/1',
    ],
    ['a discount that adds', two(discounted, discount(totals(1_000, 130))), 'discount_too_large', '/lines/1'],
  ]

  test.for(TABLE)('%s', ([, change, why, field]) => {
    const sheet = { ...good(), ...change }

    expect(readSheet(JSON.stringify(sheet))).toEqual({ kind: 'refused', serial: sheet.serial, why, field })
  })
})

test.for([
  ['nothing', ''],
  ['a cut sheet', JSON.stringify(good()).slice(0, 300)],
  ['a list', '[]'],
  ['null', 'null'],
  ['no serial', JSON.stringify({ ...good(), serial: undefined })],
  ['a serial that is a path', JSON.stringify({ ...good(), serial: '../../etc/passwd' })],
  ['a serial without end', JSON.stringify({ ...good(), serial: 'x'.repeat(65) })],
  ['a serial from a prototype', `{"__proto__":${JSON.stringify(good())}}`],
])('%s leaves no trace: there is no serial to remember it by', ([, text]) => {
  expect(readSheet(text ?? '')).toEqual({
    kind: 'refused',
    serial: null,
    why: 'shape_wrong',
    field: '/serial',
  })
})
