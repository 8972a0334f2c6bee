import { randomUUID } from 'node:crypto'
import type { RedReason } from '../../server/contract/reissues.ts'
import type { InvoiceContent, InvoiceLine, Party } from '../../server/invoicing/invoice.ts'
import { splitGross } from '../../server/invoicing/money.ts'
import { buildPayload } from '../../server/issuers/build-payload.ts'
import { buildRedPayload } from '../../server/issuers/build-red-payload.ts'
import type { RedSending, Sending } from '../../server/issuers/issuer.ts'
import type { RedWish } from '../contract/issuer.contract.ts'

export const SELLER_TAX_ID = '91420100MA4KTEXT0N'

const nobody: Party = {
  name: '',
  taxId: null,
  address: null,
  phone: null,
  bankName: null,
  bankAccount: null,
}

/** A fictional invoice of one 13 % line, as the server would freeze it. */
export function makeContent(grossFen = 29_900n): InvoiceContent {
  const line: InvoiceLine = {
    lineNo: 1,
    property: 'normal',
    title: '帆布包',
    shortName: '箱包',
    spec: null,
    unit: '个',
    quantity: '1',
    unitPrice: null,
    taxCode: '1040105120000000000',
    treatment: 'taxed',
    rateBp: 1_300,
    grossFen,
    ...splitGross(grossFen, 1_300),
  }
  return {
    kind: 'ordinary',
    colour: 'blue',
    seller: { ...nobody, name: '武汉邮驿文创', taxId: SELLER_TAX_ID },
    buyer: { ...nobody, name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' },
    isPerson: false,
    lines: [line],
    netFen: line.netFen,
    taxFen: line.taxFen,
    grossFen,
    remark: '',
    drawer: '演示',
  }
}

export function makeSending(orderNumber = 'TM-1001', grossFen = 29_900n): Sending {
  const serial = randomUUID()
  return { serial, payload: buildPayload(makeContent(grossFen), { serial, orderNumbers: [orderNumber] }) }
}

/** All of `makeContent` taken back: one normal line, with a negative quantity. */
export function makeRedContent(grossFen = 29_900n): InvoiceContent {
  const { lines, netFen, taxFen, ...rest } = makeContent(grossFen)
  const taken = lines.map((line) => ({
    ...line,
    blueLineNo: line.lineNo,
    quantity: '-1',
    netFen: -line.netFen,
    taxFen: -line.taxFen,
    grossFen: -line.grossFen,
  }))
  return { ...rest, colour: 'red', lines: taken, netFen: -netFen, taxFen: -taxFen, grossFen: -grossFen }
}

type RedAsk = { readonly blueNumber: string; readonly reason?: RedReason; readonly grossFen?: bigint }

/** A red form never seen before, each time, for a blue of `makeSending`. */
export function makeRedSending({ blueNumber, reason = 'mistake', grossFen = 29_900n }: RedAsk): RedSending {
  const formSerial = randomUUID()
  const reference = { formSerial, blueNumber, reason, orderNumbers: ['TM-1001'] }
  return { formSerial, payload: buildRedPayload(makeRedContent(grossFen), reference) }
}

/** Takes back a share of what a sending asked for. */
export function makeRedOf({ blue, blueNumber, reason, percent }: RedWish): RedSending {
  const blueFen: number = JSON.parse(blue.payload).grossFen
  return makeRedSending({ blueNumber, reason, grossFen: (BigInt(blueFen) * BigInt(percent)) / 100n })
}
