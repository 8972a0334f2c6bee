import { writeEInvoiceXml } from '../../server/documents/einvoice-xml.ts'
import { writeOfd } from '../../server/documents/ofd/write-ofd.ts'
import { createInvoiceFace } from '../../server/documents/render-invoice.ts'
import type { IssuedInvoice } from '../../server/invoicing/invoice.ts'
import { splitGross } from '../../server/invoicing/money.ts'
import { percentile } from './bench-stack.ts'

export type DocumentResult = {
  lines: number
  pdfMs: number
  pdfBytes: number
  ofdMs: number
  ofdBytes: number
  xmlMs: number
  xmlBytes: number
  pngMs: number
  pngBytes: number
}

/** What one invoice costs to draw, each with other data, in one process. */
export function benchDocuments(): DocumentResult[] {
  const face = createInvoiceFace()
  return [1, 10, 40, 2_000].map((lines) => {
    const time = (work: (invoice: IssuedInvoice) => Uint8Array, runs: number) => {
      const samples = Array.from({ length: runs }, (_, run) => {
        const invoice = makeInvoice(lines, run)
        const started = performance.now()
        const bytes = work(invoice).byteLength
        return { ms: performance.now() - started, bytes }
      }).slice(3) // the first ones load fonts
      return {
        ms: percentile(
          samples.map(({ ms }) => ms),
          0.5,
        ),
        bytes: percentile(
          samples.map(({ bytes }) => bytes),
          0.5,
        ),
      }
    }
    // The longest invoice takes a second a time; its median needs no crowd.
    const runs = (count: number) => (lines > 100 ? 6 : count)
    const pdf = time((invoice) => face.pdf(invoice), runs(40))
    const ofd = time(writeOfd, runs(40))
    const xml = time((invoice) => Buffer.from(writeEInvoiceXml(invoice)), runs(200))
    const png = time((invoice) => face.png(invoice), runs(12))
    return {
      lines,
      pdfMs: pdf.ms,
      pdfBytes: pdf.bytes,
      ofdMs: ofd.ms,
      ofdBytes: ofd.bytes,
      xmlMs: xml.ms,
      xmlBytes: xml.bytes,
      pngMs: png.ms,
      pngBytes: png.bytes,
    }
  })
}

function makeInvoice(count: number, run: number): IssuedInvoice {
  const lines = Array.from({ length: count }, (_, index) => {
    const grossFen = BigInt(10_000 + run * 7 + index * 131)
    return {
      lineNo: index + 1,
      property: 'normal' as const,
      title: `示例文具 ${run}-${index}`,
      shortName: '文具',
      spec: '标准款',
      unit: '件',
      quantity: '1',
      unitPrice: null,
      taxCode: '1060105040000000000',
      treatment: 'taxed' as const,
      rateBp: 1300,
      grossFen,
      ...splitGross(grossFen, 1300),
    }
  })
  const sum = (pick: (line: (typeof lines)[number]) => bigint) =>
    lines.reduce((a, line) => a + pick(line), 0n)
  const party = { address: null, phone: null, bankName: null, bankAccount: null }
  return {
    kind: 'ordinary',
    colour: 'blue',
    seller: { ...party, name: '武汉邮驿文创有限公司', taxId: '91420100MA4KTEXT0N' },
    buyer: { ...party, name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' },
    isPerson: false,
    lines,
    netFen: sum((line) => line.netFen),
    taxFen: sum((line) => line.taxFen),
    grossFen: sum((line) => line.grossFen),
    remark: `订单号：BENCH-${run}`,
    drawer: '示例',
    reversal: null,
    number: `2688200000${String(run).padStart(10, '0')}`,
    issuedAt: new Date('2026-11-22T04:00:00Z'),
    isDemo: true,
  }
}
