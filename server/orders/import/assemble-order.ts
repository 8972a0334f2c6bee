import { cleanCell, readNumberDate } from './cells.ts'
import type {
  AcceptedOrder,
  ImportedBuyer,
  ImportedOrder,
  ImportedStatus,
  ImportNote,
  RejectedRow,
  RowFault,
} from './imported-order.ts'
import { findInvoiceHint } from './invoice-hint.ts'
import type { Field, FoundLayout, MoneyField, TextField, TimeField } from './layouts.ts'
import { firstMoney, type OrderAmounts, type OrderRows, readAmounts } from './order-amounts.ts'
import { faultOf, type OrderRow } from './read-row.ts'
import { readStatus, type StatusReading } from './statuses.ts'

export type RowOutcome = AcceptedOrder | RejectedRow

/** Decides over all rows of one order together: one order, or a named fault for each row that is not part of it. */
export function assembleOrder(rows: readonly OrderRow[], found: FoundLayout): RowOutcome[] {
  const { kept, rejected, isBlocked } = partRows(rows, found)
  const [first, ...rest] = kept
  if (first === undefined) return [...rejected]
  if (isBlocked) return [...kept.map((row) => reject(row, faultOf('order_incomplete', null))), ...rejected]

  const order = buildOrder([first, ...rest], found)
  if (!('text' in order)) {
    const places = kept.map(({ rowNumber, sheetRow }) => ({ rowNumber, sheetRow }))
    return [{ kind: 'accepted', order, rows: places }, ...rejected]
  }
  return [
    ...kept.map((row) => reject(row, faultOf(order.text, cellAt(row, found, order.field)))),
    ...rejected,
  ]
}

/** A row as it goes into the report: under one fault, and its further own ones. */
export function reject(
  row: OrderRow,
  fault = row.faults[0] ?? faultOf('order_incomplete', null),
): RejectedRow {
  const { rowNumber, sheetRow, cells } = row
  const others = row.faults.filter((one) => one !== fault)
  return { kind: 'rejected', rowNumber, sheetRow, ...fault, others, cells }
}

type Parts = {
  readonly kept: readonly OrderRow[]
  readonly rejected: readonly RejectedRow[]
  readonly isBlocked: boolean
}

function partRows(rows: readonly OrderRow[], found: FoundLayout): Parts {
  const kept: OrderRow[] = []
  const rejected: RejectedRow[] = []
  const seen = new Set<string>()
  let isBlocked = false
  for (const row of rows) {
    // A row alone repeats nothing; writing its key would cost more than the rest.
    const key = rows.length === 1 ? '' : JSON.stringify(row.cells.map(cleanCell))
    const fault = seen.has(key) ? faultOf('duplicate_row', null) : faultAmong(row, kept, found)
    seen.add(key)
    if (fault === null) kept.push(row)
    else rejected.push(reject(row, fault))
    // A line that is missing makes another order of it; a second record of a one-row order does not.
    isBlocked ||= row.faults.includes(fault ?? NO_FAULT) && found.layout.rows !== 'order'
  }
  return { kept, rejected, isBlocked }
}

const NO_FAULT = faultOf('order_incomplete', null)

function faultAmong(row: OrderRow, kept: readonly OrderRow[], found: FoundLayout): RowFault | null {
  const [own] = row.faults
  if (own !== undefined) return own
  const conflict = conflictOf(row, kept, found)
  if (conflict !== null) return faultOf('conflicting_order', cellAt(row, found, conflict))
  return repeatsItem(row, kept, found) ? faultOf('duplicate_row', null) : null
}

const ORDER_MONEY: Readonly<Record<FoundLayout['layout']['rows'], readonly MoneyField[]>> = {
  order: ['paid', 'goods', 'freight', 'total', 'refunded'],
  line: ['paid', 'freight', 'discount', 'total', 'refunded', 'balance'],
  item: [],
}
const ORDER_TIMES: readonly TimeField[] = ['createdAt', 'dealtAt', 'paidAt', 'completedAt']

