import type { RedLine, RedSheet } from './read-red-sheet.ts'
import type { Goods, Numbered } from './records.ts'
import type { RefusalName } from './refusals.ts'
import type { Fault } from './sheet-fields.ts'

type Asked = {
  readonly sheet: RedSheet
  readonly blue: Numbered
  /** Negative; of every form of this blue that lives. */
  readonly taken: readonly Goods[]
  readonly takenGrossFen: number
  readonly canTakePart: boolean
}

/**
 * What a red takes back of which blue line, or why it may not: never more than is left of the line, of
 * the same goods and rate (SIM11), and for a mistake only all that is left (facts/invoicing.md §6.2).
 */
export function holdAgainstBlue(asked: Asked): Goods[] | Fault {
  const { sheet, blue, takenGrossFen, canTakePart } = asked
  if (isOtherParty(sheet, blue)) return { why: 'red_party_other', field: '/buyer' }
  if (blue.grossFen + takenGrossFen <= 0) return { why: 'red_done', field: '/blueNumber' }
  if (blue.grossFen + takenGrossFen + sheet.grossFen < 0) return { why: 'red_too_much', field: '/grossFen' }

  const goods = matchLines(asked)
  if (!Array.isArray(goods)) return goods
  const isWhole = blue.grossFen + takenGrossFen + sheet.grossFen === 0
  if (sheet.reason === '01' && !isWhole) return { why: 'red_mistake_not_full', field: '/reason' }
  return isWhole || canTakePart ? goods : { why: 'red_part_unsupported', field: '/lines' }
}

function isOtherParty(sheet: RedSheet, blue: Numbered): boolean {
  return (
    sheet.kind !== blue.kind ||
    sheet.sellerTaxId !== blue.sellerTaxId ||
    sheet.buyerName !== blue.buyerName ||
    sheet.buyerTaxId !== blue.buyerTaxId
  )
}

/** Sheets from before their goods were kept are checked by their totals alone. */
function matchLines({ sheet, blue, taken }: Asked): Goods[] | Fault {
  if (blue.goods === undefined) return []
  const left = new Map(blue.goods.map((goods) => [goods.no, { ...goods }]))
  for (const goods of taken) takeFrom(left.get(goods.no), goods)

  const found: Goods[] = []
  for (const [index, line] of sheet.lines.entries()) {
    const field = `/lines/${index}`
    const goods = findGoods([...left.values()], line)
    if (goods === null) return { why: 'red_line_unknown', field }
    const why = takeFrom(goods, line)
    if (why !== null) return { why, field }
    const { title, taxCode, rateBp, netFen, taxFen } = line
    found.push({ no: goods.no, title, taxCode, rateBp, netFen, taxFen })
  }
  return found
}

/** By number where it is named; without one, the first of the same goods that has as much left. */
function findGoods(left: readonly Goods[], line: RedLine): Goods | null {
  const same = left.filter(
    ({ title, taxCode, rateBp }) =>
      title === line.title && taxCode === line.taxCode && rateBp === line.rateBp,
  )
  const isMeant = ({ no, netFen, taxFen }: Goods) =>
    line.blueLineNo === null ? netFen + line.netFen >= 0 && taxFen + line.taxFen >= 0 : no === line.blueLineNo
  return same.find(isMeant) ?? null
}

function takeFrom(goods: Goods | undefined, by: Pick<Goods, 'netFen' | 'taxFen'>): RefusalName | null {
  if (goods === undefined) return 'red_line_unknown'
  goods.netFen += by.netFen
  goods.taxFen += by.taxFen
  return goods.netFen < 0 || goods.taxFen < 0 ? 'red_too_much' : null
}
