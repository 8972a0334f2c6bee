import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { openBureau } from './bureau.ts'
import { serveBureau } from './bureau-server.ts'
import { holdLedger } from './hold-ledger.ts'
import { DEFAULT_SETTINGS, patchSettings, readNumber, type Settings } from './settings.ts'

const USAGE = `node server/bureau/main.ts --data <file> [--port 0] [--latency-ms 300|200-400]
  [--credit-line-fen 100000000000] [--region 88] [--district 420111] [--callback-url http://127.0.0.1/...]
  [--settings <json>] [--with-parent]`

// 1,000,000,000.00 yuan a month: far above a day of load tests, and a number a person can lower.
const DEFAULT_LINE_FEN = '100000000000'

/**
 * The tax bureau of demo and test, a process of its own: it can be killed, and it remembers. Prints
 * one line with its address when it is ready. `--with-parent` ends it when its stdin closes.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      port: { type: 'string', default: '0' },
      'latency-ms': { type: 'string', default: '300' },
      'credit-line-fen': { type: 'string', default: DEFAULT_LINE_FEN },
      region: { type: 'string', default: '88' },
      district: { type: 'string', default: '420111' },
      'callback-url': { type: 'string', default: '' },
      settings: { type: 'string', default: '{}' },
      'with-parent': { type: 'boolean', default: false },
    },
  })
  const isPlaced = /^\d{2}$/.test(values.region) && /^\d{6}$/.test(values.district)
  if (values.data === undefined || !isPlaced) throw new Error(USAGE)

  await mkdir(dirname(values.data), { recursive: true })
  await holdLedger(values.data)
  const bureau = await openBureau({
    path: values.data,
    settings: startSettings(
      { latency: values['latency-ms'], callbackUrl: values['callback-url'] },
      values.settings,
    ),
    defaultLineFen: wholeNumber(values['credit-line-fen']),
    region: values.region,
    district: values.district,
    now: () => new Date(),
    random: Math.random,
    // What is in memory may not be on the disk: whoever starts us again gets the disk's truth.
    onBroken: (cause) => fail(cause),
  })
  const server = await serveBureau(bureau, wholeNumber(values.port))

  const stop = () => {
    server
      .close()
      .then(() => bureau.close())
      .then(() => process.exit(0), fail)
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  if (values['with-parent']) process.stdin.resume().once('end', stop).once('error', stop)
  process.stdout.write(`bureau ready at ${server.url}\n`)
}

function startSettings(named: Readonly<Record<string, string>>, json: string): Settings {
  const given: unknown = JSON.parse(json)
  const read = patchSettings(DEFAULT_SETTINGS, { ...named, ...(typeof given === 'object' ? given : {}) })
  if ('wrong' in read) throw new Error(`${read.wrong} is not acceptable\n${USAGE}`)
  return read.settings
}

function wholeNumber(text: string): number {
  const value = readNumber(text)
  if (value === null || !Number.isSafeInteger(value))
    throw new Error(`${text} is not a whole number\n${USAGE}`)
  return value
}

function fail(cause: unknown): never {
  process.stderr.write(`bureau stopped: ${cause instanceof Error ? cause.message : String(cause)}\n`)
  process.exit(1)
}

main().catch(fail)
