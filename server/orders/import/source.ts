import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'

/**
 * A file that can be opened again. Reading takes three passes (bytes, order numbers, orders), and that is what
 * keeps memory flat: nothing but the rows of a scattered order waits for later ones.
 */
export type ImportSource = {
  open(): Readable
  /** Bytes. */
  readonly size: number
}

/** Bounds on what a file may make us do. */
export type ImportLimits = {
  readonly csvBytes: number
  readonly xlsxBytes: number
  readonly rows: number
  readonly columns: number
  /** UTF-16 units; Excel itself stops at 32,767. */
  readonly cellChars: number
  readonly recordChars: number
  /** Records whose quotes do not close, before the file counts as damaged. */
  readonly brokenRecords: number
  /** Rows that may wait in memory for a later row of their order. */
  readonly scatteredRows: number
  readonly linesPerOrder: number
  readonly zipEntries: number
  /** Σ over all entries, counted while inflating: the sizes in the headers are only claims. */
  readonly zipInflatedBytes: number
  readonly zipRatio: number
  readonly workerHeapMb: number
  /** How long the XLSX worker may take for its next batch. */
  readonly workerTimeoutMs: number
}

/** facts: platforms §10.11, trust §5; the CSV size fits 200,000 Taobao rows. */
export const IMPORT_LIMITS: ImportLimits = {
  csvBytes: 50 * 1024 * 1024,
  xlsxBytes: 20 * 1024 * 1024,
  rows: 200_000,
  columns: 200,
  cellChars: 32 * 1024,
  recordChars: 1024 * 1024,
  brokenRecords: 1_000,
  scatteredRows: 20_000,
  linesPerOrder: 2_000,
  zipEntries: 200,
  zipInflatedBytes: 200 * 1024 * 1024,
  zipRatio: 100,
  workerHeapMb: 256,
  workerTimeoutMs: 20_000,
}

/** A file on disk. */
export async function fileSource(path: string): Promise<ImportSource> {
  const { size } = await stat(path)
  return { size, open: () => createReadStream(path) }
}

/** Bytes already in memory. */
export function bytesSource(bytes: Uint8Array): ImportSource {
  return {
    size: bytes.byteLength,
    // In pieces, so that a source in memory takes the same paths as a file.
    open: () => Readable.from(pieces(bytes), { objectMode: false }),
  }
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  const size = 64 * 1024
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size)
}
