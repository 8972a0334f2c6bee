import { Worker } from 'node:worker_threads'
import { Problem } from '../../contract/problem.ts'
import { asBytes, tooLarge, unreadable } from './decode.ts'
import type { RawRow } from './raw-row.ts'
import type { ImportLimits, ImportSource } from './source.ts'
import type { XlsxWorkerAnswer, XlsxWorkerData } from './xlsx-worker.ts'

/** What was learnt about the workbook before its first row. */
export type XlsxNotes = { is1904: boolean }

/**
 * Rows of an XLSX file, parsed in a worker with its own small heap: a file that outgrows it ends the worker with
 * `import_file_too_large`, one that keeps it busy for `workerTimeoutMs` with `import_file_unreadable`, and
 * neither the process. The packed file is held in memory (≤ `xlsxBytes`): a ZIP is read from its end.
 */
export async function* readXlsx(
  source: ImportSource,
  limits: ImportLimits,
  notes: XlsxNotes,
): AsyncGenerator<readonly RawRow[]> {
  const bytes = await readAll(source, limits.xlsxBytes)
  const worker = startWorker({ bytes, limits })
  let rowCount = 0
  try {
    for (;;) {
      const answer = await askWorker(worker, limits)
      if (answer.kind === 'done') return
      if (answer.kind === 'refused') throw new Problem(answer.code, { facts: answer.facts })
      if (answer.kind === 'part') notes.is1904 = answer.is1904
      else {
        rowCount += answer.rows.length
        if (rowCount > limits.rows + 20) throw tooLarge('rows', limits.rows)
        yield answer.rows
      }
    }
  } finally {
    await worker.terminate()
  }
}

function startWorker(workerData: XlsxWorkerData): Worker {
  return new Worker(new URL('./xlsx-worker.ts', import.meta.url), {
    workerData,
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: workerData.limits.workerHeapMb, maxYoungGenerationSizeMb: 32 },
  })
}

function askWorker(worker: Worker, limits: ImportLimits): Promise<XlsxWorkerAnswer> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(timer)
      worker.off('message', onMessage)
      worker.off('error', onError)
      act()
    }
    const onMessage = (answer: XlsxWorkerAnswer) => settle(() => resolve(answer))
    const onError = (cause: Error & { code?: unknown }) => {
      const isFull = cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
      settle(() => reject(isFull ? tooLarge('memory', limits.workerHeapMb) : cause))
    }
    const timer = setTimeout(() => settle(() => reject(unreadable('timeout'))), limits.workerTimeoutMs)
    worker.on('message', onMessage)
    worker.on('error', onError)
    worker.postMessage('next')
  })
}

async function readAll(source: ImportSource, limit: number): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of source.open()) {
    const bytes = asBytes(chunk)
    size += bytes.byteLength
    if (size > limit) throw tooLarge('file_bytes', limit)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}
