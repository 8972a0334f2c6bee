import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskEmail, maskName, maskPhone, maskTaxId } from '../../../widget/title/mask.ts'

test.each([
  [maskPhone, '13812345678', '138****5678'],
  [maskPhone, '+86 138 1234 5678', '138****5678'],
  [maskPhone, '027-8765432', '****5432'],
  [maskPhone, '110', '****'],
  [maskName, '张三', '张*'],
  [maskName, '张小三', '张*三'],
  [maskName, '湖北示例科技有限公司', '湖北***公司'],
  [maskName, '𠮷小三', '𠮷*三'],
  [maskName, '张', '*'],
  [maskName, '', '*'],
  [maskTaxId, '91420111MA49QA0X10', '9142**********0X10'],
  [maskTaxId, '9142', '****'],
  [maskEmail, 'a@ex.cn', 'a***@ex.cn'],
  [maskEmail, 'someone@ex.cn', 's***@ex.cn'],
  [maskEmail, 'no address', '***'],
  [maskEmail, '@ex.cn', '***'],
])('%o shows %j as %j', (mask, value, shown) => {
  expect(mask(value)).toBe(shown)
})

test('a mask of anything longer than one character never shows all of it', () => {
  const masks = fc.constantFrom(maskPhone, maskName, maskTaxId, maskEmail)
  fc.assert(
    fc.property(
      masks,
      fc.string({ unit: fc.constantFrom(...'0123456789张三@a'), minLength: 2 }),
      (mask, text) => {
        expect(mask(text)).not.toBe(text)
      },
    ),
  )
})
