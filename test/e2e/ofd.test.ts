import { afterAll, beforeAll, expect, test } from 'vitest'
import { invoiceQrText } from '../../server/documents/invoice-qr.ts'
import { writeOfd } from '../../server/documents/ofd/write-ofd.ts'
import { yuan } from '../../server/invoicing/money.ts'
import { sampleInvoice, sampleLine } from '../server/documents/sample-invoice.ts'
import { openBrowser, screenshot, type TestBrowser } from '../support/browser.ts'
import { readQr } from '../support/journey.ts'
import { openOfd } from '../support/ofd-reader.ts'

let browser: TestBrowser

beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

test('an OFD opens in another reader, with number, parties, amounts and a code that scans', async () => {
  const invoice = sampleInvoice()
  const { page, pages, texts } = await openOfd(browser, writeOfd(invoice))

  expect(pages).toBe(1)
  const shown = await texts(1)
  for (const expected of [
    '电子发票（普通发票）',
    invoice.number,
    '2026年11月22日',
    '湖北示例科技有限公司',
    '91420111MA49QA0X10',
    '上海演示贸易有限公司',
    '*电子产品*蓝牙耳机',
    '264.601769911504',
    yuan(invoice.netFen),
    yuan(invoice.taxFen),
    yuan(invoice.grossFen),
    '贰佰玖拾玖圆整',
    '演示票据，不作报销凭证',
  ])
    expect(shown).toContain(expected)
  await screenshot(page, 'ofd-blue')
  expect(readQr(await page.screenshot())).toBe(invoiceQrText(invoice))
})

test('a red OFD is negative and names the blue invoice and the form', async () => {
  const invoice = sampleInvoice({
    colour: 'red',
    lines: [sampleLine({ quantity: '-1', grossFen: -50_000n })],
    reversal: { blueNumber: '26312000000012345678', formNumber: '31010126110000000001' },
    remark: '订单号：240821-0001',
  })
  const { page, texts } = await openOfd(browser, writeOfd(invoice))

  const shown = await texts(1)
  for (const expected of ['-442.48', '-57.52', '-500.00', '（负数）伍佰圆整'])
    expect(shown).toContain(expected)
  expect(shown.join('')).toContain('被红冲蓝字数电票号码：26312000000012345678')
  expect(shown.join('')).toContain('红字发票信息确认单编号：31010126110000000001')
  await screenshot(page, 'ofd-red')
})

test('a long OFD goes over pages, each with its 小计', async () => {
  const lines = Array.from({ length: 20 }, (_, index) =>
    sampleLine({ lineNo: index + 1, title: `货${index + 1}。${'很长的商品名称'.repeat(index % 3)}` }),
  )
  const invoice = sampleInvoice({ lines })
  const { page, pages, texts } = await openOfd(browser, writeOfd(invoice))

  expect(pages).toBeGreaterThan(2)
  for (let number = 1; number <= pages; number += 1) {
    const shown = (await texts(number)).join('')
    expect(shown).toContain('小计')
    expect(shown).toContain(yuan(invoice.netFen))
    expect(shown).toContain(`共${pages}页 第${number}页`)
  }
  await screenshot(page, 'ofd-pages')
})
