import type { faceData } from '../face/face-data.ts'
import { decimal, type Markup } from './markup.ts'
import { createPainter, MAROON, type NextId, type Painter, runWidth, type TextStyle } from './painter.ts'
import { type Fitted, fitBox, fitLine, lineStep } from './text-layout.ts'

type Face = ReturnType<typeof faceData>
type Row = Face['rows'][number]

/** Which text objects of which page say a fact: the source of CustomTag.xml. */
export type Said = { readonly tag: string; readonly page: number; readonly objectId: number }

export type DrawnPage = { readonly objects: readonly Markup[]; readonly said: readonly Said[] }

const FIRST_ROW = 57
const PITCH = 4.5
/** A name may take at most this height, so that any row fits on any page. */
const TALLEST = 27.6
/** Above 合计 on the only page; above 小计 and 总计 where there are more. */
const ROOM = 33.6
const ROOM_OF_MANY = 29.4
const FULL = 3.175

const label: TextStyle = { font: 'kai', colour: MAROON }

/** What every page repeats: frame, rules, labels, and 演示 behind everything. Places: facts/invoicing.md §2. */
export function drawTemplate(face: Face, nextId: NextId): readonly Markup[] {
  const paint = createPainter(nextId)
  if (face.isDemo) paint.turned({ x: 105, y: 76 }, '演 示', { size: 46, colour: '250 228 228', degrees: -24 })
  const rules = [
    'M 4.5 30 L 205.5 30 L 205.5 124 L 4.5 124 C',
    ...[52, 96, 104].map((y) => `M 4.5 ${y} L 205.5 ${y}`),
    ...[10.7, 105.2, 111.2].map((x) => `M ${x} 30 L ${x} 52`),
    'M 56.5 96 L 56.5 104',
    'M 10.7 104 L 10.7 124',
  ]
  paint.path(rules.join(' '), { width: 0.25, colour: MAROON })
  drawTitle(paint, face)
  drawLabels(paint)
  drawCross(paint)
  return paint.objects()
}

function drawTitle(paint: Painter, { title, isDemo, demoWords }: Face): void {
  const width = runWidth(title, 7.07)
  const half = Math.max(36.5, width / 2)
  paint.text(102 - width / 2, 8, title, { ...label, size: 7.07 })
  const [left, right] = [decimal(102 - half), decimal(102 + half)]
  paint.path(`M ${left} 18 L ${right} 18 M ${left} 19 L ${right} 19`, { width: 0.25, colour: MAROON })
  if (isDemo)
    paint.text(102 - runWidth(demoWords, 3.88) / 2, 22.3, demoWords, { size: 3.88, colour: '200 0 0' })
}

function drawLabels(paint: Painter): void {
  const at = (x: number, y: number, text: string, style: TextStyle = {}) =>
    paint.text(x, y, text, { ...label, ...style })
  at(154, 11, '发票号码：', { size: 3.3 })
  at(154, 17, '开票日期：', { size: 3.3 })
  for (const [x, words] of [
    [5.5, '购买方信息'],
    [106.7, '销售方信息'],
  ] as const)
    for (const [index, letter] of [...words].entries()) at(x, 32.5 + index * 3.5, letter)
  for (const x of [11.4, 111.9]) {
    at(x, 33.5, '名称：')
    at(x, 44, '统一社会信用代码/纳税人识别号：', { within: 43 })
  }
  at(15.5, 52.9, '项目名称')
  at(41.6, 52.9, '规格型号')
  for (const [x, first, last] of [
    [66.5, '单', '位'],
    [92.5, '数', '量'],
    [117.5, '单', '价'],
    [143, '金', '额'],
    [194.5, '税', '额'],
  ] as const) {
    at(x, 52.9, first)
    at(x + 10 - FULL, 52.9, last)
  }
  at(157, 52.9, '税率/征收率')
  at(16.4, 98.5, '价税合计（大写）')
  at(143, 98.5, '（小写）')
  at(5.9, 109, '备')
  at(5.9, 115, '注')
  at(19, 129.5, '开票人：')
}

