import { Problem } from '../../contract/problem.ts'
import type { ImportPlatform } from './imported-order.ts'
import type { RawRow } from './raw-row.ts'

export type MoneyField =
  | 'paid'
  | 'goods'
  | 'freight'
  | 'discount'
  | 'total'
  | 'refunded'
  | 'unitPrice'
  | 'lineAmount'
  | 'shopDiscount'
  | 'platformDiscount'
  | 'payDiscount'
  | 'installFee'
  | 'deliveryFee'
  | 'deliveryInstallFee'
  | 'balance'

export type TimeField = 'createdAt' | 'dealtAt' | 'paidAt' | 'completedAt'

export type TextField =
  | 'lineNo'
  | 'status'
  | 'afterSale'
  | 'reviewing'
  | 'title'
  | 'titleCount'
  | 'spec'
  | 'skuCode'
  | 'nick'
  | 'name'
  | 'phone'
  | 'landline'
  | 'province'
  | 'city'
  | 'district'
  | 'street'
  | 'address'
  | 'email'
  | 'invoiceTitle'
  | 'taxId'
  | 'buyerMessage'
  | 'sellerMemo'

export type Field = 'number' | 'quantity' | MoneyField | TimeField | TextField

export type LayoutId = 'taobao_order' | 'taobao_item' | 'pdd' | 'jd_order' | 'douyin_order' | 'generic'

/**
 * How the rows of an order carry its amounts: `order` one row an order; `line` one row a line under amounts of the
 * whole order; `item` one row a line, each with its own payment, so that they are summed.
 */
export type RowMeaning = 'order' | 'line' | 'item'

export type Layout = {
  readonly id: LayoutId
  readonly platform: ImportPlatform
  readonly rows: RowMeaning
  /** Header names by meaning, the better one first. Matched after `foldHeader`, never by position. */
  readonly aliases: Partial<Readonly<Record<Field, readonly string[]>>>
  /** What tells this layout from the others. */
  readonly required: readonly Field[]
}

