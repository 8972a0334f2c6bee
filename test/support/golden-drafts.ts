import type { InvoiceContent } from '../../server/invoicing/invoice.ts'
import { partRed } from '../../server/invoicing/red-lines.ts'
import { draftOf, EVERY_PRESENTATION, goodsLine, orderOf, TM_1002 } from './draft-orders.ts'

/** The contents whose payloads are kept byte by byte in test/fixtures/payloads (S2-03, S2-07, S1-04). */
export function goldenDrafts(): { name: string; content: InvoiceContent }[] {
  const refunds = [
    { reference: 'RF-1', state: 'completed', amountFen: 4_990n, lineNo: 1 },
    { reference: 'RF-2', state: 'completed', amountFen: 1_000n, lineNo: null },
    { reference: 'RF-3', state: 'applied', amountFen: 9_999n, lineNo: 2 },
  ] as const
  const book = { rateBp: 900, taxCode: '1060201010000000000', shortName: '印刷品', unit: '册' }
  const orders = {
    'zero-value-line': orderOf({ lines: [goodsLine(9_990n), goodsLine(0n, { title: '贴纸' })] }),
    discount: orderOf({
      lines: [goodsLine(10_000n), goodsLine(10_000n), goodsLine(10_000n)],
      discountFen: 100n,
    }),
    gift: orderOf({
      lines: [goodsLine(10_000n), goodsLine(1_000n, { kind: 'gift', title: '徽章' })],
      discountFen: 1_000n,
    }),
    refund: orderOf({
      lines: [goodsLine(9_980n, { quantity: '2' }), goodsLine(5_000n, { title: '茶杯' })],
      refunds,
    }),
    'multi-rate': orderOf({
      lines: [
        goodsLine(10_900n, { title: '帆布包', quantity: '3' }),
        goodsLine(9_800n, { title: '邮票史话', quantity: '2', ...book }),
        goodsLine(1_200n, { kind: 'freight', title: '运费' }),
      ],
      discountFen: 1_234n,
      platformFen: 500n,
    }),
    'service-without-quantity': orderOf({
      lines: [
        goodsLine(1_600_000n, {
          title: '技术服务费',
          quantity: null,
          ...{ rateBp: 100, taxCode: '3040201030000000000', shortName: '信息技术服务' },
        }),
      ],
    }),
  }
  const drafts = Object.entries(orders).map(([name, order]) => ({ name, content: draftOf([order]).content }))
  const ways = EVERY_PRESENTATION.map((presentation) => ({
    name: `tm-1002${Object.entries(presentation)
      .map(([key, isShown]) => `_${isShown ? '' : 'no-'}${key.slice(4).toLowerCase()}`)
      .join('')}`,
    content: draftOf([TM_1002], { presentation, ask: { remark: '请尽快' } }).content,
  }))
  const names = (['category', 'joined'] as const).map((naming) => ({
    name: `tm-1002_${naming}`,
    content: draftOf([TM_1002], { seller: { naming } }).content,
  }))
  const back = [{ orderId: 'TM-1002', lineNo: null, grossFen: 20_000n }]
  const part = partRed(draftOf([TM_1002]).content, { reason: 'allowance', decimals: 13, refunds: back })
  const reds = [
    { name: 'tm-1002_red-200', content: part.red },
    ...(part.remaining === null ? [] : [{ name: 'tm-1002_after-red-200', content: part.remaining }]),
  ]
  return [...drafts, ...ways, ...names, ...reds]
}

/** Every fixture carries the same serial and order number. */
export const GOLDEN_REFERENCE = { serial: 'S-GOLDEN', orderNumbers: ['TM-1'] }
