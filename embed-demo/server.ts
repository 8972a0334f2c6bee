import { parseArgs } from 'node:util'
import { buildDemoApp } from './demo-app.ts'
import { readMerchants } from './merchant.ts'
import { readAccounts } from './staff.ts'

const USAGE = `node embed-demo/server.ts --keys <directory> --server <url> [--port 8788]
  [--outbox <url>] [--bureau <url>] [--with-parent]`

/**
 * The merchant of the demo, a process of its own on an origin of its own. Prints one line with its address when
 * it is ready. `--with-parent` ends it when its stdin closes.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      keys: { type: 'string' },
      server: { type: 'string' },
      outbox: { type: 'string' },
      bureau: { type: 'string' },
      port: { type: 'string', default: '8788' },
      'with-parent': { type: 'boolean', default: false },
    },
  })
  if (values.keys === undefined || values.server === undefined || !/^\d{1,5}$/.test(values.port)) {
    throw new Error(USAGE)
  }
  const { keys } = values
  const app = await buildDemoApp({
    merchants: await readMerchants(values.keys),
    readAccounts: () => readAccounts(keys),
    serverUrl: new URL(values.server).origin,
    outboxUrl: values.outbox ?? null,
    bureauUrl: values.bureau ?? null,
    fetch,
    now: () => new Date(),
  })
  const url = await app.listen({ host: '127.0.0.1', port: Number(values.port) })

  const stop = () => {
    app.close().then(() => process.exit(0), fail)
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  if (values['with-parent']) process.stdin.resume().once('end', stop).once('error', stop)
  process.stdout.write(`demo ready at ${url}\n`)
}

function fail(cause: unknown): never {
  process.stderr.write(`demo stopped: ${cause instanceof Error ? cause.message : String(cause)}\n`)
  process.exit(1)
}

main().catch(fail)
