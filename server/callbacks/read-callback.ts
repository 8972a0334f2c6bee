/** What an issuer's callback is about. Nothing else of it is believed. */
export type Callback = { readonly kind: 'sheet' | 'form'; readonly serial: string }

const KINDS: Readonly<Record<string, Callback['kind']>> = {
  callback: 'sheet',
  redConfirmCallback: 'form',
}

const SERIAL = /^[0-9A-Za-z_-]{8,64}$/

/**
 * Reads `operater=…&orderno=…&content=…` (facts/invoicing.md §8.6). Null: about something that we do not
 * follow, or nothing that can be read; both are answered alike.
 */
export function readCallback(body: string): Callback | null {
  const fields = new URLSearchParams(body)
  const operater = fields.get('operater') ?? ''
  const kind = Object.hasOwn(KINDS, operater) ? KINDS[operater] : undefined
  const serial = fields.get('orderno') ?? ''
  return kind === undefined || !SERIAL.test(serial) ? null : { kind, serial }
}
