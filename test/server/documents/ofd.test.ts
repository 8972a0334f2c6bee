import { unzipSync } from 'fflate'
import { type Element, Window } from 'happy-dom'
import jsQR from 'jsqr'
import { PNG } from 'pngjs'
import { afterEach, describe, expect, test } from 'vitest'
import { invoiceQrText } from '../../../server/documents/invoice-qr.ts'
import { writeOfd } from '../../../server/documents/ofd/write-ofd.ts'
import type { IssuedInvoice } from '../../../server/invoicing/invoice.ts'
import { yuan } from '../../../server/invoicing/money.ts'
import { sampleInvoice, sampleLine } from './sample-invoice.ts'

type Opened = {
  readonly names: string[]
  bytes(name: string): Uint8Array
  root(name: string): Element
  /** Page files in order, the template first. */
  readonly sheets: Element[]
}

/** Reads the package with a ZIP reader and an XML parser; throws where a file is not well-formed. */
function open(invoice: IssuedInvoice): Opened {
  const files = unzipSync(writeOfd(invoice))
  const window = new Window()
  const bytes = (name: string) => files[name] ?? new Uint8Array()
  const root = (name: string) => {
    const text = new TextDecoder().decode(bytes(name))
    const document = new window.DOMParser().parseFromString(text, 'application/xml')
    if (document.querySelector('parsererror') !== null) throw new Error(`${name} is not well-formed`)
    return document.documentElement
  }
  const names = Object.keys(files)
  const sheets = names.filter((name) => name.endsWith('Content.xml')).map(root)
  return { names, bytes, root, sheets }
}

function all(root: Element, name: string): Element[] {
  return [...root.getElementsByTagName(`ofd:${name}`)]
}

const textOf = (object: Element) =>
  all(object, 'TextCode')
    .map(({ textContent }) => textContent)
    .join('')
const textsOf = (sheet: Element) => all(sheet, 'TextObject').map(textOf)
const idOf = (node: Element) => node.getAttribute('ID')

function manyLines(count: number): IssuedInvoice {
  return sampleInvoice({
    lines: Array.from({ length: count }, (_, index) =>
      sampleLine({ lineNo: index + 1, title: `货${index + 1}。`, grossFen: BigInt(10_000 + index * 1_234) }),
    ),
  })
}

/** What a tag of CustomTag.xml points to: the texts of its objects, one after the other. */
function tagged(invoice: IssuedInvoice): (tag: string) => string {
  const { root, sheets } = open(invoice)
  const objects = new Map(
    sheets.flatMap((sheet) => all(sheet, 'TextObject')).map((each) => [idOf(each), each]),
  )
  const tags = root('Doc_0/Tags/CustomTag.xml')
  return (tag) =>
    all(tags, tag)
      .flatMap((node) => all(node, 'ObjectRef'))
      .map((ref) => {
        const object = objects.get(ref.textContent)
        if (object === undefined) throw new Error(`${tag} points to nothing`)
        return textOf(object)
      })
      .join('|')
}

describe('a reader finds', () => {
  test('the facts that the bureau’s files state, under their names', () => {
    const datas = all(open(sampleInvoice()).root('OFD.xml'), 'CustomData')

    expect(Object.fromEntries(datas.map((data) => [data.getAttribute('Name'), data.textContent]))).toEqual({
      发票号码: '26312000000012345678',
      开票日期: '2026年11月22日',
      销售方纳税人识别号: '91310000MA1FL0QA1C',
      购买方纳税人识别号: '91420111MA49QA0X10',
      合计金额: '264.60',
      合计税额: '34.40',
      演示: '演示票据，不作报销凭证',
    })
  })

  test('by tag the objects that say number, parties, lines and totals', () => {
    const said = tagged(sampleInvoice({ lines: [sampleLine(), sampleLine({ lineNo: 2, title: '键盘' })] }))

    expect(said('InvoiceNo')).toBe('26312000000012345678')
    expect(said('BuyerName')).toBe('湖北示例科技有限公司')
    expect(said('BuyerTaxID')).toBe('91420111MA49QA0X10')
    expect(said('SellerName')).toBe('上海演示贸易有限公司')
    expect(said('Item')).toBe('*电子产品*蓝牙耳机|*电子产品*键盘')
    expect(said('TaxScheme')).toBe('13%|13%')
    expect(said('TaxExclusiveTotalAmount')).toBe('529.20')
    expect(said('TaxTotalAmount')).toBe('68.80')
    expect(said('TaxInclusiveTotalAmount')).toBe('598.00')
    expect(said('InvoiceClerk')).toBe('演示开票员')
  })

  test('a QR code that reads the invoice', () => {
    const invoice = sampleInvoice()
    const code = PNG.sync.read(Buffer.from(open(invoice).bytes('Doc_0/Res/qr.png')))
    const framed = new PNG({ width: code.width + 80, height: code.height + 80 })
    framed.data.fill(255)
    PNG.bitblt(code, framed, 0, 0, code.width, code.height, 40, 40)

    expect(jsQR.default(new Uint8ClampedArray(framed.data), framed.width, framed.height)?.data).toBe(
      invoiceQrText(invoice),
    )
  })
})

