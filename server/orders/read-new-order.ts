import type { NewOrder } from '../contract/orders.ts'
import { Problem } from '../contract/problem.ts'
import type { Buyer, Refund } from './order.ts'
import type { NewLine, OrderInput } from './order-input.ts'

/** What a merchant's backend sends, as an order report. Refuses with `request_invalid` and the field. */
export function readNewOrder(body: NewOrder): OrderInput {
  const { name = null, taxId = null } = body.titleHint ?? {}
  return {
    number: body.number,
    state: body.state,
    rawStatus: null,
    statusKnown: true,
    orderedAt: readInstant(body.orderedAt),
    paidAt: readInstant(body.paidAt),
    shippedAt: readInstant(body.shippedAt),
    completedAt: readInstant(body.completedAt),
    lines: body.lines.map(readLine),
    discountFen: BigInt(body.discountFen ?? 0),
    paidFen: BigInt(body.paidFen),
    platformFen: BigInt(body.platformFen ?? 0),
    refunds: readRefunds(body),
    refundHint: null,
    buyer: body.buyer === undefined ? null : readBuyer(body.buyer),
    titleHint: name === null && taxId === null ? null : { name, taxId },
  }
}

function readInstant(text: string | null | undefined): Date | null {
  return text == null ? null : new Date(text)
}

function readLine(line: NewOrder['lines'][number]): NewLine {
  return {
    kind: line.kind ?? 'goods',
    title: line.title,
    spec: line.spec ?? null,
    skuCode: line.skuCode ?? null,
    unit: line.unit ?? null,
    quantity: line.quantity ?? null,
    amountFen: BigInt(line.amountFen),
    taxCode: line.taxCode ?? null,
    shortName: line.shortName ?? null,
    rateBp: line.rateBp ?? null,
  }
}

function readBuyer(buyer: NonNullable<NewOrder['buyer']>): Buyer {
  const { name = null, phone = null, address = null, email = null, nick = null } = buyer
  return { name, phone, address, email, nick }
}

function readRefunds({ refunds = [], lines }: NewOrder): Refund[] {
  const references = new Set<string>()
  return refunds.map(({ reference, state, amountFen, lineNo = null }, index) => {
    if (references.has(reference)) refuse(`/refunds/${index}/reference`)
    if (lineNo !== null && lineNo > lines.length) refuse(`/refunds/${index}/lineNo`)
    references.add(reference)
    return { reference, state, amountFen: BigInt(amountFen), lineNo }
  })
}

function refuse(field: string): never {
  throw new Problem('request_invalid', { field, errors: [{ code: 'request_invalid', field }] })
}
