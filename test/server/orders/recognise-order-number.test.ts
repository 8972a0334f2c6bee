import fc from 'fast-check'
import { expect, test } from 'vitest'
import { recogniseOrderNumber } from '../../../server/orders/recognise-order-number.ts'

function numbersIn(text: string): string[] {
  const recognised = recogniseOrderNumber(text)
  return recognised.kind === 'none' ? [] : recognised.candidates.map(({ number }) => number)
}

test.each([
  ['TM-1001', 'TM-1001'],
  ['　TM－１００１ ', 'TM-1001'],
  ['tm-1001', 'TM-1001'],
  ['T M － 1 0 0 1', 'TM-1001'],
  ['TM\u200b-1001\ufeff', 'TM-1001'],
  ['TM–1001', 'TM-1001'],
  ['1001', '1001'],
  ['WX-2001', 'WX-2001'],
  ['FILL-0040', 'FILL-0040'],
  ['DEMO-OFFLINE', 'DEMO-OFFLINE'],
  ['demo-used-deducted', 'DEMO-USED-DEDUCTED'],
  ['请帮 DEMO-INDOUBT 开票', 'DEMO-INDOUBT'],
  ['SO20261122A001', 'SO20261122A001'],
  ['\t2412345678901234567\t', '2412345678901234567'],
  ['="2412345678901234567"', '2412345678901234567'],
  ['2412 3456 7890 1234 567', '2412345678901234567'],
  ['CODE_128,2024112199', '2024112199'],
  ['EAN_13,TM-1001', 'TM-1001'],
  ['{"scan_code":{"scan_result":"CODE_128,2024112199"}}', '2024112199'],
  ['261019-315415396409935', '261019-315415396409935'],
  ['261019 - 3154 1539 6409 935', '261019-315415396409935'],
  ['261019315415396409935', '261019-315415396409935'],
  ['订单号：TM-1001，麻烦开票', 'TM-1001'],
  ['订单1001要开发票', '1001'],
  ['order no 1001', '1001'],
  ['订单号是 2412345678901234567 谢谢', '2412345678901234567'],
  ['我2026-11-11买的TM-1001，付了299.00，电话13800138000', 'TM-1001'],
  ['TM-1001 税号91420111MA49QA0X10 邮箱 a20261122@ex.cn', 'TM-1001'],
  [
    'https://trade.taobao.com/trade/detail/x.htm?spm=a1z09.2.0.0.67002e8d&biz_order_id=2412345678901234567',
    '2412345678901234567',
  ],
  [
    'https://mobile.yangkeduo.com/order.html?order_sn=261019-315415396409935&refer=20261122',
    '261019-315415396409935',
  ],
  [
    '看这个 https://details.jd.com/normal/item.action?orderid=301234567890&PassKey=abc123456789',
    '301234567890',
  ],
  ['shop.example/orders?orderNo=TM-1001#top', 'TM-1001'],
  ['https://shop.example/o?order_no=TM%2D1001', 'TM-1001'],
  ['https://shop.example/o/TM-1001', 'TM-1001'],
])('%j is order %s', (text, number) => {
  expect(numbersIn(text)).toEqual([number])
})

test.each([
  ['TM-1001、TM-1002 和 tm-1001', ['TM-1001', 'TM-1002']],
  ['TM-1002 TM-1001', ['TM-1002', 'TM-1001']],
  ['2412345678901234567 2412345678901234568', ['2412345678901234567', '2412345678901234568']],
  ['先 WX-2003 再 https://shop.example/o?order_no=TM-1001 最后 WX-2001', ['WX-2003', 'TM-1001', 'WX-2001']],
])('%j holds several, in the order of the text', (text, numbers) => {
  expect(numbersIn(text)).toEqual(numbers)
})

test.each([
  ['261019-315415396409935', 'pdd'],
  ['2412345678901234567', 'taobao'],
  ['241234567890123456', 'taobao'],
  ['6912345678901234567', 'douyin'],
  ['301234567890', 'jd'],
  ['TM-1001', null],
])('%s looks like %s', (number, platformGuess) => {
  expect(recogniseOrderNumber(number)).toEqual({ kind: 'number', candidates: [{ number, platformGuess }] })
})

test.each([
  '',
  '   ',
  '你好，我要开发票',
  '我的手机号是13800138000',
  '2026-11-22',
  '2026年11月22日付了12000.00元',
  '91420111MA49QA0X10',
  'a20261122@ex.cn',
  '__proto__',
  'constructor',
  'e-mail',
  '550e8400-e29b-41d4-a716-446655440000',
  'https://item.taobao.com/item.htm?id=61234567',
  '😀😀😀😀',
  '\0\0\0\0',
  '\u202e\u202e',
  '1'.repeat(10_000),
  '-'.repeat(10_000),
  `${' '.repeat(500)}TM-1001`,
])('%j holds no order number', (text) => {
  expect(recogniseOrderNumber(text)).toEqual({ kind: 'none' })
})

test('a mark inside a number parts it, and does not reach the look-up', () => {
  expect(numbersIn('TM-1001\0')).toEqual(['TM-1001'])
  expect(numbersIn('\u202eTM-1001')).toEqual(['TM-1001'])
})

test('a broken escape in a link does no harm', () => {
  expect(numbersIn('https://shop.example/%zz/TM-1001')).toEqual(['TM-1001'])
})

test('whatever is typed, a candidate is short upper-case ASCII and is recognised as itself', () => {
  const pieces = [
    'TM-1001',
    '订单号',
    '：',
    ' ',
    '２４１２',
    '-',
    '?order_no=',
    'https://',
    '\0',
    '😀',
    ',',
    'a@b.cn',
    '261019',
  ]
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 600 }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (typed) => {
      for (const number of numbersIn(typed)) {
        expect(number).toMatch(/^[A-Z0-9-]{4,32}$/)
        expect(numbersIn(`订单号：${number}`)).toContain(number)
      }
    }),
  )
})

test('any number written in full-width digits with spaces is the number', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Z]{2}-[1-9]\d{3,9}$/), (number) => {
      const wide = [...number]
        .map((letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0))
        .join('\u3000')
      expect(numbersIn(` ${wide}\u200b`)).toEqual([number])
    }),
  )
})
