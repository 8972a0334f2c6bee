import { parentPort, workerData } from 'node:worker_threads'
import { Problem } from '../../contract/problem.ts'
import type { RawRow } from './raw-row.ts'
import { readWorkbook } from './read-workbook.ts'
import type { ImportLimits } from './source.ts'

/** What the worker starts with. */
export type XlsxWorkerData = { readonly bytes: Uint8Array; readonly limits: ImportLimits }

/** What the worker answers to each `next`. */
export type XlsxWorkerAnswer =
  | { readonly kind: 'part'; readonly is1904: boolean }
  | { readonly kind: 'rows'; readonly rows: readonly RawRow[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly code: Problem['code']; readonly facts: Problem['facts'] }

function isWorkerData(value: unknown): value is XlsxWorkerData {
  return typeof value === 'object' && value !== null && 'bytes' in value && value.bytes instanceof Uint8Array
}

// One batch per question: a slow reader of the rows stops the parser instead of filling the memory.
const port = parentPort
if (port !== null && isWorkerData(workerData)) {
  const { bytes, limits } = workerData
  const parts = readWorkbook(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), limits)
  port.on('message', () => {
    parts.next().then(
      ({ done, value }) => {
        if (done === true) port.postMessage({ kind: 'done' } satisfies XlsxWorkerAnswer)
        else if ('rows' in value)
          port.postMessage({ kind: 'rows', rows: value.rows } satisfies XlsxWorkerAnswer)
        else port.postMessage({ kind: 'part', is1904: value.is1904 } satisfies XlsxWorkerAnswer)
      },
      (cause: unknown) => {
        if (!(cause instanceof Problem)) throw cause
        const { code, facts } = cause
        port.postMessage({ kind: 'refused', code, facts } satisfies XlsxWorkerAnswer)
      },
    )
  })
}
