import { expect, test } from 'vitest'
import {
  cleanCell,
  multiplyFen,
  readMoney,
  readNumberDate,
  readOrderNumber,
  readQuantity,
  readText,
  readTime,
} from '../../../../server/orders/import/cells.ts'

test.each([
  ['="3004875616743834904"', '3004875616743834904'],
  ['="a""b"', 'a"b'],
  ['="a"&"b"', '="a"&"b"'],
  ["'15446549715", '15446549715'],
  ['168.99\t', '168.99'],
  ['\u3000 张三\u00a0', '张三'],
  ['\t', ''],
  ['=1+1', '=1+1'],
  ['-5', '-5'],
  ['@home', '@home'],
])('a cell %j holds %j', (raw, cell) => {
  expect(cleanCell(raw)).toBe(cell)
})

test.each([
  ['1,234.50', 123450n],
  ['¥12', 1200n],
  ['￥12.3', 1230n],
  ['12.30元', 1230n],
  ['１２．３０', 1230n],
  ['0', 0n],
  ['999999999999.99', 99999999999999n],
])('%s is money', (cell, fen) => {
  expect(readMoney(cell)).toBe(fen)
})

test.each([
  '',
  '-1',
  '+1',
  '1.234',
  '1e3',
  '1E+3',
  '12,34',
  '1,2345',
  'abc',
  '12..3',
  '.5',
  '1 2',
  '9'.repeat(13),
])('%j is no money', (cell) => {
  expect(readMoney(cell)).toBeNull()
})

test('a number of a workbook is read at the 15 digits that Excel shows', () => {
  expect(readMoney('33.799999999999997', 'number')).toBe(3380n)
  expect(readMoney('1.2', 'number')).toBe(120n)
  expect(readMoney('1.234', 'number')).toBeNull()
  expect(readMoney('-1', 'number')).toBeNull()
  expect(readMoney('1E+22', 'number')).toBeNull()
})

test.each([
  ['3004875616743834904', undefined, { number: '3004875616743834904' }],
  ['２６１０１９-315415396409935', undefined, { number: '261019-315415396409935' }],
  ['123456789012345', 'number', { number: '123456789012345' }],
  ['3004875616743834904', 'number', { bad: 'excel' }],
  ['3.00488E+18', undefined, { bad: 'excel' }],
  ['3.0048756167438348E+18', 'number', { bad: 'excel' }],
  ['1E18', undefined, { bad: 'excel' }],
  ['12345', undefined, { bad: 'form' }],
  ['DEMO-0001', undefined, { bad: 'form' }],
  ['12345678\0', undefined, { bad: 'form' }],
  ['1'.repeat(33), undefined, { bad: 'form' }],
] as const)('order number %s of kind %s', (cell, kind, reading) => {
  expect(readOrderNumber(cell, kind, false)).toEqual(reading)
})

test('our own table takes letters in an order number', () => {
  expect(readOrderNumber('demo-0001', undefined, true)).toEqual({ number: 'DEMO-0001' })
  expect(readOrderNumber("x' or 1=1", undefined, true)).toEqual({ bad: 'form' })
})

test.each([
  ['2026-10-19 16:36:49', '2026-10-19T16:36:49+08:00'],
  ['2026/1/3 8:05', '2026-01-03T08:05:00+08:00'],
  ['2026/1/3 8:05:09', '2026-01-03T08:05:09+08:00'],
  ['2026-02-28', '2026-02-28T00:00:00+08:00'],
])('%s is a time in Shanghai', (cell, instant) => {
  expect(readTime(cell, { is1904: false })).toEqual(new Date(instant))
})

test.each([
  '2026-02-29 00:00:00',
  '2026-13-01',
  '2026-01-01 24:00:00',
  '1999-01-01',
  '0000-00-00 00:00:00',
  'soon',
  '46000',
])('%s is no time', (cell) => {
  expect(readTime(cell, { is1904: false })).toBeNull()
})

test('a serial number of a workbook counts from 1900 or 1904', () => {
  const noon = new Date('2026-10-19T12:00:00+08:00')

  expect(readTime('46314.5', { kind: 'number', is1904: false })).toEqual(noon)
  expect(readTime('44852.5', { kind: 'number', is1904: true })).toEqual(noon)
  expect(readTime('-1', { kind: 'number', is1904: false })).toBeNull()
})

test('the date in a Pinduoduo number must be one', () => {
  expect(readNumberDate('261019-315415396409935')).toEqual(new Date('2026-10-19T00:00:00+08:00'))
  expect(readNumberDate('261319-315415396409935')).toBeNull()
})

test('quantities are decimal strings above 0', () => {
  expect(['2', '02', '1.50', '2.000', '0.125'].map((cell) => readQuantity(cell))).toEqual([
    '2',
    '2',
    '1.5',
    '2',
    '0.125',
  ])
  expect(['0', '0.00', '-1', '1e3', '一', ''].map((cell) => readQuantity(cell))).toEqual(Array(6).fill(null))
  expect(readQuantity('3.0000000000000004', 'number')).toBe('3')
})

test('price times quantity is rounded half up to the fen', () => {
  expect(multiplyFen(1001n, '3')).toBe(3003n)
  expect(multiplyFen(1n, '0.5')).toBe(1n)
  expect(multiplyFen(333n, '0.125')).toBe(42n)
})

test('text loses invisible and direction marks and keeps rare characters', () => {
  expect(readText('田\u200b𠮷\u202e')).toEqual({ text: '田𠮷' })
  expect(readText('a\nb\tc')).toEqual({ text: 'a\nb\tc' })
  expect(readText('a\0b')).toBe('control')
  expect(readText('\u0085')).toBe('control')
})
