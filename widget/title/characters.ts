/** Marks that print nothing and break comparisons; dropped wherever they turn up. */
const ZERO_WIDTH = /[\u00ad\u200b-\u200d\u2060\ufeff]/g

/**
 * Controls, bidi overrides, line separators, lone surrogates, tags and what XML 1.0 cannot carry:
 * never in a name, an id or an address (facts/trust.md §3).
 */
const FORBIDDEN = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff\u{e0000}-\u{e007f}]/u

const HAN = /\p{Script=Han}/u

export function dropZeroWidth(text: string): string {
  return text.replace(ZERO_WIDTH, '')
}

export function hasForbidden(text: string): boolean {
  return FORBIDDEN.test(text)
}

export function hasHan(text: string): boolean {
  return HAN.test(text)
}

/** Full-width ASCII to ASCII, U+3000 to a space. Keeps the length, so positions stay true. */
export function foldWidth(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/[\u3000\u00a0]/g, ' ')
}

/** Of ASCII only: `toUpperCase` would make an I of `ı` and SS of `ß`. */
export function upperAscii(text: string): string {
  return text.replace(/[a-z]+/g, (lower) => lower.toUpperCase())
}
