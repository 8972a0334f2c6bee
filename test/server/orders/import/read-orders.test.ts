import { describe, expect, test } from 'vitest'
import { describeFile, describeRow } from '../../../../server/orders/import/row-faults.ts'
import { csv, runImport, table } from './import.fixture.ts'

const TAOBAO = [
  '订单编号',
  '买家应付货款',
  '买家应付邮费',
  '总金额',
  '买家实际支付金额',
  '订单状态',
  '宝贝标题 ',
  '宝贝种类 ',
  '宝贝总数量',
  '退款金额',
  '订单创建时间',
  '订单付款时间 ',
  '买家留言',
]
const taobao = (over: Record<string, string> = {}) => ({
  订单编号: '="3004875616743834904"',
  买家应付货款: '30.00',
  买家应付邮费: '0.00',
  总金额: '30.00',
  买家实际支付金额: '30.00',
  订单状态: '交易成功',
  '宝贝标题 ': '茶杯',
  '宝贝种类 ': '1',
  宝贝总数量: '2',
  退款金额: '0.00',
  订单创建时间: '2026-10-19 16:36:49',
  '订单付款时间 ': '2026-10-19 16:40:00',
  ...over,
})

const PDD = [
  '订单成交时间',
  '商品',
  '订单号',
  '订单状态',
  '商品总价(元)',
  '邮费(元)',
  '店铺优惠折扣(元)',
  '用户实付金额(元)',
  '商品数量(件)',
  '售后状态',
]
const pdd = (over: Record<string, string> = {}) => ({
  订单成交时间: '2026-10-19 05:26:31',
  商品: '保温杯',
  订单号: '261019-315415396409935',
  订单状态: '已收货',
  '商品总价(元)': '59.00\t',
  '邮费(元)': '5.00\t',
  '店铺优惠折扣(元)': '8.00\t',
  '用户实付金额(元)': '56.00\t',
  '商品数量(件)': '1\t',
  售后状态: '无售后或售后取消',
  ...over,
})

const OWN = [
  '订单号',
  '实付金额',
  '订单状态',
  '商品名称',
  '规格',
  '数量',
  '单价',
  '金额',
  '优惠',
  '运费',
  '退款金额',
  '付款时间',
  '邮箱',
  '税号',
]
const own = (over: Record<string, string> = {}) => ({ 订单号: 'A-000001', 实付金额: '10.00', ...over })
const run = (...records: Record<string, string>[]) => runImport(table(OWN, ...records))
const codes = (rejected: readonly { rowNumber: number; code: string }[]) =>
  rejected.map(({ rowNumber, code }) => [rowNumber, code])

