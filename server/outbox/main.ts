import { parseArgs } from 'node:util'
import { openOutbox } from './outbox.ts'

/**
 * `main.ts --dir <directory> [--smtp-port 2525] [--http-port 8025] [--with-parent]`
 * Prints one line of JSON with both ports when it listens. `--with-parent`: ends when stdin closes, so it cannot
 * outlive whoever started it.
 */
const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    'smtp-port': { type: 'string', default: '2525' },
    'http-port': { type: 'string', default: '8025' },
    'with-parent': { type: 'boolean', default: false },
  },
})

const outbox = await openOutbox({
  directory: readDirectory(values.dir),
  smtpPort: readPort('smtp-port', values['smtp-port']),
  httpPort: readPort('http-port', values['http-port']),
  now: () => new Date(),
})

const { smtpPort, httpPort } = outbox
process.stdout.write(`${JSON.stringify({ smtpPort, httpPort, page: `http://127.0.0.1:${httpPort}/` })}\n`)

let isEnding = false
const end = (): void => {
  if (isEnding) return
  isEnding = true
  outbox.close().then(
    () => process.exit(0),
    () => process.exit(1),
  )
}
process.on('SIGTERM', end)
process.on('SIGINT', end)
if (values['with-parent']) {
  process.stdin.on('end', end).on('close', end).resume()
}

function readDirectory(directory: string | undefined): string {
  if (directory === undefined || directory === '') throw new Error('--dir is missing')
  return directory
}

function readPort(name: string, text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--${name} is not a port: ${text}`)
  return port
}
