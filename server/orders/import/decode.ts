import { createHash } from 'node:crypto'
import { Problem } from '../../contract/problem.ts'
import type { ImportLimits, ImportSource } from './source.ts'

export type TextEncodingName = 'utf-8' | 'utf-16le' | 'utf-16be' | 'gb18030'

/** What the bytes are, decided over all of them. `sha256` is hexadecimal: the same file twice is one import. */
export type FileInspection = { readonly sha256: string } & (
  | { readonly format: 'csv'; readonly encoding: TextEncodingName }
  | { readonly format: 'xlsx' }
)

type Attempt = { readonly encoding: TextEncodingName; readonly decoder: InstanceType<typeof TextDecoder> }

// A text file has no NUL at all; more than this share in the beginning is UTF-16 without a mark, or no text.
const NUL_SHARE = 0.1
const HEAD_BYTES = 4096

/**
 * Says how a file is to be read, after one pass over every byte in flat memory: a mark decides; else strict UTF-8;
 * else strict GB18030 (the superset of GBK: 𠮷 and emoji are 4 bytes). A sniffed prefix would not do: a Taobao file
 * can be plain ASCII for megabytes before the first name. Refuses with `import_file_unreadable` or
 * `import_file_too_large`.
 */
export async function inspectFile(source: ImportSource, limits: ImportLimits): Promise<FileInspection> {
  const head = await readHead(source)
  if (head.byteLength < 4) throw unreadable('empty')
  const format = formatOf(head)
  const limit = format === 'csv' ? limits.csvBytes : limits.xlsxBytes
  if (source.size > limit) throw tooLarge('file_bytes', limit)

  const survey = await surveyBytes(source, { limit, attempts: format === 'csv' ? attemptsFor(head) : null })
  const { sha256, attempts } = survey
  if (format === 'xlsx') return { format, sha256 }
  const [best] = attempts.filter(({ decoder }) => decodes(() => decoder.decode()))
  if (best === undefined) throw unreadable('encoding')
  if (!best.encoding.startsWith('utf-16') && nulShare(head) > NUL_SHARE) throw unreadable('binary')
  return { format, sha256, encoding: best.encoding }
}

type ByteBounds = { readonly limit: number; readonly attempts: readonly Attempt[] | null }

async function surveyBytes(source: ImportSource, bounds: ByteBounds) {
  const { limit } = bounds
  const hash = createHash('sha256')
  let attempts = bounds.attempts ?? []
  let readBytes = 0
  for await (const chunk of source.open()) {
    const bytes = asBytes(chunk)
    readBytes += bytes.byteLength
    if (readBytes > limit) throw tooLarge('file_bytes', limit)
    hash.update(bytes)
    attempts = surviving(attempts, bytes)
    if (bounds.attempts !== null && attempts.length === 0) throw unreadable('encoding')
  }
  return { sha256: hash.digest('hex'), attempts }
}

async function readHead(source: ImportSource): Promise<Buffer> {
  let head = Buffer.alloc(0)
  for await (const chunk of source.open()) {
    head = Buffer.concat([head, asBytes(chunk).subarray(0, HEAD_BYTES)])
    if (head.byteLength >= HEAD_BYTES) break
  }
  return head.subarray(0, HEAD_BYTES)
}

/** The text of a file, a mark removed. Throws `import_file_unreadable` if the bytes changed since they were inspected. */
export async function* decodeText(
  source: ImportSource,
  encoding: TextEncodingName,
  onBytes: (bytes: number) => void = () => {},
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  try {
    for await (const chunk of source.open()) {
      const bytes = asBytes(chunk)
      onBytes(bytes.byteLength)
      yield decoder.decode(bytes, { stream: true })
    }
    yield decoder.decode()
  } catch (cause) {
    throw cause instanceof TypeError ? unreadable('encoding', cause) : cause
  }
}

/** A refusal of the whole file. `reason` picks the sentence in `row-faults.ts`. */
export function unreadable(reason: string, cause?: unknown): Problem {
  return new Problem('import_file_unreadable', { facts: { reason }, cause })
}

export function tooLarge(reason: string, limit: number): Problem {
  return new Problem('import_file_too_large', { facts: { reason, limit } })
}

export function asBytes(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  throw new TypeError('an import source must stream bytes')
}

// By signature, never by the name of the file. A CSV may begin with "PK", so all four bytes count.
const ZIP_SIGNATURES = new Set(['504b0304', '504b0506'])
const OLD_EXCEL_SIGNATURE = 'd0cf11e0'

function formatOf(head: Buffer): 'csv' | 'xlsx' {
  const signature = head.subarray(0, 4).toString('hex')
  if (signature === OLD_EXCEL_SIGNATURE) throw unreadable('old_excel')
  return ZIP_SIGNATURES.has(signature) ? 'xlsx' : 'csv'
}

function attemptsFor(head: Buffer): Attempt[] {
  const attempt = (encoding: TextEncodingName): Attempt => ({
    encoding,
    decoder: new TextDecoder(encoding, { fatal: true }),
  })
  if (head[0] === 0xff && head[1] === 0xfe) return [attempt('utf-16le')]
  if (head[0] === 0xfe && head[1] === 0xff) return [attempt('utf-16be')]
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return [attempt('utf-8')]
  return [attempt('utf-8'), attempt('gb18030')]
}

function surviving(attempts: readonly Attempt[], bytes: Buffer): Attempt[] {
  return attempts.filter(({ decoder }) => decodes(() => decoder.decode(bytes, { stream: true })))
}

function decodes(decode: () => string): boolean {
  try {
    decode()
    return true
  } catch {
    return false
  }
}

function nulShare(head: Buffer): number {
  return head.filter((byte) => byte === 0).byteLength / head.byteLength
}
