import { foldWidth, hasHan } from './characters.ts'
import type { PastedField, Span } from './glued.ts'
import { findLabels } from './paste-labels.ts'
import { type Finding, readLabelled, readUnlabelled } from './paste-values.ts'
import { looksLikeTaxId, normaliseTaxId } from './tax-id.ts'
import { titleNameKey } from './title-name.ts'
import { readTitleQr, type TitleQr } from './title-qr.ts'

/** A title and its company data fit fifty times over; what is longer is a document. */
export const PASTE_MAX = 10_000

/** A value and where it came from: `text.slice(start, end)` of what was pasted, to be highlighted. */
export type Found = Span & { readonly value: string }

export type PastedTitle = { readonly name?: Found; readonly taxId?: Found }

export type PasteWarning = 'text_cut' | 'several_titles' | 'crc_mismatch' | 'crc_unverified'

export type ParsedPaste = {
  /** Without name and tax id where several titles were found: those stand in `titles`. */
  readonly fields: { readonly [field in PastedField]?: Found }
  readonly kind: 'company' | 'person' | null
  readonly source: 'text' | TitleQr['source']
  readonly warnings: readonly PasteWarning[]
  /** Every title of the text, in its order. More than one: ask which. */
  readonly titles: readonly PastedTitle[]
}

/** The text as it is searched, and the place of each of its characters in what was pasted. */
type Sheet = { readonly shown: string; readonly folded: string; readonly places: readonly number[] }

const INVISIBLE = /[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/
const EMAIL = /[\w.%+-]{1,64}@[\w.@-]{1,190}/g
const ID_LIKE = /[0-9A-Z]+/gi
const MOBILE = /(^|[^\d-])((?:(?:\+?86|0086)[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4})(?![\d-])/g
const LANDLINE = /(^|[^\d-])(0\d{2,3}[- ]\d{7,8})(?![\d-])/g

function sheetOf(text: string): Sheet {
  const places: number[] = []
  let shown = ''
  for (let index = 0; index < text.length; index++) {
    const unit = text.charAt(index)
    if (INVISIBLE.test(unit)) continue
    places.push(index)
    // Controls may not reach a field; as spaces they part words, as they did where they came from.
    if (unit === '\r' || unit === '\u2028' || unit === '\u2029') shown += '\n'
    else shown += /[^\P{Cc}\t\n]/u.test(unit) ? ' ' : unit
  }
  return { shown, folded: foldWidth(shown), places }
}

/** Takes what was read out of the text, keeping every place; line ends stand in its stead. */
function without(text: string, taken: readonly Span[]): string {
  let left = ''
  for (const { start, end } of [...taken].sort((one, other) => one.start - other.start)) {
    left += text.slice(left.length, Math.max(start, left.length))
    left += '\n'.repeat(Math.max(0, end - left.length))
  }
  return left + text.slice(left.length)
}

/** E-mail addresses and tax ids speak for themselves, labelled or not; so they are read first. */
function readUnmistakable(text: string): { left: string; findings: Finding[] } {
  const findings: Finding[] = []
  let left = text.replace(EMAIL, (email: string, start: number) => {
    findings.push({ field: 'email', start, end: start + email.length })
    return '\n'.repeat(email.length)
  })
  left = left.replace(ID_LIKE, (id: string, start: number) => {
    const isTaxId = id.length <= 20 && /^\d[0-9A-Z]*[A-Z]/i.test(id) && looksLikeTaxId(normaliseTaxId(id))
    if (!isTaxId) return id
    findings.push({ field: 'taxId', start, end: start + id.length })
    return '\n'.repeat(id.length)
  })
  return { left, findings }
}

function readLabels(text: string): { left: string; findings: Finding[] } {
  const labels = findLabels(text)
  const taken: Span[] = []
  const findings = labels.flatMap(({ kind, start, end }, index) => {
    const value = { start: end, end: Math.max(end, labels[index + 1]?.start ?? text.length) }
    const read = readLabelled(text, kind, value).filter((finding) => finding.end > finding.start)
    taken.push({ start, end: kind === 'other' ? lineEnd(text, value) : end }, ...read)
    return read
  })
  return { left: without(text, taken), findings }
}

function lineEnd(text: string, { start, end }: Span): number {
  const stop = text.slice(start, end).search(/[\n,;。]/)
  return stop < 0 ? end : start + stop
}

function readPhones(text: string): Finding[] {
  return [MOBILE, LANDLINE].flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match): Finding => {
      const start = match.index + (match[1]?.length ?? 0)
      return { field: 'phone', start, end: match.index + match[0].length }
    }),
  )
}