describe('each fault of a row has its code, and the rest is imported:', () => {
  test.each([
    ['missing_order_no', { 订单号: ' ' }, '订单号'],
    ['bad_order_no', { 订单号: '12' }, '订单号'],
    ['bad_amount', { 实付金额: '1.005' }, '实付金额'],
    ['bad_amount', { 实付金额: '' }, '实付金额'],
    ['bad_amount', { 运费: '-3' }, '运费'],
    ['bad_time', { 付款时间: '2026-02-30 10:00:00' }, '付款时间'],
    ['bad_quantity', { 数量: '0' }, '数量'],
    ['formula_cell', { 实付金额: '=1+1' }, '实付金额'],
    ['formula_cell', { 订单号: '=A1' }, '订单号'],
    ['text_not_allowed', { 商品名称: '茶\0杯' }, '商品名称'],
    ['amounts_disagree', { 商品名称: '茶', 金额: '9.00' }, '实付金额'],
    ['amounts_disagree', { 商品名称: '茶', 金额: '12.00', 优惠: '1.00' }, '优惠'],
    ['amounts_disagree', { 商品名称: '茶', 金额: '12.00', 单价: '5.00', 数量: '2' }, '金额'],
    ['amounts_disagree', { 退款金额: '11.00' }, '退款金额'],
  ])('%s for %j', async (code, over, column) => {
    const { orders, rejected } = await run(
      own({ 订单号: 'A-000000' }),
      own(over),
      own({ 订单号: 'A-000002' }),
    )

    expect(orders.map((order) => order.number)).toEqual(['A-000000', 'A-000002'])
    expect(rejected).toMatchObject([{ rowNumber: 2, sheetRow: 3, code, column }])
  })

  test('bad_status where a platform says none', async () => {
    const { rejected } = await runImport(table(TAOBAO, taobao({ 订单状态: '' })))

    expect(rejected).toMatchObject([{ code: 'bad_status', column: '订单状态' }])
  })

  test('a number that Excel spoilt, which the sentence says', async () => {
    const { rejected } = await runImport(table(TAOBAO, taobao({ 订单编号: '3.00488E+18' })))

    expect(rejected).toMatchObject([{ code: 'bad_order_no', value: '3.00488E+18' }])
    expect(describeRow(rejected[0]?.text ?? 'bad_order_no', 'zh')).toContain('Excel')
    expect(describeRow(rejected[0]?.text ?? 'bad_order_no', 'en')).toContain('Excel')
  })

  test('several faults of one row are told at once', async () => {
    const { rejected } = await run(own({ 实付金额: 'x', 付款时间: 'y' }))

    expect(rejected).toMatchObject([
      { code: 'bad_amount', others: [{ code: 'bad_time', column: '付款时间' }] },
    ])
  })

  test('a row with more cells than the header', async () => {
    const { rejected } = await runImport('订单号,实付金额\nA-000001,1,2\nA-000002,1,,\n')

    expect(codes(rejected)).toEqual([[1, 'too_many_cells']])
  })

  test('a lost quote and a file that breaks off', async () => {
    const { orders, rejected } = await runImport(
      '订单号,实付金额,备注\nA-000001,1,"x\nA-000002,1,\nA-000003,1',
    )

    expect(orders.map((order) => order.number)).toEqual(['A-000002'])
    expect(codes(rejected)).toEqual([
      [1, 'broken_quotes'],
      [3, 'row_cut_short'],
    ])
  })
})

