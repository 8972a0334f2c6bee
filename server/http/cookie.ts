/**
 * `__Host-`: the browser takes it from this host alone, over TLS or from this machine, for all paths. Chromium and
 * Firefox count http://localhost as safe enough; Safari, and every browser on plain http elsewhere, drop it.
 */
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict'

/** A session cookie of the browser: gone with it, whatever the server still holds. */
export function writeCookie(name: string, value: string): string {
  return `${name}=${value}; ${ATTRIBUTES}`
}

export function clearCookie(name: string): string {
  return `${name}=; ${ATTRIBUTES}; Max-Age=0`
}

/** Null where it is missing, or there twice: nobody says which of them is meant. */
export function readCookie(header: string | undefined, name: string): string | null {
  const values = (header ?? '').split(';').flatMap((pair) => {
    const [key, value] = pair.trim().split('=', 2)
    return key === name && value !== undefined && value !== '' ? [value] : []
  })
  const [value, another] = values
  return value === undefined || another !== undefined ? null : value
}
