import { type PastedField, type Span, splitAddressPhone, splitBankAccount } from './glued.ts'
import { looksLikeTaxId } from './tax-id.ts'

/** The longest title QR has 340 bytes in four fields; this leaves room for every known variant. */
const QR_MAX = 4_000

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

export type TitleQr = {
  readonly source: 'sta_qr' | 'alipay_qr'
  readonly fields: ReadonlyMap<PastedField, string>
  /** `mismatch` is a warning only: issuers compute the sum over different character sets. */
  readonly crc: 'ok' | 'mismatch' | 'unverified'
}

/** Null where a character is not base64. The URL alphabet, and a `+` that became a space, are read too. */
function bytesOfBase64(text: string): number[] | null {
  const plain = text.replace(/-/g, '+').replace(/ /g, '+').replace(/_/g, '/').replace(/[=\s]/g, '')
  const bytes: number[] = []
  let bits = 0
  let pending = 0
  for (const letter of plain) {
    const value = BASE64.indexOf(letter)
    if (value < 0) return null
    pending = ((pending << 6) | value) & 0xffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes.push((pending >> bits) & 0xff)
  }
  return bytes
}

/** Strict UTF-8 without TextDecoder; null where the bytes are none. */
function textOfUtf8(bytes: readonly number[]): string | null {
  try {
    return decodeURIComponent(bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''))
  } catch {
    return null
  }
}

/** CRC-16, polynomial 0x8005, from 0, most significant bit first; `123456789` gives FEE8. */
function crc16(bytes: Iterable<number>): string {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x8005 : 0)) & 0xffff
  }
  return crc.toString(16).toUpperCase().padStart(4, '0')
}

/** GBK of every character, made from the decoder each engine has; null where it has none. */
function makeGbkTable(): Map<string, number[]> | null {
  const table = new Map<string, number[]>()
  try {
    const decoder = new TextDecoder('gbk')
    for (let lead = 0x81; lead <= 0xfe; lead++) {
      const trails = Array.from({ length: 0xbf }, (_, index) => 0x40 + index)
      // A line per pair: an undefined pair may decode to two characters, and is then left out.
      const lines = decoder.decode(Uint8Array.from(trails.flatMap((trail) => [lead, trail, 10]))).split('\n')
      for (const [index, line] of lines.entries()) {
        if (line.length === 1 && line !== '\ufffd') table.set(line, [lead, 0x40 + index])
      }
    }
    return table
  } catch {
    return null
  }
}

let gbkTable: Map<string, number[]> | null | undefined

/** Only a scanned title needs the table, so it is made with the first one (about 24,000 characters). */
function gbkOf(text: string): number[] | null {
  gbkTable ??= makeGbkTable()
  const table = gbkTable
  if (!table) return null
  return [...text].flatMap((letter) =>
    letter < '\x80' ? [letter.charCodeAt(0)] : (table.get(letter) ?? [63]),
  )
}

function checkCrc(text: string, bytes: readonly number[], crc: string): TitleQr['crc'] {
  const sum = crc.trim().toUpperCase()
  const covered = text.slice(0, text.lastIndexOf('</>') + 3)
  if (crc16(bytes.slice(0, bytes.lastIndexOf(0x3e) + 1)) === sum) return 'ok'
  const gbk = gbkOf(covered)
  if (gbk === null) return 'unverified'
  return crc16(gbk) === sum ? 'ok' : 'mismatch'
}

type Split = (text: string) => { head: Span; tail: Span | null }

/** The four columns of both formats; an empty one is left out. */
function fieldsOf([name = '', taxId = '', contact = '', bank = '']: readonly string[]) {
  const fields = new Map<PastedField, string>()
  const put = (field: PastedField, text: string) => {
    const value = text.replace(/\p{Cc}+/gu, ' ').trim()
    if (value !== '') fields.set(field, value)
  }
  const putBoth = (text: string, cut: Split, [first, second]: readonly [PastedField, PastedField]) => {
    const { head, tail } = cut(text)
    put(first, text.slice(head.start, head.end))
    if (tail) put(second, text.slice(tail.start, tail.end))
  }
  put('name', name)
  put('taxId', taxId)
  putBoth(contact, splitAddressPhone, ['address', 'phone'])
  putBoth(bank, splitBankAccount, ['bankName', 'bankAccount'])
  return fields
}

/** `$01` + base64 of 名称</>税号</>地址电话</>开户行及账号</>CRC + `$`: the tax administration's format. */
function readSta(text: string): TitleQr | null {
  const body = /^\$\d\d([\w+/\-= \r\n]+)\$$/.exec(text)?.[1]
  const bytes = body === undefined ? null : bytesOfBase64(body)
  const decoded = bytes && textOfUtf8(bytes)
  if (!bytes || !decoded) return null
  const parts = decoded.split('</>')
  if (parts.length < 3) return null
  const crc = checkCrc(decoded, bytes, parts.slice(-1).join())
  return { source: 'sta_qr', fields: fieldsOf(parts.slice(0, -1)), crc }
}

/**
 * `1` + `1名称→2税号→3地址 电话→4开户行 账号→A…→`; a column may be missing. One line: what a person typed
 * with an arrow in it is no code, nor is a tax id of Beijing (11…) before an arrow.
 */
function readAlipay(text: string): TitleQr | null {
  const head = /^11[^→]+(?=→)/.exec(text)?.[0]
  if (head === undefined || looksLikeTaxId(head) || /\p{Cc}/u.test(text)) return null
  const columns = ['', '', '', '']
  for (const part of text.slice(1).split('→')) {
    const tag = '1234'.indexOf(part.charAt(0))
    if (part !== '' && tag >= 0) columns[tag] = part.slice(1)
  }
  return { source: 'alipay_qr', fields: fieldsOf(columns), crc: 'unverified' }
}

/**
 * A scanned or pasted invoice-title QR (facts/hosts-and-embed.md §4.3), or null for any other text. What
 * the fields hold is not checked here: a wrong tax id must reach the form to be flagged there.
 */
export function readTitleQr(text: string): TitleQr | null {
  const payload = text.slice(0, QR_MAX + 1).trim()
  if (payload.length > QR_MAX) return null
  return readSta(payload) ?? readAlipay(payload)
}