describe('rows of one order', () => {
  test('become one order with its lines, and its amounts count once', async () => {
    const { orders, accepted } = await run(
      own({ 实付金额: '25.00', 商品名称: '茶', 单价: '10.00', 数量: '2', 运费: '6.00', 优惠: '4.00' }),
      own({ 实付金额: '25.00', 商品名称: '碗', 金额: '3.00', 运费: '6.00', 优惠: '4.00' }),
    )

    expect(accepted[0]?.rows.map((row) => row.rowNumber)).toEqual([1, 2])
    expect(orders).toMatchObject([
      {
        paidFen: 2500n,
        freightFen: 600n,
        discountFen: 400n,
        goodsFen: 2300n,
        lines: [
          { kind: 'goods', title: '茶', quantity: '2', amountFen: 2000n },
          { kind: 'goods', title: '碗', quantity: null, amountFen: 300n },
          { kind: 'freight', title: '运费', amountFen: 600n },
        ],
      },
    ])
  })

  test('may state the amounts of the order on the first row only', async () => {
    const { orders, rejected } = await run(
      own({ 实付金额: '20.00', 商品名称: '茶', 金额: '12.00' }),
      own({ 实付金额: '', 商品名称: '碗', 金额: '8.00' }),
    )

    expect(rejected).toEqual([])
    expect(orders).toMatchObject([{ paidFen: 2000n, lines: [{ amountFen: 1200n }, { amountFen: 800n }] }])
  })

  test('are one order also when others stand between them', async () => {
    const { orders, rejected, finished } = await run(
      own({ 实付金额: '20.00', 商品名称: '茶', 金额: '12.00' }),
      own({ 订单号: 'B-000001' }),
      own({ 实付金额: '20.00', 商品名称: '碗', 金额: '8.00' }),
    )

    expect(rejected).toEqual([])
    expect(orders.map(({ number, lines }) => [number, lines.length])).toEqual([
      ['B-000001', 1],
      ['A-000001', 2],
    ])
    expect(finished).toMatchObject({ acceptedRows: 3 })
  })

  test('that are apart too often are each named, and none is lost', async () => {
    const apart = [own({ 商品名称: '茶' }), own({ 订单号: 'B-000001' }), own({ 商品名称: '碗' })]
    const { orders, rejected } = await runImport(table(OWN, ...apart), { limits: { scatteredRows: 1 } })

    expect(orders.map((order) => order.number)).toEqual(['B-000001'])
    expect(codes(rejected)).toEqual([
      [1, 'rows_scattered'],
      [3, 'rows_scattered'],
    ])
  })

  test('are rejected together when one of them is faulty', async () => {
    const { orders, rejected } = await run(
      own({ 商品名称: '茶', 金额: '5.00' }),
      own({ 商品名称: '碗', 金额: 'x' }),
      own({ 订单号: 'B-000001' }),
    )

    expect(orders.map((order) => order.number)).toEqual(['B-000001'])
    expect(codes(rejected).sort()).toEqual([
      [1, 'order_incomplete'],
      [2, 'bad_amount'],
    ])
  })

  test('are bounded in number', async () => {
    const rows = Array.from({ length: 30 }, (_, at) => own({ 商品名称: `茶${at}`, 金额: '1.00' }))
    const { orders, rejected } = await runImport(table(OWN, ...rows, own({ 订单号: 'B-000001' })), {
      limits: { linesPerOrder: 10 },
    })

    expect(orders.map((order) => order.number)).toEqual(['B-000001'])
    expect(rejected.map((row) => row.code)).toEqual(Array(30).fill('too_many_lines'))
  })

  test('that repeat an earlier row cell by cell are duplicates, wherever they stand', async () => {
    const { orders, rejected } = await runImport(
      table(TAOBAO, taobao(), taobao({ 订单编号: '="4004875616743834904"' }), taobao()),
    )

    expect(orders).toHaveLength(2)
    expect(codes(rejected)).toEqual([[3, 'duplicate_row']])
  })

  test.each([
    ['amount', { 买家实际支付金额: '29.00' }, '买家实际支付金额'],
    ['status', { 订单状态: '交易关闭' }, '订单状态'],
    ['time', { 订单创建时间: '2026-10-18 16:36:49' }, '订单创建时间'],
  ])('with another %s conflict, and the first one stays', async (_, over, column) => {
    const { orders, rejected } = await runImport(table(TAOBAO, taobao(), taobao(over)))

    expect(orders).toMatchObject([{ paidFen: 3000n, status: 'completed' }])
    expect(rejected).toMatchObject([{ rowNumber: 2, code: 'conflicting_order', column }])
  })

  test('of a file with one row an order do not double its amount when only a message differs', async () => {
    const { orders, rejected } = await runImport(table(TAOBAO, taobao(), taobao({ 买家留言: '快点' })))

    expect(orders).toMatchObject([{ paidFen: 3000n, lines: [{ amountFen: 3000n }] }])
    expect(codes(rejected)).toEqual([[2, 'duplicate_row']])
  })

  test('of a file with one row an order share its amount when they name other goods', async () => {
    const { orders } = await runImport(table(TAOBAO, taobao(), taobao({ '宝贝标题 ': '碗' })))

    expect(orders).toMatchObject([
      { paidFen: 3000n, lines: [{ title: '茶杯，碗', quantity: null, amountFen: 3000n }] },
    ])
  })
})

