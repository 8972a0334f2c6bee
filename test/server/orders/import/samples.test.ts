import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { fileSource } from '../../../../server/orders/import/source.ts'
import { runImport } from './import.fixture.ts'

const sample = (name: string) =>
  fileSource(fileURLToPath(new URL(`../../../fixtures/samples/${name}`, import.meta.url)))

test('the Taobao sample is GB18030 and each of its 30 orders is accepted', async () => {
  const { opened, orders, rejected, finished } = await runImport(await sample('taobao-export-orders.csv'))

  expect(opened).toMatchObject({ encoding: 'gb18030', layout: 'taobao_order', totalRows: 30 })
  // No row of the file breaks a rule: also not the message with a line break and quotes in it, nor 田𠮷 and the emoji.
  expect(rejected).toEqual([])
  expect(finished).toMatchObject({ acceptedOrders: 30, acceptedRows: 30, rejectedRows: 0 })
  for (const order of orders) {
    const sum = order.lines.reduce((total, line) => total + line.amountFen, 0n)
    expect(sum - order.discountFen).toBe(order.expectedFen)
  }
})

test('the Taobao sample keeps numbers, rare characters, line breaks and discounts', async () => {
  const { orders } = await runImport(await sample('taobao-export-orders.csv'))
  const find = (number: string) => orders.find((order) => order.number === number)

  expect(find('3105126886466592980')?.buyer.name).toBe('田𠮷')
  expect(find('3088621505871988302')).toMatchObject({
    status: 'pending_payment',
    paidFen: 0n,
    expectedFen: 3960n,
    paidAt: null,
  })
  expect(find('4150847869877703586')).toMatchObject({ status: 'paid', paidFen: 64385n, discountFen: 1215n })
  expect(find('4103302849939248519')?.lines).toEqual([
    expect.objectContaining({ kind: 'goods', quantity: '2', amountFen: 5980n }),
    expect.objectContaining({ kind: 'freight', title: '运费', amountFen: 1000n }),
  ])
})

test('a Taobao order that was closed and paid back is cancelled with a full refund', async () => {
  const { orders } = await runImport(await sample('taobao-export-orders.csv'))

  expect(orders.filter((order) => order.refund.state === 'full').map((order) => order.number)).toEqual([
    '3525016320225521414',
    '3718329004005580683',
  ])
  expect(orders.find((order) => order.number === '4021075373109647913')).toMatchObject({
    status: 'shipped',
    refund: { state: 'partial', refundedFen: 11890n },
  })
  expect(orders.find((order) => order.number === '3838355806285252823')).toMatchObject({
    status: 'cancelled',
    refund: { state: 'none', refundedFen: 0n },
    paidFen: 0n,
    expectedFen: 3250n,
  })
})

test('several titles in one Taobao cell stay one line without a quantity', async () => {
  const { orders } = await runImport(await sample('taobao-export-orders.csv'))
  const order = orders.find((one) => one.number === '3232626562884484902')

  expect(order?.lines).toEqual([
    {
      kind: 'goods',
      title: '遮光窗帘 定制尺寸，实木折叠餐椅',
      spec: null,
      skuCode: null,
      quantity: null,
      amountFen: 28350n,
    },
  ])
})

test('a tax id in a message is a hint with the name beside it, not with the name of another column', async () => {
  const { orders } = await runImport(await sample('taobao-export-orders.csv'))
  const find = (number: string) => orders.find((order) => order.number === number)?.invoiceHint

  expect(find('3004875616743834904')).toEqual({
    title: '郑州示例朴叶电子商务有限公司',
    taxId: '91410105MAYWCLCX7A',
    text: '麻烦开发票，抬头：郑州示例朴叶电子商务有限公司，税号：91410105MAYWCLCX7A',
  })
  expect(find('3525016320225521414')).toMatchObject({
    title: '示例（成都）知秋建筑装饰有限公司',
    taxId: '91510107MAYD12PW2X',
  })
  expect(find('3186783978040679190')).toEqual({
    title: '示例（成都）知秋建筑装饰有限公司',
    taxId: null,
    text: null,
  })
})

test('the Pinduoduo sample is UTF-8 with a mark and each of its 30 orders is accepted', async () => {
  const { opened, orders, rejected } = await runImport(await sample('pdd-export-orders.csv'))

  expect(opened).toMatchObject({ encoding: 'utf-8', layout: 'pdd', totalRows: 30 })
  // No row breaks a rule: the tab behind every amount is no part of it, and the blank date is in the number.
  expect(rejected).toEqual([])
  expect(orders).toHaveLength(30)
  for (const order of orders) {
    const sum = order.lines.reduce((total, line) => total + line.amountFen, 0n)
    expect(sum - order.discountFen).toBe(order.expectedFen)
  }
})

test('the Pinduoduo sample: refunds, dates and what an unpaid order asked for', async () => {
  const { orders } = await runImport(await sample('pdd-export-orders.csv'))
  const find = (number: string) => orders.find((order) => order.number === number)

  expect(find('260929-833212737623472')).toMatchObject({
    status: 'cancelled',
    statusKnown: true,
    refund: { state: 'full', refundedFen: 48500n },
    invoiceHint: { taxId: '91440604MAY4RFT568', title: '示例（佛山）澜舟餐饮管理有限公司' },
  })
  expect(find('261016-903716790018674')).toMatchObject({
    status: 'shipped',
    refund: { state: 'amount_unknown', refundedFen: 0n },
  })
  expect(find('261012-693062566316815')?.refund.state).toBe('in_progress')
  expect(find('260923-535137700576763')).toMatchObject({
    status: 'cancelled',
    paidFen: 0n,
    expectedFen: 6480n,
  })
  expect(find('261010-542284128862265')).toMatchObject({
    createdAt: new Date('2026-10-10T00:00:00+08:00'),
    notes: ['date_from_order_no'],
  })
  expect(find('261019-315415396409935')).toMatchObject({
    createdAt: new Date('2026-10-19T05:26:31+08:00'),
    paidFen: 5600n,
    discountFen: 800n,
    notes: [],
  })
})
