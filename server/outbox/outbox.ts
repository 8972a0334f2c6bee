import type { AddressInfo } from 'node:net'
import { openMailStore } from './mail-store.ts'
import { buildOutboxHttp } from './outbox-http.ts'
import { openSmtpCatcher } from './smtp-catcher.ts'

export type OutboxOptions = {
  readonly directory: string
  /** 0 takes a free port. */
  readonly smtpPort: number
  readonly httpPort: number
  readonly now: () => Date
}

export type Outbox = {
  readonly smtpPort: number
  readonly httpPort: number
  close(): Promise<void>
}

/** The mail catcher of the demo and the tests: SMTP in, a page and JSON out, both on the loopback interface. */
export async function openOutbox({ directory, smtpPort, httpPort, now }: OutboxOptions): Promise<Outbox> {
  const store = await openMailStore(directory)
  const catcher = await openSmtpCatcher({ port: smtpPort, store, now })
  const app = buildOutboxHttp({ store, catcher })
  try {
    await app.listen({ host: '127.0.0.1', port: httpPort })
  } catch (cause) {
    await catcher.close()
    throw cause
  }
  const address: AddressInfo | string | null = app.server.address()
  return {
    smtpPort: catcher.port,
    httpPort: address !== null && typeof address !== 'string' ? address.port : httpPort,
    async close() {
      await Promise.all([app.close(), catcher.close()])
    },
  }
}