/** What no label announced. `has` says which fields a label did. */
function readRest(text: string, has: (field: PastedField) => boolean): Finding[] {
  const findings: Finding[] = []
  let hasBank = has('bankName')
  for (const piece of text.matchAll(/[^\n\t,;。|]+/g)) {
    const place = { start: piece.index, end: piece.index + piece[0].length }
    const read = readUnlabelled(text, place, hasBank)
    // What says that it is the name outranks what only looks like one.
    findings.push(...read.filter(({ field }) => field !== 'name' || !has('name')))
    hasBank ||= read.some(({ field }) => field === 'bankName')
  }
  return [...findings, ...readPhones(without(text, findings))]
}

function foundAt(sheet: Sheet, { field, start, end }: Finding): Found {
  const shown = sheet.shown.slice(start, end)
  const folded = sheet.folded.slice(start, end)
  let value = shown.trim()
  if (field === 'taxId') value = normaliseTaxId(folded)
  if (field === 'bankAccount') value = folded.replace(/[ -]+/g, '')
  if (field === 'phone' || field === 'email') value = folded.trim()
  return { value, start: sheet.places[start] ?? 0, end: (sheet.places[end - 1] ?? 0) + 1 }
}

/** Names and tax ids in turn: the second of either begins another title. The same once more does not. */
function titlesOf(entries: readonly (readonly [PastedField, Found])[]): PastedTitle[] {
  const titles: { name?: Found; taxId?: Found }[] = []
  const seen = new Set<string>()
  for (const [field, found] of entries) {
    if (field !== 'name' && field !== 'taxId') continue
    const key = field + titleNameKey(found.value)
    if (seen.has(key)) continue
    seen.add(key)
    const current = titles[titles.length - 1]
    if (current && current[field] === undefined) current[field] = found
    else titles.push({ [field]: found })
  }
  return titles
}

function kindOf(titles: readonly PastedTitle[]): ParsedPaste['kind'] {
  if (titles.some(({ taxId }) => taxId)) return 'company'
  const name = titles[0]?.name?.value
  if (name === undefined) return null
  if (!hasHan(name)) return null
  return [...name].length <= 4 && !/(?:公司|厂|店|局|社|校|院)$/.test(name) ? 'person' : 'company'
}

/** A scanned title. Its base64 has no places to show: every field points at the whole code. */
function parsedQr(text: string, { source, fields, crc }: TitleQr): ParsedPaste {
  const entries = [...fields].map(([field, value]): [PastedField, Found] => {
    const start = source === 'alipay_qr' ? text.indexOf(value) : -1
    return [
      field,
      start < 0 ? { value, start: 0, end: text.length } : { value, start, end: start + value.length },
    ]
  })
  const titles = titlesOf(entries)
  const warnings: PasteWarning[] = source === 'sta_qr' && crc !== 'ok' ? [`crc_${crc}`] : []
  return { fields: Object.fromEntries(entries), kind: kindOf(titles), source, warnings, titles }
}

/**
 * Reads whatever a customer sent: a labelled block, lines without labels, a whole sentence, a title QR
 * (F8). Nothing is corrected: a wrong tax id comes out wrong, for the form to flag. Only the first 10,000
 * characters are read, in linear time.
 */
export function parsePasted(text: string): ParsedPaste {
  const qr = readTitleQr(text)
  if (qr) return parsedQr(text, qr)

  const sheet = sheetOf(text.slice(0, PASTE_MAX))
  const sure = readUnmistakable(sheet.folded)
  const labelled = readLabels(sure.left)
  const has = (field: PastedField) => labelled.findings.some((finding) => finding.field === field)
  const rest = readRest(labelled.left, has)

  const labelledFirst = [...sure.findings, ...labelled.findings, ...rest]
  const inOrder = [...labelledFirst].sort((one, other) => one.start - other.start)
  const titles = titlesOf(inOrder.map((finding) => [finding.field, foundAt(sheet, finding)]))
  const fields: { [field in PastedField]?: Found } = titles.length === 1 ? { ...titles[0] } : {}
  for (const finding of labelledFirst) {
    if (finding.field === 'name' || finding.field === 'taxId') continue
    fields[finding.field] ??= foundAt(sheet, finding)
  }

  const warnings: PasteWarning[] = []
  if (text.length > PASTE_MAX) warnings.push('text_cut')
  if (titles.length > 1) warnings.push('several_titles')
  return { fields, kind: kindOf(titles), source: 'text', warnings, titles }
}
