import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** Where a sealed value stands. Bound into the ciphertext: a value moved elsewhere does not open. */
export type Place = { merchantId: string; table: string; column: string; rowId: string }

const VERSION = 1
const KEY_ID_BYTES = 4
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEADER_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES

/** A sealed value that does not open: wrong key, moved, or changed. Never an empty value instead. */
export class SealBroken extends Error {
  constructor(place: Place) {
    super(`sealed value does not open: ${place.table}.${place.column}`)
  }
}

/** `ver(1) ‖ keyId(4) ‖ nonce(12) ‖ ciphertext ‖ tag(16)`, AES-256-GCM. `key` is 32 bytes. */
export function seal(key: Buffer, keyId: number, place: Place, clear: Uint8Array): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(associate(place))
  const header = Buffer.alloc(1 + KEY_ID_BYTES)
  header.writeUInt8(VERSION, 0)
  header.writeUInt32BE(keyId, 1)
  const parts = [header, nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()]
  return new Uint8Array(Buffer.concat(parts))
}

/** The id of the key that sealed a value. */
export function sealedWith(sealed: Uint8Array): number {
  return Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength).readUInt32BE(1)
}

/** Opens what `seal` made for the same place. Throws `SealBroken`. */
export function open(key: Buffer, place: Place, sealed: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  if (bytes.length < HEADER_BYTES + TAG_BYTES || bytes[0] !== VERSION) throw new SealBroken(place)
  const nonce = bytes.subarray(1 + KEY_ID_BYTES, HEADER_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(associate(place))
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
  try {
    return Buffer.concat([
      decipher.update(bytes.subarray(HEADER_BYTES, bytes.length - TAG_BYTES)),
      decipher.final(),
    ])
  } catch {
    throw new SealBroken(place)
  }
}

/** Length-prefixed, so that no two places share their bytes. */
function associate({ merchantId, table, column, rowId }: Place): Buffer {
  const parts = [merchantId, table, column, rowId].map((part) => Buffer.from(part, 'utf8'))
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(part.length)
      return [length, part]
    }),
  )
}

/** A key for one purpose, derived from the master key. */
export function deriveKey(masterKey: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), `fapiao-sidecar ${purpose}`, 32))
}

/** Keyed hash for exact look-up of an encrypted value. Equality leaks by design; nothing else does. */
export function blindIndex(
  key: Buffer,
  merchantId: string,
  field: string,
  value: string,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    createHmac('sha256', key).update(`${merchantId}\n${field}\n${value}`, 'utf8').digest(),
  )
}