describe('Taobao', () => {
  test.each([
    ['等待买家付款', '0.00', '0.00', 'pending_payment', 'none', 0n],
    ['买家已付款，等待卖家发货', '30.00', '0.00', 'paid', 'none', 3000n],
    ['卖家已发货，等待买家确认', '30.00', '10.00', 'shipped', 'partial', 3000n],
    ['交易成功', '30.00', '30.00', 'completed', 'full', 3000n],
    ['交易关闭', '30.00', '30.00', 'cancelled', 'full', 3000n],
    ['交易关闭', '30.00', '0.00', 'cancelled', 'full', 3000n],
    ['交易关闭', '30.00', '10.00', 'cancelled', 'amount_unknown', 3000n],
    ['交易关闭', '', '0.00', 'cancelled', 'none', 0n],
  ])('%s, paid %s, refunded %s', async (words, paid, refunded, status, state, paidFen) => {
    const over = { 订单状态: words, 买家实际支付金额: paid, 退款金额: refunded }
    const { orders } = await runImport(table(TAOBAO, taobao(over)))

    expect(orders).toMatchObject([
      { platform: 'taobao', status, statusKnown: true, refund: { state }, paidFen },
    ])
  })

  test('unknown words are kept, and the order waits', async () => {
    const { orders } = await runImport(table(TAOBAO, taobao({ 订单状态: '玄学状态' })))

    expect(orders).toMatchObject([{ status: 'pending_review', statusKnown: false, rawStatus: '玄学状态' }])
  })

  test('the layout of 2016 has no refund column, and each paid order says so', async () => {
    const headers = TAOBAO.filter((name) => name !== '退款金额')
    const { orders } = await runImport(table(headers, taobao()))

    expect(orders[0]?.notes).toEqual(['refund_column_missing'])
  })

  const ITEM = [
    '子订单编号',
    '主订单编号',
    '标题',
    '价格',
    '购买数量',
    '商品属性',
    '订单状态',
    '买家应付货款',
    '买家实际支付金额',
    '退款状态',
    '退款金额',
  ]
  const item = (over: Record<string, string>) => ({
    主订单编号: '3004875616743834904',
    价格: '10.00',
    购买数量: '1',
    订单状态: '交易成功',
    买家应付货款: '10.00',
    买家实际支付金额: '9.00',
    退款状态: '没有申请退款',
    退款金额: '0.00',
    ...over,
  })

  test('items are summed, and a closed item counts by its refund', async () => {
    const { opened, orders } = await runImport(
      table(
        ITEM,
        item({ 子订单编号: '1', 标题: '茶' }),
        item({
          子订单编号: '2',
          标题: '碗',
          订单状态: '交易关闭',
          买家实际支付金额: '0.00',
          退款状态: '退款成功',
          退款金额: '8.00',
        }),
      ),
    )

    expect(opened.layout).toBe('taobao_item')
    expect(orders).toMatchObject([
      {
        status: 'completed',
        paidFen: 1700n,
        discountFen: 300n,
        refund: { state: 'partial', refundedFen: 800n },
        lines: [{ title: '茶', amountFen: 1000n }, { title: '碗' }],
      },
    ])
  })

  test('the same item twice with other cells is a conflict', async () => {
    const { rejected } = await runImport(
      table(ITEM, item({ 子订单编号: '1', 标题: '茶' }), item({ 子订单编号: '1', 标题: '碗' })),
    )

    expect(rejected).toMatchObject([{ code: 'conflicting_order', column: '子订单编号' }])
  })

  test('a refund that is being asked for holds the order', async () => {
    const { orders } = await runImport(
      table(ITEM, item({ 子订单编号: '1', 标题: '茶', 退款状态: '买家已经申请退款，等待卖家同意' })),
    )

    expect(orders[0]?.refund.state).toBe('in_progress')
  })
})

describe('Pinduoduo', () => {
  test.each([
    ['待付款', '无售后或售后取消', 'pending_payment', 'none', 0n],
    ['待发货', '无售后或售后取消', 'paid', 'none', 5600n],
    ['已发货，待签收', '无售后或售后取消', 'shipped', 'none', 5600n],
    ['已发货，待收货', '售后处理中', 'shipped', 'in_progress', 5600n],
    ['已签收', '无售后或售后取消', 'completed', 'none', 5600n],
    ['未发货，退款成功', '退款成功', 'cancelled', 'full', 5600n],
    ['未成交，退款成功', '退款成功', 'cancelled', 'full', 5600n],
    ['已取消，退款成功', '退款成功', 'cancelled', 'full', 5600n],
    ['已发货，退款成功', '退款成功', 'shipped', 'amount_unknown', 5600n],
    ['已签收，退款成功', '退款成功', 'completed', 'amount_unknown', 5600n],
    ['已收货，退款成功', '退款成功', 'completed', 'amount_unknown', 5600n],
  ])('%s, %s', async (words, afterSale, status, state, paidFen) => {
    const { orders } = await runImport(table(PDD, pdd({ 订单状态: words, 售后状态: afterSale })))

    expect(orders).toMatchObject([{ platform: 'pdd', status, statusKnown: true, refund: { state }, paidFen }])
  })

  test('a time that is there wins over the date in the number', async () => {
    const { orders } = await runImport(table(PDD, pdd({ 订单成交时间: '2026-10-20 01:00:00' })))

    expect(orders).toMatchObject([{ createdAt: new Date('2026-10-20T01:00:00+08:00'), notes: [] }])
  })

  test('words of refunds that nobody has mapped hold the order', async () => {
    const { orders } = await runImport(table(PDD, pdd({ 售后状态: '仲裁中' })))

    expect(orders).toMatchObject([{ statusKnown: false, refund: { state: 'in_progress' } }])
  })
})

