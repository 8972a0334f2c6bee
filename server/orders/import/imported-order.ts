import type { Fen } from '../../invoicing/money.ts'
import type { RowFaultCode, RowTextKey } from './row-faults.ts'

export type ImportPlatform = 'taobao' | 'pdd' | 'jd' | 'douyin' | 'other'

export type ImportedStatus =
  | 'pending_review'
  | 'pending_payment'
  | 'paid'
  | 'shipped'
  | 'completed'
  | 'cancelled'

/** `amount_unknown`: money went back, and the file does not say how much. It holds issuing until somebody says. */
export type ImportedRefund = {
  readonly state: 'none' | 'in_progress' | 'partial' | 'full' | 'amount_unknown'
  readonly refundedFen: Fen
}

export type ImportedLine = {
  readonly kind: 'goods' | 'freight'
  /** Null where the file names no goods. Several titles of one cell stay one line. */
  readonly title: string | null
  readonly spec: string | null
  readonly skuCode: string | null
  /** Decimal string; null where the file does not say how many of this line. */
  readonly quantity: string | null
  readonly amountFen: Fen
}

/** Masked by most platforms (`姜**`, `154****0911`) and kept as it stands. */
export type ImportedBuyer = {
  readonly nick: string | null
  readonly name: string | null
  readonly phone: string | null
  readonly address: string | null
  readonly email: string | null
}

/** What the buyer may have asked for. Never a title by itself: a person confirms it. */
export type InvoiceHint = {
  readonly title: string | null
  /** 18 characters whose check character agrees (GB 32100). */
  readonly taxId: string | null
  /** The message that speaks of an invoice. */
  readonly text: string | null
}

/** What was concluded rather than read, or is missing in this layout. */
export type ImportNote =
  | 'date_from_order_no' // Pinduoduo's number starts with yymmdd
  | 'refund_column_missing' // the layout cannot say whether money went back
  | 'balance_not_counted' // JD: a part was paid from a balance, which is not in the paid amount
  | 'email_ignored' // not an address
  | 'status_blank' // concluded from the payment
  | 'discount_derived' // what is missing between lines and payment

/**
 * One order of a file. Σ lines − discountFen = expectedFen; and expectedFen = paidFen unless nothing was paid
 * (pending_payment, or cancelled before payment), where paidFen is 0 and expectedFen is what was asked for.
 */
export type ImportedOrder = {
  readonly platform: ImportPlatform
  readonly number: string
  readonly status: ImportedStatus
  /** As in the file. */
  readonly rawStatus: string
  /** False: words not seen before. The status is then `pending_review`, or the refund is unclear. */
  readonly statusKnown: boolean
  readonly refund: ImportedRefund
  /** Null where the file names no amount of the goods. */
  readonly goodsFen: Fen | null
  readonly freightFen: Fen
  readonly discountFen: Fen
  readonly paidFen: Fen
  readonly expectedFen: Fen
  readonly createdAt: Date | null
  readonly paidAt: Date | null
  readonly completedAt: Date | null
  readonly lines: readonly ImportedLine[]
  readonly buyer: ImportedBuyer
  readonly invoiceHint: InvoiceHint
  readonly notes: readonly ImportNote[]
}

/** Why a row is not imported. `value` is at most 200 characters; `column` is the header as the file has it. */
export type RowFault = {
  readonly code: RowFaultCode
  /** Picks the sentence; it may be narrower than the code. */
  readonly text: RowTextKey
  readonly column: string | null
  readonly value: string | null
}

/** Where a row stands: `rowNumber` counts data records from 1, `sheetRow` is the number a spreadsheet shows. */
export type RowPlace = { readonly rowNumber: number; readonly sheetRow: number }

export type RejectedRow = RowPlace &
  RowFault & {
    readonly kind: 'rejected'
    /** Further faults of the same row. */
    readonly others: readonly RowFault[]
    /** The row as it stands in the file, for the download. */
    readonly cells: readonly string[]
  }

export type AcceptedOrder = {
  readonly kind: 'accepted'
  readonly order: ImportedOrder
  readonly rows: readonly RowPlace[]
}
