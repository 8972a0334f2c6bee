import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { Problem } from '../../contract/problem.ts'
import { asBytes, tooLarge } from './decode.ts'
import { IMPORT_LIMITS, type ImportSource } from './source.ts'

export type SpooledUpload = {
  readonly source: ImportSource
  /** The file is gone from the disk when it is closed, or when the process ends. */
  close(): Promise<void>
}

/**
 * Puts an upload where it can be read three times: a file of 0600 below `directory` whose name is taken
 * away at once, so that no crash leaves a buyer's data behind. Refuses with `import_file_too_large`.
 */
export async function spoolUpload(directory: string, upload: Readable): Promise<SpooledUpload> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, `${randomUUID()}.upload`)
  const file = await open(path, 'wx+', 0o600)
  await unlink(path)
  let size = 0
  try {
    for await (const chunk of receive(upload)) {
      const bytes = asBytes(chunk)
      size += bytes.byteLength
      if (size > IMPORT_LIMITS.csvBytes) throw tooLarge('file_bytes', IMPORT_LIMITS.csvBytes)
      await file.writeFile(bytes)
    }
  } catch (error) {
    await file.close()
    throw error
  }
  const total = size
  return {
    source: { size: total, open: () => Readable.from(piecesOf(file), { objectMode: false }) },
    close: () => file.close(),
  }
}

/** A form that breaks off, or a connection: the sender's fault, unlike a disk that is full. */
async function* receive(upload: Readable): AsyncGenerator<unknown> {
  try {
    yield* upload
  } catch (cause) {
    if (cause instanceof Error && 'statusCode' in cause) throw cause
    throw new Problem('request_malformed', { cause })
  }
}

const PIECE_BYTES = 64 * 1024

/** Each reader has its own place in the file, and none of them closes it. */
async function* piecesOf(file: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(PIECE_BYTES), 0, PIECE_BYTES, position)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    position += bytesRead
  }
}
