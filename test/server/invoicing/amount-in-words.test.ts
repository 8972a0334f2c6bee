import fc from 'fast-check'
import { expect, test } from 'vitest'
import { amountInWords, parseAmountInWords } from '../../../server/invoicing/amount-in-words.ts'
import { readYuan } from '../../../server/invoicing/money.ts'
import file from '../../fixtures/vectors/amount-in-words.json' with { type: 'json' }

function fen(amount: string): bigint {
  const absolute = readYuan(amount.replace('-', ''))
  if (absolute === null) throw new Error(`not an amount: ${amount}`)
  return amount.startsWith('-') ? -absolute : absolute
}

test.for(file.vectors)('the published amount $amount reads $write', ({ amount, write }) => {
  expect(amountInWords(fen(amount))).toBe(write)
})

test.for([
  ['0.01', '壹分'],
  ['0.15', '壹角伍分'],
  ['1.00', '壹圆整'],
  ['1.01', '壹圆零壹分'],
  ['10.00', '壹拾圆整'],
  ['10.10', '壹拾圆零壹角整'],
  ['11.10', '壹拾壹圆壹角整'],
  ['1001.00', '壹仟零壹圆整'],
  ['1010.00', '壹仟零壹拾圆整'],
  ['10500.00', '壹万零伍佰圆整'],
  ['100000.00', '壹拾万圆整'],
  ['1000500.00', '壹佰万零伍佰圆整'],
  ['20000500.00', '贰仟万零伍佰圆整'],
  ['100000500.00', '壹亿零伍佰圆整'],
  ['100050000.00', '壹亿零伍万圆整'],
  ['123456789.12', '壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖圆壹角贰分'],
  ['300000000000.00', '叁仟亿圆整'],
])('%s reads %s', ([amount = '', words = '']) => {
  expect(amountInWords(fen(amount))).toBe(words)
  expect(parseAmountInWords(words)).toBe(fen(amount))
})

test.for(file.vectors.flatMap(({ amount, accept }) => accept.map((words) => ({ amount, words }))))(
  '$words is read as $amount',
  ({ amount, words }) => {
    expect(parseAmountInWords(words)).toBe(fen(amount))
  },
)

test.for([
  ['人民币壹佰元正', 10_000n],
  ['⊗ 壹佰 圆整', 10_000n],
  ['ⓧ壹佰圆', 10_000n],
  ['×壹佰圆整', 10_000n],
  ['(负数)伍佰元整', -50_000n],
  ['负伍佰元整', -50_000n],
  ['拾元整', 1_000n],
  ['壹仟捌佰贰拾圆叁角伍分', 182_035n],
  ['壹万壹圆整', 1_000_100n],
  ['叁佰柒拾圆捌分', 37_008n],
  ['壹佰圆零角零分', 10_000n],
] as const)('others write %s', ([words, amount]) => {
  expect(parseAmountInWords(words)).toBe(amount)
})

test.for([
  '',
  '整',
  '圆整',
  '壹',
  '壹佰',
  '100.00',
  '壹百元整',
  '壹圆贰',
  '万圆整',
  '壹佰贰仟圆整',
  '壹壹圆整',
  '圆壹角',
  '负',
  '壹亿壹亿圆整',
])('%j is no amount', (words) => {
  expect(parseAmountInWords(words)).toBeNull()
})

test('every amount is read back from its words, and no two share them', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }), (amount) => {
      expect(parseAmountInWords(amountInWords(amount))).toBe(amount)
    }),
  )
  fc.assert(
    fc.property(fc.bigInt({ min: -20_000_00n, max: 20_000_00n }), (amount) => {
      expect(parseAmountInWords(amountInWords(amount))).toBe(amount)
    }),
  )
})

test('no text whatever breaks the reader', () => {
  const words = fc.string({
    unit: fc.constantFrom(...'零壹贰玖拾佰仟万亿圆元角分整正负（）⊗ 1'),
    maxLength: 30,
  })
  fc.assert(
    fc.property(words, (text) => {
      const amount = parseAmountInWords(text)
      if (amount !== null) expect(parseAmountInWords(amountInWords(amount))).toBe(amount)
    }),
  )
})

test('the 亿 part may hold 万', () => {
  expect(amountInWords(12_345_00000000_00n)).toBe('壹万贰仟叁佰肆拾伍亿圆整')
})
