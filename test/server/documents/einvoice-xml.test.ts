import { readFile } from 'node:fs/promises'
import { Window } from 'happy-dom'
import { describe, expect, test } from 'vitest'
import { writeEInvoiceXml } from '../../../server/documents/einvoice-xml.ts'
import type { IssuedInvoice } from '../../../server/invoicing/invoice.ts'
import { sampleInvoice, sampleLine } from './sample-invoice.ts'

const golden = new URL('../../fixtures/documents/einvoice.xml', import.meta.url)

const blue = '26312000000012345678'
const form = '31010126110000000001'

/** Reads the file back with an XML parser that is not ours; a path gives the texts of all it matches. */
function open(invoice: IssuedInvoice): (path: string) => string[] {
  const window = new Window()
  const document = new window.DOMParser().parseFromString(writeEInvoiceXml(invoice), 'application/xml')
  if (document.querySelector('parsererror') !== null) throw new Error('not well-formed')
  return (path) => {
    let found = [...document.children].filter((root) => root.tagName === 'EInvoice')
    for (const name of path.split('/')) {
      found = found.flatMap((node) => [...node.children].filter((child) => child.tagName === name))
    }
    return found.map((node) => node.textContent)
  }
}

function mixedInvoice(): IssuedInvoice {
  return sampleInvoice({
    lines: [
      sampleLine({ property: 'discounted' }),
      sampleLine({
        lineNo: 2,
        property: 'discount',
        quantity: null,
        unitPrice: null,
        spec: null,
        unit: null,
        grossFen: -2_000n,
      }),
      sampleLine({
        lineNo: 3,
        title: '安装服务 <上门> & "调试"',
        shortName: '现代服务',
        taxCode: '3040201030000000000',
        spec: null,
        unit: '次',
        unitPrice: '100',
        rateBp: 600,
        grossFen: 10_600n,
      }),
    ],
  })
}

test('the data file of a demo invoice is the recorded one, byte for byte', async () => {
  expect(writeEInvoiceXml(mixedInvoice())).toBe(await readFile(golden, 'utf8'))
})

describe('a reader finds', () => {
  test('the number twice, the time in Shanghai, and the totals', () => {
    const texts = open(mixedInvoice())

    expect(texts('Header/EIid')).toEqual(['26312000000012345678'])
    expect(texts('TaxSupervisionInfo/InvoiceNumber')).toEqual(['26312000000012345678'])
    expect(texts('TaxSupervisionInfo/IssueTime')).toEqual(['2026-11-22 00:30:05'])
    const basic = 'EInvoiceData/BasicInformation'
    expect(texts(`${basic}/TotalAmWithoutTax`)).toEqual(['346.90'])
    expect(texts(`${basic}/TotalTaxAm`)).toEqual(['38.10'])
    expect(texts(`${basic}/TotalTax-includedAmount`)).toEqual(['385.00'])
    expect(texts(`${basic}/TotalTax-includedAmountInChinese`)).toEqual(['叁佰捌拾伍圆整'])
  })

  test('one item per line, a discount without quantity and with negative amounts', () => {
    const texts = open(mixedInvoice())
    const item = 'EInvoiceData/IssuItemInformation'

    expect(texts(`${item}/ItemName`)).toEqual([
      '*电子产品*蓝牙耳机',
      '*电子产品*蓝牙耳机',
      '*现代服务*安装服务 <上门> & "调试"',
    ])
    expect(texts(`${item}/Quantity`)).toEqual(['1', '', '1'])
    expect(texts(`${item}/Amount`)).toEqual(['264.60', '-17.70', '100.00'])
    expect(texts(`${item}/ComTaxAm`)).toEqual(['34.40', '-2.30', '6.00'])
    expect(texts(`${item}/TaxRate`)).toEqual(['0.13', '0.13', '0.06'])
  })

  test('the kind of a 专票', () => {
    const texts = open(sampleInvoice({ kind: 'special' }))
    expect(texts('Header/InherentLabel/GeneralOrSpecialVAT/LabelCode')).toEqual(['01'])
    expect(texts('Header/InherentLabel/InIssuType/LabelCode')).toEqual(['Y'])
  })

  test('the blue number and the form of a red invoice, negative amounts and words', () => {
    const line = sampleLine({ quantity: '-1', grossFen: -50_000n })
    const texts = open(
      sampleInvoice({
        colour: 'red',
        lines: [line],
        remark: '退货 0001',
        reversal: { blueNumber: blue, formNumber: form },
      }),
    )

    expect(texts('Header/InherentLabel/InIssuType/LabelCode')).toEqual(['N'])
    const red = 'EInvoiceData/SpecificInformation/RedEInvoice'
    expect(texts(`${red}/OriginalInvoiceCode`)).toEqual([blue])
    expect(texts(`${red}/CreditNoteNumber`)).toEqual([form])
    const basic = 'EInvoiceData/BasicInformation'
    expect(texts(`${basic}/TotalTax-includedAmount`)).toEqual(['-500.00'])
    expect(texts(`${basic}/TotalTax-includedAmountInChinese`)).toEqual(['（负数）伍佰圆整'])
    expect(texts('EInvoiceData/AdditionalInformation/Remark')).toEqual([
      `被红冲蓝字数电票号码：${blue} 红字发票信息确认单编号：${form}\n退货 0001`,
    ])
  })

  test('an empty tax id where a natural person has none', () => {
    const invoice = sampleInvoice()
    const texts = open({ ...invoice, isPerson: true, buyer: { ...invoice.buyer, name: '个人', taxId: null } })
    expect(texts('EInvoiceData/BuyerInformation/BuyerIdNum')).toEqual([''])
  })
})

