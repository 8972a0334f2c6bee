import type { IssuerCapabilities } from '../../issuers/issuer.ts'
import shipped from './settings.json' with { type: 'json' }

/** A 税率 or 征收率 that the law knows from a day until another. */
export type LegalRate = {
  readonly rateBp: number
  /** Business dates; until is exclusive, null is open. */
  readonly from: string
  readonly until: string | null
  /** Beginnings of tax codes it is meant for; empty: every code. */
  readonly codes: readonly string[]
  /** The law or notice. */
  readonly basis: string
}

const TEXTS = [
  'buyerName',
  'taxId',
  'address',
  'phone',
  'bank',
  'itemName',
  'spec',
  'unit',
  'number',
  'remark',
  'drawer',
] as const

/** How long each text may be, in what the issuer counts (facts/invoicing.md §1.4). */
export type TextLimits = { readonly [text in (typeof TEXTS)[number]]: number }

/** What changes with the law, or that public sources do not settle: configuration, never constants. */
export type RuleSettings = {
  /** Ids of configurable rules that do not apply here. */
  readonly off: readonly string[]
  /** How far |net × rate − tax| of one line may go where others computed it (E9131). */
  readonly taxToleranceFen: number
  /** The same, summed over the ticket. */
  readonly ticketToleranceFen: number
  readonly textLimits: { readonly characters: TextLimits; readonly bytes: TextLimits }
  readonly legalRates: readonly LegalRate[]
}

/** What an invoice is held against, whoever asks for it: the issuer's abilities and the settings. */
export type IssuingTerms = { readonly capabilities: IssuerCapabilities; readonly settings: RuleSettings }

type Fields = Readonly<Record<string, unknown>>

function fail(what: string): never {
  throw new TypeError(`rule settings: ${what}`)
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(`${what} is no object`)
  return { ...value }
}

function listOf<T>(value: unknown, what: string, read: (value: unknown) => T): T[] {
  return Array.isArray(value) ? value.map(read) : fail(`${what} is no list`)
}

function whole(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 1_000_000) return value
  return fail(`${what} is no whole number`)
}

function textOf(value: unknown, what: string): string {
  return typeof value === 'string' && value !== '' ? value : fail(`${what} is no text`)
}

function dayOf(value: unknown, what: string): string {
  const day = textOf(value, what)
  return /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day)) ? day : fail(`${what} is no day`)
}

function readLimits(value: unknown, what: string): TextLimits {
  const fields = fieldsOf(value, what)
  const read = (text: (typeof TEXTS)[number]) => whole(fields[text], `${what}.${text}`)
  return {
    buyerName: read('buyerName'),
    taxId: read('taxId'),
    address: read('address'),
    phone: read('phone'),
    bank: read('bank'),
    itemName: read('itemName'),
    spec: read('spec'),
    unit: read('unit'),
    number: read('number'),
    remark: read('remark'),
    drawer: read('drawer'),
  }
}

function readRate(value: unknown): LegalRate {
  const { rateBp, from, until, codes, basis } = fieldsOf(value, 'a legal rate')
  return {
    rateBp: whole(rateBp, 'rateBp'),
    from: dayOf(from, 'from'),
    until: until === null ? null : dayOf(until, 'until'),
    codes: listOf(codes, 'codes', (code) => textOf(code, 'a code')),
    basis: textOf(basis, 'basis'),
  }
}

/** Reads settings from a file's JSON. Throws TypeError with the first thing that cannot be used. */
export function readRuleSettings(value: unknown): RuleSettings {
  const { off, taxToleranceFen, ticketToleranceFen, textLimits, legalRates } = fieldsOf(value, 'the file')
  const limits = fieldsOf(textLimits, 'textLimits')
  return {
    off: listOf(off, 'off', (id) => textOf(id, 'a rule id')),
    taxToleranceFen: whole(taxToleranceFen, 'taxToleranceFen'),
    ticketToleranceFen: whole(ticketToleranceFen, 'ticketToleranceFen'),
    textLimits: {
      characters: readLimits(limits.characters, 'textLimits.characters'),
      bytes: readLimits(limits.bytes, 'textLimits.bytes'),
    },
    legalRates: listOf(legalRates, 'legalRates', readRate),
  }
}

/** As shipped. */
export const SHIPPED_SETTINGS: RuleSettings = readRuleSettings(shipped)
