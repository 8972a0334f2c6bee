import type { InvoiceAsk } from '../contract/invoicing.ts'
import type { GoodsRule } from '../invoicing/goods-rules.ts'

export type ShopCode = 'a-tm' | 'a-pdd' | 'a-wx' | 'b-tm'

export type StageShop = {
  readonly id: string
  readonly code: ShopCode
  readonly name: string
  readonly platform: string
  readonly accent: string
  readonly undoSeconds: number
}

export type StageMerchant = {
  /** Fixed, so that a token of yesterday's stage names the same merchant. */
  readonly id: string
  /** Name of its key file in `demo/` of the data directory. */
  readonly file: string
  readonly name: string
  readonly taxId: string
  readonly address: string
  readonly phone: string
  readonly bankName: string
  readonly bankAccount: string
  readonly drawer: string
  readonly shops: readonly StageShop[]
}

/** Fictional. The tax ids hold their check character, but not the one of the organisation code inside. */
export const MERCHANTS: readonly StageMerchant[] = [
  {
    id: '01890000-0000-7000-8000-00000000000a',
    file: 'merchant-a.json',
    name: '武汉邮驿文创有限公司',
    taxId: '91420100MA4KTEXT0N',
    address: '湖北省武汉市示例区邮驿路1号',
    phone: '027-00000000',
    bankName: '示例银行武汉演示支行',
    bankAccount: '0000420100000000001',
    drawer: '示例开票员',
    shops: [
      {
        id: '01890000-0000-7000-8000-0000000000a1',
        code: 'a-tm',
        name: '邮驿文创天猫旗舰店',
        platform: 'taobao',
        accent: '#b3392f',
        undoSeconds: 0,
      },
      {
        id: '01890000-0000-7000-8000-0000000000a2',
        code: 'a-pdd',
        name: '邮驿文创拼多多专营店',
        platform: 'pdd',
        accent: '#8a4b08',
        undoSeconds: 120,
      },
      {
        id: '01890000-0000-7000-8000-0000000000a3',
        code: 'a-wx',
        name: '邮驿文创官方商城',
        platform: 'own',
        accent: '#0f6b5c',
        undoSeconds: 0,
      },
    ],
  },
  {
    id: '01890000-0000-7000-8000-00000000000b',
    file: 'merchant-b.json',
    name: '北京对照商贸有限公司',
    taxId: '91110108MA00TEXT1B',
    address: '北京市示例区对照街2号',
    phone: '010-00000000',
    bankName: '示例银行北京演示支行',
    bankAccount: '0000110108000000002',
    drawer: '对照开票员',
    shops: [
      {
        id: '01890000-0000-7000-8000-0000000000b1',
        code: 'b-tm',
        name: '对照生活天猫专卖店',
        platform: 'taobao',
        accent: '#31508c',
        undoSeconds: 0,
      },
    ],
  },
]

type StageRule = Pick<GoodsRule, 'matcher' | 'pattern' | 'taxCode' | 'shortName' | 'rateBp' | 'unit'>

/**
 * What the demo merchants configured, for each of their shops. The last one takes whatever an imported
 * sample sells; a real merchant would rather have such a line block.
 */
export const RULES: readonly StageRule[] = [
  {
    matcher: 'title',
    pattern: '设计服务',
    taxCode: '3040301000000000000',
    shortName: '设计服务',
    rateBp: 600,
    unit: '项',
  },
  {
    matcher: 'title',
    pattern: '笔',
    taxCode: '1060301010000000000',
    shortName: '文具',
    rateBp: 1300,
    unit: null,
  },
  {
    matcher: 'title',
    pattern: '手账',
    taxCode: '1060105020000000000',
    shortName: '纸制品',
    rateBp: 1300,
    unit: null,
  },
  {
    matcher: 'title',
    pattern: '柜',
    taxCode: '1050101010000000000',
    shortName: '家具',
    rateBp: 1300,
    unit: null,
  },
  {
    matcher: 'any',
    pattern: '',
    taxCode: '1060512990000000000',
    shortName: '日用杂品',
    rateBp: 1300,
    unit: null,
  },
]

export const HUBEI = {
  kind: 'company',
  name: '湖北示例科技有限公司',
  taxId: '91420111MA49QA0X10',
} as const
export const SHANGHAI = {
  kind: 'company',
  name: '上海演示贸易有限公司',
  taxId: '91310000MA1FL0QA1C',
} as const

export type OrderToInvoice = {
  readonly shopCode: ShopCode
  readonly number: string
  /** `approve`: a 专票 waits for a person (X2), and the stage wants it issued. `leave`: it is the queue. */
  readonly review: 'none' | 'approve' | 'leave'
  readonly ask: Omit<InvoiceAsk, 'orderIds'>
}

/** What the stage has asked for already. The requests go the way every request goes. */
export const ORDERS_TO_INVOICE: readonly OrderToInvoice[] = [
  {
    shopCode: 'a-tm',
    number: 'TM-1007',
    review: 'none',
    ask: { kind: 'ordinary', title: HUBEI, email: 'finance-hubei@example.com' },
  },
  {
    shopCode: 'a-tm',
    number: 'TM-1008',
    review: 'approve',
    ask: {
      kind: 'special',
      title: {
        ...SHANGHAI,
        address: '上海市示例区演示路8号',
        phone: '021-00000000',
        bankName: '示例银行上海演示支行',
        bankAccount: '0000310000000000008',
      },
      email: 'finance-shanghai@example.com',
    },
  },
  {
    shopCode: 'a-tm',
    number: 'TM-3001',
    review: 'leave',
    ask: { kind: 'special', title: SHANGHAI, email: 'finance-shanghai@example.com' },
  },
  {
    shopCode: 'a-tm',
    number: 'TM-3002',
    review: 'leave',
    ask: { kind: 'ordinary', title: HUBEI, email: 'finance-hubei@example.com' },
  },
  {
    shopCode: 'a-tm',
    number: 'TM-3003',
    review: 'leave',
    ask: {
      kind: 'ordinary',
      title: HUBEI,
      email: 'finance-hubei@example.com',
      override: { reason: '客户年度审计后才需要发票，店长同意补开' },
    },
  },
  {
    shopCode: 'a-tm',
    number: 'TM-3004',
    review: 'none',
    ask: {
      kind: 'ordinary',
      title: { ...HUBEI, name: '湖北示范科技有限公司' },
      email: 'finance-hubei@example.com',
    },
  },
]

/** Its buyer's name was typed wrong; the correction waits for finance. */
export const REISSUE_TO_REVIEW = { shopCode: 'a-tm', number: 'TM-3004', title: HUBEI } as const
