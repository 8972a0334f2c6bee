import fc from 'fast-check'
import jsQR from 'jsqr'
import { PNG } from 'pngjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { writeEInvoiceXml } from '../../../server/documents/einvoice-xml.ts'
import { invoiceQrText } from '../../../server/documents/invoice-qr.ts'
import { createInvoiceFace, type InvoiceFace } from '../../../server/documents/render-invoice.ts'
import type { IssuedInvoice } from '../../../server/invoicing/invoice.ts'
import { yuan } from '../../../server/invoicing/money.ts'
import { costlyRuns } from '../../support/properties.ts'
import { type ReadPdf, readPdf } from './pdf-text.ts'
import { sampleInvoice, sampleLine } from './sample-invoice.ts'

let face: InvoiceFace

beforeAll(() => {
  face = createInvoiceFace()
})

async function printed(invoice: IssuedInvoice): Promise<ReadPdf & { text: string }> {
  const read = await readPdf(face.pdf(invoice))
  return { ...read, text: read.pages.flat().join('') }
}

function manyLines(count: number): IssuedInvoice {
  return sampleInvoice({
    lines: Array.from({ length: count }, (_, index) =>
      sampleLine({ lineNo: index + 1, title: `货${index + 1}。`, grossFen: BigInt(10_000 + index * 1_234) }),
    ),
  })
}

describe('the face', () => {
  test('is 210 by 140 mm and carries number, date in Shanghai, parties, words and totals', async () => {
    const { size, pages, text } = await printed(sampleInvoice())

    expect(size.width).toBeCloseTo(210, 1)
    expect(size.height).toBeCloseTo(140, 1)
    expect(pages).toHaveLength(1)
    for (const expected of [
      '电子发票（普通发票）',
      '发票号码：26312000000012345678',
      '2026年11月22日',
      '湖北示例科技有限公司',
      '91420111MA49QA0X10',
      '上海演示贸易有限公司',
      '91310000MA1FL0QA1C',
      '*电子产品*蓝牙耳机',
      '264.601769911504',
      '¥264.60',
      '¥34.40',
      '贰佰玖拾玖圆整',
      '¥299.00',
      '订单号：240821-0001',
      '演示开票员',
    ]) {
      expect(text).toContain(expected)
    }
  })

  test('names a 专票 in its title', async () => {
    expect((await printed(sampleInvoice({ kind: 'special' }))).text).toContain('电子发票（增值税专用发票）')
  })

  test('prints a discount as its own row, negative, without quantity and price', async () => {
    const discount = sampleLine({ property: 'discount', quantity: null, unitPrice: null, grossFen: -2_000n })
    const { text } = await printed(
      sampleInvoice({ lines: [sampleLine({ property: 'discounted' }), discount] }),
    )

    expect(text.match(/\*电子产品\*蓝牙耳机/g)).toHaveLength(2)
    expect(text).toContain('-17.70')
    expect(text).toContain('-2.30')
    expect(text.match(/264\.601769911504/g)).toHaveLength(1)
  })

  test('ends the amounts of rows and totals on one edge, inside the frame', async () => {
    const { rightEdges } = await printed(manyLines(3))
    const amounts = rightEdges.filter(({ text }) => /^\d+\.\d\d$/.test(text)).map(({ edge }) => edge)

    const net = amounts.filter((edge) => Math.abs(edge - 153) < 0.3)
    const tax = amounts.filter((edge) => Math.abs(edge - 204.5) < 0.3)
    expect(net).toHaveLength(4)
    expect(tax).toHaveLength(4)
    expect(Math.max(...rightEdges.map(({ edge }) => edge))).toBeLessThanOrEqual(205.5)
  })

  test.for([
    ['exempt', '免税'],
    ['untaxed', '不征税'],
  ] as const)('prints words and stars where a line is %s', async ([treatment, words]) => {
    const line = sampleLine({ treatment, rateBp: 0 })
    const { text } = await printed(sampleInvoice({ lines: [line] }))

    expect(text).toContain(`${words}***`)
    expect(text).toContain('¥299.00***')
  })

  test('marks a natural person, once', async () => {
    const { buyer } = sampleInvoice()
    const person = (name: string) => sampleInvoice({ isPerson: true, buyer: { ...buyer, name, taxId: null } })

    expect((await printed(person('张三'))).text).toContain('张三（个人）')
    expect((await printed(person('个人'))).text).not.toContain('（个人）')
  })

  test('says 演示 across the page and in a line when the sandbox made it, and else not', async () => {
    const demo = await printed(sampleInvoice())
    const legal = await printed(sampleInvoice({ isDemo: false }))

    expect(demo.text).toContain('演示票据，不作报销凭证')
    expect(demo.pages[0]?.[0]?.replace(' ', '')).toBe('演示')
    expect(legal.text).not.toContain('不作报销凭证')
    expect(legal.pages[0]?.[0]).toBe('电子发票（普通发票）')
  })
})

