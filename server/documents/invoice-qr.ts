import type { InvoiceKind, IssuedInvoice } from '../invoicing/invoice.ts'
import { yuan } from '../invoicing/money.ts'
import { shanghaiTime } from './shanghai-time.ts'

/** QR field 2, facts/invoicing.md §1.2. */
const QR_KIND = { special: '31', ordinary: '32' } as const satisfies Record<InvoiceKind, string>

/**
 * The text of the QR code on the face: `01,<kind>,,<number>,<价税合计>,<yyyyMMdd>,,<CRC>`. Code and check
 * code are empty on a 数电票. It is text, not an address; verification apps read it.
 */
export function invoiceQrText(invoice: IssuedInvoice): string {
  const { kind, number, grossFen, issuedAt } = invoice
  const text = `01,${QR_KIND[kind]},,${number},${yuan(grossFen)},${shanghaiTime(issuedAt).compactDate},,`
  return text + qrChecksum(text)
}

/**
 * CRC-16, polynomial 0x8005, start 0, not reflected, over the text up to and including the comma before
 * it; four upper-case hex digits. Some published invoices carry another sum: write it, never reject on it.
 */
export function qrChecksum(text: string): string {
  let crc = 0
  for (const byte of Buffer.from(text, 'utf8')) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x8005) & 0xffff : crc << 1
  }
  return crc.toString(16).toUpperCase().padStart(4, '0')
}
