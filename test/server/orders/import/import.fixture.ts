import { crc32, deflateRawSync } from 'node:zlib'
import type {
  AcceptedOrder,
  ImportedOrder,
  RejectedRow,
} from '../../../../server/orders/import/imported-order.ts'
import {
  type ImportFinished,
  type ImportOpened,
  type ImportOutcome,
  type ReadOrdersOptions,
  readOrders,
} from '../../../../server/orders/import/read-orders.ts'
import { bytesSource, type ImportSource } from '../../../../server/orders/import/source.ts'

export type ImportRun = {
  readonly opened: ImportOpened
  readonly accepted: readonly AcceptedOrder[]
  readonly orders: readonly ImportedOrder[]
  readonly rejected: readonly RejectedRow[]
  readonly finished: ImportFinished
}

/** Reads a whole file, given as text (UTF-8), bytes or a source. */
export async function runImport(
  file: string | Uint8Array | ImportSource,
  options?: ReadOrdersOptions,
): Promise<ImportRun> {
  const source =
    typeof file === 'string'
      ? bytesSource(Buffer.from(file))
      : file instanceof Uint8Array
        ? bytesSource(file)
        : file
  const outcomes: ImportOutcome[] = []
  for await (const outcome of readOrders(source, options)) outcomes.push(outcome)
  const opened = outcomes.find((one) => one.kind === 'opened')
  const finished = outcomes.find((one) => one.kind === 'finished')
  if (opened === undefined || finished === undefined) throw new Error('the import did not open and finish')
  const accepted = outcomes.filter((one) => one.kind === 'accepted')
  const rejected = outcomes.filter((one) => one.kind === 'rejected')
  return { opened, accepted, orders: accepted.map((one) => one.order), rejected, finished }
}

/** A CSV text of records of cells, quoted where needed. */
export function csv(...records: readonly (readonly string[])[]): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  return records.map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')
}

/** A table by column name; a record leaves out what is blank. */
export function table(
  headers: readonly string[],
  ...records: readonly Readonly<Record<string, string>>[]
): string {
  return csv(headers, ...records.map((record) => headers.map((header) => record[header] ?? '')))
}

type ZipEntry = {
  readonly name: string
  readonly text: string | Buffer
  /** Overrides what the headers claim. */
  readonly claim?: { readonly flags?: number; readonly method?: number; readonly size?: number }
}

/** A ZIP archive, written plainly so that hostile ones can be made too. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, text, claim = {} } of entries) {
    const bytes = Buffer.from(text)
    const packed = deflateRawSync(bytes)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE((claim.flags ?? 0) | 0x800, 2)
    fields.writeUInt16LE(claim.method ?? 8, 4)
    fields.writeUInt32LE(crc32(bytes), 10)
    fields.writeUInt32LE(packed.byteLength, 14)
    fields.writeUInt32LE(claim.size ?? bytes.byteLength, 18)
    fields.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, Buffer.from(name), packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), fields, tail, Buffer.from(name)]),
    )
    parts.push(local)
    offset += local.byteLength
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(central.byteLength, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, central, Buffer.from('PK\x05\x06', 'latin1'), end])
}

const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** A cell of a sheet: text, a number as it stands in the file, or a formula with its stored result. */
export type SheetCell = string | { readonly n: string } | { readonly f: string; readonly v: string }

function cellXml(cell: SheetCell, place: string): string {
  if (typeof cell === 'string')
    return cell === '' ? '' : `<c r="${place}" t="inlineStr"><is><t>${escapeXml(cell)}</t></is></c>`
  if ('n' in cell) return `<c r="${place}"><v>${cell.n}</v></c>`
  return `<c r="${place}"><f>${escapeXml(cell.f)}</f><v>${cell.v}</v></c>`
}

function columnName(index: number): string {
  return (
    (index >= 26 ? String.fromCharCode(64 + Math.floor(index / 26)) : '') +
    String.fromCharCode(65 + (index % 26))
  )
}

/** The XML of a sheet. */
export function sheetXml(rows: readonly (readonly SheetCell[])[]): string {
  const body = rows.map((cells, at) => {
    const inside = cells.map((cell, column) => cellXml(cell, `${columnName(column)}${at + 1}`)).join('')
    return `<row r="${at + 1}">${inside}</row>`
  })
  return `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="urn:x"><dimension ref="A1:XFD1048576"/><sheetData>${body.join('')}</sheetData></worksheet>`
}

type WorkbookParts = {
  readonly sheet: string
  readonly properties?: string
  readonly sharedStrings?: string
  readonly extra?: readonly ZipEntry[]
}

/** An XLSX file around one sheet. */
export function workbook({ sheet, properties = '', sharedStrings, extra = [] }: WorkbookParts): Buffer {
  return zip([
    { name: '[Content_Types].xml', text: '<Types/>' },
    {
      name: 'xl/workbook.xml',
      text: `<workbook xmlns:r="urn:r">${properties}<sheets><sheet name="藏" sheetId="2" state="hidden" r:id="rId9"/><sheet name="订单" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      text: '<Relationships><Relationship Id="rId1" Type="t" Target="worksheets/sheet1.xml"/></Relationships>',
    },
    { name: 'xl/worksheets/sheet1.xml', text: sheet },
    ...(sharedStrings === undefined ? [] : [{ name: 'xl/sharedStrings.xml', text: sharedStrings }]),
    ...extra,
  ])
}
