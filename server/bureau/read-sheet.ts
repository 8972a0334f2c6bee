import type { Goods } from './records.ts'
import type { RefusalName } from './refusals.ts'
import {
  type Fault,
  type Fields,
  isFault,
  isText,
  type Line,
  parse,
  readAmounts,
  readBuyer,
  readFields,
  readGoods,
  readOrderNumbers,
  SERIAL,
  sumFault,
  sumOf,
  TAX_ID,
} from './sheet-fields.ts'

/** What the bureau keeps of a sheet that it accepts. Amounts are integer fen. */
export type Sheet = {
  readonly serial: string
  readonly orderNumbers: string[]
  readonly kind: 'ordinary' | 'special'
  readonly sellerTaxId: string
  readonly buyerName: string
  readonly buyerTaxId: string | null
  readonly netFen: number
  readonly taxFen: number
  readonly grossFen: number
  readonly goods: Goods[]
}

export type SheetReading =
  | { readonly kind: 'sheet'; readonly sheet: Sheet }
  /** `serial` is null where not even that could be read: such a sheet leaves no trace. */
  | {
      readonly kind: 'refused'
      readonly serial: string | null
      readonly why: RefusalName
      readonly field: string
    }

const MAX_LINES = 2_000 // SIM10, discount lines included
const MAX_REMARK_BYTES = 630 // facts/invoicing.md §1.4

/**
 * Reads one sheet as a bureau does: it trusts nothing of the sender and recomputes what it can.
 * Names the first fault, by a JSON pointer. Knows the wire format only, no code of the server's.
 */
export function readSheet(text: string): SheetReading {
  const body = readFields(parse(text))
  const serial =
    body !== null && typeof body.serial === 'string' && SERIAL.test(body.serial) ? body.serial : null
  const refuse = ({ why, field }: Fault): SheetReading => ({ kind: 'refused', serial, why, field })
  if (body === null || serial === null) return refuse({ why: 'shape_wrong', field: '/serial' })

  const head = readHead(body)
  if (isFault(head)) return refuse(head)
  const lines = readLines(body.lines)
  if (isFault(lines)) return refuse(lines)
  const fault = discountFault(lines) ?? totalsFault(body, lines)
  if (fault !== null) return refuse(fault)

  const { netFen, taxFen, grossFen } = sumOf(lines)
  return { kind: 'sheet', sheet: { serial, ...head, netFen, taxFen, grossFen, goods: goodsOf(lines) } }
}

/** Each discount merged into the line above it: what red lines can take back (SIM11). */
function goodsOf(lines: readonly Line[]): Goods[] {
  const goods: Goods[] = []
  for (const [index, { property, title, taxCode, rateBp, netFen, taxFen }] of lines.entries()) {
    const above = goods.at(-1)
    if (property !== 'discount') goods.push({ no: index + 1, title, taxCode, rateBp, netFen, taxFen })
    else if (above !== undefined) {
      above.netFen += netFen
      above.taxFen += taxFen
    }
  }
  return goods
}

type Head = Omit<Sheet, 'serial' | 'netFen' | 'taxFen' | 'grossFen' | 'goods'>

function readHead(body: Fields): Head | Fault {
  const { kind, colour, version } = body
  if (version !== 1) return { why: 'shape_wrong', field: '/version' }
  if (kind !== 'ordinary' && kind !== 'special') return { why: 'shape_wrong', field: '/kind' }
  if (colour !== 'blue') return { why: 'colour_unsupported', field: '/colour' }
  if (!isText(body.drawer, 20)) return { why: 'shape_wrong', field: '/drawer' }
  if (typeof body.remark !== 'string' || Buffer.byteLength(body.remark) > MAX_REMARK_BYTES)
    return { why: 'shape_wrong', field: '/remark' }

  const orderNumbers = readOrderNumbers(body.orderNumbers)
  if (orderNumbers === null) return { why: 'shape_wrong', field: '/orderNumbers' }
  const seller = readFields(body.seller)
  const sellerTaxId = seller?.taxId
  if (!isText(seller?.name, 100) || typeof sellerTaxId !== 'string' || !TAX_ID.test(sellerTaxId)) {
    return { why: 'seller_unregistered', field: '/seller' }
  }
  const buyer = readBuyer(body.buyer, kind)
  return isFault(buyer) ? buyer : { orderNumbers, kind, sellerTaxId, ...buyer }
}

function readLines(value: unknown): Line[] | Fault {
  if (!Array.isArray(value)) return { why: 'shape_wrong', field: '/lines' }
  if (value.length === 0) return { why: 'lines_missing', field: '/lines' }
  if (value.length > MAX_LINES) return { why: 'lines_too_many', field: '/lines' }

  const lines: Line[] = []
  for (const [index, item] of value.entries()) {
    const line = readLine(item, index)
    if (isFault(line)) return line
    lines.push(line)
  }
  return lines
}

function readLine(value: unknown, index: number): Line | Fault {
  const field = `/lines/${index}`
  const line = readFields(value)
  if (line === null || line.lineNo !== index + 1) return { why: 'shape_wrong', field: `${field}/lineNo` }

  const goods = readGoods(line, field)
  if (isFault(goods)) return goods
  const amounts = readAmounts(line, field)
  if (isFault(amounts)) return amounts
  const why = amountFault({ ...goods, ...amounts })
  return why === null ? { ...goods, ...amounts } : { why, field }
}

function amountFault(line: Line): RefusalName | null {
  const { property, netFen, taxFen } = line
  const why = sumFault(line)
  if (why !== null) return why
  if (property === 'discount') return netFen > 0 || taxFen > 0 ? 'discount_too_large' : null
  return netFen < 0 || taxFen < 0 ? 'line_negative' : null
}

/** A discount stands right under what it reduces: same goods, same rate, not larger (SIM11). */
function discountFault(lines: readonly Line[]): Fault | null {
  for (const [index, line] of lines.entries()) {
    const why = pairFault(lines[index - 1], line)
    if (why !== null) return { why, field: `/lines/${index}` }
  }
  const last = lines.length - 1
  return lines[last]?.property === 'discounted' ? { why: 'discount_astray', field: `/lines/${last}` } : null
}

function pairFault(above: Line | undefined, line: Line): RefusalName | null {
  if ((above?.property === 'discounted') !== (line.property === 'discount')) return 'discount_astray'
  if (above === undefined || line.property !== 'discount') return null
  if (above.title !== line.title || above.taxCode !== line.taxCode) return 'discount_other_goods'
  if (above.rateBp !== line.rateBp) return 'discount_other_rate'
  return -line.netFen > above.netFen || -line.taxFen > above.taxFen ? 'discount_too_large' : null
}

function totalsFault(body: Fields, lines: readonly Line[]): Fault | null {
  const sum = sumOf(lines)
  if (body.netFen !== sum.netFen) return { why: 'totals_wrong', field: '/netFen' }
  if (body.taxFen !== sum.taxFen) return { why: 'totals_wrong', field: '/taxFen' }
  if (body.grossFen !== sum.grossFen) return { why: 'totals_wrong', field: '/grossFen' }
  if (sum.grossFen <= 0) return { why: 'total_not_positive', field: '/grossFen' }
  return null
}
