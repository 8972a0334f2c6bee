import { type PastedField, type Span, splitAddressPhone, splitBankAccount, trimmed } from './glued.ts'
import type { LabelKind } from './paste-labels.ts'
import { checkTaxId, normaliseTaxId } from './tax-id.ts'

/** A field's value by its place in the width-folded text. */
export type Finding = Span & { readonly field: PastedField }

/** What a company's name ends with, wherever in a sentence; anything may follow it. */
const COMPANY =
  /^.*(?:公司|事务所|合作社|工作室|经营部|研究院|研究所|有限合伙\)?|个体工商户\)?)(?:\((?:有限合伙|普通合伙|特殊普通合伙|个人独资|个体工商户)\))?/
/** Endings too common for a sentence: the piece of text must end with them. */
const INSTITUTION =
  /(?:集团|学校|小学|中学|大学|学院|医院|幼儿园|银行|商行|商店|超市|饭店|酒店|门市部|协会|学会|商会|基金会|委员会|管理局|税务局|服务中心|厂|店|局|\b(?:ltd|limited|inc|llc|corp|gmbh)\.?)$/i
/**
 * What people say before they come to the name. Single characters count only behind a whole word, as
 * names begin with them (为民, 要塞); 贵 and 想 never, for 贵州's and 想象's sake.
 */
