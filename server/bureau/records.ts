import { type Static, type TSchema, Type } from 'typebox'
import { Compile } from 'typebox/compile'

const fen = Type.Integer()
const instantMs = Type.Integer()

/** How a drawer's login stands. 1101 expired; 1102 and 430 want a face, 420 an SMS code (SIM2). */
export const CHANNEL_STATES = ['online', '1101', '1102', '420', '430'] as const
export type ChannelState = (typeof CHANNEL_STATES)[number]

/** What the buyer did with an invoice: 用途确认 or 入账确认. Either makes a red wait for the buyer. */
export const USAGES = ['none', 'deducted', 'booked'] as const
export type Usage = (typeof USAGES)[number]
const Usage = Type.Union(USAGES.map((usage) => Type.Literal(usage)))

const twentyDigits = Type.String({ pattern: '^\\d{20}$' })

/** One kind of goods of a sheet, its discount merged into it: what a red line can take back. */
const Goods = Type.Object({
  /** Number of the normal or discounted line on the blue. */
  no: Type.Integer(),
  title: Type.String(),
  taxCode: Type.String(),
  rateBp: Type.Integer(),
  netFen: fen,
  taxFen: fen,
})

const Opened = Type.Object({
  t: Type.Literal('opened'),
  version: Type.Literal(1),
  /** Five digits that begin every serial part of this ledger: a wiped ledger never repeats numbers. */
  id: Type.String({ pattern: '^\\d{5}$' }),
})

const Numbered = Type.Object({
  t: Type.Literal('numbered'),
  serial: Type.String(),
  hash: Type.String(),
  number: Type.String({ pattern: '^\\d{20}$' }),
  atMs: instantMs,
  /** Issued from here on; before it the sheet is only accepted (SIM1). */
  dueMs: instantMs,
  /** A query finds it from here on: the index lags (SIM6). */
  visibleMs: instantMs,
  orderNumbers: Type.Array(Type.String()),
  kind: Type.Union([Type.Literal('ordinary'), Type.Literal('special')]),
  sellerTaxId: Type.String(),
  buyerName: Type.String(),
  buyerTaxId: Type.Union([Type.String(), Type.Null()]),
  netFen: fen,
  taxFen: fen,
  grossFen: fen,
  /** Sheets from before red forms have none: only their totals can be checked. */
  goods: Type.Optional(Type.Array(Goods)),
  usage: Type.Optional(Usage),
})

/** A red invoice that was numbered; issued from `dueMs` on. */
const Red = Type.Object({ number: twentyDigits, dueMs: instantMs })

const FormTaken = Type.Object({
  t: Type.Literal('form'),
  formSerial: Type.String(),
  hash: Type.String(),
  formNumber: twentyDigits,
  blueNumber: twentyDigits,
  reason: Type.String({ pattern: '^0[1-4]$' }),
  atMs: instantMs,
  /** 15 申请中 before it. */
  readyMs: instantMs,
  /** Until when the buyer may answer; null: nobody has to, and `red` is numbered at once. */
  untilMs: Type.Union([instantMs, Type.Null()]),
  red: Type.Union([Red, Type.Null()]),
  sellerTaxId: Type.String(),
  orderNumbers: Type.Array(Type.String()),
  /** Negative; empty where the blue's own goods are not known. */
  goods: Type.Array(Goods),
  netFen: fen,
  taxFen: fen,
  grossFen: fen,
})

/** A form that never came to be: not readable (`rejected`), or 16 申请失败. */
const FormRefused = Type.Object({
  t: Type.Literal('form_refused'),
  formSerial: Type.String(),
  hash: Type.String(),
  atMs: instantMs,
  state: Type.Union([Type.Literal('rejected'), Type.Literal('16')]),
  code: Type.String(),
  message: Type.String(),
})

/** 04 confirmed, 05 refused by the buyer, 07 lapsed, 08 taken back by the seller, 10 voided. */
export const FORM_MOVES = ['04', '05', '07', '08', '10'] as const
export type FormMove = (typeof FORM_MOVES)[number]

const FormMoved = Type.Object({
  t: Type.Literal('form_moved'),
  formSerial: Type.String(),
  to: Type.Union(FORM_MOVES.map((move) => Type.Literal(move))),
  atMs: instantMs,
  red: Type.Union([Red, Type.Null()]),
})

const UsageSet = Type.Object({ t: Type.Literal('usage'), number: twentyDigits, usage: Usage })

/** How far the bureau's clock stands before the machine's. */
const ClockSet = Type.Object({ t: Type.Literal('clock'), offsetMs: Type.Integer() })

const Refused = Type.Object({
  t: Type.Literal('refused'),
  serial: Type.String(),
  hash: Type.String(),
  atMs: instantMs,
  code: Type.String(),
  message: Type.String(),
})

/** A magic order did its trick once; the same serial passes the next time. */
const Tripped = Type.Object({ t: Type.Literal('tripped'), serial: Type.String() })

const AccountSet = Type.Object({
  t: Type.Literal('account'),
  /** `*` is the pattern from which accounts never seen before are made. */
  taxId: Type.String(),
  channel: Type.Union(CHANNEL_STATES.map((state) => Type.Literal(state))),
  lineFen: fen,
})

export type Opened = Static<typeof Opened>
export type Numbered = Omit<Static<typeof Numbered>, 'usage'> & { usage?: Usage }
export type Refused = Static<typeof Refused>
export type AccountSet = Omit<Static<typeof AccountSet>, 'channel'> & { channel: ChannelState }
export type Goods = Static<typeof Goods>
export type Red = Static<typeof Red>
export type FormTaken = Static<typeof FormTaken>
export type FormRefused = Static<typeof FormRefused>
export type FormMoved = Omit<Static<typeof FormMoved>, 'to'> & { to: FormMove }
export type UsageSet = Omit<Static<typeof UsageSet>, 'usage'> & { usage: Usage }
export type BureauRecord =
  | Opened
  | Numbered
  | Refused
  | Static<typeof Tripped>
  | AccountSet
  | FormTaken
  | FormRefused
  | FormMoved
  | UsageSet
  | Static<typeof ClockSet>

const SCHEMAS = {
  opened: Opened,
  numbered: Numbered,
  refused: Refused,
  tripped: Tripped,
  account: AccountSet,
  form: FormTaken,
  form_refused: FormRefused,
  form_moved: FormMoved,
  usage: UsageSet,
  clock: ClockSet,
} satisfies Record<BureauRecord['t'], TSchema>

const checks = new Map(Object.entries(SCHEMAS).map(([t, schema]) => [t, Compile(schema)]))

/** One line of the ledger, or null where it is none of ours. */
export function readRecord(value: unknown): BureauRecord | null {
  return isRecord(value) ? value : null
}

function isRecord(value: unknown): value is BureauRecord {
  if (typeof value !== 'object' || value === null || !('t' in value) || typeof value.t !== 'string')
    return false
  return checks.get(value.t)?.Check(value) === true
}
