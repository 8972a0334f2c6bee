import { randomInt } from 'node:crypto'

/** Read out over the phone: no 0/O, no 1/I/L. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'

/** `T-7KQ4-M2XB`: 31^8 numbers, so that one guessed is one missed. The column is unique. */
export function newTicketNumber(): string {
  const letters = Array.from({ length: 8 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return `T-${letters.slice(0, 4)}-${letters.slice(4)}`
}
