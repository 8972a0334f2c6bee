import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'

export type Ledger = {
  /** Puts a record into the next batch, in order. It is durable once `settled` says so. */
  append(record: object): void
  /** Resolves when everything appended so far is on the disk. Nothing may be answered before. */
  settled(): Promise<void>
  close(): Promise<void>
}

type Options = {
  readonly path: string
  /** Called for every record in the order of writing, before `openLedger` returns. */
  readonly onRecord: (record: unknown) => void
  /** The disk refused. What is in memory may not be on the disk, so the process must end. */
  readonly onBroken: (cause: unknown) => void
}

/**
 * The bureau's memory: one JSON record a line, appended and synced in groups. While one batch is
 * being synced the next one gathers, so a slow disk costs latency and not throughput.
 *
 * A last line without its line break was never answered and is cut off. A broken line anywhere else
 * is damage, and opening refuses. The folder must exist.
 */
export async function openLedger({ path, onRecord, onBroken }: Options): Promise<Ledger> {
  const handle = await open(path, 'a', 0o600) // buyers' names are in it
  const whole = await readRecords(path, onRecord)
  await handle.truncate(whole)
  await handle.sync()
  await syncDirectory(dirname(path))

  let gathering: string[] = []
  let appended = 0
  let durable = 0
  let waiting: { upTo: number; resolve: () => void; reject: (cause: unknown) => void }[] = []
  let writing: Promise<void> | null = null
  let broken: { cause: unknown } | null = null

  const release = (upTo: number) => {
    durable = upTo
    const ready = waiting.filter((waiter) => waiter.upTo <= durable)
    waiting = waiting.filter((waiter) => waiter.upTo > durable)
    for (const waiter of ready) waiter.resolve()
  }

  const breakDown = (cause: unknown) => {
    // After a failed sync the kernel may call the next one good without having written: never retry.
    broken = { cause }
    for (const waiter of waiting) waiter.reject(cause)
    waiting = []
    onBroken(cause)
  }

  const write = async () => {
    try {
      while (gathering.length > 0) {
        const batch = gathering
        gathering = []
        const upTo = appended
        await handle.appendFile(batch.join(''))
        await handle.datasync()
        release(upTo)
      }
    } catch (cause) {
      breakDown(cause)
    }
    writing = null
  }

  return {
    append(record) {
      if (broken !== null) throw new Error('ledger is broken', { cause: broken.cause })
      gathering.push(`${JSON.stringify(record)}\n`)
      appended += 1
      // A tick later, so that what arrives together is synced together.
      writing ??= Promise.resolve().then(write)
    },

    settled() {
      if (broken !== null) return Promise.reject(new Error('ledger is broken', { cause: broken.cause }))
      if (durable >= appended) return Promise.resolve()
      const upTo = appended
      return new Promise((resolve, reject) => {
        waiting.push({ upTo, resolve, reject })
      })
    },

    async close() {
      await writing
      await handle.close()
    },
  }
}

/** Returns the length in bytes of the part that ends with a line break. */
async function readRecords(path: string, onRecord: (record: unknown) => void): Promise<number> {
  let rest: Buffer = Buffer.alloc(0)
  let whole = 0
  let line = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    const bytes: Buffer = Buffer.concat([rest, chunk])
    let from = 0
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
      line += 1
      onRecord(readLine(bytes.toString('utf8', from, end), line))
      from = end + 1
    }
    whole += from
    rest = bytes.subarray(from)
  }
  return whole
}

function readLine(text: string, line: number): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(`ledger is damaged at line ${line}`, { cause })
  }
}

/** A new file's name is durable only with its directory. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
