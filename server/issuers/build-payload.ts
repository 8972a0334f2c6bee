import type { InvoiceContent, InvoiceLine, Party } from '../invoicing/invoice.ts'
import { type Fen, jsonFen } from '../invoicing/money.ts'
import type { Difference, IssuedFacts, IssuerFinding } from './issuer.ts'

type Reference = {
  readonly serial: string
  /** Every order this invoice settles, as the shop numbers them. */
  readonly orderNumbers: readonly string[]
}

/**
 * The exact bytes that are committed and then sent: the same content gives the same text, whatever
 * order its keys were made in. Money is integer fen; throws RangeError above 2^53.
 */
export function buildPayload(content: InvoiceContent, { serial, orderNumbers }: Reference): string {
  return JSON.stringify(
    sortKeys({ version: 1, serial, orderNumbers: [...orderNumbers], ...wireContent(content) }),
  )
}

/** What a payload promised: the measure of every answer to it. */
export type PayloadTotals = { readonly serial: string; readonly grossFen: Fen; readonly taxFen: Fen }

type Buyer = { readonly name: string; readonly taxId: string | null }

/** Reads back what `buildPayload` wrote. Throws on anything else: a payload is ours, never input. */
export function readPayloadTotals(payload: string): PayloadTotals {
  const { serial, ...fields } = readOwn(payload)
  if (typeof serial !== 'string') throw new TypeError('a payload carries its serial')
  return { serial, ...readTotals(fields) }
}

/**
 * An invoice with another amount, tax or buyer than its payload is a contradiction, and so is a number
 * that has not 20 digits: never issued. Every finding of a query goes through here, because the query
 * knows only the serial.
 */
export function holdAgainstPayload<Finding extends IssuerFinding>(
  payload: string,
  finding: Finding,
): Finding | Extract<IssuerFinding, { kind: 'contradiction' }> {
  if (finding.kind !== 'issued') return finding
  const { serial } = readPayloadTotals(payload)
  const { facts } = finding
  const differs = differencesFrom(readOwn(payload), facts)
  return differs.length === 0 ? finding : { kind: 'contradiction', serial, facts, differs }
}

/** What blue and red have in common. Empty: the facts are what the payload asked for. */
export function differencesFrom(own: Readonly<Record<string, unknown>>, facts: IssuedFacts): Difference[] {
  const { grossFen, taxFen } = readTotals(own)
  const differs: Difference[] = []
  if (!/^\d{20}$/.test(facts.number)) differs.push('number')
  if (facts.grossFen !== grossFen) differs.push('amount')
  if (facts.taxFen !== taxFen) differs.push('tax')
  if (facts.buyer !== undefined && !isSameBuyer(readBuyer(own.buyer), facts.buyer)) differs.push('buyer')
  return differs
}

/** Fields of a payload of ours, blue or red. */
export function readOwn(payload: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(payload)
  if (typeof value !== 'object' || value === null) throw new TypeError('a payload is an object')
  return { ...value }
}

function readTotals({ grossFen, taxFen }: Readonly<Record<string, unknown>>) {
  return { grossFen: ownFen(grossFen), taxFen: ownFen(taxFen) }
}

function readBuyer(value: unknown): Buyer {
  if (typeof value !== 'object' || value === null) throw new TypeError('a payload names its buyer')
  const { name, taxId = null }: Record<string, unknown> = { ...value }
  if (typeof name !== 'string' || (typeof taxId !== 'string' && taxId !== null))
    throw new TypeError('a payload names its buyer')
  return { name, taxId }
}

/** Width, brackets and spaces differ from register to register; a person may be marked as such. */
function isSameBuyer(ours: Buyer, theirs: Buyer): boolean {
  const [name, said] = [matchable(ours.name), matchable(theirs.name)]
  const isSameName = name === said || `${name}(个人)` === said
  return isSameName && matchable(ours.taxId ?? '') === matchable(theirs.taxId ?? '')
}

/** For comparison only (facts/invoicing.md §5). */
function matchable(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\s+/gu, '')
    .replace(/[【〔［[{〖]/gu, '(')
    .replace(/[】〕］\]}〗]/gu, ')')
    .toUpperCase()
}

function ownFen(value: unknown): Fen {
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw new TypeError('a payload counts in fen')
  return BigInt(value)
}

/** What blue and red payloads share. */
export function wireContent(content: InvoiceContent) {
  return {
    kind: content.kind,
    colour: content.colour,
    seller: wireParty(content.seller),
    buyer: wireParty(content.buyer),
    isPerson: content.isPerson,
    lines: content.lines.map(wireLine),
    netFen: jsonFen(content.netFen),
    taxFen: jsonFen(content.taxFen),
    grossFen: jsonFen(content.grossFen),
    remark: content.remark,
    drawer: content.drawer,
  }
}

function wireParty({ name, taxId, address, phone, bankName, bankAccount }: Party) {
  return { name, taxId, address, phone, bankName, bankAccount }
}

function wireLine(line: InvoiceLine) {
  const { lineNo, property, title, shortName, spec, unit, quantity, unitPrice, taxCode } = line
  return {
    ...{ lineNo, property, title, shortName, spec, unit, quantity, unitPrice, taxCode },
    treatment: line.treatment,
    rateBp: line.rateBp,
    netFen: jsonFen(line.netFen),
    taxFen: jsonFen(line.taxFen),
    grossFen: jsonFen(line.grossFen),
  }
}

/** By code unit, not by locale: two machines must agree on the bytes. */
export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, member]) => [key, sortKeys(member)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
