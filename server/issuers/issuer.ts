import type { RedReason } from '../contract/reissues.ts'
import type { InvoiceKind } from '../invoicing/invoice.ts'
import type { Fen } from '../invoicing/money.ts'

/** What may be sent: the serial and the exact JSON bytes, both committed before the call. */
export type Sending = { readonly serial: string; readonly payload: string }

/** What a bureau says about an invoice it has numbered. */
export type IssuedFacts = {
  /** 20 digits. */
  readonly number: string
  readonly issuedAt: Date
  readonly grossFen: Fen
  readonly taxFen: Fen
  /** Whom the issuer names as buyer, where it does: compared with the payload, never stored or logged. */
  readonly buyer?: { readonly name: string; readonly taxId: string | null }
}

/** Where an answer and our payload part. `number`: it does not have 20 digits. */
export type Difference = 'amount' | 'tax' | 'buyer' | 'number' | 'serial' | 'blue'

/**
 * Everything an issuer can answer. `unknown` stands for every failure outside (timeout, 5xx, reset,
 * a reply nobody can read): the invoice may exist, and only a query with the same serial decides.
 */
export type IssuerAnswer =
  | { readonly kind: 'issued'; readonly facts: IssuedFacts }
  | { readonly kind: 'accepted'; readonly pollAfterMs: number }
  | { readonly kind: 'rejected'; readonly code: string; readonly message: string }
  | {
      /** Nothing was issued and nothing is lost: the same sending may go again later. */
      readonly kind: 'held'
      readonly reason: 'offline' | 'credit_exhausted' | 'login_needed'
      readonly message: string
      /** Tax-exclusive, where the issuer says so. */
      readonly requestedFen?: Fen
      readonly availableFen?: Fen
    }
  | {
      /** An invoice exists, but it is not the one we asked for: a person must look. Never `issued`. */
      readonly kind: 'contradiction'
      readonly serial: string
      readonly facts: IssuedFacts
      readonly differs?: readonly Difference[]
    }
  | { readonly kind: 'unknown' }

/** What a query finds. `absent` counts only after `absentCountsAfterMs`: a bureau's index lags. */
export type IssuerFinding = IssuerAnswer | { readonly kind: 'absent' }

/** What may be sent as a red form: our id of it and the exact JSON bytes, both committed before. */
export type RedSending = { readonly formSerial: string; readonly payload: string }

/** A red invoice as the bureau numbered it. Amounts are negative. */
export type RedFacts = IssuedFacts & {
  /** 红字信息确认单编号, 20 digits. */
  readonly formNumber: string
  /** The blue it takes back. */
  readonly blueNumber: string
}

/** Everything a red form can be. `unknown` stands for every failure outside, as with `issue`. */
export type RedFinding =
  | { readonly kind: 'issued'; readonly facts: RedFacts }
  | { readonly kind: 'accepted'; readonly pollAfterMs: number }
  | {
      /** 待购方确认: the buyer has used or booked the invoice and must agree. */
      readonly kind: 'waiting_buyer'
      readonly formNumber: string
      readonly until: Date
      readonly pollAfterMs: number
    }
  | {
      /** The form is dead and the blue stays valid. */
      readonly kind: 'ended'
      readonly how: 'refused' | 'lapsed' | 'revoked' | 'failed'
      readonly formNumber: string | null
      readonly code: string
      readonly message: string
    }
  | Extract<IssuerAnswer, { kind: 'rejected' | 'held' | 'unknown' }>
  | {
      /** A red exists, but not the one we asked for: a person must look. Never `issued`. */
      readonly kind: 'contradiction'
      readonly formSerial: string
      readonly facts: RedFacts
      readonly differs?: readonly Difference[]
    }

export type IssuerSession =
  | { readonly kind: 'online' }
  | {
      readonly kind: 'offline'
      readonly reason: 'offline' | 'login_needed'
      readonly message: string
      /** What the drawer scans to come back, where the issuer offers it. */
      readonly scan: { readonly url: string; readonly expiresAt: Date } | null
    }
  | { readonly kind: 'unknown' }

/** 发票总额度: monthly and tax-exclusive (facts/invoicing.md §6.3). */
export type IssuerCredit =
  | { readonly kind: 'known'; readonly month: string; readonly lineFen: Fen; readonly availableFen: Fen }
  | { readonly kind: 'unknown' }

export type IssuerCapabilities = {
  readonly kinds: readonly InvoiceKind[]
  /** Discount lines included. */
  readonly maxLines: number
  /** What its length limits count: code points, or bytes of UTF-8 (facts/invoicing.md §1.4). */
  readonly counts: 'characters' | 'bytes'
  /** Digits after the point that a quantity or a unit price may have: 8 or 13. */
  readonly decimals: 8 | 13
  /** A gift may stand as a price line and its −100 % discount; otherwise gifts are left out. */
  readonly canShowGifts: boolean
  /** Most that one invoice may carry, tax-exclusive; null: only the credit line bounds it. */
  readonly maxNetFen: Fen | null
  /**
   * 作废. Never for a 数电票: it exists nowhere but at the bureau and is taken back by a red alone (X4,
   * facts/invoicing.md §6). An issuer of paper would say true, and its reissues get a method of their own.
   */
  readonly canVoid: false
  /** Part of a blue invoice can be taken back; otherwise only all of it (SIM8). */
  readonly canReversePart: boolean
  /** Reasons for which a part can be taken back: a mistake is always full. */
  readonly partReasons: readonly RedReason[]
  /** One invoice may settle several orders (SIM8). */
  readonly canMerge: boolean
  /** Files that this channel lets a buyer have (SIM8). */
  readonly formats: readonly ('pdf' | 'ofd' | 'xml')[]
  /** How long the other party may take to answer a red form. */
  readonly consentMs: number
  /** Documents of this issuer have no legal force and carry 演示 on their face. */
  readonly isDemo: boolean
  /** How long after the last sending an `absent` may still be the lag of an index. */
  readonly absentCountsAfterMs: number
}

/**
 * Who turns data into a legal invoice. No member throws for a failure outside; a sending that is not
 * ours (payload and serial disagree) is a bug and throws before a byte leaves.
 */
export type Issuer = {
  readonly id: string
  capabilities(): IssuerCapabilities
  issue(sending: Sending, signal: AbortSignal): Promise<IssuerAnswer>
  /** Knows the serial only: compare what it finds with the payload by `holdAgainstPayload`. */
  query(serial: string, signal: AbortSignal): Promise<IssuerFinding>
  /**
   * Applies for a red form (红字信息确认单). Idempotent by `formSerial`, as `issue` is by serial: sent
   * again, the same form answers. Where nobody has to agree the bureau issues the red by itself.
   */
  requestRed(sending: RedSending, signal: AbortSignal): Promise<RedFinding>
  /** Knows the form serial only: compare what it finds with the payload by `holdAgainstRedPayload`. */
  queryRed(formSerial: string, signal: AbortSignal): Promise<RedFinding | { readonly kind: 'absent' }>
  /** Takes an unanswered form back. Answers with what the form became, which may be too late. */
  revokeRed(formSerial: string, signal: AbortSignal): Promise<RedFinding>
  session(signal: AbortSignal): Promise<IssuerSession>
  credit(signal: AbortSignal): Promise<IssuerCredit>
}
