import { createHash, timingSafeEqual } from 'node:crypto'

/**
 * What a console's word turned out to be worth: an agent, named as the console names them; or why not, for the
 * audit log alone. `once`: it must not come a second time.
 */
export type HostProof =
  | { readonly subject: string; readonly once?: { readonly jti: string; readonly expiresAt: Date } }
  | { readonly refused: string }

/** In a time that does not tell how much of it was right, nor how long it is. */
export function isSameSecret(given: string, kept: string): boolean {
  const [a, b] = [given, kept].map((text) => createHash('sha256').update(text, 'utf8').digest())
  return a !== undefined && b !== undefined && kept !== '' && timingSafeEqual(a, b)
}

/** What a console may call its agent, so that rows and logs can carry it. */
export function isAgentName(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,64}$/.test(value)
}
