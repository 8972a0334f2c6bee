import { Problem } from '../contract/problem.ts'

/**
 * C0 and C1 controls but tab and newline, bidi overrides and isolates, zero-width marks, BOM: they
 * change what a person sees without being seen, and U+0000 is refused by PostgreSQL.
 */
const FORBIDDEN = /[^\P{Cc}\t\n]|[\u200b-\u200d\u202a-\u202e\u2060\u2066-\u2069\ufeff]/u

const MAX_DEPTH = 32

/**
 * Walks a parsed body once: every string well-formed, without invisible marks, in NFC. Refuses with
 * `text_not_allowed` and the pointer. CR is dropped before LF, since browsers send CRLF in text areas.
 */
export function gateText(value: unknown, pointer = '', depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new Problem('request_malformed', { field: pointer })
  if (typeof value === 'string') return gateString(value, pointer)
  if (Array.isArray(value))
    return value.map((item, index) => gateText(item, `${pointer}/${index}`, depth + 1))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      gateString(name, pointer)
      return [name, gateText(item, `${pointer}/${escapePointer(name)}`, depth + 1)]
    }),
  )
}

function gateString(text: string, pointer: string): string {
  const plain = text.replaceAll('\r\n', '\n')
  if (!plain.isWellFormed() || FORBIDDEN.test(plain)) {
    throw new Problem('text_not_allowed', { field: pointer })
  }
  return plain.normalize('NFC')
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
