import type { InvoiceContent, InvoiceLine } from '../invoice.ts'
import { divideRounded, type Fen, splitGross } from '../money.ts'
import type { Rule, Subject } from './rule.ts'

const RATE_BASE = 10_000n

const at = ({ lineNo }: InvoiceLine) => `/lines/${lineNo}`
const sum = (lines: readonly InvoiceLine[], of: (line: InvoiceLine) => Fen): Fen =>
  lines.reduce((total, line) => total + of(line), 0n)
const absolute = (fen: Fen): Fen => (fen < 0n ? -fen : fen)

/** Pointers of the lines that break a rule. */
function linesThat(breaks: (line: InvoiceLine, subject: Subject) => boolean, part = '') {
  return (subject: Subject): string[] =>
    subject.content.lines.filter((line) => breaks(line, subject)).map((line) => at(line) + part)
}

function isKnownRate({ treatment, rateBp, taxCode }: InvoiceLine, { terms, on }: Subject): boolean {
  if (treatment !== 'taxed') return rateBp === 0
  return terms.settings.legalRates.some(
    (legal) =>
      legal.rateBp === rateBp &&
      legal.from <= on &&
      (legal.until === null || on < legal.until) &&
      (legal.codes.length === 0 || legal.codes.some((beginning) => taxCode.startsWith(beginning))),
  )
}

function taxDeviation({ netFen, taxFen, rateBp }: InvoiceLine): Fen {
  return absolute(divideRounded(netFen * BigInt(rateBp), RATE_BASE) - taxFen)
}

/** A discounted line counts together with its discount: what is taxed is what is paid. */
function wrongTaxes({ lines }: InvoiceContent): string[] {
  return lines.flatMap((line, index) => {
    if (line.property === 'discount') return []
    const next = lines[index + 1]
    const pair = line.property === 'discounted' && next?.property === 'discount' ? [line, next] : [line]
    const { taxFen } = splitGross(
      sum(pair, ({ grossFen }) => grossFen),
      line.rateBp,
    )
    return sum(pair, (each) => each.taxFen) === taxFen ? [] : [at(line)]
  })
}

/** Each discount line with the line before it, null at the top. */
function discounts({ lines }: InvoiceContent): { line: InvoiceLine; before: InvoiceLine | null }[] {
  return lines.flatMap((line, index) =>
    line.property === 'discount' ? [{ line, before: lines[index - 1] ?? null }] : [],
  )
}

function isOrphan({ before }: { before: InvoiceLine | null }): boolean {
  return before?.property !== 'discounted'
}

function totalsDisagree({ lines, netFen, taxFen, grossFen }: InvoiceContent): boolean {
  return (
    sum(lines, (line) => line.netFen) !== netFen ||
    sum(lines, (line) => line.taxFen) !== taxFen ||
    sum(lines, (line) => line.grossFen) !== grossFen
  )
}

/** Lines: their number, codes and rates. */
export const LINE_RULES: readonly Rule[] = [
  {
    id: 'lines-at-most',
    code: 'lines_too_many',
    since: '1',
    basis: '诺诺开放平台：明细不超过 2000 行',
    check: ({ content, terms }) => (content.lines.length > terms.capabilities.maxLines ? ['/orderIds'] : []),
  },
  {
    id: 'tax-code',
    code: 'line_tax_code_missing',
    since: '1',
    basis: '国家税务总局公告2016年第23号',
    check: linesThat(({ taxCode }) => taxCode.trim() === '', '/taxCode'),
  },
  {
    id: 'tax-code-digits',
    code: 'line_tax_code_invalid',
    since: '1',
    basis: '商品和服务税收分类编码 19 位',
    check: linesThat(({ taxCode }) => taxCode.trim() !== '' && !/^\d{19}$/.test(taxCode), '/taxCode'),
  },
  {
    id: 'rate-known',
    code: 'line_rate_unknown',
    since: '1',
    basis: '增值税法；税率表见设置 legalRates',
    check: linesThat((line, subject) => !isKnownRate(line, subject), '/rateBp'),
  },
  {
    id: 'special-without-exempt',
    code: 'line_exempt_special',
    since: '1',
    basis: '来源待核实，可关闭',
    isConfigurable: true,
    check: linesThat(
      ({ treatment }, { content }) => content.kind === 'special' && treatment === 'exempt',
      '/rateBp',
    ),
  },
]

