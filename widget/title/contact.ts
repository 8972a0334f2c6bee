import { dropZeroWidth, foldWidth } from './characters.ts'

const LOCAL = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/
const DOMAIN = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$/

/** One ASCII address without a quoted local part, at most 254 characters (facts/trust.md §3), or null. */
export function readEmail(text: string): string | null {
  const email = foldWidth(dropZeroWidth(text)).trim()
  if (email.length > 254) return null
  const at = email.indexOf('@')
  const isAddress = at > 0 && at <= 64 && LOCAL.test(email.slice(0, at)) && DOMAIN.test(email.slice(at + 1))
  return isAddress ? email : null
}

/** A mainland mobile number as 11 digits, with +86, 0086, spaces and hyphens taken away, or null. */
export function readPhone(text: string): string | null {
  const digits = foldWidth(dropZeroWidth(text)).replace(/[\s-]+/g, '')
  const phone = digits.replace(/^(?:\+86|0086)/, '')
  return /^1[3-9]\d{9}$/.test(phone) ? phone : null
}
