import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkTitleName, normaliseTitleName, titleNameKey } from '../../../widget/title/title-name.ts'

test.each([
  ['示例(中国)网络技术有限公司', '示例（中国）网络技术有限公司', ['brackets_widened']],
  ['Example (China) Ltd', 'Example (China) Ltd', []],
  ['\ufeff 湖北\u200b示例科技有限公司\u3000', '湖北示例科技有限公司', ['invisible_removed']],
  ['Caf\u0065\u0301', 'Café', []],
  ['阿依努尔·示例', '阿依努尔·示例', []],
  ['𠮷野示例有限公司', '𠮷野示例有限公司', []],
])('%j is kept as %j', (typed, name, changes) => {
  expect(normaliseTitleName(typed)).toEqual({ name, changes })
  expect(checkTitleName(name)).toEqual([])
})

test.each([
  ['', ['title_name_missing']],
  [' \u3000 ', ['title_name_missing']],
  ['91420111MA49QA0X10', ['title_name_is_tax_id']],
  ['9142 0111 ma49 qa0x 10', ['title_name_is_tax_id']],
  ['示例\0公司', ['text_not_allowed']],
  ['示例\n公司', ['text_not_allowed']],
  ['示例\u202e公司', ['text_not_allowed']],
  ['示例\u0085公司', ['text_not_allowed']],
  ['示例\u200b公司', ['text_not_allowed']],
  ['示例\ud800公司', ['text_not_allowed']],
  ['长'.repeat(101), ['title_name_too_long']],
  ['𠮷'.repeat(100), []],
  ['𠮷'.repeat(101), ['title_name_too_long']],
  ['x\0'.repeat(5_000), ['text_not_allowed', 'title_name_too_long']],
  ['__proto__', []],
  ['INTERNATIONALTRADING', []],
])('%j has the faults %j', (name, faults) => {
  expect(checkTitleName(name)).toEqual(faults)
})

test.each([
  ['示例（中国）有限公司', '示例(中国) 有限公司。'],
  ['示例【中国】有限公司', '示例〔中国〕有限公司'],
  ['EXAMPLE Ltd', 'ＥＸＡＭＰＬＥ\u3000ltd.'],
  ['\u2f26示例有限公司', '子示例有限公司'],
])('%s and %s are one company', (one, other) => {
  expect(titleNameKey(one)).toBe(titleNameKey(other))
})

test('two different companies are not one', () => {
  expect(titleNameKey('示例（北京）有限公司')).not.toBe(titleNameKey('示例（上海）有限公司'))
})

test('a normalised name is left alone by a second normalisation, and holds no invisible mark', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (text) => {
      const { name } = normaliseTitleName(text)
      expect(normaliseTitleName(name)).toEqual({ name, changes: [] })
    }),
  )
})
