import { expect, test } from 'vitest'
import { neutraliseCell, writeCsvRow } from '../../../server/reports/csv.ts'

test.each([
  '=1+1',
  '+1+1',
  '-1+1',
  '@x',
  '\tx',
  '\rx',
  '\nx',
  '\0x',
  '＝1',
  '＋1',
  '－1',
  '＠x',
  ' =1',
  '\u00a0=1',
  '\u3000@x',
])('%j starts no formula', (cell) => {
  expect(neutraliseCell(cell)).toBe(`'${cell}`)
})

test.each(['', '-5.00', '+12', '12.30', '订单', 'a=1', "'x"])('%j stays as it is', (cell) => {
  expect(neutraliseCell(cell)).toBe(cell)
})

test('every cell is quoted, and quotes and line breaks stay within theirs', () => {
  expect(writeCsvRow(['a', '说"好"', '一\n二', '1'])).toBe('"a","说""好""","一\n二","1"\r\n')
})