/** The first field of the order that this row states otherwise than the rows before it. Blank states nothing. */
function conflictOf(row: OrderRow, kept: readonly OrderRow[], found: FoundLayout): Field | null {
  const { rows } = found.layout
  // Each item of an order is received, refunded and closed by itself.
  const texts: readonly TextField[] = rows === 'item' ? [] : ['status', 'afterSale']
  const times = rows === 'item' ? ORDER_TIMES.slice(0, -1) : ORDER_TIMES
  const differs = (own: unknown, standing: unknown) =>
    own !== null && own !== undefined && standing !== null && own !== standing
  const clock = (time: Date | null | undefined) => time?.getTime() ?? null
  const lineNo = row.texts.get('lineNo')
  return (
    ORDER_MONEY[rows].find((field) => differs(row.money.get(field), firstMoney(kept, field))) ??
    texts.find((field) => differs(row.texts.get(field), firstText(kept, field))) ??
    times.find((field) => differs(clock(row.times.get(field)), clock(firstTime(kept, field)))) ??
    (lineNo !== undefined && kept.some((one) => one.texts.get('lineNo') === lineNo) ? 'lineNo' : null)
  )
}

/** In a file of one row an order, a second row with the same goods differs only in cells that mean nothing here. */
function repeatsItem(row: OrderRow, kept: readonly OrderRow[], found: FoundLayout): boolean {
  if (found.layout.rows !== 'order') return false
  const item = (one: OrderRow) =>
    JSON.stringify([one.texts.get('title'), one.texts.get('spec'), one.texts.get('skuCode'), one.quantity])
  return kept.some((one) => item(one) === item(row))
}

function buildOrder(
  rows: OrderRows,
  found: FoundLayout,
): ImportedOrder | { text: 'amounts_disagree'; field: Field } | Fault {
  const [first] = rows
  const { reading, rawStatus, isBlank } = statusOf(rows, found)
  const amounts = readAmounts(rows, { found, status: reading })
  if ('text' in amounts) return amounts
  const { number } = first
  if (number === null) return { text: 'missing_order_no', field: 'number' }

  const times = timesOf(rows, { found, number, isUnpaid: amounts.isUnpaid })
  const buyer = buyerOf(rows)
  const isIgnored = buyer.email === null && firstText(rows, 'email') !== null
  const { isUnpaid: _, isDerived: __, ...money } = amounts
  const { isDateDerived, ...dates } = times
  return {
    platform: found.layout.platform,
    number,
    status: reading.status,
    rawStatus,
    statusKnown: reading.isKnown,
    ...money,
    ...dates,
    buyer,
    invoiceHint: findInvoiceHint({
      invoiceTitle: firstText(rows, 'invoiceTitle'),
      taxId: firstText(rows, 'taxId'),
      messages: [firstText(rows, 'buyerMessage'), firstText(rows, 'sellerMemo')],
    }),
    notes: notesOf(rows, { found, amounts, isDateDerived, isBlank, isIgnored }),
  }
}

type Fault = { readonly text: Parameters<typeof faultOf>[0]; readonly field: Field }

const ADVANCE: readonly ImportedStatus[] = [
  'pending_review',
  'pending_payment',
  'paid',
  'shipped',
  'completed',
]

type OrderStatusReading = {
  readonly reading: StatusReading
  readonly rawStatus: string
  readonly isBlank: boolean
}

function statusOf(rows: OrderRows, found: FoundLayout): OrderStatusReading {
  const rawStatus = [...new Set(rows.map((row) => row.rawStatus).filter((raw) => raw !== ''))].join('；')
  if (found.layout.rows === 'item') return { rawStatus, reading: combine(rows), isBlank: false }
  const reading = readStatus(
    found.layout.platform,
    firstText(rows, 'status') ?? '',
    firstText(rows, 'afterSale') ?? '',
  )
  if (rawStatus === '') return { rawStatus, reading: concludeStatus(rows, reading), isBlank: true }
  // 风控审核: paid, but the platform has not let it go yet.
  const isHeld = reading.status === 'paid' && firstText(rows, 'reviewing') === '是'
  return { rawStatus, reading: isHeld ? { ...reading, status: 'pending_review' } : reading, isBlank: false }
}

