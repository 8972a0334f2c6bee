import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PASTE_MAX, type ParsedPaste, parsePasted } from '../../../widget/title/parse-pasted.ts'
import { vectors } from '../../fixtures/vectors/title-qr.json' with { type: 'json' }

const NAME = '湖北示例科技有限公司'
const TAX_ID = '91420111MA49QA0X10'
const BLOCK = {
  name: NAME,
  taxId: TAX_ID,
  address: '武汉市洪山区某路1号',
  phone: '027-87654321',
  bankName: '示例银行武汉分行',
  bankAccount: '6225000000000000',
}

function valuesOf({ fields }: ParsedPaste): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([field, found]) => [field, found.value]))
}

test.each([
  [
    '麻烦开发票，抬头：郑州示例朴叶电子商务有限公司，税号：91410105MAYWCLCX7A',
    { name: '郑州示例朴叶电子商务有限公司', taxId: '91410105MAYWCLCX7A' },
  ],
  [
    '示例（成都）知秋建筑装饰有限公司（91510107MAYD12PW2X）',
    { name: '示例（成都）知秋建筑装饰有限公司', taxId: '91510107MAYD12PW2X' },
  ],
  [
    '湖北示例科技有限公司 税号914201I1MA49QA0X10 邮箱 a@ex.cn',
    { name: NAME, taxId: '914201I1MA49QA0X10', email: 'a@ex.cn' },
  ],
  [`帮我开${NAME}，税号${TAX_ID}，谢谢`, { name: NAME, taxId: TAX_ID }],
  [`抬头是${NAME} 税号是${TAX_ID} 电话13800138000`, { name: NAME, taxId: TAX_ID, phone: '13800138000' }],
  [`抬头${NAME}`, { name: NAME }],
  ['请给开封示例有限公司开票', { name: '开封示例有限公司' }],
  [`税号：\n${TAX_ID}\n名称：\n${NAME}`, { name: NAME, taxId: TAX_ID }],
  [`抬头类型：企业\n发票抬头：${NAME}`, { name: NAME }],
  ['公司名称（必填）：示例地址信息有限公司', { name: '示例地址信息有限公司' }],
  ['示例地址信息有限公司', { name: '示例地址信息有限公司' }],
  [
    `抬头：Example Trading Co., Ltd.\nTax ID: ${TAX_ID}`,
    { name: 'Example Trading Co., Ltd.', taxId: TAX_ID },
  ],
  [`Example Trading Co., Ltd\n${TAX_ID}`, { taxId: TAX_ID }],
  [`示例餐饮合伙企业（有限合伙）${TAX_ID}`, { name: '示例餐饮合伙企业（有限合伙）', taxId: TAX_ID }],
  ['示例有限公司\n330100000000001', { name: '示例有限公司', taxId: '330100000000001' }],
  [`${NAME}\n税号 ９１４２０１１１ＭＡ４９ＱＡ０Ｘ１０`, { name: NAME, taxId: TAX_ID }],
  [`湖北示例\u200b科技有限公司\ufeff 税号：9142\u200b0111MA49QA0X10`, { name: NAME, taxId: TAX_ID }],
  [`税号：9142 0111 MA49 QA0X 10 13800138000`, { taxId: TAX_ID }],
  [`${NAME} 邮箱：a@@x`, { name: NAME, email: 'a@@x' }],
  ['贵州示例有限公司', { name: '贵州示例有限公司' }],
  ['为民示例食品有限公司', { name: '为民示例食品有限公司' }],
  ['我要开贵州示例有限公司的票', { name: '贵州示例有限公司' }],
  ['你好，给我们开一下票吧，湖北示例科技有限公司', { name: NAME }],
  ['武汉市示例小学', { name: '武汉市示例小学' }],
])('%j is read', (text, values) => {
  expect(valuesOf(parsePasted(text))).toMatchObject(values)
  expect(parsePasted(text).warnings).toEqual([])
})

test.each([
  [
    'labels, colons and lines',
    `名称：${NAME}\n纳税人识别号：${TAX_ID}\n地址、电话：武汉市洪山区某路1号 027-87654321\n开户行及账号：示例银行武汉分行 6225 0000 0000 0000`,
  ],
  [
    'half-width colons and bars',
    `购方名称:${NAME}\n税号:${TAX_ID}\n地址电话:武汉市洪山区某路1号|027-87654321\n开户银行及账号:示例银行武汉分行|6225000000000000`,
  ],
  [
    'a table’s tabs',
    `单位名称\t${NAME}\n税号\t${TAX_ID}\n单位地址\t武汉市洪山区某路1号\n电话\t027-87654321\n开户银行\t示例银行武汉分行\n银行账号\t6225000000000000`,
  ],
  [
    'one line with spaces',
    `公司名称：${NAME} 税号：${TAX_ID} 地址：武汉市洪山区某路1号 电话：027-87654321 开户行：示例银行武汉分行 账号：6225000000000000`,
  ],
  [
    'nothing between the fields',
    `抬头：${NAME}税号：${TAX_ID}地址：武汉市洪山区某路1号电话：027-87654321开户行：示例银行武汉分行银行账号：6225000000000000`,
  ],
  [
    'no labels at all',
    `${NAME}\r\n${TAX_ID}\r\n武汉市洪山区某路1号 027-87654321\r\n示例银行武汉分行\r\n6225000000000000`,
  ],
])('a whole block is read: %s', (_, text) => {
  const parsed = parsePasted(text)

  expect(valuesOf(parsed)).toEqual(BLOCK)
  expect(parsed).toMatchObject({ kind: 'company', source: 'text', warnings: [] })
})

