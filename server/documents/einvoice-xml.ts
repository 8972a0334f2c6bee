import { amountInWords } from '../invoicing/amount-in-words.ts'
import type { InvoiceLine, IssuedInvoice, Party } from '../invoicing/invoice.ts'
import { yuan } from '../invoicing/money.ts'
import { DEMO_WORDS } from './demo-words.ts'
import { faceRemark } from './face-remark.ts'
import { itemName } from './item-name.ts'
import { shanghaiTime } from './shanghai-time.ts'

/** The newest version of the public shape that was seen. */
const VERSION = '0.37'

/** An element: its name, and its text or its children. */
type Element = readonly [name: string, content: string | readonly Element[]]

/**
 * The data file of a 数电票: root `EInvoice`, no namespace, one `IssuItemInformation` per line.
 * Shape and traps: facts/invoicing.md §3.1. Money is in yuan, rates are decimals, times are Shanghai's.
 *
 * `TaxBureauSignature`, the bureau's code and the way the drawer was authenticated stay empty: the bureau
 * alone may state them, and a made-up signature would be a forgery. A demo says 演示 in its header label
 * and in `Additional`, where every reader of additional information shows it.
 */
export function writeEInvoiceXml(invoice: IssuedInvoice): string {
  const root: Element = [
    'EInvoice',
    [
      header(invoice),
      eInvoiceData(invoice),
      ['SellerAuthentication', [['AuthenticationMethods', '']]],
      [
        'TaxSupervisionInfo',
        [
          ['InvoiceNumber', invoice.number],
          ['IssueTime', shanghaiTime(invoice.issuedAt).spaced],
          ['TaxBureauCode', ''],
          ['TaxBureauName', ''],
        ],
      ],
      ['TaxBureauSignature', ''],
    ],
  ]
  return `<?xml version="1.0" encoding="UTF-8"?>\n${write(root, '')}`
}

function header({ number, colour, kind, isDemo }: IssuedInvoice): Element {
  const vat = kind === 'special' ? label('01', '增值税专用发票') : label('02', '普通发票')
  return [
    'Header',
    [
      ['EIid', number],
      // Digits 3 and 4 of the number are the region; the tag takes it as a four-digit code (3100, 4400).
      ['EInvoiceTag', `SWEI${number.slice(2, 4)}00`],
      ['Version', VERSION],
      [
        'InherentLabel',
        [
          ['InIssuType', label(colour === 'blue' ? 'Y' : 'N', '是否蓝字发票标志')],
          ['EInvoiceType', label('01', '电子发票')],
          ['GeneralOrSpecialVAT', vat],
          // Not part of what an issuer is told; may be empty.
          ['TaxpayerType', label('', '')],
        ],
      ],
      ['UndefinedLabel', isDemo ? [['Label', [['LabelType', '演示'], ...label('DEMO', DEMO_WORDS)]]] : []],
    ],
  ]
}

function label(code: string, name: string): readonly Element[] {
  return [
    ['LabelCode', code],
    ['LabelName', name],
  ]
}

function eInvoiceData(invoice: IssuedInvoice): Element {
  const { seller, buyer, lines, netFen, taxFen, grossFen, drawer, issuedAt } = invoice
  return [
    'EInvoiceData',
    [
      ['SellerInformation', party('Seller', seller)],
      ['BuyerInformation', [...party('Buyer', buyer), ['BuyerHandlingName', '']]],
      [
        'BasicInformation',
        [
          ['TotalAmWithoutTax', yuan(netFen)],
          ['TotalTaxAm', yuan(taxFen)],
          ['TotalTax-includedAmount', yuan(grossFen)],
          ['TotalTax-includedAmountInChinese', amountInWords(grossFen)],
          ['Drawer', drawer],
          ['RequestTime', shanghaiTime(issuedAt).spaced],
        ],
      ],
      ...lines.map((line): Element => ['IssuItemInformation', item(line)]),
      ['SpecificInformation', redReference(invoice)],
      ['AdditionalInformation', additional(invoice)],
    ],
  ]
}

function party(role: 'Seller' | 'Buyer', of: Party): readonly Element[] {
  return [
    [`${role}IdNum`, of.taxId ?? ''],
    [`${role}Name`, of.name],
    [`${role}Addr`, of.address ?? ''],
    [`${role}TelNum`, of.phone ?? ''],
    [`${role}BankName`, of.bankName ?? ''],
    [`${role}BankAccNum`, of.bankAccount ?? ''],
  ]
}

function item(line: InvoiceLine): readonly Element[] {
  return [
    ['ItemName', itemName(line)],
    ['SpecMod', line.spec ?? ''],
    ['MeaUnits', line.unit ?? ''],
    ['Quantity', line.quantity ?? ''],
    ['UnPrice', line.unitPrice ?? ''],
    ['Amount', yuan(line.netFen)],
    ['TaxRate', taxRate(line)],
    ['ComTaxAm', yuan(line.taxFen)],
    // Lower-case t and no hyphen here, unlike the total above: so it is in the bureau's files.
    ['TotaltaxIncludedAmount', yuan(line.grossFen)],
    ['TaxClassificationCode', line.taxCode],
  ]
}

/** `0.06`, `0.015`; the words where the rate is no number. At least two decimals. */
function taxRate({ treatment, rateBp }: InvoiceLine): string {
  if (treatment === 'exempt') return '免税'
  if (treatment === 'untaxed') return '不征税'
  const digits = rateBp.toString().padStart(5, '0')
  return `${digits.slice(0, -4)}.${digits.slice(-4).replace(/0{1,2}$/, '')}`
}

/** What a red invoice takes back and by which form; empty on a blue one. */
function redReference({ reversal }: IssuedInvoice): readonly Element[] {
  if (reversal === null) return []
  return [
    [
      'RedEInvoice',
      [
        ['OriginalInvoiceCode', reversal.blueNumber],
        ['CreditNoteNumber', reversal.formNumber],
      ],
    ],
  ]
}

function additional(invoice: IssuedInvoice): readonly Element[] {
  const mark: Element = [
    'Additional',
    [
      ['Information', '演示'],
      ['InformationValue', DEMO_WORDS],
    ],
  ]
  return [['Remark', faceRemark(invoice)], ...(invoice.isDemo ? [mark] : [])]
}

function write([name, content]: Element, indent: string): string {
  if (content.length === 0) return `${indent}<${name}/>\n`
  if (typeof content === 'string') return `${indent}<${name}>${escapeText(content)}</${name}>\n`
  const children = content.map((child) => write(child, `${indent}  `)).join('')
  return `${indent}<${name}>\n${children}${indent}</${name}>\n`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  // A bare carriage return comes back from every parser as a line feed.
  '\r': '&#13;',
}

/** Text that reads back the same. What XML 1.0 cannot hold at all becomes U+FFFD. */
function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u{20}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll(/[&<>\r]/g, (sign) => ENTITIES[sign] ?? sign)
}
