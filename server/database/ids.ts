import { randomBytes, randomInt } from 'node:crypto'

/** Ids of one process before the counter starts again; two of one instant are that far apart at most. */
const COUNT = 2 ** 20

let count = randomInt(COUNT)

/**
 * A UUID of version 7 (RFC 9562): it grows with time, so indexes stay compact, and the application
 * makes it, so that it can be bound into ciphertext before the row exists. Ids that one process makes
 * for one instant keep their order: the 20 bits behind the time count (RFC 9562 §6.2), 54 are random.
 */
export function v7(now: Date = new Date()): string {
  count = (count + 1) % COUNT
  const bytes = randomBytes(16)
  bytes.writeUIntBE(now.getTime(), 0, 6)
  bytes[6] = 0x70 | (count >> 16)
  bytes[7] = (count >> 8) & 0xff
  bytes[8] = 0x80 | ((count & 0xff) >> 2)
  bytes[9] = ((count & 0x03) << 6) | (Number(bytes[9]) & 0x3f)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
