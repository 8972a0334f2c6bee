import { divideRounded, type Fen } from './money.ts'

const SIGNIFICANT_DIGITS = 15
/** Of a quantity or a price, the point included (facts/invoicing.md §1.4). */
const MAX_CHARACTERS = 16

/** Digits after the point that an issuer takes in quantities and prices. */
export type Decimals = 8 | 13

/** A decimal string as scaled integer: `"1.50"` → 150n with 2 decimals. Null where it is no plain decimal. */
export function readDecimal(text: string): { digits: bigint; decimals: number } | null {
  const match = /^(\d{1,15})(?:\.(\d{1,13}))?$/.exec(text)
  if (match === null) return null
  const [, whole = '0', part = ''] = match
  return { digits: BigInt(whole + part), decimals: part.length }
}

/** `150n` with 2 decimals → `"1.5"`: no trailing zeros. */
export function writeDecimal(digits: bigint, decimals: number): string {
  const sign = digits < 0n ? '-' : ''
  const padded = (digits < 0n ? -digits : digits).toString().padStart(decimals + 1, '0')
  const whole = padded.slice(0, padded.length - decimals)
  const part = padded.slice(padded.length - decimals).replace(/0+$/, '')
  return `${sign}${whole}${part === '' ? '' : `.${part}`}`
}

/** A quantity as an issuer takes it: unchanged where it fits, else without trailing zeros; null: too fine. */
export function fitQuantity(quantity: string, decimals: Decimals): string | null {
  const read = readDecimal(quantity)
  if (read === null) return null
  const text = read.decimals > decimals ? writeDecimal(read.digits, read.decimals) : quantity
  const part = text.split('.')[1] ?? ''
  return part.length <= decimals && text.length <= MAX_CHARACTERS ? text : null
}

type Amount = { grossFen: Fen; rateBp: number }

/**
 * The tax-exclusive unit price as the face shows it: unrounded gross ÷ (1 + rate) ÷ quantity, 15
 * significant digits, as many decimals as the issuer takes, no trailing zeros. Null where the quantity
 * is zero or the price has more digits before the point.
 */
export function unitPrice(
  { grossFen, rateBp }: Amount,
  { quantity, decimals: most }: { quantity: string; decimals: Decimals },
): string | null {
  const read = readDecimal(quantity)
  if (read === null || read.digits === 0n) return null
  // gross/100 · 10000/(10000+rate) ÷ (digits/10^decimals)
  const numerator = grossFen * 100n * 10n ** BigInt(read.decimals)
  const denominator = (10_000n + BigInt(rateBp)) * read.digits
  const wholeDigits = (numerator / denominator).toString().length
  if (wholeDigits > SIGNIFICANT_DIGITS) return null
  const decimals = Math.min(most, SIGNIFICANT_DIGITS - wholeDigits)
  return writeDecimal(divideRounded(numerator * 10n ** BigInt(decimals), denominator), decimals)
}

/** Whether quantity × price is the amount to the fen, as an issuer checks it (tolerance ¥0.01, facts §4). */
export function isPriceOf(netFen: Fen, quantity: string, price: string): boolean {
  const count = readDecimal(quantity)
  const each = readDecimal(price)
  if (count === null || each === null || each.digits === 0n) return false
  const scale = 10n ** BigInt(count.decimals + each.decimals)
  const off = count.digits * each.digits * 100n - netFen * scale
  return (off < 0n ? -off : off) <= scale
}
