import type { Buyer } from '../orders/order.ts'
import type { NewLine, OrderInput } from '../orders/order-input.ts'
import type { ShopCode } from './stage.ts'

/** Orders of one shop that came the same way. */
export type StageOrders = {
  readonly shopCode: ShopCode
  /** api: the shop's own system reported them; form: somebody typed them in. */
  readonly origin: 'api' | 'form'
  readonly orders: readonly OrderInput[]
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** Every order of the stage. `since` is when the stage was set up: seeding again says the same. */
export function stageOrders(since: Date): StageOrders[] {
  const at = timesFrom(since)
  return [
    { shopCode: 'a-tm', origin: 'api', orders: [...tmallOrders(at), ...fillOrders(at)] },
    { shopCode: 'a-tm', origin: 'form', orders: typedOrders(at) },
    { shopCode: 'a-pdd', origin: 'api', orders: [pddOrder(at)] },
    { shopCode: 'a-wx', origin: 'api', orders: [...storefrontOrders(at), ...drillOrders(at)] },
    { shopCode: 'b-tm', origin: 'api', orders: [otherMerchantsOrder(at)] },
  ]
}

type Times = Pick<OrderInput, 'orderedAt' | 'paidAt' | 'shippedAt' | 'completedAt'>
type TimesOf = {
  completed(daysAgo: number): Times
  paid(daysAgo: number): Times
  ordered(daysAgo: number): Times
}

function timesFrom(since: Date): TimesOf {
  const ago = (days: number, minutes = 0) => new Date(since.getTime() - days * DAY_MS + minutes * MINUTE_MS)
  const ordered = (daysAgo: number): Times => ({
    orderedAt: ago(daysAgo),
    paidAt: null,
    shippedAt: null,
    completedAt: null,
  })
  const paid = (daysAgo: number): Times => ({ ...ordered(daysAgo), paidAt: ago(daysAgo, 4) })
  const completed = (daysAgo: number): Times => ({
    ...paid(daysAgo + 6),
    shippedAt: ago(daysAgo + 5),
    completedAt: ago(daysAgo),
  })
  return { ordered, paid, completed }
}

type Facts = Pick<OrderInput, 'number' | 'state' | 'lines' | 'paidFen'> &
  Times &
  Partial<Pick<OrderInput, 'discountFen' | 'refunds' | 'refundHint' | 'buyer'>>

function order(facts: Facts): OrderInput {
  return {
    rawStatus: null,
    statusKnown: true,
    platformFen: 0n,
    discountFen: 0n,
    refunds: [],
    refundHint: null,
    titleHint: null,
    buyer: buyerOf(facts.number),
    ...facts,
  }
}

function goods(title: string, amountFen: bigint, spec: string | null = null): NewLine {
  return {
    kind: 'goods',
    title,
    spec,
    skuCode: null,
    unit: null,
    quantity: '1',
    amountFen,
    taxCode: null,
    shortName: null,
    rateBp: null,
  }
}

/** One line, completed and paid in full. */
function plain(number: string, line: NewLine, times: Times): OrderInput {
  return order({ number, state: 'completed', lines: [line], paidFen: line.amountFen, ...times })
}

function tmallOrders(at: TimesOf): OrderInput[] {
  return [
    plain('TM-1001', goods('驿站主题手账礼盒', 299_00n, '青瓷色'), at.completed(6)),
    order({
      number: 'TM-1002',
      state: 'completed',
      lines: [
        goods('邮筒造型储物柜', 499_00n, '邮政绿'),
        goods('邮筒造型储物柜', 499_00n, '朱砂红'),
        goods('黄铜钢笔套装', 282_00n),
        { ...goods('纪念明信片', 0n), kind: 'gift' },
      ],
      discountFen: 80_00n,
      paidFen: 1200_00n,
      ...at.completed(8),
    }),
    order({
      number: 'TM-1003',
      state: 'pending_payment',
      lines: [goods('火漆印章套装', 168_00n)],
      paidFen: 0n,
      ...at.ordered(0.02),
    }),
    order({
      number: 'TM-1004',
      state: 'completed',
      lines: [goods('城市邮路立体地图', 500_00n)],
      paidFen: 500_00n,
      refunds: [{ reference: 'RF-1004', state: 'completed', amountFen: 120_00n, lineNo: null }],
      ...at.completed(12),
    }),
    order({
      number: 'TM-1005',
      state: 'completed',
      lines: [goods('复古邮差帆布包', 260_00n, '卡其色')],
      paidFen: 260_00n,
      refunds: [{ reference: 'RF-1005', state: 'applied', amountFen: 60_00n, lineNo: null }],
      ...at.completed(3),
    }),
    order({
      number: 'TM-1006',
      state: 'cancelled',
      lines: [goods('生肖邮票纹样丝巾', 188_00n)],
      paidFen: 0n,
      ...at.ordered(9),
    }),
    plain('TM-1007', goods('驿站主题手账礼盒', 299_00n, '月白色'), at.completed(20)),
    plain('TM-1008', goods('黄铜台灯 邮驿款', 640_00n), at.completed(30)),
    order({
      number: 'TM-1009',
      state: 'completed',
      lines: [goods('定制藏书票套盒', 113_00n), goods('藏书票图案设计服务', 106_00n)],
      paidFen: 219_00n,
      ...at.completed(10),
    }),
    plain('TM-1010', goods('纪念邮戳印台', 158_00n), at.completed(400)),
    plain('DUP-4001', goods('牛皮纸信封礼包', 100_00n), at.completed(5)),
    plain('TM-3001', goods('企业定制手账', 860_00n), at.completed(4)),
    plain('TM-3002', goods('展陈邮筒柜 大型', 12_000_00n), at.completed(4)),
    plain('TM-3003', goods('邮驿主题挂钟', 268_00n), at.completed(400)),
    plain('TM-3004', goods('会议定制手账 20本', 1_580_00n), at.completed(9)),
  ]
}

function pddOrder(at: TimesOf): OrderInput {
  const order = plain('DUP-4001', goods('牛皮纸信封 50枚', 36_00n), at.completed(5))
  return { ...order, buyer: buyerOf('PDD-4001') }
}

function otherMerchantsOrder(at: TimesOf): OrderInput {
  const order = plain('TM-1001', goods('对照款收纳盒', 88_00n), at.completed(7))
  return { ...order, buyer: buyerOf('BJ-5001') }
}

function storefrontOrders(at: TimesOf): OrderInput[] {
  const buyer = buyerOf('WX-2001')
  return [
    { ...plain('WX-2001', goods('邮路主题手账', 99_90n), at.completed(4)), buyer },
    {
      ...plain('WX-2002', goods('邮票纹样杯垫', 45_00n), at.completed(5)),
      refunds: [{ reference: 'RF-2002', state: 'completed', amountFen: 45_00n, lineNo: null }],
      buyer,
    },
    { ...plain('WX-2003', goods('火漆蜡粒 四色', 60_00n), at.completed(2)), buyer },
  ]
}

/** Each of these numbers drives one failure from the widget to the bureau or the mail server. */
const DRILLS = ['OFFLINE', 'CREDIT', 'INDOUBT', 'SLOW', 'REJECT', 'USED-DEDUCTED', 'MAILFAIL'] as const

function drillOrders(at: TimesOf): OrderInput[] {
  return DRILLS.map((drill) => plain(`DEMO-${drill}`, goods('邮驿贴纸', 50_00n), at.completed(3)))
}

const FILL_GOODS = ['邮驿书签', '驿站徽章', '黄铜钢笔', '便携手账', '帆布笔袋'] as const

function fillOrders(at: TimesOf): OrderInput[] {
  return numbered('FILL', 40).map((number, index) => {
    const amountFen = 29_90n + BigInt(index) * 3_70n
    const lines = [goods(FILL_GOODS[index % FILL_GOODS.length] ?? FILL_GOODS[0], amountFen)]
    return order({ number, state: 'paid', lines, paidFen: amountFen, ...at.paid(1 + index / 10) })
  })
}

/** Typed in by hand: another person has to agree before they count (S0-08). */
function typedOrders(at: TimesOf): OrderInput[] {
  return numbered('MAN', 20).map((number, index) => {
    const lines = [goods('线下订购 驿站徽章', 80_00n + BigInt(index) * 5_00n)]
    return order({ number, state: 'pending_review', lines, paidFen: 0n, ...at.ordered(index / 10) })
  })
}

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index + 1).padStart(4, '0')}`)
}

const FAMILY_NAMES = '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许'
const GIVEN_NAMES = ['示例', '演示', '虚构', '样本'] as const

/** A made-up person, the same for the same order number. The last four digits differ between orders. */
function buyerOf(number: string): Buyer {
  const digits = Number(number.replaceAll(/\D/g, '') || letterSum(number))
  const family = FAMILY_NAMES[digits % FAMILY_NAMES.length] ?? ''
  const given = GIVEN_NAMES[Math.floor(digits / FAMILY_NAMES.length) % GIVEN_NAMES.length] ?? ''
  return {
    name: `${family}${given}`,
    phone: `138${phonePart(number)}${String(digits).padStart(4, '0').slice(-4)}`,
    address: `湖北省武汉市示例区演示路${digits}号`,
    email: `${number.toLowerCase()}@example.com`,
    nick: `demo_${number.toLowerCase()}`,
  }
}

/** Four digits by the prefix of the number, so that no two series share a phone. */
function phonePart(number: string): string {
  return String(letterSum(number.split('-')[0] ?? number)).padStart(4, '0')
}

function letterSum(text: string): number {
  return [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7)
}
