const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/

/**
 * One plain mail address, or null: ASCII, no quoted local part, no list, no comment, a domain of at least two
 * labels, at most 64 + 1 + 189 characters (RFC 5321 §4.5.3.1, facts/trust.md §3).
 */
export function readMailAddress(text: unknown): string | null {
  if (typeof text !== 'string' || text.length > 254) return null
  const at = text.lastIndexOf('@')
  const local = text.slice(0, at)
  const labels = text.slice(at + 1).split('.')
  if (at < 1 || local.length > 64 || !LOCAL_PART.test(local)) return null
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label))) return null
  // A last label of digits would be an IPv4 address.
  return /\D/.test(labels.at(-1) ?? '') ? text : null
}