describe('the face of a red invoice', () => {
  const blueNumber = '26312000000012345678'
  const formNumber = '31010126110000000001'
  const red = (change: Partial<IssuedInvoice> = {}) =>
    sampleInvoice({
      colour: 'red',
      lines: [sampleLine({ quantity: '-1', grossFen: -50_000n })],
      reversal: { blueNumber, formNumber },
      ...change,
    })

  test('is negative in row, totals and words, with the price as it was', async () => {
    const { text } = await printed(red())

    for (const expected of ['¥-442.48', '¥-57.52', '¥-500.00', '（负数）伍佰圆整', '264.601769911504'])
      expect(text).toContain(expected)
  })

  test('names the blue invoice and the form in its remark, before what else stands there', async () => {
    const { text } = await printed(red({ remark: '退货单 77' }))

    const spaceless = text.replaceAll(' ', '')
    expect(spaceless).toContain(
      `被红冲蓝字数电票号码：${blueNumber}红字发票信息确认单编号：${formNumber}退货单77`,
    )
  })
})

describe('what does not fit', () => {
  test('seven lines stay on one page with 合计', async () => {
    const { pages, text } = await printed(manyLines(7))
    expect(pages).toHaveLength(1)
    expect(text).not.toContain('小计')
  })

  test('forty lines go over pages, each with its 小计, the 总计, number and count', async () => {
    const invoice = manyLines(40)
    const { pages } = await printed(invoice)
    const texts = pages.map((page) => page.join(''))

    expect(pages.length).toBeGreaterThan(1)
    const subtotals = texts.map((text) => text.match(/小计¥(\d+)\.(\d\d)/))
    expect(subtotals.reduce((sum, found) => sum + BigInt(`${found?.[1]}${found?.[2]}`), 0n)).toBe(
      invoice.netFen,
    )
    for (const [index, text] of texts.entries()) {
      expect(text).toContain(`总计¥${yuan(invoice.netFen)}¥${yuan(invoice.taxFen)}`)
      expect(text).toContain(`共${pages.length}页 第${index + 1}页`)
      expect(text).toContain(invoice.number)
    }
    for (const { title } of invoice.lines)
      expect(texts.filter((text) => text.includes(title))).toHaveLength(1)
  })

  test('2000 lines, the most that an issuer takes, go from the first page to the last', async () => {
    const invoice = manyLines(2_000)
    const { pages, attachments } = await readPdf(face.pdf(invoice), 'ends')
    const [first = '', last = ''] = pages.map((page) => page.join(''))

    expect(first).toContain('*电子产品*货1。')
    expect(first).toMatch(/共3\d\d页 第1页/)
    expect(last).toContain('货2000。')
    expect(last).toContain(`总计¥${yuan(invoice.netFen)}¥${yuan(invoice.taxFen)}`)
    const xml = new TextDecoder().decode(attachments.get('invoice.xml'))
    expect(xml.match(/<IssuItemInformation>/g)).toHaveLength(2_000)
  })

  test('long names, remarks and article numbers wrap, whole and inside their columns', async () => {
    const sku = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
    const base = sampleInvoice()
    const { rightEdges, text } = await printed({
      ...base,
      lines: [sampleLine({ title: `${'长'.repeat(40)}${sku}`, spec: sku, unit: '千克每平方米每年' })],
      buyer: { ...base.buyer, name: '湖北示例'.repeat(25) },
      remark: '备注文字'.repeat(50),
    })

    expect(text.match(new RegExp(sku, 'g'))).toHaveLength(2)
    expect(text).toContain('湖北示例'.repeat(25))
    expect(text).toContain('备注文字'.repeat(50))
    const buyerName = rightEdges.filter(({ text: part }) => part.includes('湖北示例'))
    expect(Math.max(...buyerName.map(({ edge }) => edge))).toBeLessThanOrEqual(105.2)
    const name = rightEdges.filter(({ text: part }) => part.includes('长长长'))
    expect(Math.max(...name.map(({ edge }) => edge))).toBeLessThanOrEqual(41.6)
  })

  test('the largest legal amounts stay apart', async () => {
    const line = sampleLine({ quantity: '12345678.12345678', grossFen: 99_999_999_999_99n })
    const { text } = await printed(sampleInvoice({ lines: [line] }))

    expect(text).toContain('12345678.12345678')
    expect(text).toContain('¥99999999999.99')
  })
})

