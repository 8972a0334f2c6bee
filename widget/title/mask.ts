/** `138****5678`; a landline keeps its last four digits. Too short to hide anything: stars only. */
export function maskPhone(phone: string): string {
  const digits = phone.replace(/^\s*(?:\+|00)86/, '').replace(/\D/g, '')
  return digits.length < 8 ? '****' : `${digits.slice(0, digits.length >= 11 ? 3 : 0)}****${digits.slice(-4)}`
}

/** `张*`, `张*三`; a longer name, of a company, keeps two characters at both ends. By code point. */
export function maskName(name: string): string {
  const letters = [...name.trim()]
  if (letters.length < 2) return '*'
  if (letters.length === 2) return `${letters[0]}*`
  const kept = letters.length < 5 ? 1 : 2
  return letters.slice(0, kept).join('') + (kept === 1 ? '*' : '***') + letters.slice(-kept).join('')
}

/** `9142**********0X10`. */
export function maskTaxId(taxId: string): string {
  const letters = [...taxId.trim()]
  if (letters.length < 12) return '****'
  return letters.slice(0, 4).join('') + '*'.repeat(letters.length - 8) + letters.slice(-4).join('')
}

/** `a***@ex.cn`; without an @ nothing is shown. */
export function maskEmail(email: string): string {
  const [local = '', domain = ''] = email.trim().split('@')
  return local && domain ? `${[...local][0]}***@${domain}` : '***'
}
