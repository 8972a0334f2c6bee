import type { Goods } from './records.ts'
import type { RefusalName } from './refusals.ts'
import {
  type Fault,
  type Fields,
  isFault,
  isText,
  parse,
  readAmounts,
  readBuyer,
  readFields,
  readGoods,
  readOrderNumbers,
  SERIAL,
  sumFault,
  sumOf,
} from './sheet-fields.ts'

/** A red line: the goods it takes back, and of which blue line, where the sender says so. */
export type RedLine = Omit<Goods, 'no'> & { readonly blueLineNo: number | null }

/** An application for a red form. Amounts are negative fen. */
export type RedSheet = {
  readonly formSerial: string
  readonly blueNumber: string
  /** 01 开票有误, 02 销货退回, 03 服务中止, 04 销售折让. */
  readonly reason: string
  readonly orderNumbers: string[]
  readonly kind: 'ordinary' | 'special'
  readonly sellerTaxId: string
  readonly buyerName: string
  readonly buyerTaxId: string | null
  readonly lines: readonly RedLine[]
  readonly netFen: number
  readonly taxFen: number
  readonly grossFen: number
}

export type RedReading =
  | { readonly kind: 'red'; readonly sheet: RedSheet }
  | {
      readonly kind: 'refused'
      readonly formSerial: string | null
      readonly why: RefusalName
      readonly field: string
    }

/**
 * Reads a red form on its own: shape, signs, sums. Whether the blue allows it is for `holdAgainstBlue`.
 * Names the first fault, by a JSON pointer.
 */
export function readRedSheet(text: string): RedReading {
  const body = readFields(parse(text))
  const given = body?.formSerial
  const formSerial = typeof given === 'string' && SERIAL.test(given) ? given : null
  const refuse = ({ why, field }: Fault): RedReading => ({ kind: 'refused', formSerial, why, field })
  if (body === null || formSerial === null) return refuse({ why: 'shape_wrong', field: '/formSerial' })

  const head = readHead(body)
  if (isFault(head)) return refuse(head)
  const lines = readLines(body.lines)
  if (isFault(lines)) return refuse(lines)

  const sum = sumOf(lines.map((line) => ({ ...line, grossFen: line.netFen + line.taxFen })))
  for (const name of ['netFen', 'taxFen', 'grossFen'] as const) {
    if (body[name] !== sum[name]) return refuse({ why: 'totals_wrong', field: `/${name}` })
  }
  if (sum.grossFen >= 0) return refuse({ why: 'red_line_positive', field: '/grossFen' })
  return { kind: 'red', sheet: { formSerial, ...head, lines, ...sum } }
}

type Head = Omit<RedSheet, 'formSerial' | 'lines' | 'netFen' | 'taxFen' | 'grossFen'>

function readHead(body: Fields): Head | Fault {
  const { kind, blueNumber, reason } = body
  if (body.version !== 1) return { why: 'shape_wrong', field: '/version' }
  if (body.colour !== 'red') return { why: 'shape_wrong', field: '/colour' }
  if (kind !== 'ordinary' && kind !== 'special') return { why: 'shape_wrong', field: '/kind' }
  if (typeof blueNumber !== 'string' || !/^\d{20}$/.test(blueNumber))
    return { why: 'shape_wrong', field: '/blueNumber' }
  if (typeof reason !== 'string' || !/^0[1-4]$/.test(reason))
    return { why: 'red_reason_wrong', field: '/reason' }

  const orderNumbers = readOrderNumbers(body.orderNumbers)
  if (orderNumbers === null) return { why: 'shape_wrong', field: '/orderNumbers' }
  const sellerTaxId = readFields(body.seller)?.taxId
  if (!isText(sellerTaxId, 20)) return { why: 'seller_unregistered', field: '/seller' }
  const buyer = readBuyer(body.buyer, kind)
  return isFault(buyer) ? buyer : { blueNumber, reason, orderNumbers, kind, sellerTaxId, ...buyer }
}

function readLines(value: unknown): RedLine[] | Fault {
  if (!Array.isArray(value)) return { why: 'shape_wrong', field: '/lines' }
  if (value.length === 0) return { why: 'lines_missing', field: '/lines' }
  if (value.length > 2_000) return { why: 'lines_too_many', field: '/lines' }

  const lines: RedLine[] = []
  for (const [index, item] of value.entries()) {
    const line = readLine(item, `/lines/${index}`)
    if (isFault(line)) return line
    lines.push(line)
  }
  return lines
}

function readLine(value: unknown, field: string): RedLine | Fault {
  const line = readFields(value)
  if (line === null) return { why: 'shape_wrong', field }
  const goods = readGoods(line, field)
  if (isFault(goods)) return goods
  if (goods.property !== 'normal') return { why: 'red_line_not_normal', field: `${field}/property` }
  const amounts = readAmounts(line, field)
  if (isFault(amounts)) return amounts

  const why = sumFault(amounts)
  if (why !== null) return { why, field }
  const { rateBp, netFen, taxFen } = amounts
  const isTakenBack = netFen <= 0 && taxFen <= 0 && hasSign(line.quantity, '-') && hasSign(line.unitPrice, '')
  if (!isTakenBack) return { why: 'red_line_positive', field }

  const blueLineNo = line.blueLineNo ?? null
  if (blueLineNo !== null && (typeof blueLineNo !== 'number' || !Number.isInteger(blueLineNo)))
    return { why: 'red_line_unknown', field: `${field}/blueLineNo` }
  const { title, taxCode } = goods
  return { title, taxCode, rateBp, netFen, taxFen, blueLineNo }
}

/** A quantity is taken back with a minus, a price keeps its sign; either may be left out. */
function hasSign(value: unknown, sign: '' | '-'): boolean {
  if (value === null || value === undefined) return true
  return typeof value === 'string' && value.startsWith('-') === (sign === '-') && /^-?[\d.]+$/.test(value)
}