/** ⊗ before the amount in words. */
function drawCross(paint: Painter): void {
  const circle = 'M 57.9 99.6 A 2.1 2.1 0 1 1 62.1 99.6 A 2.1 2.1 0 1 1 57.9 99.6'
  const cross = 'M 58.52 98.12 L 61.48 101.08 M 61.48 98.12 L 58.52 101.08'
  paint.path(`${circle} ${cross}`, { width: 0.22, colour: '0 0 0' })
}

type SetRow = Row & { readonly cells: { name: Fitted; spec: Fitted; unit: Fitted }; readonly height: number }

/** The pages' own objects. The totals, like every fact, stand on each page; tags point to the first. */
export function drawPages(face: Face, qrResourceId: number, nextId: NextId): DrawnPage[] {
  const rows = face.rows.map(setRow)
  const onOne = paginate(rows, ROOM)
  const pages = onOne.length === 1 ? onOne : paginate(rows, ROOM_OF_MANY)
  return pages.map((of, page) => {
    const paint = createPainter(nextId)
    const said: Said[] = []
    const say = (tag: string, ...objectIds: number[]) => {
      said.push(...objectIds.map((objectId) => ({ tag, page, objectId })))
    }
    paint.image(qrResourceId, { x: 6.5, y: 6, width: 20, height: 20 })
    drawHeading({ paint, say, face })
    drawParties({ paint, say, face })
    if (pages.length > 1) rightAt(paint, { edge: 204.5, y: 23 }, `共${pages.length}页 第${page + 1}页`, label)
    drawRows({ paint, say }, of)
    drawSums({ paint, say, face }, { rows: of, isOnlyPage: pages.length === 1 })
    drawFooting({ paint, say, face })
    return { objects: paint.objects(), said: page === 0 ? said : said.filter(({ tag }) => ROW_TAGS.has(tag)) }
  })
}

const ROW_TAGS: ReadonlySet<string> = new Set([
  'Item',
  'Specification',
  'MeasurementDimension',
  'Quantity',
  'Price',
  'Amount',
  'TaxScheme',
  'TaxAmount',
])

type Drawing = { paint: Painter; say(tag: string, ...objectIds: number[]): void; face: Face }

function drawHeading({ paint, say, face }: Drawing): void {
  say('InvoiceNo', paint.text(170, 11, face.number, { size: 3.3, within: 34.5 }))
  say('IssueDate', paint.text(170, 17, face.issueDate, { size: 3.3 }))
}

function drawParties({ paint, say, face: { buyer, seller } }: Drawing): void {
  for (const [role, { name, taxId }, nameX, idX] of [
    ['Buyer', buyer, 20, 54.6],
    ['Seller', seller, 120.5, 155.1],
  ] as const) {
    say(`${role}Name`, ...boxed(paint, { x: nameX, y: 33.5 }, fitBox(name, { width: 84, height: 10.2 })))
    if (taxId === '') continue
    // Courier's letters are larger, and stand on the label's baseline.
    const fits = runWidth(taxId, 4.233, 'courier') <= 50
    const size = fits ? 4.233 : fitLine(taxId, 50 / 1.2)
    say(`${role}TaxID`, paint.text(idX, 44 + 0.88 * (FULL - size), taxId, { size, font: 'courier' }))
  }
}

function setRow(row: Row): SetRow {
  const name = fitBox(row.name, { width: 35.8, height: TALLEST })
  const spec = fitBox(row.spec, { width: 24, height: TALLEST })
  const unit = fitBox(row.unit, { width: 13, height: TALLEST })
  const tallest = Math.max(name.height, spec.height, unit.height)
  return { ...row, cells: { name, spec, unit }, height: Math.max(PITCH, tallest + 1.2) }
}

function paginate(rows: readonly SetRow[], room: number): SetRow[][] {
  const pages: SetRow[][] = [[]]
  let used = 0
  for (const row of rows) {
    const page = pages[pages.length - 1] ?? []
    if (used + row.height > room && page.length > 0) {
      pages.push([row])
      used = row.height
    } else {
      page.push(row)
      used += row.height
    }
  }
  return pages
}