/** Exports met in the wild (names: test/fixtures/samples/export-headers.json), the narrower layout first, and our own. */
export const LAYOUTS: readonly Layout[] = [
  {
    id: 'taobao_item',
    platform: 'taobao',
    rows: 'item',
    required: ['number', 'title', 'quantity', 'status', 'paid'],
    aliases: {
      number: ['主订单编号', '订单编号'],
      lineNo: ['子订单编号'],
      title: ['标题'],
      spec: ['商品属性'],
      skuCode: ['商家编码', '外部系统编号'],
      quantity: ['购买数量'],
      unitPrice: ['价格'],
      goods: ['买家应付货款'],
      paid: ['买家实际支付金额', '买家实付金额'],
      status: ['订单状态'],
      afterSale: ['退款状态'],
      refunded: ['退款金额'],
      createdAt: ['订单创建时间'],
      paidAt: ['订单付款时间'],
      sellerMemo: ['备注'],
    },
  },
  {
    id: 'taobao_order',
    platform: 'taobao',
    rows: 'order',
    required: ['number', 'goods', 'paid', 'status'],
    aliases: {
      number: ['订单编号'],
      status: ['订单状态'],
      goods: ['买家应付货款'],
      freight: ['买家应付邮费'],
      total: ['总金额'],
      paid: ['买家实际支付金额', '买家实付金额'],
      refunded: ['退款金额'],
      createdAt: ['订单创建时间'],
      paidAt: ['订单付款时间'],
      completedAt: ['确认收货时间'],
      title: ['宝贝标题'],
      titleCount: ['宝贝种类'],
      quantity: ['宝贝总数量'],
      nick: ['买家会员名'],
      name: ['收货人姓名'],
      phone: ['联系手机'],
      landline: ['联系电话'],
      address: ['收货地址'],
      invoiceTitle: ['发票抬头'],
      buyerMessage: ['买家留言'],
      sellerMemo: ['订单备注'],
    },
  },
  {
    id: 'pdd',
    platform: 'pdd',
    rows: 'order',
    required: ['number', 'status', 'paid'],
    aliases: {
      number: ['订单号'],
      status: ['订单状态'],
      afterSale: ['售后状态'],
      reviewing: ['是否审核中'],
      goods: ['商品总价'],
      freight: ['邮费'],
      shopDiscount: ['店铺优惠折扣'],
      platformDiscount: ['平台优惠折扣'],
      payDiscount: ['多多支付立减金额'],
      installFee: ['上门安装费'],
      deliveryFee: ['送货入户费'],
      deliveryInstallFee: ['送货入户并安装费'],
      paid: ['用户实付金额'],
      dealtAt: ['订单成交时间'],
      paidAt: ['支付时间'],
      completedAt: ['确认收货时间'],
      title: ['商品'],
      spec: ['商品规格'],
      skuCode: ['商家编码-规格维度', '商家编码-商品维度'],
      quantity: ['商品数量(件)', '商品数量'],
      phone: ['用户购买手机号'],
      province: ['省'],
      city: ['市'],
      district: ['区'],
      street: ['街道/镇'],
      buyerMessage: ['买家留言'],
      sellerMemo: ['商家备注'],
    },
  },
  {
    id: 'jd_order',
    platform: 'jd',
    rows: 'line',
    required: ['number', 'title', 'quantity', 'unitPrice', 'paid', 'status'],
    aliases: {
      number: ['订单号'],
      status: ['订单状态'],
      title: ['商品名称'],
      skuCode: ['货号', '商品ID'],
      quantity: ['订购数量'],
      unitPrice: ['京东价'],
      total: ['订单金额'],
      balance: ['余额支付'],
      paid: ['应付金额'],
      freight: ['运费金额'],
      createdAt: ['下单时间'],
      paidAt: ['付款确认时间'],
      completedAt: ['订单完成时间'],
      nick: ['下单帐号'],
      name: ['客户姓名'],
      phone: ['联系电话'],
      address: ['客户地址'],
      invoiceTitle: ['发票抬头'],
      buyerMessage: ['订单备注'],
      sellerMemo: ['商家备注'],
    },
  },
  {
    id: 'douyin_order',
    platform: 'douyin',
    rows: 'item',
    required: ['number', 'title', 'quantity', 'unitPrice', 'paid', 'status'],
    aliases: {
      number: ['主订单编号'],
      lineNo: ['子订单编号'],
      title: ['选购商品'],
      spec: ['商品规格'],
      skuCode: ['商家编码'],
      quantity: ['商品数量', '商品数量(件)'],
      unitPrice: ['商品单价'],
      paid: ['订单应付金额'],
      refunded: ['退款金额'],
      createdAt: ['订单提交时间'],
      paidAt: ['支付完成时间'],
      completedAt: ['订单完成时间'],
      status: ['订单状态'],
      afterSale: ['售后状态'],
      buyerMessage: ['买家留言'],
      sellerMemo: ['商家备注'],
    },
  },
  {
    id: 'generic',
    platform: 'other',
    rows: 'line',
    required: ['number', 'paid'],
    aliases: {
      number: ['订单号', '订单编号'],
      status: ['订单状态', '状态'],
      afterSale: ['售后状态'],
      title: ['商品名称', '商品', '标题'],
      spec: ['规格', '商品规格'],
      skuCode: ['商家编码', 'SKU'],
      quantity: ['数量', '商品数量', '购买数量'],
      unitPrice: ['单价'],
      lineAmount: ['金额'],
      discount: ['优惠', '优惠金额'],
      freight: ['运费', '邮费'],
      paid: ['实付金额', '实付'],
      refunded: ['退款金额'],
      createdAt: ['下单时间', '订单创建时间'],
      paidAt: ['付款时间', '支付时间'],
      completedAt: ['完成时间', '确认收货时间'],
      nick: ['买家昵称', '买家'],
      name: ['收货人', '收货人姓名'],
      phone: ['手机号', '联系手机', '手机'],
      address: ['收货地址', '地址'],
      email: ['邮箱', '电子邮箱'],
      invoiceTitle: ['发票抬头', '抬头'],
      taxId: ['税号', '纳税人识别号'],
      buyerMessage: ['买家留言'],
      sellerMemo: ['备注', '订单备注'],
    },
  },
]

/**
 * The columns of our own table, in the order of the template. Only the first two are needed. 优惠, 运费, 实付金额 and
 * 退款金额 belong to the order: repeat them on each of its rows, or fill in the first. 金额 is 单价 × 数量.
 */
export const TEMPLATE_HEADERS = [
  '订单号',
  '实付金额',
  '订单状态',
  '商品名称',
  '规格',
  '商家编码',
  '数量',
  '单价',
  '金额',
  '优惠',
  '运费',
  '退款金额',
  '下单时间',
  '付款时间',
  '完成时间',
  '买家昵称',
  '收货人',
  '手机号',
  '收货地址',
  '邮箱',
  '发票抬头',
  '税号',
  '买家留言',
  '备注',
] as const

/** A header that was found: which layout, and where each field stands. */
export type FoundLayout = {
  readonly layout: Layout
  readonly headerRow: number
  /** As in the file, trimmed. */
  readonly headers: readonly string[]
  readonly columns: ReadonlyMap<Field, number>
}

