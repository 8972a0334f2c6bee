import { dropZeroWidth, foldWidth, upperAscii } from './characters.ts'

// GB 32100-2015: 31 characters without I O S V Z, and 3^i mod 31 as the weight of position i.
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]

// GB 11643: the check characters of an ID card number by Σ mod 11. 个体工商户 may file under one.
const ID_CARD_CHECKS = '10X98765432'
const ID_CARD = /^[1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]$/

/** What each character outside the alphabet was read from, the likeliest first. */
const MISREAD: ReadonlyMap<string, string> = new Map([
  ['I', '1L'],
  ['O', '0QD'],
  ['S', '58'],
  ['Z', '27'],
  ['V', 'UY'],
])
/** Legal characters that are taken for one another in print and on screens. */
const LOOK_ALIKES = ['0DQ', '1L7', '8B', '6G', 'UY', 'EF', 'MN']

export type TaxIdFault = 'length' | 'illegal_character' | 'check_character' | 'looks_like_invoice_number'

export type TaxIdCheck =
  | { readonly kind: 'valid' }
  /** 15, 17 or 20 characters, or an ID card number: accepted, but nothing in it can be checked. */
  | { readonly kind: 'legacy' }
  | {
      readonly kind: 'faulty'
      readonly fault: TaxIdFault
      /** 1-based. */
      readonly position?: number
      readonly character?: string
    }

/** As a tax id is stored and compared: ASCII, upper case, without spaces, dashes and invisible marks. */
export function normaliseTaxId(text: string): string {
  return upperAscii(foldWidth(dropZeroWidth(text)).replace(/[\s\-\u2010-\u2015\u2212]+/g, ''))
}

/** The character that makes 17 others a 统一社会信用代码, or null if one of them is outside the alphabet. */
function checkCharacterOf(id: string): string | null {
  let sum = 0
  for (const [index, weight] of WEIGHTS.entries()) {
    const value = ALPHABET.indexOf(id.charAt(index))
    if (value < 0) return null
    sum += value * weight
  }
  return ALPHABET.charAt((31 - (sum % 31)) % 31)
}

function holds(id: string): boolean {
  return id.length === 18 && id.charAt(17) === checkCharacterOf(id)
}

function isIdCard(id: string): boolean {
  if (!ID_CARD.test(id)) return false
  let sum = 0
  for (let index = 0; index < 17; index++) sum += (2 ** (17 - index) % 11) * Number(id.charAt(index))
  return ID_CARD_CHECKS.charAt(sum % 11) === id.charAt(17)
}

function firstOutside(id: string, pattern: RegExp): TaxIdCheck | null {
  const position = id.search(pattern)
  if (position < 0) return null
  const character = String.fromCodePoint(id.codePointAt(position) ?? 0)
  return { kind: 'faulty', fault: 'illegal_character', position: position + 1, character }
}

function checkEighteen(id: string): TaxIdCheck {
  if (holds(id)) return { kind: 'valid' }
  if (isIdCard(id)) return { kind: 'legacy' }
  const outside = firstOutside(id, /[^0-9A-HJ-NP-RTUWXY]/)
  return outside ?? { kind: 'faulty', fault: 'check_character', position: 18, character: id.charAt(17) }
}

/**
 * Judges a normalised tax id. 18 characters are held to GB 32100; the older forms (facts/invoicing.md §5)
 * are 15, 17 (an ID number of 15 digits and 2 more) and 20. Twenty digits are an 发票号码 in the wrong
 * field unless they begin with an ID card number.
 */
export function checkTaxId(id: string): TaxIdCheck {
  if (id.length === 18) return checkEighteen(id)
  if (id.length !== 15 && id.length !== 17 && id.length !== 20) return { kind: 'faulty', fault: 'length' }

  const outside = firstOutside(id, /[^0-9A-Z]/)
  if (outside) return outside
  // Seventeen of anything else is a credit code that lost a character on the way.
  if (id.length === 17 && !/^[1-8]\d{14}/.test(id)) return { kind: 'faulty', fault: 'length' }
  if (/^\d{20}$/.test(id) && !isIdCard(id.slice(0, 18))) {
    return { kind: 'faulty', fault: 'looks_like_invoice_number' }
  }
  return { kind: 'legacy' }
}

/** Whether a normalised text can only have been meant as a tax id, faulty or not. No company is called so. */
export function looksLikeTaxId(id: string): boolean {
  return /^[0-9A-Z]{15,20}$/.test(id) && id.replace(/\D/g, '').length >= 8
}

/**
 * Every reading of the characters outside the alphabet, the likeliest first. Who types I for 1 does so
 * throughout, hence up to 8 in one id; from 5 on only the likeliest reading, so there are at most 81.
 */
function readings(id: string): string[] {
  const outside = [...id].filter((character) => !ALPHABET.includes(character)).length
  if (outside > 8) return []
  let found = ['']
  for (const character of id) {
    const options = (MISREAD.get(character) ?? character).slice(0, outside > 4 ? 1 : 3)
    found = found.flatMap((start) => [...options].map((option) => start + option))
  }
  return found
}

function swaps(id: string): string[] {
  return [...id.slice(1)].map(
    (next, index) => id.slice(0, index) + next + id.charAt(index) + id.slice(index + 2),
  )
}

function replacements(id: string): string[] {
  return [...id].flatMap((character, index) => {
    const group = LOOK_ALIKES.find((letters) => letters.includes(character)) ?? ''
    const others = [...group].filter((other) => other !== character)
    return others.map((other) => id.slice(0, index) + other + id.slice(index + 1))
  })
}

/**
 * The tax-id doctor: at most three ids that were probably meant, each one a known slip (a look-alike
 * or two neighbours swapped) after which the check character holds. Every wrong id has 18 passing
 * neighbours, so a "nearest valid" id would be a stranger's. Empty when no slip explains the fault.
 */
export function suggestTaxId(id: string): string[] {
  if (checkTaxId(id).kind !== 'faulty' || !/^[0-9A-Z]{18}$/.test(id)) return []
  const isLegal = firstOutside(id, /[^0-9A-HJ-NP-RTUWXY]/) === null
  const candidates = isLegal ? [...replacements(id), ...swaps(id)] : readings(id)
  return [...new Set(candidates.filter(holds))].slice(0, 3)
}
