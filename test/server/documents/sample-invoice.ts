import type { InvoiceLine, IssuedInvoice, Party } from '../../../server/invoicing/invoice.ts'
import { splitGross } from '../../../server/invoicing/money.ts'

/** All companies are fictional; their ids pass the check-character rule. */
const seller: Party = {
  name: '上海演示贸易有限公司',
  taxId: '91310000MA1FL0QA1C',
  address: null,
  phone: null,
  bankName: null,
  bankAccount: null,
}

const buyer: Party = { ...seller, name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' }

export function sampleLine(change: Partial<InvoiceLine> = {}): InvoiceLine {
  const rateBp = change.rateBp ?? 1300
  const grossFen = change.grossFen ?? 29_900n
  const { netFen, taxFen } = splitGross(grossFen, rateBp)
  return {
    lineNo: 1,
    property: 'normal',
    title: '蓝牙耳机',
    shortName: '电子产品',
    spec: 'X-200',
    unit: '副',
    quantity: '1',
    unitPrice: '264.601769911504',
    taxCode: '1090512000000000000',
    treatment: 'taxed',
    rateBp,
    netFen,
    taxFen,
    grossFen,
    ...change,
  }
}

/** 2026-11-22 00:30:05 in Shanghai, which is still the 21st in UTC. */
export function sampleInvoice(change: Partial<IssuedInvoice> = {}): IssuedInvoice {
  const lines = change.lines ?? [sampleLine()]
  const sum = (pick: (line: InvoiceLine) => bigint) => lines.reduce((total, line) => total + pick(line), 0n)
  return {
    kind: 'ordinary',
    colour: 'blue',
    seller,
    buyer,
    isPerson: false,
    lines,
    netFen: sum((line) => line.netFen),
    taxFen: sum((line) => line.taxFen),
    grossFen: sum((line) => line.grossFen),
    remark: '订单号：240821-0001',
    drawer: '演示开票员',
    number: '26312000000012345678',
    reversal: null,
    issuedAt: new Date('2026-11-21T16:30:05.250Z'),
    isDemo: true,
    ...change,
  }
}
