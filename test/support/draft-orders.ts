import fc from 'fast-check'
import type { Presentation } from '../../server/contract/invoicing.ts'
import {
  type Draft,
  type DraftAsk,
  type DraftFrom,
  draftInvoice,
} from '../../server/invoicing/draft-invoice.ts'
import type { GoodsRule } from '../../server/invoicing/goods-rules.ts'
import { SHIPPED_SETTINGS } from '../../server/invoicing/rules/settings.ts'
import type { IssuerCapabilities } from '../../server/issuers/issuer.ts'
import { SANDBOX_CAPABILITIES } from '../../server/issuers/sandbox/sandbox.issuer.ts'
import type { Order } from '../../server/orders/order.ts'
import {
  type NewLine,
  type OrderInput,
  refundedFen,
  refundStateOf,
  settleLines,
} from '../../server/orders/order-input.ts'
import type { Seller } from '../../server/shops/seller.store.ts'

/** Orders and drafts for what only computes: no database, no clock. */
export const RULE: GoodsRule = {
  shopId: null,
  matcher: 'any',
  pattern: '',
  taxCode: '1040105120000000000',
  shortName: '箱包',
  treatment: 'taxed',
  rateBp: 1_300,
  unit: '件',
  validFrom: '2026-01-01',
  validUntil: null,
}

/** Freight without goods, as fast-check likes to draw it. */
const FREIGHT: GoodsRule = {
  ...RULE,
  matcher: 'title',
  pattern: '运费',
  taxCode: '3010502020000000000',
  shortName: '运输服务',
  rateBp: 900,
  unit: null,
}

export const SHOW_ALL: Presentation = { showGifts: true, showDiscounts: true, showRemark: true }

export const EVERY_PRESENTATION: readonly Presentation[] = [true, false].flatMap((showGifts) =>
  [true, false].flatMap((showDiscounts) =>
    [true, false].map((showRemark) => ({ showGifts, showDiscounts, showRemark })),
  ),
)

const nobody = { address: null, phone: null, bankName: null, bankAccount: null }

export const SELLER: Seller = {
  merchantId: 'm',
  shopId: 's',
  shopName: '邮驿文创旗舰店',
  shopCode: 'a-tm',
  accent: '#1d5eff',
  party: { ...nobody, name: '武汉邮驿文创有限公司', taxId: '91420100MA4KTEXT0N' },
  drawer: '示例',
  issuerId: 'sandbox',
  undoSeconds: 0,
  reviewFromFen: 10_000_00n,
  selfServiceDays: 365,
  resendsPerDay: 3,
  revealsPerDay: 30,
  templateVersion: 1,
  naming: 'detail',
  remarkPattern: '订单号：{orderNumbers}',
  presentation: SHOW_ALL,
  rules: [RULE, FREIGHT],
}

