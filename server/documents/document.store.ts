import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Database, Tx } from '../database/database.ts'
import { v7 } from '../database/ids.ts'
import { businessDate } from '../invoicing/business-date.ts'
import type { Vault } from '../privacy/vault.ts'

export type DocumentFormat = 'pdf' | 'ofd' | 'xml' | 'png'

export type StoredDocument = {
  readonly id: string
  readonly invoiceId: string
  readonly merchantId: string
  readonly format: DocumentFormat
  readonly sha256: Uint8Array
  readonly byteLength: number
  readonly path: string
}

/** A file whose bytes are not the ones that were stored: never handed out. */
export class DocumentBroken extends Error {}

type FileDeps = { vault: Vault; documentsDir: string }
type NewFile = {
  merchantId: string
  invoiceId: string
  format: DocumentFormat
  issuedAt: Date
  bytes: Uint8Array
}

/** A file that stands on disk and waits for its row. */
export type WrittenFile = Omit<NewFile, 'bytes'> & {
  sha256: Uint8Array<ArrayBuffer>
  byteLength: number
  path: string
}

const place = ({ merchantId, invoiceId, format }: Pick<NewFile, 'merchantId' | 'invoiceId' | 'format'>) => ({
  merchantId,
  table: 'document',
  column: format,
  rowId: invoiceId,
})

/**
 * Seals the bytes into a file that is on disk when this returns. The row comes after it, so a row
 * never points to nothing; the name carries the hash, so two makers never overwrite each other.
 */
export async function writeDocumentFile(
  { vault, documentsDir }: FileDeps,
  file: NewFile,
): Promise<WrittenFile> {
  const { bytes, ...rest } = file
  const sha256 = new Uint8Array(createHash('sha256').update(bytes).digest())
  const name = `${file.invoiceId}.${Buffer.from(sha256).toString('hex').slice(0, 16)}.${file.format}`
  const path = join(file.merchantId, businessDate(file.issuedAt).slice(0, 7), name)
  const target = join(documentsDir, path)
  await mkdir(dirname(target), { recursive: true, mode: 0o700 })
  const sealed = await vault.sealBytes(place(file), bytes)
  const half = `${target}.${v7()}`
  const handle = await open(half, 'wx', 0o600)
  try {
    await handle.writeFile(sealed)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(half, target)
  return { ...rest, sha256, byteLength: bytes.byteLength, path }
}

/** False where the invoice has this format already: what stands there stays. */
export async function insertDocument(tx: Tx, now: Date, file: WrittenFile): Promise<boolean> {
  const { invoiceId, merchantId, format, sha256, byteLength, path } = file
  const inserted = await tx.document.createMany({
    data: [{ id: v7(now), invoiceId, merchantId, format, sha256, byteLength, path, createdAt: now }],
    skipDuplicates: true,
  })
  return inserted.count === 1
}

export async function findDocument(
  tx: Tx | Database,
  { merchantId, invoiceId, format }: { merchantId: string; invoiceId: string; format: DocumentFormat },
): Promise<StoredDocument | null> {
  const row = await tx.document.findUnique({ where: { invoiceId_format: { invoiceId, format }, merchantId } })
  return row === null ? null : { ...row, format }
}

/** The invoice whose file has these bytes. A preview is a picture of it, not a file of it. */
export async function findInvoiceOfFile(
  tx: Tx | Database,
  sha256: Uint8Array<ArrayBuffer>,
): Promise<string | null> {
  const row = await tx.document.findFirst({
    where: { sha256, format: { in: ['pdf', 'ofd', 'xml'] } },
    select: { invoiceId: true },
  })
  return row?.invoiceId ?? null
}

export async function listDocumentFormats(tx: Tx | Database, invoiceId: string): Promise<DocumentFormat[]> {
  const rows = await tx.document.findMany({ where: { invoiceId }, select: { format: true } })
  return rows.flatMap(({ format }) =>
    format === 'pdf' || format === 'ofd' || format === 'xml' || format === 'png' ? [format] : [],
  )
}

/** The clear bytes, checked against the stored hash. Throws `DocumentBroken`. */
export async function readDocument(
  { vault, documentsDir }: FileDeps,
  document: StoredDocument,
): Promise<Buffer> {
  const sealed = await readFile(join(documentsDir, document.path))
  const bytes = await vault.openBytes(place(document), sealed)
  const hash = createHash('sha256').update(bytes).digest()
  if (Buffer.compare(hash, document.sha256) !== 0)
    throw new DocumentBroken(`document ${document.id} is not what was stored`)
  return bytes
}
