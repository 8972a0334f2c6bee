import type { Vault } from '../privacy/vault.ts'

type Hash = Uint8Array<ArrayBuffer>

export function titlePlace(merchantId: string, id: string) {
  return { merchantId, table: 'known_title', column: 'title', rowId: id }
}

/** Every two characters side by side. */
function bigramsOf(key: string): string[] {
  const letters = [...key]
  return letters.slice(1).map((letter, index) => `${letters[index]}${letter}`)
}

/**
 * Keyed hashes by which a sealed name is found. They leak which titles of one merchant share two
 * characters, to whoever has the database; without the key not which characters (facts/trust.md §7).
 */
export function nameGrams(vault: Vault, merchantId: string, nameKey: string): Hash[] {
  const bigrams = new Set(bigramsOf(nameKey))
  return [...bigrams].map((gram) => vault.index(merchantId, 'title bigram', gram))
}

const PREFIX_MIN = 2

/** One hash per beginning of the id: what is typed is looked up in one piece. */
export function taxIdGrams(vault: Vault, merchantId: string, taxId: string): Hash[] {
  const count = Math.max(0, taxId.length - PREFIX_MIN + 1)
  return Array.from({ length: count }, (_, index) =>
    taxIdGram(vault, merchantId, taxId.slice(0, PREFIX_MIN + index)),
  )
}

export function taxIdGram(vault: Vault, merchantId: string, prefix: string): Hash {
  return vault.index(merchantId, 'title tax id', prefix)
}
