import { expect, test } from 'vitest'
import { stageOrders } from '../../../server/demo/stage-orders.ts'
import { judgeInvoiceability } from '../../../server/orders/invoiceability.ts'
import { invoiceableFen, type Order } from '../../../server/orders/order.ts'
import {
  type OrderInput,
  refundedFen,
  refundStateOf,
  settleLines,
} from '../../../server/orders/order-input.ts'

const NOW = new Date('2026-11-22T04:00:00Z')

function toOrder(input: OrderInput): Order {
  const lines = settleLines(input)
  const of = (isFreight: boolean) =>
    lines.filter(({ kind }) => (kind === 'freight') === isFreight).reduce((a, b) => a + b.amountFen, 0n)
  return {
    ...input,
    id: input.number,
    merchantId: 'a',
    shopId: 's',
    origin: 'api',
    version: 1,
    lines,
    goodsFen: of(false),
    freightFen: of(true),
    refundedFen: refundedFen(input.refunds),
    refundState: refundStateOf(input, input.refunds),
    claimedFen: 0n,
  }
}

const staged = new Map<string, Order>(
  stageOrders(NOW).flatMap(({ shopCode, orders }) =>
    orders.map((input) => [`${shopCode} ${input.number}`, toOrder(input)] as const),
  ),
)

function orderOf(key: string): Order {
  const order = staged.get(key)
  if (order === undefined) throw new Error(`no ${key} on the stage`)
  return order
}

const asker = {
  role: 'customer',
  selfServiceDays: 365,
  hasRunningRequest: false,
  invoice: null,
} as const

test.each([
  ['a-tm TM-1001', null, 'request_invoice', 29_900n],
  ['a-tm TM-1002', null, 'request_invoice', 120_000n],
  ['a-tm TM-1003', 'order_not_paid', 'pay_order', 0n],
  ['a-tm TM-1004', null, 'request_invoice', 38_000n],
  ['a-tm TM-1005', 'order_refund_in_progress', 'come_back_later', 26_000n],
  ['a-tm TM-1006', 'order_cancelled', 'order_again', 0n],
  ['a-tm TM-1009', null, 'request_invoice', 21_900n],
  ['a-tm TM-1010', 'order_deadline_passed', 'contact_service', 15_800n],
  ['a-wx WX-2001', null, 'request_invoice', 9_990n],
  ['a-wx WX-2002', 'order_fully_refunded', 'none', 0n],
  ['a-wx WX-2003', null, 'request_invoice', 6_000n],
  ['a-tm DUP-4001', null, 'request_invoice', 10_000n],
  ['a-pdd DUP-4001', null, 'request_invoice', 3_600n],
  ['b-tm TM-1001', null, 'request_invoice', 8_800n],
  ['a-tm FILL-0001', null, 'request_invoice', 2_990n],
  ['a-tm MAN-0001', 'order_in_review', 'come_back_later', 0n],
  ['a-wx DEMO-REJECT', null, 'request_invoice', 5_000n],
] as const)('%s: %s, so %s', (key, code, nextAction, leftFen) => {
  const order = orderOf(key)

  expect(judgeInvoiceability(order, asker, NOW)).toMatchObject({
    code,
    nextAction,
    isInvoiceable: code === null,
  })
  expect(invoiceableFen(order)).toBe(leftFen)
})

test('every order of the stage has one reason or none', () => {
  for (const order of staged.values()) {
    const verdict = judgeInvoiceability(order, asker, NOW)
    expect(verdict.isInvoiceable, order.number).toBe(verdict.code === null)
  }
})

test.each(['a-tm TM-1007', 'a-tm TM-1008'])('%s is invoiced: download it', (key) => {
  const order = { ...orderOf(key), claimedFen: orderOf(key).paidFen }

  expect(
    judgeInvoiceability(
      order,
      { ...asker, invoice: { id: 'i-1', number: '26420000000000000001', isMerged: false } },
      NOW,
    ),
  ).toMatchObject({
    code: 'order_already_invoiced',
    nextAction: 'download_invoice',
  })
})

test('while a request holds the remainder, it is the answer', () => {
  const order = { ...orderOf('a-tm TM-1001'), claimedFen: 29_900n }

  expect(judgeInvoiceability(order, { ...asker, hasRunningRequest: true }, NOW)).toMatchObject({
    code: 'order_being_invoiced',
    nextAction: 'see_request',
  })
})

test('a partly invoiced order has a remainder to invoice', () => {
  const order = { ...orderOf('a-tm TM-1001'), claimedFen: 10_000n }

  expect(
    judgeInvoiceability(
      order,
      { ...asker, invoice: { id: 'i-1', number: '26420000000000000001', isMerged: false } },
      NOW,
    ).isInvoiceable,
  ).toBe(true)
})

test('the deadline runs from completion, binds customers to the second, and staff never', () => {
  const completedAt = new Date('2026-01-01T00:00:00Z')
  const order = { ...orderOf('a-tm TM-1001'), completedAt }
  const last = new Date(completedAt.getTime() + 365 * 86_400_000)
  const after = new Date(last.getTime() + 1)

  expect(judgeInvoiceability(order, asker, last).code).toBeNull()
  expect(judgeInvoiceability(order, asker, after)).toMatchObject({ code: 'order_deadline_passed', at: last })
  expect(judgeInvoiceability(order, { ...asker, role: 'agent' }, after).isInvoiceable).toBe(true)
})

test('an order paid by the platform alone was not refunded: there is nothing to invoice', () => {
  const order = { ...orderOf('a-tm TM-1001'), platformFen: 29_900n }

  expect(judgeInvoiceability(order, asker, NOW)).toMatchObject({
    code: 'order_not_invoiceable',
    nextAction: 'contact_service',
  })
})

test('a status nobody knows, and a refund of unknown amount, go to a person', () => {
  const unknown = { ...orderOf('a-tm TM-1001'), statusKnown: false }
  const unclear = { ...orderOf('a-tm TM-1001'), refundState: 'amount_unknown' } as const

  expect(judgeInvoiceability(unknown, asker, NOW).code).toBe('order_status_unknown')
  expect(judgeInvoiceability(unclear, asker, NOW).code).toBe('order_refund_unclear')
})

test('a refund in progress says when to come back', () => {
  const { at } = judgeInvoiceability(orderOf('a-tm TM-1005'), asker, NOW)

  expect(at).toEqual(new Date('2026-11-25T04:00:00Z'))
})
