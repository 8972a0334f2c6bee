import { dropZeroWidth, foldWidth, upperAscii } from '../../widget/title/characters.ts'
import { checkTaxId } from '../../widget/title/tax-id.ts'

export type PlatformGuess = 'taobao' | 'pdd' | 'jd' | 'douyin'

export type OrderNumberCandidate = {
  /** Upper-case ASCII, without spaces. */
  readonly number: string
  /** By the number's shape alone: a hint for the chooser, never a decision. */
  readonly platformGuess: PlatformGuess | null
}

export type RecognisedOrderNumber =
  | { readonly kind: 'number'; readonly candidates: readonly OrderNumberCandidate[] }
  | { readonly kind: 'none' }

/** Beyond this nobody pasted an order number, but a conversation. */
const INPUT_MAX = 500
/** More than a chooser can show. */
const CANDIDATES_MAX = 10

const SYMBOLOGY = /\b(?:CODE_\d+|EAN_\d+|UPC_[AE]|ITF|CODABAR|QR_CODE|DATA_MATRIX|PDF_417),/g
const EMAIL = /[\w.+-]{1,64}@[\w.-]{1,190}/g
const ORDER_KEYS = '(?:BIZ_?|TRADE_?)?ORDER_?(?:ID|SN|NO|NUMBER)?|TRADE_?(?:ID|NO)|TID'
const QUERY = new RegExp(`[?&#;](?:${ORDER_KEYS})=([^&#;\\s]+)`, 'g')
const URL_TEXT = /(?:HTTPS?:\/\/|\bWWW\.)[!-~]+|[\w.-]{1,100}\/[!-~]{0,300}[?&][!-~]+/g
const LABELLED =
  /(?:订单编号|订单号码?|订单|单号|编号|ORDER ?(?:NO|NUMBER|ID)?)[.#:是为 ]{0,4}([A-Z0-9]+(?:-[A-Z0-9]+)*)/g
const TOKEN = /[A-Z0-9]+(?:-[A-Z0-9]+)*/g
const WHOLE_TOKEN = /^[A-Z0-9]+(?:-[A-Z0-9]+)*$/

const DATE = /^(?:19|20)\d\d-?(?:0?[1-9]|1[0-2])-?(?:0?[1-9]|[12]\d|3[01])$/
const MOBILE = /^1[3-9]\d{9}$/
/** What our own demo orders are called: letters only, so nothing but the name tells them apart. */
const DEMO = /^DEMO(?:-[A-Z]+){1,2}$/
/** yymmdd, a hyphen that people lose, 15 digits. */
const PDD = /^(\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))-?(\d{15})$/

function plain(text: string): string {
  const folded = foldWidth(dropZeroWidth(text.slice(0, INPUT_MAX)))
  return upperAscii(folded)
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(SYMBOLOGY, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

/** What may be an order number at all: 4 to 32 characters with three digits in a row, so no word and no UUID. */
function isNumberLike(token: string): boolean {
  if (token.length < 4 || token.length > 32 || !WHOLE_TOKEN.test(token)) return false
  return /\d{3}/.test(token) || DEMO.test(token)
}

function isTaxId(token: string): boolean {
  return /[A-Z]/.test(token) && checkTaxId(token).kind === 'valid'
}

/** In running text a number must speak for itself: years, amounts, dates, phones and tax ids do not. */
function standsOut(token: string): boolean {
  if (!isNumberLike(token) || DATE.test(token) || MOBILE.test(token) || isTaxId(token)) return false
  return /[A-Z-]/.test(token) || token.length >= 8
}

function percentDecoded(text: string): string {
  try {
    return upperAscii(decodeURIComponent(text)).trim()
  } catch {
    return text // a broken escape is no reason to refuse what stands around it
  }
}

/** Of a link, what its query calls an order, or else whatever has the shape of a platform's number. */
function numbersOfLink(link: string): string[] {
  const named = [...link.matchAll(QUERY)].map((match) => percentDecoded(match[1] ?? ''))
  if (named.length > 0) return named.filter(isNumberLike)
  const path = percentDecoded(link.replace(/^[^/]*\/\/[^/]*/, ''))
  return tokensOf(path).filter((token) => guessPlatform(token) !== null || /^[A-Z]{2,10}-\d+$/.test(token))
}

function tokensOf(text: string): string[] {
  return text.match(TOKEN) ?? []
}

/**
 * The whole field as one number that was typed or read out in groups: `T M － 1 0 0 1`,
 * `2610 1931 5415 …`. Two full numbers side by side stay two.
 */
function wholeNumber(text: string): string | null {
  const joined = text.replace(/ /g, '')
  if (!isNumberLike(joined) || isTaxId(joined)) return null
  if (DATE.test(joined) && joined.includes('-')) return null
  const groups = text.split(' ')
  const isGrouped = groups.length > 1
  // Words around the number ("ORDER 1001") and numbers with prefixes of their own are not groups of one.
  if (isGrouped && /[A-Z]{3}/.test(joined) && !DEMO.test(joined)) return null
  return isGrouped && groups.filter(standsOut).length > 0 && !PDD.test(joined) ? null : joined
}

function numbersInSentence(text: string): string[] {
  const found: { at: number; number: string }[] = []
  // Each reader takes what it has read out of the text; the order of the text is restored at the end.
  const take = (from: string, pattern: RegExp, read: (match: string, inner: string) => string[]) =>
    from.replace(pattern, (match: string, ...rest: unknown[]) => {
      const inner = typeof rest[0] === 'string' ? rest[0] : match
      const at = rest.find((part) => typeof part === 'number') ?? 0
      for (const number of read(match, inner)) found.push({ at, number })
      return ' '.repeat(match.length)
    })

  let left = take(text, URL_TEXT, numbersOfLink)
  left = take(left, QUERY, numbersOfLink)
  left = take(left, EMAIL, () => [])
  left = take(left, LABELLED, (_, inner) => [inner].filter(isNumberLike))
  take(left, TOKEN, (token) => [token].filter(standsOut))
  return found.sort((one, other) => one.at - other.at).map(({ number }) => number)
}

function guessPlatform(number: string): PlatformGuess | null {
  if (PDD.test(number)) return 'pdd'
  if (/^6\d{18}$/.test(number)) return 'douyin'
  if (/^\d{18,19}$/.test(number)) return 'taobao'
  return /^\d{12}$/.test(number) ? 'jd' : null
}

/** 拼多多 always writes its hyphen; whoever reads the number aloud does not. */
function spelled(number: string): string {
  return number.replace(PDD, '$1-$2')
}

/**
 * The order numbers in what somebody typed, pasted or scanned (F18): full-width, with spaces, inside a
 * sentence or a link, behind a scanner's symbology. In the order of the text, each once. Rules, not
 * learning; whether such an order exists is for the caller to find out. Only the first 500 characters
 * are read. Shapes: facts/platforms.md, facts/hosts-and-embed.md §4.3.
 */
export function recogniseOrderNumber(text: string): RecognisedOrderNumber {
  const typed = plain(text)
  const whole = wholeNumber(typed)
  const numbers = whole === null ? numbersInSentence(typed) : [whole]
  const once = [...new Set(numbers.map(spelled))].slice(0, CANDIDATES_MAX)
  if (once.length === 0) return { kind: 'none' }
  return {
    kind: 'number',
    candidates: once.map((number) => ({ number, platformGuess: guessPlatform(number) })),
  }
}
