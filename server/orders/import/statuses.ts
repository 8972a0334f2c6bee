import type { ImportedStatus, ImportPlatform } from './imported-order.ts'

/** What the words of a platform say about the money that went back. */
export type RefundWord = 'none' | 'in_progress' | 'succeeded'

export type StatusReading = {
  readonly status: ImportedStatus
  readonly isKnown: boolean
  readonly refund: RefundWord
}

// Keys are NFKC without blanks, so `，` is `,`. Sources: facts platforms §9 and §10.
const TAOBAO: Readonly<Record<string, ImportedStatus>> = {
  没有创建支付宝交易: 'pending_payment',
  等待买家付款: 'pending_payment',
  付款确认中: 'pending_payment',
  '买家已付款,等待卖家发货': 'paid',
  卖家部分发货: 'paid',
  '卖家已发货,等待买家确认': 'shipped',
  买家已签收: 'shipped',
  交易成功: 'completed',
  交易关闭: 'cancelled',
}

const PDD: Readonly<Record<string, ImportedStatus>> = {
  待付款: 'pending_payment',
  待支付: 'pending_payment',
  待成团: 'pending_review',
  待发货: 'paid',
  '已发货,待签收': 'shipped',
  '已发货,待收货': 'shipped',
  已发货: 'shipped',
  已签收: 'completed',
  已收货: 'completed',
  已取消: 'cancelled',
}

const JD: Readonly<Record<string, ImportedStatus>> = {
  等待付款: 'pending_payment',
  等待付款确认: 'pending_payment',
  锁定: 'pending_review',
  暂停: 'pending_review',
  等待出库: 'paid',
  等待打印: 'paid',
  等待发货: 'paid',
  正在出库: 'paid',
  等待收货: 'shipped',
  等待确认收货: 'shipped',
  完成: 'completed',
  已完成: 'completed',
  取消: 'cancelled',
  已取消: 'cancelled',
}

const DOUYIN: Readonly<Record<string, ImportedStatus>> = {
  待支付: 'pending_payment',
  待付款: 'pending_payment',
  待确认: 'pending_review',
  待发货: 'paid',
  备货中: 'paid',
  部分发货: 'paid',
  已发货: 'shipped',
  已完成: 'completed',
  已关闭: 'cancelled',
  已取消: 'cancelled',
}

const OTHER: Readonly<Record<string, ImportedStatus>> = {
  ...TAOBAO,
  待审核: 'pending_review',
  待付款: 'pending_payment',
  待支付: 'pending_payment',
  未付款: 'pending_payment',
  已付款: 'paid',
  已支付: 'paid',
  待发货: 'paid',
  待配送: 'paid',
  已发货: 'shipped',
  待收货: 'shipped',
  配送中: 'shipped',
  已签收: 'completed',
  已收货: 'completed',
  已完成: 'completed',
  完成: 'completed',
  已取消: 'cancelled',
  已关闭: 'cancelled',
}

const STATUSES = new Map<ImportPlatform, ReadonlyMap<string, ImportedStatus>>([
  ['taobao', new Map(Object.entries(TAOBAO))],
  ['pdd', new Map(Object.entries(PDD))],
  ['jd', new Map(Object.entries(JD))],
  ['douyin', new Map(Object.entries(DOUYIN))],
  ['other', new Map(Object.entries(OTHER))],
])

// Words of Pinduoduo that stand before `,退款成功` when nothing was shipped: the whole payment went back.
const REFUNDED_UNSHIPPED = new Set(['未发货', '未成交', '已取消'])

const NO_REFUND = new Set([
  '',
  '-',
  '无售后或售后取消',
  '无售后',
  '没有申请退款',
  '未申请',
  '退款关闭',
  '售后关闭',
  '已关闭',
])
const REFUNDED = new Set([
  '退款成功',
  '退款完成',
  '已退款',
  '已全额退款',
  '全额退款',
  '部分退款',
  '部分退款成功',
  '售后完成',
])
const REFUNDING =
  /^(售后处理中|售后中|退款中|待退款|退款处理中|退货中|待退货|待售后|买家已经?申请退款|卖家(已经?)?同意退款?|买家已经?退货|等待.*)/

/** Reads a platform's words. Unknown words hold the order: they keep `isKnown` false and never look paid. */
export function readStatus(platform: ImportPlatform, rawStatus: string, rawAfterSale: string): StatusReading {
  const words = fold(rawStatus)
  const isRefunded = words.endsWith(',退款成功')
  const plain = isRefunded ? words.slice(0, -',退款成功'.length) : words
  const isUndone = isRefunded && REFUNDED_UNSHIPPED.has(plain)
  const status = isUndone ? 'cancelled' : (STATUSES.get(platform)?.get(plain) ?? null)
  const refund = isRefunded ? 'succeeded' : readAfterSale(rawAfterSale)
  return {
    status: status ?? 'pending_review',
    isKnown: status !== null && refund !== null,
    // Words that nobody has mapped may mean that money is going back.
    refund: refund ?? 'in_progress',
  }
}

function readAfterSale(raw: string): RefundWord | null {
  const words = fold(raw)
  if (NO_REFUND.has(words)) return 'none'
  if (REFUNDED.has(words)) return 'succeeded'
  return REFUNDING.test(words) ? 'in_progress' : null
}

function fold(words: string): string {
  return words.normalize('NFKC').replaceAll(/\s/g, '')
}