/** Items move by themselves. The order is where its slowest item is that was not cancelled. */
function combine(rows: OrderRows): StatusReading {
  const readings = rows.map((row) => row.status)
  const status = ADVANCE.find((one) => readings.some((reading) => reading.status === one)) ?? 'cancelled'
  const standing = readings.filter((reading) => reading.status !== 'cancelled')
  const words = (standing.length > 0 ? standing : readings).map((reading) => reading.refund)
  const refund =
    words.find((word) => word === 'in_progress') ?? words.find((word) => word === 'succeeded') ?? 'none'
  return { status, isKnown: readings.every((reading) => reading.isKnown), refund }
}

/** Our own table may leave the status out: money says paid, a date of completion says more. */
function concludeStatus(rows: OrderRows, { refund }: StatusReading): StatusReading {
  // A blank amount may only stand where the file itself says that nobody paid: here it is a fault, so it counts as paid.
  const isPaid = (firstMoney(rows, 'paid') ?? 1n) > 0n || firstTime(rows, 'paidAt') !== null
  const paidStatus = firstTime(rows, 'completedAt') === null ? 'paid' : 'completed'
  return { status: isPaid ? paidStatus : 'pending_payment', isKnown: true, refund }
}

function timesOf(rows: OrderRows, of: { found: FoundLayout; number: string; isUnpaid: boolean }) {
  const dealtAt = firstTime(rows, 'dealtAt')
  const read = {
    createdAt: firstTime(rows, 'createdAt') ?? dealtAt,
    paidAt: firstTime(rows, 'paidAt') ?? dealtAt,
  }
  const isBlank = read.createdAt === null && read.paidAt === null
  const derived = isBlank && of.found.layout.platform === 'pdd' ? readNumberDate(of.number) : null
  return {
    createdAt: read.createdAt ?? derived,
    paidAt: of.isUnpaid ? null : (read.paidAt ?? derived),
    completedAt: firstTime(rows, 'completedAt'),
    isDateDerived: derived !== null,
  }
}

const MAIL = /^[^\s@"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/

function buyerOf(rows: OrderRows): ImportedBuyer {
  const phone = firstText(rows, 'phone') ?? firstText(rows, 'landline')
  const email = firstText(rows, 'email')
  const parts = (['province', 'city', 'district', 'street', 'address'] as const)
    .map((field) => firstText(rows, field))
    .filter((part) => part !== null)
  return {
    nick: firstText(rows, 'nick'),
    name: firstText(rows, 'name'),
    phone: phone === null ? null : phone.replaceAll(/\s/g, '').replace(/^(\+86|0086)-?/, ''),
    address: parts.length === 0 ? null : parts.join(' '),
    email: email !== null && email.length <= 254 && MAIL.test(email) ? email : null,
  }
}

type NoteContext = {
  readonly found: FoundLayout
  readonly amounts: OrderAmounts
  readonly isDateDerived: boolean
  readonly isBlank: boolean
  readonly isIgnored: boolean
}

function notesOf(rows: OrderRows, of: NoteContext): ImportNote[] {
  const { layout, columns } = of.found
  const isSilent = layout.platform !== 'other' && !columns.has('refunded') && !columns.has('afterSale')
  const notes: (ImportNote | null)[] = [
    of.isDateDerived ? 'date_from_order_no' : null,
    isSilent && !of.amounts.isUnpaid ? 'refund_column_missing' : null,
    (firstMoney(rows, 'balance') ?? 0n) > 0n ? 'balance_not_counted' : null,
    of.isIgnored ? 'email_ignored' : null,
    of.isBlank ? 'status_blank' : null,
    of.amounts.isDerived && layout.rows === 'line' ? 'discount_derived' : null,
  ]
  return notes.filter((note) => note !== null)
}

function firstText(rows: readonly OrderRow[], field: TextField): string | null {
  for (const row of rows) {
    const text = row.texts.get(field)
    if (text !== undefined) return text
  }
  return null
}

function firstTime(rows: readonly OrderRow[], field: TimeField): Date | null {
  for (const row of rows) {
    const time = row.times.get(field)
    if (time !== undefined) return time
  }
  return null
}

function cellAt(row: OrderRow, found: FoundLayout, field: Field): { column: string; value: string } | null {
  const index = found.columns.get(field)
  if (index === undefined) return null
  return { column: found.headers[index] ?? '', value: cleanCell(row.cells[index] ?? '') }
}