describe('JD and Douyin', () => {
  const JD = [
    '订单号',
    '商品ID',
    '商品名称',
    '订购数量',
    '京东价',
    '订单金额',
    '余额支付',
    '应付金额',
    '订单状态',
    '下单时间',
    '运费金额',
    '付款确认时间',
    '',
  ]
  const jd = (over: Record<string, string>) => ({
    订单号: '301234567890',
    订购数量: '1',
    订单金额: '36.00',
    应付金额: '33.00',
    订单状态: '完成',
    运费金额: '6.00',
    付款确认时间: '2026-10-01 10:00:00',
    ...over,
  })

  test('one row per SKU makes one order, the amounts once', async () => {
    const { opened, orders } = await runImport(
      table(
        JD,
        jd({ 商品ID: '1', 商品名称: '茶', 京东价: '10.00', 订购数量: '2' }),
        jd({ 商品ID: '2', 商品名称: '碗', 京东价: '10.00' }),
      ),
    )

    expect(opened.layout).toBe('jd_order')
    expect(orders).toMatchObject([
      {
        paidFen: 3300n,
        discountFen: 300n,
        lines: [{ amountFen: 2000n }, { amountFen: 1000n }, { kind: 'freight' }],
      },
    ])
  })

  test('an order cancelled before anybody paid was not paid, after that it is refunded', async () => {
    const cancelled = { 商品ID: '1', 商品名称: '茶', 京东价: '30.00', 订单状态: '取消' }
    const { orders } = await runImport(
      table(JD, jd({ ...cancelled, 付款确认时间: '' }), jd({ ...cancelled, 订单号: '301234567891' })),
    )

    expect(orders).toMatchObject([
      { status: 'cancelled', paidFen: 0n, expectedFen: 3300n, refund: { state: 'none' } },
      { status: 'cancelled', paidFen: 3300n, refund: { state: 'full', refundedFen: 3300n } },
    ])
  })

  const DOUYIN = [
    '主订单编号',
    '子订单编号',
    '选购商品',
    '商品数量',
    '商品单价',
    '订单应付金额',
    '订单提交时间',
    '订单状态',
    '售后状态',
  ]
  const douyin = (over: Record<string, string>) => ({
    主订单编号: '\t6912345678901234567',
    商品数量: '1',
    商品单价: '10.00',
    订单提交时间: '2026-10-01 10:00:00',
    订单状态: '已完成',
    售后状态: '-',
    ...over,
  })

  test.each([
    ['rows that pay their own goods are items', ['10.00', '9.00'], 1900n],
    ['an amount above a row of its own is the order’s', ['18.00', '18.00'], 1800n],
  ])('%s', async (_, [first = '', second = ''], paidFen) => {
    const { orders } = await runImport(
      table(
        DOUYIN,
        douyin({ 子订单编号: '\t1', 选购商品: '茶', 订单应付金额: first }),
        douyin({ 子订单编号: '\t2', 选购商品: '碗', 订单应付金额: second }),
      ),
    )

    expect(orders).toMatchObject([{ number: '6912345678901234567', paidFen, refund: { state: 'none' } }])
  })

  test('where both readings fit, nothing is concluded', async () => {
    const { orders, rejected } = await runImport(
      table(
        DOUYIN,
        douyin({ 子订单编号: '\t1', 选购商品: '茶', 订单应付金额: '9.00' }),
        douyin({ 子订单编号: '\t2', 选购商品: '碗', 订单应付金额: '9.00' }),
      ),
    )

    expect(orders).toEqual([])
    expect(codes(rejected)).toEqual([
      [1, 'amounts_disagree'],
      [2, 'amounts_disagree'],
    ])
  })
})