export const ASK: DraftAsk = {
  kind: 'ordinary',
  title: { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' },
  email: null,
  phone: null,
  remark: null,
}

export function goodsLine(amountFen: bigint, facts: Partial<NewLine> = {}): NewLine {
  return {
    kind: 'goods',
    title: '帆布包',
    spec: null,
    skuCode: null,
    unit: null,
    quantity: '1',
    amountFen,
    taxCode: null,
    shortName: null,
    rateBp: null,
    ...facts,
  }
}

type Facts = Partial<OrderInput> & { lines: readonly NewLine[] }

/** An order that is paid as its lines and discount say. */
export function orderOf({ lines, ...facts }: Facts, own: Partial<Order> = {}): Order {
  const discountFen = facts.discountFen ?? 0n
  const total = lines.reduce((a, { amountFen }) => a + amountFen, 0n)
  const input: OrderInput = {
    number: 'TM-1',
    state: 'completed',
    rawStatus: null,
    statusKnown: true,
    orderedAt: null,
    paidAt: null,
    shippedAt: null,
    completedAt: null,
    discountFen,
    paidFen: total - discountFen,
    platformFen: 0n,
    refunds: [],
    refundHint: null,
    buyer: null,
    titleHint: null,
    lines,
    ...facts,
  }
  const settled = settleLines(input)
  const freightFen = settled
    .filter(({ kind }) => kind === 'freight')
    .reduce((a, { amountFen }) => a + amountFen, 0n)
  return {
    ...input,
    id: input.number,
    merchantId: 'm',
    shopId: 's',
    origin: 'api',
    version: 1,
    lines: settled,
    goodsFen: total - freightFen,
    freightFen,
    refundedFen: refundedFen(input.refunds),
    refundState: refundStateOf(input, input.refunds),
    claimedFen: 0n,
    ...own,
  }
}

/** TM-1002 with a gift that has a price: 赠品 12.00 takes its own price out of the discount of 92.00. */
export const TM_1002: Order = orderOf({
  number: 'TM-1002',
  lines: [
    goodsLine(49_900n, { title: '邮筒造型储物柜', spec: '邮政绿' }),
    goodsLine(49_900n, { title: '邮筒造型储物柜', spec: '朱砂红' }),
    goodsLine(28_200n, { title: '黄铜钢笔套装' }),
    goodsLine(1_200n, { title: '纪念明信片', kind: 'gift', quantity: '3' }),
  ],
  discountFen: 9_200n,
})

/** Everything a draft is made from, but for the ask. */
export function draftFrom(
  orders: readonly Order[],
  capabilities: Partial<IssuerCapabilities> = {},
): DraftFrom {
  const terms = { capabilities: { ...SANDBOX_CAPABILITIES, ...capabilities }, settings: SHIPPED_SETTINGS }
  return { seller: SELLER, orders, on: '2026-11-22', terms }
}

type Drafting = {
  presentation?: Presentation
  capabilities?: Partial<IssuerCapabilities>
  ask?: Partial<DraftAsk>
  seller?: Partial<Seller>
}

export function draftOf(orders: readonly Order[], drafting: Drafting = {}): Draft {
  const { presentation, capabilities, ask, seller } = drafting
  const from = draftFrom(orders, capabilities)
  return draftInvoice({ ...from, seller: { ...from.seller, ...seller } }, { ...ASK, presentation, ...ask })
}

const RATES = [1_300, 900, 600, 300, 100, 0] as const

/** Lines of several rates, gifts with and without a price, freight, services, odd quantities. */
const anyLine: fc.Arbitrary<NewLine> = fc
  .record({
    kind: fc.constantFrom(
      'goods' as const,
      'goods' as const,
      'goods' as const,
      'freight' as const,
      'gift' as const,
    ),
    amountFen: fc.oneof(fc.bigInt({ min: 0n, max: 500n }), fc.bigInt({ min: 0n, max: 10_000_000n })),
    quantity: fc.constantFrom(null, '1', '1', '2', '3', '12', '0.5', '1.250'),
    rateBp: fc.constantFrom(...RATES),
  })
  .map(({ kind, amountFen, quantity, rateBp }) =>
    goodsLine(amountFen, {
      kind,
      quantity,
      title: kind === 'freight' ? '运费' : `示例商品 ${rateBp}`,
      ...(rateBp === 1_300 ? {} : { rateBp, taxCode: '1060105040000000000', shortName: '文具' }),
    }),
  )

/** Any order that `settleLines` accepts, with discount, platform money, refunds and something claimed. */
export const anyOrder: fc.Arbitrary<Order> = fc
  .record({
    lines: fc.array(anyLine, { minLength: 1, maxLength: 8 }),
    discount: fc.nat(1_000),
    platform: fc.oneof(fc.constant(0), fc.nat(1_000)),
    refunds: fc.array(
      fc.record({
        share: fc.nat(1_000),
        lineNo: fc.option(fc.integer({ min: 1, max: 8 })),
        state: fc.constantFrom(
          'completed' as const,
          'completed' as const,
          'applied' as const,
          'rejected' as const,
        ),
      }),
      { maxLength: 3 },
    ),
    claimed: fc.oneof(fc.constant(0), fc.nat(1_000)),
    number: fc.integer({ min: 1, max: 999_999 }),
  })
  .map(({ lines, discount, platform, refunds, claimed, number }) => {
    const share = (of: bigint, perMille: number) => (of * BigInt(perMille)) / 1_000n
    const total = lines.reduce((a, { amountFen }) => a + amountFen, 0n)
    const discountFen = share(total, discount)
    const platformFen = share(total - discountFen, platform)
    let left = total - discountFen - platformFen
    const made = refunds.flatMap((refund, index) => {
      const amountFen = share(left, refund.share)
      if (amountFen === 0n) return []
      if (refund.state === 'completed') left -= amountFen
      const lineNo = refund.lineNo !== null && refund.lineNo <= lines.length ? refund.lineNo : null
      return [{ reference: `R${index}`, state: refund.state, amountFen, lineNo }]
    })
    return orderOf(
      { number: `P-${number}`, lines, discountFen, platformFen, refunds: made },
      { claimedFen: share(left, claimed) },
    )
  })

/** An order of which something can be invoiced. */
export const anyOpenOrder = anyOrder.filter(
  ({ paidFen, platformFen, refundedFen: back, claimedFen }) => paidFen - platformFen - back - claimedFen > 0n,
)
