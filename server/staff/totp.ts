import { Secret, TOTP } from 'otpauth'

/** RFC 6238 as every authenticator app reads it: SHA-1, 6 digits, 30 seconds. */
const PARAMETERS = { algorithm: 'SHA1', digits: 6, period: 30 } as const

/** One step to either side: a phone's clock may be half a minute off (RFC 6238 §5.2). */
const WINDOW = 1

/** 160 bits, the length of the hash (RFC 4226 §4). */
const SECRET_BYTES = 20

export function newTotpSecret(): Buffer {
  return Buffer.from(new Secret({ size: SECRET_BYTES }).bytes)
}

/** The step a code belongs to, or null where it is no code of these minutes. Used ones are the caller's matter. */
export function findTotpStep(secret: Uint8Array, code: string, now: Date): bigint | null {
  if (!/^\d{6}$/.test(code)) return null
  const timestamp = now.getTime()
  const delta = totpOf(secret).validate({ token: code, timestamp, window: WINDOW })
  return delta === null ? null : BigInt(Math.floor(timestamp / 1000 / PARAMETERS.period) + delta)
}

/** What an authenticator shows at this instant. */
export function totpCode(secret: Uint8Array, now: Date): string {
  return totpOf(secret).generate({ timestamp: now.getTime() })
}

/** For the QR code that an authenticator scans. */
export function totpUri(secret: Uint8Array, login: string): string {
  return totpOf(secret, login).toString()
}

function totpOf(secret: Uint8Array, label = 'staff'): TOTP {
  const bytes = new Uint8Array(secret) // a view of its own: the library takes the whole buffer behind one
  return new TOTP({
    ...PARAMETERS,
    issuer: 'Fapiao Sidecar',
    label,
    secret: new Secret({ buffer: bytes.buffer }),
  })
}
