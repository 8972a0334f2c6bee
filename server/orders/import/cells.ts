import { divideRounded, type Fen, readYuan } from '../../invoicing/money.ts'
import type { CellKind } from './raw-row.ts'

/**
 * A cell without its packing: blanks around it (TAB, U+00A0, U+3000 included), `="…"` that keeps Excel from
 * counting, and one leading `'`. Any other leading `= + - @` is text and stays.
 */
export function cleanCell(raw: string): string {
  const trimmed = raw.trim()
  const first = trimmed.charCodeAt(0)
  if (first === 0x3d && trimmed.startsWith('="') && trimmed.endsWith('"') && trimmed.length > 2) {
    const inside = trimmed.slice(2, -1)
    if (!/"(?!")/.test(inside.replaceAll('""', ''))) return inside.replaceAll('""', '"').trim()
  }
  return first === 0x27 ? trimmed.slice(1).trim() : trimmed
}

// C0 and C1, but tab and line breaks, which messages have.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const CONTROL = /[\0-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]/
const INVISIBLE = /[\u200B-\u200D\u2060\uFEFF\u202A-\u202E\u2066-\u2069]/g

/** Free text in one form (NFC) without invisible and direction marks; null when empty, 'control' when it must not pass. */
export function readText(cell: string): { text: string | null } | 'control' {
  if (CONTROL.test(cell)) return 'control'
  const text = cell.replaceAll(INVISIBLE, '').normalize('NFC').trim()
  return { text: text === '' ? null : text }
}

const SCIENTIFIC = /^\d+(\.\d+)?E\+?\d{1,3}$/i
const PLATFORM_NUMBER = /^[\d-]{6,32}A?$/ // Douyin once ended its numbers with an A
const OWN_NUMBER = /^[0-9A-Z][0-9A-Z_-]{2,31}$/

// What nearly every cell holds; the folding below would not change it.
const PLAIN_DIGITS = /^\d{6,32}$/
const PLAIN_AMOUNT = /^\d{1,12}(\.\d{1,2})?$/

type NumberReading = { readonly number: string } | { readonly bad: 'form' | 'excel' }

/**
 * An order number: full-width characters folded, blanks removed, upper case. Platforms use digits and hyphens; our own
 * layout takes letters too. A spreadsheet number keeps 15 digits, so a longer one, or `1.23E+18`, has lost some.
 */
export function readOrderNumber(cell: string, kind: CellKind | undefined, isOwn: boolean): NumberReading {
  if (kind === undefined && PLAIN_DIGITS.test(cell)) return { number: cell }
  const number = cell.normalize('NFKC').replaceAll(/\s/g, '').toUpperCase()
  if (SCIENTIFIC.test(number)) return { bad: 'excel' }
  if (kind === 'number' && number.replaceAll(/\D/g, '').length > 15) return { bad: 'excel' }
  return (isOwn ? OWN_NUMBER : PLATFORM_NUMBER).test(number) ? { number } : { bad: 'form' }
}

/**
 * Yuan to fen by splitting the text: `1,234.50`, `¥12`, `12.30元`. Null for signs, exponents, letters and a third
 * decimal. A spreadsheet writes 33.8 as 33.799999999999997: its numbers are read at the 15 digits that it shows.
 */
export function readMoney(cell: string, kind?: CellKind): Fen | null {
  if (kind === 'number') return readYuan(shownNumber(cell))
  if (PLAIN_AMOUNT.test(cell)) return readYuan(cell)
  const text = cell
    .normalize('NFKC')
    .replace(/^[¥¥]\s*/, '')
    .replace(/\s*元$/, '')
  if (!text.includes(',')) return readYuan(text)
  return /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? readYuan(text.replaceAll(',', '')) : null
}

function shownNumber(cell: string): string {
  const value = Number(cell)
  return Number.isFinite(value) && cell.trim() !== '' ? String(Number(value.toPrecision(15))) : cell
}

/** A quantity above 0 as a decimal string without needless zeros; null for anything else. */
export function readQuantity(cell: string, kind?: CellKind): string | null {
  const text = kind === 'number' ? shownNumber(cell) : cell.normalize('NFKC')
  const match = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text)
  if (match === null) return null
  const whole = BigInt(match[1] ?? '0').toString()
  const part = (match[2] ?? '').replace(/0+$/, '')
  if (whole === '0' && part === '') return null
  return part === '' ? whole : `${whole}.${part}`
}

/** Unit price times quantity, rounded half up to the fen. */
export function multiplyFen(unitFen: Fen, quantity: string): Fen {
  const [whole = '0', part = ''] = quantity.split('.')
  return divideRounded(unitFen * BigInt(whole + part), 10n ** BigInt(part.length))
}

const CLOCK = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?$/
const SHANGHAI_OFFSET_MS = 8 * 3_600_000
// Day 0 of a workbook; its 1900 was wrongly a leap year, which shifts every later day by one.
const SERIAL_ZERO_1900 = Date.UTC(1899, 11, 30)
const SERIAL_ZERO_1904 = Date.UTC(1904, 0, 1)

export type TimeContext = { readonly kind?: CellKind | undefined; readonly is1904: boolean }

/**
 * `2026-01-31 08:30:00`, `2026/1/31 8:30`, a bare date, or the serial number of a spreadsheet; always the clock of
 * Asia/Shanghai. Null for impossible dates and years outside 2000–2099.
 */
export function readTime(cell: string, { kind, is1904 }: TimeContext): Date | null {
  if (kind === 'number') return readSerial(cell, is1904)
  const match = CLOCK.exec(cell.normalize('NFKC'))
  if (match === null) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0))
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  const isReal =
    time.getUTCMonth() === month - 1 && time.getUTCDate() === day && hour < 24 && minute < 60 && second < 60
  return isReal ? inReach(time.getTime()) : null
}

function readSerial(cell: string, is1904: boolean): Date | null {
  const serial = Number(cell)
  if (!Number.isFinite(serial) || serial <= 0) return null
  const seconds = Math.round(serial * 86_400)
  return inReach((is1904 ? SERIAL_ZERO_1904 : SERIAL_ZERO_1900) + seconds * 1000)
}

/** From clock time to the instant. */
function inReach(clockMs: number): Date | null {
  const year = new Date(clockMs).getUTCFullYear()
  return year >= 2000 && year < 2100 ? new Date(clockMs - SHANGHAI_OFFSET_MS) : null
}

/** The day a Pinduoduo number starts with (`261019-…`), at midnight; null when it is no date. */
export function readNumberDate(number: string): Date | null {
  const match = /^(\d{2})(\d{2})(\d{2})-/.exec(number)
  if (match === null) return null
  return readTime(`20${match[1]}-${match[2]}-${match[3]}`, { is1904: false })
}