const CHATTER =
  /^(?:[!?,:"'“”「」\s]|给|是|请|(?:你好|您好|请问|麻烦|(?:帮忙|帮我|给我|我要|我想|要)开|帮忙|帮我|给我们|给我|我们|我司|我要|你们|需要|开发票|开票|开具|开(?=个人|一张)|一张|发票|专票|普票|抬头|名称|单位|换成|改成|改为|一下|以下)[的了吧填写要把为]?)+/
const POLITE = /(?:谢谢|麻烦|感谢|辛苦|[,;。!?] ?(?!\s*(?:ltd|inc|llc|limited|corp)\b))/i
/** 开个人的就行: what may follow where a person wants no company on the invoice. */
const PERSON = /^个人(?:名义|抬头|发票|普票|的|就行|就好|即可|吧)*$/
const BANK = /(?:支行|分行|分理处|营业部|银行|信用社|农商行)$/
const ADDRESS = /(?:省|市|区|县|镇|乡|街|路|道|巷|村).{0,60}(?:号|室|楼|栋|幢|层|座|园|路|街|道|村|大厦)/

/** The first line that says anything. */
function firstLine(text: string, { start, end }: Span): Span {
  const from = trimmed(text, { start, end }).start
  const line = text.indexOf('\n', from)
  return trimmed(text, { start: from, end: line < 0 || line > end ? end : line })
}

/** Brackets whose partner stands elsewhere do not belong to the value. */
function unbracketed(text: string, span: Span): Span {
  let { start, end } = span
  const value = () => text.slice(start, end)
  if (value().startsWith('(') && !value().includes(')')) start++
  if (value().endsWith(')') && !value().includes('(')) end--
  if (value().endsWith('(')) end--
  return trimmed(text, { start, end })
}

/** A labelled name: to the end of its line, its sentence, or of its word if it is Chinese. */
function nameAt(text: string, span: Span): Span {
  const line = firstLine(text, span)
  const value = text.slice(line.start, line.end)
  const stop = /[\t|]/.exec(value) ?? POLITE.exec(value)
  const cut = stop ? value.slice(0, stop.index) : value
  const space = /\p{Script=Han}[^ ]* /u.exec(cut)
  const length = space ? space.index + space[0].length : cut.length
  return unbracketed(text, trimmed(text, { start: line.start, end: line.start + length }))
}

/**
 * A labelled tax id. Groups parted by spaces are put together, but no further than the first length that
 * an id can have: what follows may be a phone number.
 */
function taxIdAt(text: string, span: Span): Span | null {
  const found = /[0-9A-Z](?:[ -]?[0-9A-Z]){5,39}/i.exec(text.slice(span.start, span.end))
  if (!found) return null
  const start = span.start + found.index
  const ends = [...found[0].matchAll(/[0-9A-Z]+/gi)].map((group) => group.index + group[0].length)
  const joined = ends.map((end) => normaliseTaxId(found[0].slice(0, end)))
  const valid = joined.findIndex((id) => checkTaxId(id).kind === 'valid')
  const usual = joined.findIndex((id) => [15, 17, 18, 20].includes(id.length))
  const end = ends[valid >= 0 ? valid : usual >= 0 ? usual : ends.length - 1] ?? found[0].length
  return { start, end: start + end }
}

function numberAt(text: string, span: Span, pattern: RegExp): Span | null {
  const found = pattern.exec(text.slice(span.start, span.end))
  return found ? { start: span.start + found.index, end: span.start + found.index + found[0].length } : null
}

/** Two glued fields, as places of the whole text. */
function gluedAt(
  text: string,
  span: Span,
  [split, first, second]: readonly [typeof splitBankAccount, PastedField, PastedField],
): Finding[] {
  const { head, tail } = split(text.slice(span.start, span.end))
  const at = (part: Span, field: PastedField) => ({
    field,
    start: span.start + part.start,
    end: span.start + part.end,
  })
  return tail ? [at(head, first), at(tail, second)] : [at(head, first)]
}

const ADDRESS_PHONE = [splitAddressPhone, 'address', 'phone'] as const
const BANK_ACCOUNT = [splitBankAccount, 'bankName', 'bankAccount'] as const

/** What stands behind a label, up to the next one. */
export function readLabelled(text: string, kind: LabelKind, span: Span): Finding[] {
  const one = (field: PastedField, place: Span | null): Finding[] => (place ? [{ field, ...place }] : [])
  switch (kind) {
    case 'other':
      return []
    case 'name':
      return one('name', nameAt(text, span))
    case 'taxId':
      return one('taxId', taxIdAt(text, span))
    case 'phone':
      return one('phone', numberAt(text, span, /\+?\d(?:[ \-()]?\d){5,16}/))
    case 'bankAccount':
      return one('bankAccount', numberAt(text, span, /\d(?:[ -]?\d){5,31}/))
    case 'email':
      return one('email', numberAt(text, span, /[^\s,;，；。()]+/))
    case 'address':
    case 'addressPhone':
      return gluedAt(text, sentence(text, span), ADDRESS_PHONE)
    default:
      return gluedAt(text, sentence(text, span), BANK_ACCOUNT)
  }
}

function sentence(text: string, span: Span): Span {
  const line = firstLine(text, span)
  const stop = /[;。\t]|,(?!\d)/.exec(text.slice(line.start, line.end))
  return trimmed(text, stop ? { start: line.start, end: line.start + stop.index } : line)
}

/** A company's or institution's name in one word of running text, without what was said around it. */
function nameInWord(text: string, span: Span): Span | null {
  const word = text.slice(span.start, span.end)
  const spoken = CHATTER.exec(word)?.[0].length ?? 0
  const start = span.start + spoken
  const rest = text.slice(start, span.end)
  const length = COMPANY.exec(rest)?.[0].length ?? (INSTITUTION.test(rest) ? rest.length : 0)
  const place = unbracketed(text, { start, end: start + length })
  return place.end - place.start >= 4 ? place : null
}

function namesIn(text: string, span: Span): Finding[] {
  // Without Chinese characters a space belongs to the name.
  const separator = /\p{Script=Han}/u.test(text.slice(span.start, span.end)) ? /[^ 、:!?]+/g : /.+/g
  return [...text.slice(span.start, span.end).matchAll(separator)].flatMap((word): Finding[] => {
    const start = span.start + word.index
    const place = nameInWord(text, { start, end: start + word[0].length })
    return place ? [{ field: 'name', ...place }] : []
  })
}

/** A piece of text without a label, by its looks alone. `hasBank`: digits alone may be its account. */
export function readUnlabelled(text: string, piece: Span, hasBank: boolean): Finding[] {
  const span = trimmed(text, piece)
  const value = text.slice(span.start, span.end)
  // Longer is prose, and the patterns below stay cheap.
  if (value.length < 2 || value.length > 200) return []
  const spoken = CHATTER.exec(value)?.[0].length ?? 0
  if (PERSON.test(value.slice(spoken))) {
    return [{ field: 'name', start: span.start + spoken, end: span.start + spoken + 2 }]
  }

  const [bank, account] = gluedAt(text, span, BANK_ACCOUNT)
  if (bank && BANK.test(text.slice(bank.start, bank.end))) return account ? [bank, account] : [bank]
  if (/^[\d -]+$/.test(value)) return digitsAlone(span, value, hasBank)

  const names = namesIn(text, span)
  if (names.length > 0) return names
  return ADDRESS.test(value) ? gluedAt(text, span, ADDRESS_PHONE) : []
}

function digitsAlone(span: Span, value: string, hasBank: boolean): Finding[] {
  const digits = normaliseTaxId(value)
  if (hasBank && digits.length >= 8 && digits.length <= 32) return [{ field: 'bankAccount', ...span }]
  return checkTaxId(digits).kind === 'faulty' ? [] : [{ field: 'taxId', ...span }]
}
