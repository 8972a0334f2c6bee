import { type Static, type TUnsafe, Type } from 'typebox'
import { BusinessDate, oneOf, PositiveFen, shape } from './shape.ts'

/** No controls, invisible marks or line breaks, and no space at either end: it is printed as it stands. */
const text = (maxLength: number) => Type.String({ format: 'visible', maxLength })

function orNull(schema: { readonly format: string; readonly maxLength?: number }) {
  const unsafe: TUnsafe<string | null> = Type.Unsafe({ ...schema, type: ['string', 'null'] })
  return Type.Optional(unsafe)
}

const textOrNull = (maxLength: number) => orNull({ format: 'visible', maxLength })
const count = (minimum: number, maximum: number) => Type.Optional(Type.Integer({ minimum, maximum }))

/** The public name in addresses. */
const Code = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,31}$' })

/** Issuers that this server can talk to. */
export const ISSUERS = ['sandbox'] as const

/**
 * What the lines of an invoice are called (S1-04). 明细 `detail`: each its goods. 大类 `category`: each the
 * short name of its tax category. `joined`: the same, and what an order has of one category and rate
 * stands as one line without quantity.
 */
export const LINE_NAMINGS = ['detail', 'category', 'joined'] as const
export type LineNaming = (typeof LINE_NAMINGS)[number]

/** What makes an order's invoice due without anybody asking (X1). An order that is not paid never is. */
export const ISSUE_TRIGGERS = [
  'on_request',
  'on_paid',
  'on_shipped',
  'on_completed',
  'after_return_window',
] as const
export type IssueTrigger = (typeof ISSUE_TRIGGERS)[number]

/** The seller as it is printed on every invoice. */
export const SellerFile = shape({
  name: text(100),
  taxId: Type.String({ format: 'tax-id' }),
  address: textOrNull(100),
  phone: textOrNull(40),
  bankName: textOrNull(100),
  bankAccount: textOrNull(40),
  /** 开票人 */
  drawer: text(20),
})

/** What is left out has the value of `SHOP_DEFAULTS`, also where it had another one before. */
export const ShopFile = shape({
  code: Code,
  name: text(60),
  platform: Type.String({ pattern: '^[a-z][a-z0-9_-]{0,31}$' }),
  accent: Type.Optional(Type.String({ pattern: '^#[0-9a-f]{6}$' })),
  logoUrl: orNull({ format: 'https-url', maxLength: 500 }),
  /** Who may frame the widget and open launch tokens. */
  allowedOrigins: Type.Optional(
    Type.Array(Type.String({ format: 'origin', maxLength: 200 }), { maxItems: 50, uniqueItems: true }),
  ),
  /** 0: nothing can be withdrawn. */
  undoSeconds: count(0, 86_400),
  /** Days after completion in which a customer may ask alone. */
  selfServiceDays: count(0, 3_650),
  linkDays: count(1, 400),
  /** From this amount on a person looks first. */
  reviewFromFen: Type.Optional(PositiveFen),
  revealsPerDay: count(0, 10_000),
  resendsPerDay: count(0, 100),
  /** Reissues of one order, and how many of them a customer may do alone; corrections after refunds do not count. */
  reissuesPerOrder: count(0, 100),
  reissuesByCustomer: count(0, 100),
  /** How a customer reaches a person. */
  serviceText: textOrNull(200),
  lineNaming: Type.Optional(oneOf(LINE_NAMINGS)),
  /** 开票人 of this shop; left out: the seller's. */
  drawer: textOrNull(20),
  /** `{orderNumbers}` becomes the numbers. */
  remarkPattern: Type.Optional(text(200)),
  /** What invoices show, unless a request says otherwise; amounts never depend on it. */
  showGifts: Type.Optional(Type.Boolean()),
  showDiscounts: Type.Optional(Type.Boolean()),
  showRemark: Type.Optional(Type.Boolean()),
  issuer: Type.Optional(oneOf(ISSUERS)),
  /** From when on an order is invoiced by itself, to the title that came with it. */
  issueTrigger: Type.Optional(oneOf(ISSUE_TRIGGERS)),
  /** Whole days in Shanghai after the day of completion; for `after_return_window`. */
  returnWindowDays: count(0, 365),
  /** The trigger issues to 个人 where an order came without a title; otherwise such an order waits for a person. */
  issueWithoutTitle: Type.Optional(Type.Boolean()),
})

/** Which tax code and rate goods carry, from when until when. */
export const RuleFile = shape({
  /** Of this shop alone; left out: of all. */
  shop: Type.Optional(Code),
  matcher: oneOf(['sku', 'title', 'any']),
  /** The whole SKU, or a part of the title. `any` takes none. */
  pattern: Type.Optional(text(200)),
  taxCode: Type.String({ pattern: '^\\d{19}$' }),
  shortName: text(40),
  treatment: Type.Optional(oneOf(['taxed', 'exempt', 'untaxed'])),
  /** 1300 is 13 %. */
  rateBp: Type.Integer({ minimum: 0, maximum: 10_000 }),
  unit: textOrNull(20),
  validFrom: BusinessDate,
  /** The first day on which it holds no more. */
  validUntil: orNull({ format: 'date' }),
})

/** A merchant as its operator writes it down: what is not named is refused. */
export const MerchantFile = shape({
  seller: SellerFile,
  shops: Type.Array(ShopFile, { minItems: 1, maxItems: 200 }),
  rules: Type.Array(RuleFile, { maxItems: 5_000 }),
})
export type MerchantFile = Static<typeof MerchantFile>