test('every field points at its origin in the text', () => {
  const text = `\u200b麻烦😀，抬头：${NAME}，税号：9142 0111 MA49 QA0X 10`

  const { name, taxId } = parsePasted(text).fields

  expect(text.slice(name?.start, name?.end)).toBe(NAME)
  expect(text.slice(taxId?.start, taxId?.end)).toBe('9142 0111 MA49 QA0X 10')
})

test('of two titles none is taken: both are named, so that somebody asks', () => {
  const parsed = parsePasted(`A：${NAME} ${TAX_ID}\nB：上海演示贸易有限公司 91310000MA1FL0QA1C，发到 a@ex.cn`)

  expect(parsed.warnings).toEqual(['several_titles'])
  expect(valuesOf(parsed)).toEqual({ email: 'a@ex.cn' })
  expect(parsed.titles.map(({ name, taxId }) => [name?.value, taxId?.value])).toEqual([
    [NAME, TAX_ID],
    ['上海演示贸易有限公司', '91310000MA1FL0QA1C'],
  ])
})

test('one title said twice is one title', () => {
  expect(parsePasted(`${NAME}\n${TAX_ID}\n${NAME} ${TAX_ID}`).titles).toHaveLength(1)
})

test.each(['抬头：个人', '开个人的就行', '个人', '姓名：张三'])('%j is a person’s title', (text) => {
  expect(parsePasted(text)).toMatchObject({ kind: 'person', titles: [{ name: {} }] })
})

test.each(vectors)('a pasted $format code fills the form', ({ text, format, decoded }) => {
  const parsed = parsePasted(text)

  expect(parsed.source).toBe(format === 'sta' ? 'sta_qr' : 'alipay_qr')
  expect(parsed).toMatchObject({ kind: 'company', warnings: [] })
  expect(valuesOf(parsed)).toMatchObject({
    name: decoded.name,
    taxId: decoded.taxNo,
    bankAccount: decoded.account,
  })
})

test('only the beginning of a very long text is read, and that is said', () => {
  const parsed = parsePasted(`${NAME}\n${'，'.repeat(PASTE_MAX)}\n${TAX_ID}`)

  expect(parsed.warnings).toEqual(['text_cut'])
  expect(valuesOf(parsed)).toEqual({ name: NAME })
})

test.each([
  '',
  ' \n\t',
  '你们公司发票怎么开？',
  '什么时候发货',
  '__proto__',
  'constructor：prototype',
  '\0'.repeat(100),
  '\u202e\u202d',
  '😀'.repeat(5_000),
  '\ud800'.repeat(100),
  '公司'.repeat(5_000),
  '税号：'.repeat(3_300),
  '('.repeat(10_000),
  ' '.repeat(10_000),
  '市'.repeat(10_000),
  'a'.repeat(10_000),
  '1'.repeat(10_000),
])('nothing is made up from %j', (text) => {
  expect(valuesOf(parsePasted(text))).toEqual({})
})

test('control characters and bidi marks do not reach a field', () => {
  const { fields } = parsePasted(`抬头：湖北\u202e示例科技有限公司\u0007`)
  expect(fields.name?.value).toBe(NAME)
})

test('a tax id before an arrow is a tax id, whatever follows on other lines', () => {
  expect(valuesOf(parsePasted(`${TAX_ID}\n抬头→`))).toEqual({ taxId: TAX_ID })
  expect(valuesOf(parsePasted(`${TAX_ID}→${NAME}`))).toEqual({ taxId: TAX_ID, name: NAME })
})

test('whatever is pasted, each value lies inside the text and holds no control character', () => {
  const pieces = [
    '抬头',
    '税号',
    '：',
    ' ',
    '\n',
    NAME,
    TAX_ID,
    'a@ex.cn',
    '13800138000',
    '地址',
    '市路1号',
    '，',
    '(',
    '）',
    '\u200b',
    '😀',
    '$01',
    '→',
    '开户行',
    '银行',
    '6225000000000000',
    '个人',
    '\0',
  ]
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(text, (pasted) => {
      const { fields, titles } = parsePasted(pasted)
      const found = [
        ...Object.values(fields),
        ...titles.flatMap(({ name, taxId }) => [name ?? [], taxId ?? []].flat()),
      ]
      for (const { value, start, end } of found) {
        expect(value).not.toMatch(/\p{Cc}/u)
        expect(value).not.toBe('')
        expect([start >= 0, start < end, end <= pasted.length]).toEqual([true, true, true])
      }
    }),
  )
})
