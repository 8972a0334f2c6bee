import { Ajv, type ErrorObject } from 'ajv'
import { checkTaxId, suggestTaxId } from '../../widget/title/tax-id.ts'
import { MerchantFile } from '../contract/merchants.ts'
import { isOrigin } from '../tokens/claims.ts'
import { type MerchantSetup, type RuleSetup, SHOP_DEFAULTS } from './merchant-setup.ts'

/** `field` is a JSON pointer; `why` completes the sentence "this field …". */
export type FileFault = { readonly field: string; readonly why: string }

/** A merchant file that cannot be applied; all of its faults at once, none of its values. */
export class MerchantFileInvalid extends Error {
  readonly faults: readonly FileFault[]

  constructor(faults: readonly FileFault[]) {
    const lines = faults.map(({ field, why }) => `  ${field === '' ? '(the file)' : field} ${why}`)
    super(`the merchant file is not usable:\n${lines.join('\n')}`)
    this.faults = faults
  }
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

/** Beyond what a pattern says. The words stand after the name of the field. */
const FORMATS: Readonly<Record<string, { readonly why: string; check(text: string): boolean }>> = {
  visible: {
    why: 'has a space at an end, or characters that nobody sees',
    check: (text) => /^(?!\s)[^\p{C}\p{Zl}\p{Zp}]+(?<!\s)$/u.test(text),
  },
  'tax-id': { why: 'is not a tax id', check: (text) => checkTaxId(text).kind !== 'faulty' },
  origin: { why: 'is not an exact web origin such as https://shop.example', check: isOrigin },
  'https-url': { why: 'is not an https address', check: isHttps },
  date: { why: 'is not a day as 2026-01-31', check: isDay },
}

const ajv = new Ajv({ allErrors: true, verbose: true, strict: true, strictTypes: false })
for (const [name, { check }] of Object.entries(FORMATS)) ajv.addFormat(name, check)
const isMerchantFile = ajv.compile<MerchantFile>(MerchantFile)

/**
 * A parsed file with every default filled in. Throws `MerchantFileInvalid`: first with all faults of
 * single fields, then with all that show only between them.
 */
export function readMerchantFile(value: unknown): MerchantSetup {
  if (!isMerchantFile(value)) throw new MerchantFileInvalid((isMerchantFile.errors ?? []).map(describe))
  const faults = [...shopFaults(value), ...ruleFaults(value), ...overlaps(value.rules)]
  if (faults.length > 0) throw new MerchantFileInvalid(faults)

  const { address = null, phone = null, bankName = null, bankAccount = null, ...seller } = value.seller
  return {
    seller: { ...seller, address, phone, bankName, bankAccount },
    shops: value.shops.map(({ issuer = SHOP_DEFAULTS.issuerId, reviewFromFen, ...shop }) => ({
      ...SHOP_DEFAULTS,
      ...shop,
      issuerId: issuer,
      reviewFromFen: reviewFromFen === undefined ? SHOP_DEFAULTS.reviewFromFen : BigInt(reviewFromFen),
    })),
    rules: value.rules.map(toRule),
  }
}

type FileRule = MerchantFile['rules'][number]

function toRule(rule: FileRule): RuleSetup {
  const { shop, pattern = '', treatment = 'taxed', unit = null, validUntil = null, ...others } = rule
  return { ...others, shopCode: shop ?? null, pattern, treatment, unit, validUntil }
}

/** ajv reports a missing or surplus field at its parent: its name is appended. */
function describe({ instancePath, keyword, params, message, data }: ErrorObject): FileFault {
  if (keyword === 'required') return { field: `${instancePath}/${params.missingProperty}`, why: 'is missing' }
  if (keyword === 'additionalProperties') {
    const name = String(params.additionalProperty).replaceAll('~', '~0').replaceAll('/', '~1')
    return { field: `${instancePath}/${name}`, why: 'is not known here' }
  }
  if (keyword === 'enum') return { field: instancePath, why: `is none of ${params.allowedValues.join(', ')}` }
  if (params.format === 'tax-id') return { field: instancePath, why: describeTaxId(String(data)) }
  const why = keyword === 'format' ? FORMATS[params.format]?.why : message
  return { field: instancePath, why: why ?? 'is not acceptable' }
}

function describeTaxId(text: string): string {
  const check = checkTaxId(text)
  const fault = check.kind === 'faulty' ? ` (${check.fault.replaceAll('_', ' ')})` : ''
  const meant = suggestTaxId(text)
  return `is not a tax id${fault}${meant.length === 0 ? '' : `; perhaps ${meant.join(' or ')}`}`
}

function shopFaults({ shops }: MerchantFile): FileFault[] {
  const codes = shops.map(({ code }) => code)
  const doubles = codes.flatMap((code, index) => {
    const first = codes.indexOf(code)
    return first === index
      ? []
      : [{ field: `/shops/${index}/code`, why: `stands at /shops/${first} already` }]
  })
  return [...doubles, ...shops.flatMap(capFaults)]
}

/** What is left out counts as its default. */
function capFaults(shop: MerchantFile['shops'][number], index: number): FileFault[] {
  const { reissuesPerOrder, reissuesByCustomer } = { ...SHOP_DEFAULTS, ...shop }
  if (reissuesByCustomer <= reissuesPerOrder) return []
  return [
    { field: `/shops/${index}/reissuesByCustomer`, why: `is above the ${reissuesPerOrder} of an order` },
  ]
}

function ruleFaults({ shops, rules }: MerchantFile): FileFault[] {
  const codes = new Set(shops.map(({ code }) => code))
  return rules.flatMap((rule, index) => {
    const { shop, matcher, pattern, treatment = 'taxed' } = rule
    const checks: [name: string, isFault: boolean, why: string][] = [
      ['shop', shop !== undefined && !codes.has(shop), 'is none of the shops of this file'],
      ['pattern', matcher === 'any' && pattern !== undefined, 'is not for the matcher any'],
      ['pattern', matcher !== 'any' && pattern === undefined, 'is missing'],
      ['rateBp', treatment !== 'taxed' && rule.rateBp !== 0, `is not 0, and ${treatment} is without tax`],
      ['validUntil', endsBefore(rule, rule.validFrom), 'is not after validFrom'],
    ]
    return checks
      .filter(([, isFault]) => isFault)
      .map(([name, , why]) => ({ field: `/rules/${index}/${name}`, why }))
  })
}

/** Two rules that say something about the same goods on the same day: nobody could tell which one holds. */
function overlaps(rules: readonly FileRule[]): FileFault[] {
  const alike = new Map<string, { rule: FileRule; place: string }[]>()
  return rules.flatMap((rule, index) => {
    const key = JSON.stringify([rule.shop ?? null, rule.matcher, rule.pattern ?? ''])
    const before = alike.get(key) ?? []
    alike.set(key, [...before, { rule, place: `/rules/${index}` }])
    return before
      .filter((other) => meet(rule, other.rule))
      .map(({ place }) => ({ field: `/rules/${index}`, why: `is for the same goods and days as ${place}` }))
  })
}

/** The last day is the one before `validUntil`. */
function endsBefore({ validUntil = null }: FileRule, day: string): boolean {
  return validUntil !== null && validUntil <= day
}

function meet(a: FileRule, b: FileRule): boolean {
  return !endsBefore(a, b.validFrom) && !endsBefore(b, a.validFrom)
}

function isHttps(text: string): boolean {
  return URL.parse(text)?.protocol === 'https:' && text.startsWith('https://')
}

/** 2026-02-30 is none: `Date` would make the 2nd of March of it. */
function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`)
  return DAY.test(text) && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}
