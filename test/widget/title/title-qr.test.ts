import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readTitleQr } from '../../../widget/title/title-qr.ts'
import { vectors } from '../../fixtures/vectors/title-qr.json' with { type: 'json' }

const [sta, alipay] = vectors.map((vector) => vector.text)

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** The payload of a text, whatever it says. */
function staOf(text: string): string {
  return `$01${btoa(String.fromCharCode(...utf8(text)))}$`
}

test.each(vectors)('the $format code gives every field of the title', ({ text, format, decoded }) => {
  const qr = readTitleQr(text)

  expect(qr?.source).toBe(format === 'sta' ? 'sta_qr' : 'alipay_qr')
  expect(Object.fromEntries(qr?.fields ?? [])).toEqual({
    name: decoded.name,
    taxId: decoded.taxNo,
    address: decoded.address,
    phone: decoded.phone,
    bankName: decoded.bank,
    bankAccount: decoded.account,
  })
})

test('the checksum runs over GBK, and a wrong one is a word of warning, not a refusal', () => {
  const wrong = staOf(
    '测试科技有限公司</>91310000MA1FL00000</>上海市浦东新区某路1号|021-00000000</>招商银行</>0000',
  )

  expect(readTitleQr(sta ?? '')?.crc).toBe('ok')
  expect(readTitleQr(wrong)?.crc).toBe('mismatch')
  expect(readTitleQr(wrong)?.fields.get('name')).toBe('测试科技有限公司')
})

test('a checksum over UTF-8 holds as well', () => {
  const text = '个人</></></></>'
  let crc = 0
  for (const byte of utf8(text)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x8005 : 0)) & 0xffff
  }

  expect(readTitleQr(staOf(text + crc.toString(16).padStart(4, '0')))?.crc).toBe('ok')
})

test('a code that went through an address line is still read', () => {
  expect(readTitleQr(` ${(sta ?? '').replace(/\+/g, ' ')}\n`)?.fields.get('taxId')).toBe('91310000MA1FL00000')
})

test('a title of a person has a name and nothing else', () => {
  expect(Object.fromEntries(readTitleQr(staOf('张三</></></></>0000'))?.fields ?? [])).toEqual({
    name: '张三',
  })
})

test('control characters of a code do not reach a field', () => {
  const qr = readTitleQr(staOf('湖北\n示例公司</>\0</>某路\t1号</></>0000'))
  expect(Object.fromEntries(qr?.fields ?? [])).toEqual({ name: '湖北 示例公司', address: '某路 1号' })
})

test('an Alipay code without address and bank is read', () => {
  const qr = readTitleQr('11示例有限公司→291420111MA49QA0X10→A1→')
  expect(Object.fromEntries(qr?.fields ?? [])).toEqual({ name: '示例有限公司', taxId: '91420111MA49QA0X10' })
})

test.each([
  '',
  '$01$',
  '$01====$',
  '$01////$',
  staOf('one field'),
  '$01rWL6K$',
  '1',
  '→→→',
  '订单1001→',
  '91420111MA49QA0X10→湖北示例科技有限公司',
  '110108123456789→2示例有限公司',
  '11示例有限公司\n抬头→',
  '$01\0$',
  '__proto__',
  `$01${'A'.repeat(10_000)}$`,
  '\u202e$01$',
  alipay?.slice(1) ?? '',
])('%j is no title code', (text) => {
  expect(readTitleQr(text)).toBeNull()
})

test('whatever the four columns hold, they come out as they went in', () => {
  const word = fc.stringMatching(/^[\u4e00-\u9fa5A-Za-z]{1,20}$/)
  fc.assert(
    fc.property(word, word, word, (name, address, bank) => {
      const qr = readTitleQr(
        staOf(`${name}</>91420111MA49QA0X10</>${address}|021-00000000</>${bank}|6225000000000000</>`),
      )
      expect(Object.fromEntries(qr?.fields ?? [])).toEqual({
        name,
        taxId: '91420111MA49QA0X10',
        address,
        phone: '021-00000000',
        bankName: bank,
        bankAccount: '6225000000000000',
      })
    }),
  )
})