/** Money: discounts, sums, taxes, and what the orders can carry. */
export const MONEY_RULES: readonly Rule[] = [
  {
    id: 'discount-behind-its-line',
    code: 'lines_disagree',
    since: '1',
    basis: '诺诺开放平台 E9110',
    check: ({ content }) =>
      discounts(content)
        .filter(isOrphan)
        .map(({ line }) => at(line)),
  },
  {
    id: 'discount-same-name-and-rate',
    code: 'lines_disagree',
    since: '1',
    basis: '诺诺开放平台 E9105, E9112',
    check: ({ content }) =>
      discounts(content)
        .filter(({ line, before }) => !isOrphan({ before }) && !isLike(line, before))
        .map(({ line }) => at(line)),
  },
  {
    id: 'discount-not-larger',
    code: 'lines_disagree',
    since: '1',
    basis: '诺诺开放平台 E9108',
    check: ({ content }) =>
      discounts(content)
        .filter(({ line, before }) => line.grossFen > 0n || (before?.grossFen ?? 0n) + line.grossFen < 0n)
        .filter(({ before }) => !isOrphan({ before }))
        .map(({ line }) => at(line)),
  },
  {
    id: 'line-adds-up',
    code: 'lines_disagree',
    since: '1',
    basis: '诺诺开放平台 E9130',
    check: linesThat(({ netFen, taxFen, grossFen }) => netFen + taxFen !== grossFen),
  },
  {
    id: 'line-tax-near',
    code: 'lines_disagree',
    since: '1',
    basis: '诺诺开放平台 E9131',
    check: linesThat(
      (line, { terms }) => taxDeviation(line) > BigInt(terms.settings.taxToleranceFen),
      '/taxFen',
    ),
  },
  {
    // Off unless somebody wants it: the sum grows with the lines, and over 1,000 correct ones can exceed it.
    id: 'ticket-tax-near',
    code: 'lines_disagree',
    since: '1',
    basis: '来源待核实，可关闭',
    isConfigurable: true,
    check: ({ content, terms }) =>
      sum(content.lines, taxDeviation) > BigInt(terms.settings.ticketToleranceFen) ? ['/orderIds'] : [],
  },
  {
    id: 'own-tax-exact',
    code: 'lines_disagree',
    since: '1',
    basis: '金额 = 含税金额 ÷ (1 + 税率)，四舍五入到分',
    check: ({ content, arithmetic }) => (arithmetic === 'exact' ? wrongTaxes(content) : []),
  },
  {
    id: 'totals-add-up',
    code: 'lines_disagree',
    since: '1',
    basis: '合计为各行之和',
    check: ({ content }) => (totalsDisagree(content) ? ['/orderIds'] : []),
  },
  {
    id: 'amount-within-remainder',
    code: 'amount_above_remainder',
    since: '1',
    basis: '不超过订单可开金额',
    check: ({ content, remainderFen }) =>
      remainderFen !== null && content.grossFen > remainderFen ? ['/orderIds'] : [],
  },
  {
    id: 'seller-complete',
    code: 'seller_incomplete',
    since: '1',
    basis: '数电票开票人须为实名登录人员',
    check: ({ content: { seller, drawer } }) => (seller.taxId === null || drawer === '' ? ['/orderIds'] : []),
  },
]

function isLike(line: InvoiceLine, before: InvoiceLine | null): boolean {
  return (
    before !== null &&
    line.title === before.title &&
    line.shortName === before.shortName &&
    line.taxCode === before.taxCode &&
    line.treatment === before.treatment &&
    line.rateBp === before.rateBp
  )
}
