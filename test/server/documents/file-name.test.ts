import { expect, test } from 'vitest'
import { contentDisposition, invoiceFileName } from '../../../server/documents/file-name.ts'
import { sampleInvoice } from './sample-invoice.ts'

function named(name: string): string {
  const invoice = sampleInvoice()
  return invoiceFileName({ ...invoice, seller: { ...invoice.seller, name } }, 'pdf')
}

test('a file is named as the bureau names it, with the time in Shanghai', () => {
  expect(invoiceFileName(sampleInvoice(), 'xml')).toBe(
    'dzfp_26312000000012345678_上海演示贸易有限公司_20261122003005.xml',
  )
})

test.for([
  ['a path', '../../etc/passwd'],
  ['a Windows path', 'C:\\Windows\\x'],
  ['reserved signs', 'a<b>c:"d"|e?f*g'],
  ['a header injection', 'a\r\nSet-Cookie: x=1'],
  ['an invisible reversal', '公司\u202Efdp.exe'],
  ['a lone surrogate', '公司\uD800'],
  ['a null byte', 'a\u0000b'],
])('%s in a seller name does not reach the file name', ([, name = '']) => {
  const fileName = named(name)

  expect(fileName).toMatch(/^dzfp_\d{20}_[^/\\:*?"<>|\p{C}\p{Z}]*_\d{14}\.pdf$/u)
  expect(fileName).not.toContain('..')
})

test('a very long seller name still fits a file system', () => {
  const fileName = named('长'.repeat(100))

  expect(Buffer.byteLength(fileName)).toBeLessThanOrEqual(255)
  expect(fileName).toMatch(/长_20261122003005\.pdf$/)
})

test('a download header gives the whole name, and an ASCII one to readers that know no other', () => {
  const header = contentDisposition(`dzfp_1_演示(上海)'s_2.pdf`, 'attachment')

  expect(header).toBe(
    `attachment; filename="dzfp_1_s_2.pdf"; filename*=UTF-8''dzfp_1_%E6%BC%94%E7%A4%BA%28%E4%B8%8A%E6%B5%B7%29%27s_2.pdf`,
  )
})

test('a name cannot end the header it stands in', () => {
  const header = contentDisposition('a"; filename="b\r\nX: y\uD800.pdf', 'inline')

  expect(header).toMatch(/^inline; filename="[\w.-]+"; filename\*=UTF-8''[\w.%-]+$/)
})
