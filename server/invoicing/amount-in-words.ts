import type { Fen } from './money.ts'

const DIGITS = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'] as const
const PLACES = ['', '拾', '佰', '仟'] as const

const WAN = 10_000n
const YI = 100_000_000n

/**
 * 价税合计大写 as the bureau writes it: 圆 (not 元), 整 after 角, `（负数）` before a red total.
 * Source: facts/invoicing.md §4.2.
 */
export function amountInWords(fen: Fen): string {
  if (fen < 0n) return `（负数）${amountInWords(-fen)}`
  if (fen === 0n) return '零圆整'

  const yuan = fen / 100n
  return (yuan === 0n ? '' : `${integerInWords(yuan)}圆`) + centsInWords(fen)
}

/** What follows 圆. A 零 stands where a place is skipped, but nothing is skipped when there is no 圆. */
function centsInWords(fen: Fen): string {
  const yuan = fen / 100n
  const jiao = (fen / 10n) % 10n
  const cents = fen % 10n
  if (jiao === 0n && cents === 0n) return '整'
  if (jiao === 0n) return `${yuan === 0n ? '' : '零'}${digit(cents)}分`

  const skipped = yuan > 0n && yuan % 10n === 0n ? '零' : ''
  return `${skipped}${digit(jiao)}角${cents === 0n ? '整' : `${digit(cents)}分`}`
}

/** 亿 and 万 part the number; the 亿 part may itself hold 万. */
function integerInWords(n: bigint): string {
  if (n >= YI) return partsInWords(n, { unit: YI, name: '亿' })
  if (n >= WAN) return partsInWords(n, { unit: WAN, name: '万' })
  return groupInWords(n)
}

function partsInWords(n: bigint, { unit, name }: { unit: bigint; name: string }): string {
  const rest = n % unit
  const head = `${integerInWords(n / unit)}${name}`
  if (rest === 0n) return head
  // The next place down is empty: one 零, however many places that is.
  return `${head}${rest < unit / 10n ? '零' : ''}${integerInWords(rest)}`
}

/** 1 to 9999, one 零 for any run of zeros between digits, always 壹拾. */
function groupInWords(n: bigint): string {
  let words = ''
  let isSkipping = false
  for (let place = 3; place >= 0; place -= 1) {
    const value = (n / 10n ** BigInt(place)) % 10n
    if (value === 0n) {
      isSkipping = words !== ''
      continue
    }
    words += `${isSkipping ? '零' : ''}${digit(value)}${PLACES[place]}`
    isSkipping = false
  }
  return words
}

function digit(value: bigint): string {
  return DIGITS[Number(value)] ?? ''
}

const WORDS =
  /^(?:([零壹贰叁肆伍陆柒捌玖拾佰仟万亿]+)[圆元])?零?(?:([零壹贰叁肆伍陆柒捌玖])角)?零?(?:([零壹贰叁肆伍陆柒捌玖])分)?[整正]?$/

/**
 * Reads 大写 as others write it: 元 or 圆, 正 or 整 or neither, a ⊗ before it, a 零 left out. Null for what
 * is no amount; compare by value, never by text. Source: facts/invoicing.md §4.2.
 */
export function parseAmountInWords(text: string): Fen | null {
  const [, minus, words = ''] =
    /^(?:人民币)?[⊗ⓧ×Ⓧ]?([（(]负数[）)]|负)?(.*)$/u.exec(text.replaceAll(/\s/gu, '')) ?? []
  const match = WORDS.exec(words)
  if (match === null) return null
  const [, whole, jiao, cents] = match
  if (whole === undefined && jiao === undefined && cents === undefined) return null
  const yuan = whole === undefined ? 0n : readInteger(whole)
  if (yuan === null) return null
  const fen = yuan * 100n + readDigit(jiao) * 10n + readDigit(cents)
  return minus === undefined ? fen : -fen
}

const VALUES: ReadonlyMap<string, bigint> = new Map(DIGITS.map((word, index) => [word, BigInt(index)]))

function readDigit(word: string | undefined): bigint {
  return VALUES.get(word ?? '') ?? 0n
}

/** The mirror of `integerInWords`: what stands before the last 亿, else before the 万, counts so many times. */
function readInteger(words: string): bigint | null {
  for (const { name, unit } of [
    { name: '亿', unit: YI },
    { name: '万', unit: WAN },
  ]) {
    const at = words.lastIndexOf(name)
    if (at < 0) continue
    const head = readInteger(words.slice(0, at))
    const rest = at === words.length - 1 ? 0n : readInteger(words.slice(at + 1))
    if (head === null || head === 0n || head >= unit || rest === null || rest >= unit) return null
    return head * unit + rest
  }
  return readGroup(words)
}

/** 0 to 9999: places fall, and none stands twice. A leading 拾 is 壹拾. */
function readGroup(words: string): bigint | null {
  if (/^零+$/.test(words)) return 0n
  const match =
    /^零*(?:([壹贰叁肆伍陆柒捌玖])仟)?零*(?:([壹贰叁肆伍陆柒捌玖])佰)?零*(?:([壹贰叁肆伍陆柒捌玖])?拾)?零*([壹贰叁肆伍陆柒捌玖])?零*$/u.exec(
      words,
    )
  if (match === null || words === '') return null
  const [all, thousand, hundred, ten, one] = match
  const tens = ten === undefined && all.includes('拾') ? 1n : readDigit(ten)
  return readDigit(thousand) * 1000n + readDigit(hundred) * 100n + tens * 10n + readDigit(one)
}