describe('hostile text', () => {
  test.for([
    ['Typst markup', '#panic("x") $x$ *b* [a] \\ @ref'],
    ['HTML', '<img src=x onerror=alert(1)>'],
  ])('%s is printed as it is', async ([, name = '']) => {
    const base = sampleInvoice()
    const { text } = await printed({ ...base, buyer: { ...base.buyer, name } })
    expect(text.replaceAll(' ', '')).toContain(name.replaceAll(' ', ''))
  })

  test('a character without a glyph prints as 〓 and stays itself in the data file', async () => {
    const base = sampleInvoice()
    const invoice = { ...base, buyer: { ...base.buyer, name: '𠮷野😀\u0007贸易' } }
    const { text, attachments } = await printed(invoice)

    expect(text).toContain('〓野〓贸易')
    expect(new TextDecoder().decode(attachments.get('invoice.xml'))).toContain('𠮷野😀')
  })
})

test('no text whatever stops an invoice', () => {
  const base = sampleInvoice()
  const text = fc.string({ unit: 'binary', maxLength: 60 })
  const rare = fc.integer({ min: 0x20, max: 0x2ffff }).map((codePoint) => String.fromCodePoint(codePoint))

  fc.assert(
    fc.property(text, text, rare, text, (name, title, spec, remark) => {
      const lines = [sampleLine({ title, spec, unit: spec })]
      face.pdf({ ...base, lines, remark, drawer: name, buyer: { ...base.buyer, name, taxId: spec } })
    }),
    { numRuns: costlyRuns(50) },
  )
})

describe('the file', () => {
  test('is PDF/A-3 with exactly the data file attached', async () => {
    const invoice = sampleInvoice()
    const pdf = face.pdf(invoice)
    const { attachments } = await readPdf(pdf)

    expect(Buffer.from(pdf).toString('latin1')).toMatch(/<pdfaid:part>3<\/pdfaid:part>/)
    expect(new TextDecoder().decode(attachments.get('invoice.xml'))).toBe(writeEInvoiceXml(invoice))
  })

  test('has the same bytes whenever and after whatever it is made', async () => {
    const first = face.pdf(sampleInvoice())
    face.pdf(sampleInvoice({ kind: 'special', number: '26312000000099999999' }))
    const fresh = createInvoiceFace().pdf(sampleInvoice())

    expect(Buffer.compare(first, face.pdf(sampleInvoice()))).toBe(0)
    expect(Buffer.compare(first, fresh)).toBe(0)
    expect((await readPdf(first)).info).toMatchObject({ CreationDate: 'D:20261121163005Z' })
  })
})

describe('the preview', () => {
  test('is 1200 pixels wide and its QR code reads the invoice', () => {
    const invoice = sampleInvoice()
    const png = PNG.sync.read(Buffer.from(face.png(invoice)))

    expect([png.width, png.height]).toEqual([1200, 800])
    expect(jsQR.default(new Uint8ClampedArray(png.data), png.width, png.height)?.data).toBe(
      invoiceQrText(invoice),
    )
  })

  test('shows the pages one under the other, the first one too', () => {
    const png = PNG.sync.read(Buffer.from(face.png(manyLines(10))))

    expect(png.height).toBe(1600)
    const frameAt = (y: number) => [...png.data.subarray((y * 1200 + 600) * 4, (y * 1200 + 600) * 4 + 3)]
    expect(frameAt(171)).toEqual(frameAt(971))
    expect(frameAt(171)).not.toEqual([255, 255, 255])
  })
})
