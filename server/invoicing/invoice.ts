import type { Fen } from './money.ts'

/** 发票种类: 数电普票 `ordinary`, 数电专票 `special`. */
export type InvoiceKind = 'ordinary' | 'special'

/** 蓝 and 红. A red invoice carries negative amounts. */
export type InvoiceColour = 'blue' | 'red'

/** One party of an invoice, frozen at the moment of issuing. Empty fields are null, never ''. */
export type Party = {
  readonly name: string
  readonly taxId: string | null
  readonly address: string | null
  readonly phone: string | null
  readonly bankName: string | null
  readonly bankAccount: string | null
}

/** What a rate means where it is not a number: 免税 and 不征税 print words instead of a percentage. */
export type TaxTreatment = 'taxed' | 'exempt' | 'untaxed'

/** The order line that an invoice line comes from. Ours alone: no issuer and no face sees it. */
export type LineOrigin = {
  readonly orderId: string
  readonly lineNo: number
  /** Further lines of the order, where several stand as one line of their category. */
  readonly others?: readonly number[]
}

export type InvoiceLine = {
  /** 1-based, as printed. */
  readonly lineNo: number
  /** Unknown on invoices from before it was kept. */
  readonly origin?: LineOrigin
  /** On a red line: the blue line that it takes back (对应蓝字发票明细序号). */
  readonly blueLineNo?: number
  readonly property: 'normal' | 'discounted' | 'discount'
  /** The goods name without the `*简称*` prefix. */
  readonly title: string
  /** 商品和服务分类简称; prints as `*shortName*title`. */
  readonly shortName: string
  readonly spec: string | null
  readonly unit: string | null
  /** Decimal string, null on discount lines and services without a quantity. */
  readonly quantity: string | null
  /** Tax-exclusive unit price, decimal string with up to 15 significant digits. */
  readonly unitPrice: string | null
  /** 商品和服务税收分类编码, 19 digits. */
  readonly taxCode: string
  readonly treatment: TaxTreatment
  /** Basis points: 13 % is 1300. 0 where the treatment is not `taxed`. */
  readonly rateBp: number
  readonly netFen: Fen
  readonly taxFen: Fen
  readonly grossFen: Fen
}

/** Everything that an issuer needs to issue one invoice. Totals are the sums of the lines. */
export type InvoiceContent = {
  readonly kind: InvoiceKind
  readonly colour: InvoiceColour
  readonly seller: Party
  readonly buyer: Party
  /** A natural person without a tax id: `（个人）` may follow the name on the face. */
  readonly isPerson: boolean
  readonly lines: readonly InvoiceLine[]
  readonly netFen: Fen
  readonly taxFen: Fen
  readonly grossFen: Fen
  readonly remark: string
  /** 开票人 */
  readonly drawer: string
}

/** Sums of lines, which is what totals are: never computed anew from other totals. */
export function totalsOf(
  lines: readonly Pick<InvoiceLine, 'netFen' | 'taxFen' | 'grossFen'>[],
): Pick<InvoiceLine, 'netFen' | 'taxFen' | 'grossFen'> {
  const sum = { netFen: 0n, taxFen: 0n, grossFen: 0n }
  for (const { netFen, taxFen, grossFen } of lines) {
    sum.netFen += netFen
    sum.taxFen += taxFen
    sum.grossFen += grossFen
  }
  return sum
}

/** What a red invoice takes back, and by which form; both stand on its face. */
export type Reversal = {
  /** 20 digits. */
  readonly blueNumber: string
  /** 红字信息确认单编号, 20 digits. */
  readonly formNumber: string
}

/** A document the bureau has numbered. */
export type IssuedInvoice = InvoiceContent & {
  /** 20 digits. */
  readonly number: string
  /** Null on a blue invoice. */
  readonly reversal: Reversal | null
  readonly issuedAt: Date
  /** Made by the sandbox: the face carries 演示 and cannot be mistaken for a legal document. */
  readonly isDemo: boolean
}