describe('the package', () => {
  test('is whole: ids are unique, and whatever is named is there', () => {
    const { names, root, sheets } = open(manyLines(20))
    const document = root('Doc_0/Document.xml')
    const resources = [root('Doc_0/PublicRes.xml'), root('Doc_0/DocumentRes.xml')]
    const ids = [document, ...resources, ...sheets].flatMap((file) =>
      [...file.querySelectorAll('*')].flatMap((node) => idOf(node) ?? []),
    )

    expect(new Set(ids).size).toBe(ids.length)
    expect(Math.max(...ids.map(Number))).toBeLessThanOrEqual(
      Number(all(document, 'MaxUnitID')[0]?.textContent),
    )
    const locations = [...all(document, 'Page'), ...all(document, 'TemplatePage')]
    for (const location of locations) expect(names).toContain(`Doc_0/${location.getAttribute('BaseLoc')}`)
    for (const sheet of sheets) {
      for (const text of all(sheet, 'TextObject')) expect(ids).toContain(text.getAttribute('Font'))
      for (const image of all(sheet, 'ImageObject')) expect(ids).toContain(image.getAttribute('ResourceID'))
    }
  })

  test('states the advance of every character, so that no reader drops one', () => {
    const { sheets } = open(sampleInvoice({ remark: '备注 A-1，<b>&"引号"' }))
    for (const code of sheets.flatMap((sheet) => all(sheet, 'TextCode'))) {
      const parts = (code.getAttribute('DeltaX') ?? '').split(' ').filter((part) => part !== '')
      let advances = 0
      for (let at = 0; at < parts.length; at += 1) {
        if (parts[at] !== 'g') advances += 1
        else {
          advances += Number(parts[at + 1])
          at += 2
        }
      }
      expect(advances).toBe([...code.textContent].length - 1)
    }
  })

  test('keeps every text inside the page', () => {
    const base = sampleInvoice()
    const long = sampleInvoice({
      lines: [
        sampleLine({ title: `${'长'.repeat(60)}ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789`, spec: 'X'.repeat(80) }),
      ],
      buyer: { ...base.buyer, name: '湖北示例'.repeat(25) },
      remark: '备注文字'.repeat(50),
    })
    for (const sheet of open(long).sheets) {
      for (const object of all(sheet, 'TextObject')) {
        const [x = 0, y = 0, width = 0] = (object.getAttribute('Boundary') ?? '').split(' ').map(Number)
        expect(x + width, textOf(object)).toBeLessThanOrEqual(210)
        expect(y).toBeLessThan(140)
      }
    }
    expect(tagged(long)('BuyerName').replaceAll('|', '')).toBe('湖北示例'.repeat(25))
    expect(tagged(long)('Note').replaceAll('|', '')).toBe('备注文字'.repeat(50))
  })

  test('weighs little', () => {
    expect(writeOfd(sampleInvoice()).byteLength).toBeLessThan(20_000)
    expect(writeOfd(manyLines(40)).byteLength).toBeLessThan(60_000)
  })

  test('shows markup and line ends of a stranger as text', () => {
    const base = sampleInvoice()
    const name = '<img src=x onerror=alert(1)>&amp;]]>"'
    expect(tagged({ ...base, buyer: { ...base.buyer, name } })('BuyerName').replaceAll('|', '')).toBe(name)
  })

  test('carries no demo mark where the invoice is a legal one', () => {
    const { sheets, root } = open(sampleInvoice({ isDemo: false, drawer: '王开票' }))
    const texts = sheets.flatMap(textsOf).join('') + root('OFD.xml').textContent
    expect(texts).not.toMatch(/不作报销|演 示/)
  })
})

describe('the bytes', () => {
  const zone = process.env.TZ
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  })

  test('are the same whenever and wherever they are made', () => {
    const first = writeOfd(sampleInvoice())
    process.env.TZ = 'America/New_York'

    expect(Buffer.compare(first, writeOfd(sampleInvoice()))).toBe(0)
  })
})

test('2000 lines stand on pages with 小计 that add up, each line once', () => {
  const invoice = manyLines(2_000)
  const files = unzipSync(writeOfd(invoice))
  const pages = Object.keys(files)
    .filter((name) => name.startsWith('Doc_0/Pages/'))
    .map((name) => [...new TextDecoder().decode(files[name]).matchAll(/<ofd:TextCode[^>]*>([^<]*)</g)])
    .map((found) => found.map(([, text = '']) => text))

  expect(pages.length).toBeGreaterThan(280)
  const names = pages.flat().filter((text) => text.startsWith('*'))
  expect(names).toEqual(invoice.lines.map(({ title }) => `*电子产品*${title}`))
  const nets = pages.map((texts) => texts.slice(texts.indexOf('小')))
  expect(nets[0]?.slice(0, 3)).toEqual(['小', '计', '¥'])
  const sum = nets.reduce((fen, [, , , net = '']) => fen + BigInt(net.replace('.', '')), 0n)
  expect(sum).toBe(invoice.netFen)
  for (const texts of pages) expect(texts).toContain(yuan(invoice.grossFen))
})
