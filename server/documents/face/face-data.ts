import { amountInWords } from '../../invoicing/amount-in-words.ts'
import type { InvoiceKind, InvoiceLine, IssuedInvoice, Party } from '../../invoicing/invoice.ts'
import { jsonFen, yuan } from '../../invoicing/money.ts'
import { DEMO_WORDS } from '../demo-words.ts'
import { faceRemark } from '../face-remark.ts'
import { itemName } from '../item-name.ts'
import { shanghaiTime } from '../shanghai-time.ts'

const TITLE = {
  special: '电子发票（增值税专用发票）',
  ordinary: '电子发票（普通发票）',
} as const satisfies Record<InvoiceKind, string>

/** What stands in 税额 where no tax is computed. */
const NO_TAX = '***'

type FaceOptions = {
  /** Whether a font of the face has a glyph for a code point. */
  isPrintable: (codePoint: number) => boolean
  /** Later pages are left out. */
  pageLimit: number
}

/** The texts of the face, as invoice.typ reads them from /invoice.json. */
export function faceData(invoice: IssuedInvoice, { isPrintable, pageLimit }: FaceOptions) {
  const { kind, number, issuedAt, isDemo, buyer, seller, lines, grossFen, drawer } = invoice
  const { year, month, day } = shanghaiTime(issuedAt)
  const print = (text: string) => printable(text, isPrintable)
  const party = ({ name, taxId }: Party) => ({ name: print(name), taxId: print(taxId ?? '') })
  return {
    title: TITLE[kind],
    number: print(number),
    issueDate: `${year}年${month}月${day}日`,
    isDemo,
    demoWords: DEMO_WORDS,
    buyer: party({ ...buyer, name: buyerName(invoice) }),
    seller: party(seller),
    rows: lines.map((line) => row(line, print)),
    net: yuan(invoice.netFen),
    tax: lines.every(({ treatment }) => treatment !== 'taxed') ? NO_TAX : yuan(invoice.taxFen),
    gross: yuan(grossFen),
    words: amountInWords(grossFen),
    remark: faceRemark(invoice)
      .split(/\r\n|\r|\n/)
      .map(print)
      .join('\n'),
    drawer: print(drawer),
    pageLimit,
  }
}

/** A natural person without a tax id is marked as such; `个人` already says it. */
function buyerName({ buyer, isPerson }: IssuedInvoice): string {
  if (!isPerson || buyer.name === '个人' || buyer.name.endsWith('（个人）')) return buyer.name
  return `${buyer.name}（个人）`
}

function row(line: InvoiceLine, print: (text: string) => string) {
  const { spec, unit, quantity, unitPrice, treatment, netFen, taxFen } = line
  return {
    name: print(itemName(line)),
    spec: print(spec ?? ''),
    unit: print(unit ?? ''),
    quantity: quantity ?? '',
    unitPrice: unitPrice ?? '',
    amount: yuan(netFen),
    rate: rate(line),
    tax: treatment === 'taxed' ? yuan(taxFen) : NO_TAX,
    netFen: jsonFen(netFen),
    taxFen: jsonFen(taxFen),
  }
}

/** `13%`, `1.5%`, or the words where the rate is no number. */
function rate({ treatment, rateBp }: InvoiceLine): string {
  if (treatment === 'exempt') return '免税'
  if (treatment === 'untaxed') return '不征税'
  return `${rateBp / 100}%`
}

/**
 * Text that the fonts can show. PDF/A refuses a page with a missing glyph, and one emoji in a goods name
 * must not stop an invoice: it becomes 〓, the printer's mark for a missing sort, and stays itself in the
 * attached data file. Invisible characters go; line breaks are spaces.
 */
function printable(text: string, isPrintable: (codePoint: number) => boolean): string {
  let shown = ''
  for (const character of text.replaceAll(/\s+/g, ' ')) {
    if (/[\p{C}\p{Variation_Selector}]/u.test(character)) continue
    shown += isPrintable(character.codePointAt(0) ?? 0) ? character : '〓'
  }
  return shown
}
