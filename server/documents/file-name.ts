import type { IssuedInvoice } from '../invoicing/invoice.ts'
import type { DocumentFormat } from './document.store.ts'
import { shanghaiTime } from './shanghai-time.ts'

/** File systems end a name at 255 bytes; number, time and extension take 45 of them. */
const SELLER_BYTES = 180

/**
 * The bureau's file name, `dzfp_{number}_{seller}_{YYYYMMDDHHMMSS}.{format}`, safe on every file system:
 * no separators, reserved signs, control or invisible characters, and short enough.
 */
export function invoiceFileName(invoice: IssuedInvoice, format: DocumentFormat): string {
  const { number, seller, issuedAt } = invoice
  return `dzfp_${number}_${safePart(seller.name)}_${shanghaiTime(issuedAt).compact}.${format}`
}

/**
 * A Content-Disposition value (RFC 6266): the whole name as RFC 5987 `filename*`, and for readers that
 * know only ASCII the name without what is not.
 */
export function contentDisposition(fileName: string, how: 'attachment' | 'inline'): string {
  const ascii = fileName.replaceAll(/[^A-Za-z0-9._-]/g, '')
  return `${how}; filename="${ascii}"; filename*=UTF-8''${encodeExtValue(fileName)}`
}

/** RFC 5987 `value-chars`: encodeURIComponent leaves `'()*` alone, which are not attr-char. */
function encodeExtValue(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function safePart(name: string): string {
  const clean = name
    .toWellFormed()
    .replaceAll(/[\p{C}\p{Z}]+/gu, '')
    .replaceAll(/[/\\:*?"<>|%_]/g, '-')
    .replace(/^[.-]+/, '')

  let part = ''
  let bytes = 0
  for (const character of clean) {
    bytes += Buffer.byteLength(character)
    if (bytes > SELLER_BYTES) break
    part += character
  }
  return part
}