describe('our own table', () => {
  test('needs a number and an amount only', async () => {
    const { opened, orders } = await runImport(csv(['订单号', '实付金额'], ['demo-000001', '¥1,234.50']))

    expect(opened.layout).toBe('generic')
    expect(orders).toMatchObject([
      {
        platform: 'other',
        number: 'DEMO-000001',
        status: 'paid',
        statusKnown: true,
        goodsFen: null,
        paidFen: 123450n,
        lines: [{ title: null, quantity: null, amountFen: 123450n }],
        notes: ['status_blank'],
      },
    ])
  })

  test('an order that waits for payment asks for its amount and has paid nothing', async () => {
    const { orders } = await run(own({ 订单状态: '待支付', 商品名称: '茶', 金额: '12.00', 优惠: '2.00' }))

    expect(orders).toMatchObject([{ paidFen: 0n, expectedFen: 1000n, discountFen: 200n, paidAt: null }])
  })

  test('a mail that is none is left out with a note, a wrong tax id without one', async () => {
    const { orders } = await run(own({ 邮箱: 'a@b', 税号: '91500102563638729E' }))

    expect(orders).toMatchObject([{ buyer: { email: null }, invoiceHint: { taxId: null } }])
    expect(orders[0]?.notes).toContain('email_ignored')
  })
})

describe('the header', () => {
  test('may stand below a title, its names wider, spaced and with (元)', async () => {
    const { orders, accepted } = await runImport('十月订单\n\n　订单号 ,实付金额（元）\nA-000001,1\n')

    expect(orders).toMatchObject([{ paidFen: 100n }])
    expect(accepted[0]?.rows).toEqual([{ rowNumber: 1, sheetRow: 4 }])
  })

  test('below the twentieth row is not looked for', async () => {
    await expect(runImport(`${'x,y\n'.repeat(20)}订单号,实付金额\nA-000001,1\n`)).rejects.toMatchObject({
      code: 'import_layout_unknown',
      facts: { reason: 'header_missing' },
    })
  })

  test('that lacks columns is refused, and the missing ones are named', async () => {
    const old = [
      '订单编号',
      '标题',
      '价格',
      '购买数量',
      '外部系统编号',
      '商品属性',
      '套餐信息',
      '备注',
      '订单状态',
      '商家编码',
    ]
    const refused = await runImport(csv(old)).catch((problem: unknown) => problem)

    expect(refused).toMatchObject({
      code: 'import_layout_unknown',
      facts: { reason: 'columns_missing', layout: 'taobao_item', missing: '买家实际支付金额' },
    })
    expect(describeFile({ reason: 'columns_missing', missing: '实付金额' }, 'zh')).toBe('缺少列：实付金额。')
  })

  test('that has a name twice is refused', async () => {
    await expect(runImport('订单号,实付金额,实付金额(元)\nA-000001,1,2\n')).rejects.toMatchObject({
      code: 'import_layout_unknown',
      facts: { reason: 'duplicate_headers', repeated: '实付金额' },
    })
  })
})

describe('the row of sums', () => {
  test.each([
    ['20.00', true],
    ['21.00', false],
  ])('stating %s is skipped and compared', async (stated, isEqual) => {
    const { orders, rejected, finished } = await runImport(
      csv(['订单号', '实付金额'], ['A-000001', '10.00'], ['A-000002', '10.00'], ['合计', stated]),
    )

    expect(orders).toHaveLength(2)
    expect(rejected).toEqual([])
    expect(finished.sumCheck).toMatchObject({ isEqual, rowsFen: 2000n })
  })

  test('may count an order of two rows once', async () => {
    const { finished } = await runImport(
      csv(
        ['订单号', '实付金额', '商品名称', '金额'],
        ['A-000001', '10.00', '茶', '5.00'],
        ['A-000001', '10.00', '碗', '5.00'],
        ['总计', '10.00', '', ''],
      ),
    )

    expect(finished.sumCheck).toMatchObject({ isEqual: true, rowsFen: 2000n, ordersFen: 1000n })
  })
})

test('a spreadsheet’s row number does not count the line breaks within a cell', async () => {
  const { accepted } = await runImport(
    table([...OWN, '备注'], own({ 备注: '一\n二\n三' }), own({ 订单号: 'B-000001' })),
  )

  expect(accepted.map((one) => one.rows)).toEqual([
    [{ rowNumber: 1, sheetRow: 2 }],
    [{ rowNumber: 2, sheetRow: 3 }],
  ])
})

test('names that belong to every object are cells and headers like any other', async () => {
  const { orders, rejected } = await runImport(
    '订单号,实付金额,__proto__,constructor,订单状态\nA-000001,1,x,y,constructor\n',
  )

  expect(rejected).toEqual([])
  expect(orders).toMatchObject([{ statusKnown: false, rawStatus: 'constructor' }])
})