function drawRows({ paint, say }: Omit<Drawing, 'face'>, rows: readonly SetRow[]): void {
  let y = FIRST_ROW
  for (const row of rows) {
    const { name, spec, unit } = row.cells
    say('Item', ...boxed(paint, { x: 4.9, y }, name))
    say('Specification', ...boxed(paint, { x: 41.6, y }, spec))
    say('MeasurementDimension', ...boxed(paint, { x: 71.5, y }, unit, 0.5))
    const number = (tag: string, edge: number, text: string, width: number) => {
      if (text !== '') say(tag, rightAt(paint, { edge, y }, text, { size: fitLine(text, width) }))
    }
    number('Quantity', 102.5, row.quantity, 23.5)
    number('Price', 127.5, row.unitPrice, 24)
    number('Amount', 153, row.amount, 24.5)
    say('TaxScheme', paint.text(167.3 - runWidth(row.rate, FULL) / 2, y, row.rate))
    number('TaxAmount', 204.5, row.tax, 27)
    y += row.height
  }
}

function drawSums(
  { paint, say, face }: Drawing,
  { rows, isOnlyPage }: { rows: readonly SetRow[]; isOnlyPage: boolean },
): void {
  const total = { y: 91.2, words: isOnlyPage ? '合计' : '总计', net: face.net, tax: face.tax }
  if (!isOnlyPage) {
    const isTaxed = rows.some(({ tax }) => tax !== '***')
    const sum = (pick: (row: Row) => number) => yuanOf(rows.reduce((fen, row) => fen + pick(row), 0))
    const net = sum(({ netFen }) => netFen)
    sums(paint, { y: 86.6, words: '小计', net, tax: isTaxed ? sum(({ taxFen }) => taxFen) : '***' })
  }
  const { netId, taxId } = sums(paint, total)
  say('TaxExclusiveTotalAmount', netId)
  say('TaxTotalAmount', taxId)
}

type Sums = { y: number; words: string; net: string; tax: string }

function sums(paint: Painter, { y, words, net, tax }: Sums): { netId: number; taxId: number } {
  const [first = '', last = ''] = words
  paint.text(20, y + 0.5, first, label)
  paint.text(36, y + 0.5, last, label)
  return { netId: moneyAt(paint, { edge: 153, y }, net), taxId: moneyAt(paint, { edge: 204.5, y }, tax) }
}

function drawFooting({ paint, say, face }: Drawing): void {
  const { words, gross, remark, drawer } = face
  const size = fitLine(words, 77, 3.88)
  say('TaxInclusiveTotalAmountWithWords', paint.text(63.5, 97.9 + 0.88 * (3.88 - size), words, { size }))
  paint.text(155.5, 97.9, '¥', { size: 3.88, font: 'courier' })
  say('TaxInclusiveTotalAmount', paint.text(155.5 + 3.88 * 0.6, 97.9, gross, { size: 3.88 }))
  say('Note', ...boxed(paint, { x: 11.8, y: 104.8 }, fitBox(remark, { width: 192.5, height: 18.8 })))
  if (drawer !== '') say('InvoiceClerk', paint.text(32, 129.5, drawer, { size: fitLine(drawer, 60) }))
}

/** `¥` and number are two objects, as in the bureau's files. Returns the number's. */
function moneyAt(paint: Painter, { edge, y }: { edge: number; y: number }, value: string): number {
  const width = runWidth(value, FULL)
  if (value !== '***') paint.text(edge - width - 3.88 * 0.6, y, '¥', { size: 3.88, font: 'courier' })
  return paint.text(edge - width, y + 0.88 * (3.88 - FULL), value)
}

/** The first line on the baseline of the full size; `align` 0.5 centres on x. Returns the lines' ids. */
function boxed(paint: Painter, { x, y }: { x: number; y: number }, text: Fitted, align = 0): number[] {
  const { size, lines } = text
  const top = y + 0.88 * (FULL - size)
  return lines.flatMap((line, index) => {
    if (line === '') return []
    return [paint.text(x - align * runWidth(line, size), top + index * lineStep(size), line, { size })]
  })
}

function rightAt(
  paint: Painter,
  { edge, y }: { edge: number; y: number },
  text: string,
  style: TextStyle = {},
): number {
  const size = style.size ?? FULL
  return paint.text(edge - runWidth(text, size), y + 0.88 * (FULL - size), text, style)
}

/** Subtotals are the only sums a layout makes; integer fen, as the face's data has them. */
function yuanOf(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, '0')
  return `${fen < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
