import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl'
import { Problem } from '../../contract/problem.ts'
import { asBytes, tooLarge, unreadable } from './decode.ts'
import type { ImportLimits } from './source.ts'

/** An archive that passed the gate. Its entries are inflated one by one, on demand, within one common budget. */
export type GatedZip = {
  has(name: string): boolean
  /** Inflated bytes. Refuses with `import_file_too_large` or `import_file_unreadable` as soon as a bound is crossed. */
  read(name: string): AsyncGenerator<Buffer>
}

const STORED = 0
const DEFLATED = 8
// Small entries compress well without being bombs: an empty sheet of styles reaches 100 by itself.
const RATIO_FREE_BYTES = 1024 * 1024
// Programs and other files: an order table has neither.
const FORBIDDEN = /(^|\/)(vbaproject\.bin|vbadata\.xml|activex\/|embeddings\/|externallinks\/|macrosheets\/)/i

/**
 * Looks at an archive before any parser sees it (trust §5): number, names and packing of its entries, no encryption,
 * no macros, embedded files or external links. Sizes are counted while inflating, because the headers are only claims.
 */
export async function openZipGate(bytes: Buffer, limits: ImportLimits): Promise<GatedZip> {
  const { zip, entries } = await readDirectory(bytes, limits)
  const budget = { leftBytes: limits.zipInflatedBytes }
  return {
    has: (name) => entries.has(name.toLowerCase()),
    read: async function* (name) {
      const entry = entries.get(name.toLowerCase())
      if (entry === undefined) throw unreadable('not_a_workbook')
      yield* inflate(zip, { entry, budget, limits })
    },
  }
}

async function readDirectory(bytes: Buffer, limits: ImportLimits) {
  const entries = new Map<string, Entry>()
  try {
    const zip = await fromBufferPromise(bytes, { lazyEntries: true, autoClose: false })
    if (zip.entryCount > limits.zipEntries) throw tooLarge('zip_entries', limits.zipEntries)
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName.toLowerCase()
      if (entries.size >= limits.zipEntries) throw tooLarge('zip_entries', limits.zipEntries)
      refuseEntry(entry, entries.has(name))
      entries.set(name, entry)
    }
    return { zip, entries }
  } catch (cause) {
    // yauzl itself refuses `..`, `\`, a leading `/` and broken directories.
    throw cause instanceof Problem ? cause : unreadable('zip', cause)
  }
}

function refuseEntry(entry: Entry, isRepeated: boolean): void {
  if (entry.isEncrypted()) throw unreadable('encrypted')
  if (FORBIDDEN.test(entry.fileName)) throw unreadable('macros')
  const isPackedPlainly = entry.compressionMethod === STORED || entry.compressionMethod === DEFLATED
  if (isRepeated || !isPackedPlainly) throw unreadable('zip')
}

type Inflating = {
  readonly entry: Entry
  readonly budget: { leftBytes: number }
  readonly limits: ImportLimits
}

async function* inflate(zip: ZipFile, { entry, budget, limits }: Inflating): AsyncGenerator<Buffer> {
  const ratioBytes = Math.max(RATIO_FREE_BYTES, entry.compressedSize * limits.zipRatio)
  let inflatedBytes = 0
  try {
    const stream = await zip.openReadStreamPromise(entry)
    for await (const chunk of stream) {
      const bytes = asBytes(chunk)
      inflatedBytes += bytes.byteLength
      budget.leftBytes -= bytes.byteLength
      if (budget.leftBytes < 0) throw tooLarge('zip_inflated', limits.zipInflatedBytes)
      if (inflatedBytes > ratioBytes) throw tooLarge('zip_ratio', limits.zipRatio)
      yield bytes
    }
  } catch (cause) {
    throw cause instanceof Problem ? cause : unreadable('zip', cause)
  }
}