/** How far down a header may stand: exports put a title and remarks above it. */
export const HEADER_ROWS = 20

/** Width and case folded, `(元)` removed: the six Taobao names that end in a blank match like the others. */
export function foldHeader(header: string): string {
  return header
    .normalize('NFKC')
    .trim()
    .replace(/\(元\)$/, '')
    .trim()
}

/**
 * Finds the header among the first rows. Refuses with `import_layout_unknown`; its facts name the missing columns of
 * the nearest layout, or the headers that occur twice.
 */
export function recogniseLayout(rows: readonly RawRow[]): FoundLayout {
  const readable = rows.filter((row) => row.fault === null)
  for (const row of readable) {
    const found = matchRow(row)
    if (found !== null) return found
  }
  throw layoutUnknown(readable)
}

function matchRow(row: RawRow): FoundLayout | null {
  const folded = row.cells.map(foldHeader)
  const layout = LAYOUTS.find((one) => missingFields(one, new Set(folded)).length === 0)
  if (layout === undefined) return null
  refuseRepeats(folded)
  const columns = new Map<Field, number>()
  for (const [field, names] of aliasesOf(layout)) {
    const name = names.find((one) => folded.includes(one))
    if (name !== undefined) columns.set(field, folded.indexOf(name))
  }
  const isCalculated = [...columns.values()].some((column) => row.kinds?.get(column) === 'formula')
  if (isCalculated) throw new Problem('import_layout_unknown', { facts: { reason: 'header_formula' } })
  return { layout, headerRow: row.sheetRow, headers: row.cells.map((cell) => cell.trim()), columns }
}

function refuseRepeats(folded: readonly string[]): void {
  const repeated = folded.filter((name, index) => name !== '' && folded.indexOf(name) < index)
  if (repeated.length === 0) return
  const facts = { reason: 'duplicate_headers', repeated: [...new Set(repeated)].slice(0, 10).join('、') }
  throw new Problem('import_layout_unknown', { facts })
}

function missingFields(layout: Layout, folded: ReadonlySet<string>): Field[] {
  return layout.required.filter((field) => !layout.aliases[field]?.some((name) => folded.has(name)))
}

/** The row and layout that agree best say what is missing; names of the file are not repeated, they may be data. */
function layoutUnknown(rows: readonly RawRow[]): Problem {
  const guesses = rows.flatMap((row) => {
    const folded = new Set(row.cells.map(foldHeader))
    return LAYOUTS.map((layout) => ({
      layout,
      missing: missingFields(layout, folded),
      known: aliasesOf(layout).filter(([, names]) => names.some((name) => folded.has(name))).length,
    }))
  })
  const best = guesses.reduce<(typeof guesses)[number] | null>(
    (one, other) => (one === null || other.known > one.known ? other : one),
    null,
  )
  if (best === null || best.known === 0) {
    return new Problem('import_layout_unknown', { facts: { reason: 'header_missing' } })
  }
  const missing = best.missing.map((field) => best.layout.aliases[field]?.[0] ?? field).join('、')
  const facts = { reason: 'columns_missing', layout: best.layout.id, missing }
  return new Problem('import_layout_unknown', { facts })
}

function aliasesOf(layout: Layout): (readonly [Field, readonly string[]])[] {
  return FIELDS.flatMap((field) => {
    const names = layout.aliases[field]
    return names === undefined ? [] : [[field, names] as const]
  })
}

export const MONEY_FIELDS: readonly MoneyField[] = [
  'paid',
  'goods',
  'freight',
  'discount',
  'total',
  'refunded',
  'unitPrice',
  'lineAmount',
  'shopDiscount',
  'platformDiscount',
  'payDiscount',
  'installFee',
  'deliveryFee',
  'deliveryInstallFee',
  'balance',
]

export const TIME_FIELDS: readonly TimeField[] = ['createdAt', 'dealtAt', 'paidAt', 'completedAt']

export const TEXT_FIELDS: readonly TextField[] = [
  'lineNo',
  'status',
  'afterSale',
  'reviewing',
  'title',
  'titleCount',
  'spec',
  'skuCode',
  'nick',
  'name',
  'phone',
  'landline',
  'province',
  'city',
  'district',
  'street',
  'address',
  'email',
  'invoiceTitle',
  'taxId',
  'buyerMessage',
  'sellerMemo',
]

const FIELDS: readonly Field[] = ['number', 'quantity', ...MONEY_FIELDS, ...TIME_FIELDS, ...TEXT_FIELDS]
