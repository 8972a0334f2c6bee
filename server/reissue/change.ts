import type { FieldChange } from '../contract/reissues.ts'
import { contentFromJson, contentToJson } from '../invoicing/content-json.ts'
import type { InvoiceContent } from '../invoicing/invoice.ts'
import type { Fen } from '../invoicing/money.ts'
import type { Settled } from './excess.ts'

/** How much of which order. */
export type Share = { readonly orderId: string; readonly amountFen: Fen }

/** What a reissue is about, frozen when it was planned. Sealed in the row. */
export type Change = {
  /** In the clear: masked when they are shown. */
  readonly changes: readonly FieldChange[]
  /** Negative, as it will be sent. */
  readonly red: InvoiceContent
  /** What the red takes back, all > 0. */
  readonly redShares: readonly Share[]
  /** Null: nothing comes instead. */
  readonly blue: InvoiceContent | null
  readonly blueShares: readonly Share[]
  /** What of which refund the red takes off. */
  readonly settles: readonly Settled[]
  /** Where the documents go. */
  readonly email: string | null
  readonly phone: string | null
}

type StoredShare = { orderId: string; amountFen: string }
type StoredSettled = StoredShare & { reference: string }
type StoredChange = Omit<Change, 'red' | 'blue' | 'redShares' | 'blueShares' | 'settles'> & {
  red: unknown
  blue: unknown
  redShares: StoredShare[]
  blueShares: StoredShare[]
  /** Absent on changes from before it was kept. */
  settles?: StoredSettled[]
}

export function changeToJson(change: Change): unknown {
  const { red, blue, redShares, blueShares, settles, ...rest } = change
  return {
    ...rest,
    red: contentToJson(red),
    blue: blue === null ? null : contentToJson(blue),
    redShares: redShares.map(storeShare),
    blueShares: blueShares.map(storeShare),
    settles: settles.map(({ reference, ...share }) => ({ reference, ...storeShare(share) })),
  } satisfies StoredChange
}

/** Reads what `changeToJson` wrote: the vault proves that nobody changed it. */
export function changeFromJson(value: unknown): Change {
  const stored = value as StoredChange // authenticated by the vault, written by changeToJson
  return {
    ...stored,
    red: contentFromJson(stored.red),
    blue: stored.blue === null ? null : contentFromJson(stored.blue),
    redShares: stored.redShares.map(readShare),
    blueShares: stored.blueShares.map(readShare),
    settles: (stored.settles ?? []).map(({ reference, ...share }) => ({ reference, ...readShare(share) })),
  }
}

function storeShare({ orderId, amountFen }: Share): StoredShare {
  return { orderId, amountFen: amountFen.toString() }
}

function readShare({ orderId, amountFen }: StoredShare): Share {
  return { orderId, amountFen: BigInt(amountFen) }
}