test.for([
  [600, '0.06'],
  [1300, '0.13'],
  [1000, '0.10'],
  [150, '0.015'],
  [50, '0.005'],
  [0, '0.00'],
])('a rate of %d basis points is written %s', ([rateBp, written]) => {
  const texts = open(sampleInvoice({ lines: [sampleLine({ rateBp: Number(rateBp) })] }))
  expect(texts('EInvoiceData/IssuItemInformation/TaxRate')).toEqual([written])
})

test('what is free of tax says so where the rate stands', () => {
  const lines = [
    sampleLine({ treatment: 'exempt', rateBp: 0 }),
    sampleLine({ treatment: 'untaxed', rateBp: 0 }),
  ]
  const texts = open(sampleInvoice({ lines }))
  expect(texts('EInvoiceData/IssuItemInformation/TaxRate')).toEqual(['免税', '不征税'])
})

test('a demo says so twice and carries nothing that only the bureau may state', () => {
  const texts = open(sampleInvoice())

  expect(texts('EInvoiceData/AdditionalInformation/Additional/InformationValue')).toEqual([
    '演示票据，不作报销凭证',
  ])
  expect(texts('Header/UndefinedLabel/Label/LabelType')).toEqual(['演示'])
  expect(texts('TaxBureauSignature')).toEqual([''])
  expect(texts('TaxSupervisionInfo/TaxBureauCode')).toEqual([''])
  expect(texts('SellerAuthentication/AuthenticationMethods')).toEqual([''])
})

test('a legal invoice carries no demo mark', () => {
  expect(writeEInvoiceXml(sampleInvoice({ isDemo: false, drawer: '王开票' }))).not.toContain('演示票据')
})

test.for([
  ['markup', '<img src=x onerror=alert(1)>'],
  ['an entity', '&amp; &lt;!DOCTYPE x&gt;'],
  ['the end of a CDATA section', 'a]]>b'],
  ['a line break', 'a\nb\r\nc'],
  ['a rare character', '𠮷野家'],
])('%s in a buyer name reads back as it was', ([, name = '']) => {
  const invoice = sampleInvoice()
  const texts = open({ ...invoice, buyer: { ...invoice.buyer, name } })
  expect(texts('EInvoiceData/BuyerInformation/BuyerName')).toEqual([name])
})

test('what XML cannot hold is replaced, and the file stays readable', () => {
  const xml = writeEInvoiceXml(sampleInvoice({ remark: 'a\u0000b\u0008c\uD800d\uFFFEe' }))
  expect(xml).toContain('<Remark>a\uFFFDb\uFFFDc\uFFFDd\uFFFDe</Remark>')
})
