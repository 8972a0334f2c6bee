import type { Call } from './call.ts'
import { newKey } from './new-key.ts'
import { isText, record } from './read.ts'

/** A link to one order for its customer, and the same as a QR code (SVG markup: shown as an image only). */
export type OrderLink = { id: string; url: string; qrSvg: string; expiresAt: string }

const isOrderLink = record({ id: isText, url: isText, qrSvg: isText, expiresAt: isText })

export function createLink(call: Call, orderId: string): Promise<OrderLink> {
  const path = `/orders/${encodeURIComponent(orderId)}/links`
  return call({ method: 'POST', path, body: {}, idempotencyKey: newKey(), reply: isOrderLink })
}
