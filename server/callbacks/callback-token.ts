import { deriveKey } from '../privacy/seal.ts'

/**
 * What stands in the address that issuers call back: 256 bits that nobody guesses, the same over every
 * restart, because issuers keep addresses. No signature is described for callbacks (facts/invoicing.md §8.6).
 */
export function callbackToken(masterKeyHex: string): string {
  return deriveKey(Buffer.from(masterKeyHex, 'hex'), 'issuer callbacks').toString('base64url')
}

export function callbackPath(token: string): string {
  return `/v1/issuer-callbacks/${token}`
}
