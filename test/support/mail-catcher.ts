import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openOutbox } from '../../server/outbox/outbox.ts'

export type CaughtMailView = {
  readonly id: string
  readonly receivedAt: string
  readonly recipients: string[]
  readonly from: { readonly name: string; readonly address: string }
  readonly subject: string
  readonly messageId: string
  readonly sizeBytes: number
  readonly attachments: {
    readonly fileName: string
    readonly mediaType: string
    readonly sizeBytes: number
    readonly sha256: string
    readonly url: string
  }[]
}

export type CaughtMailDetail = CaughtMailView & {
  readonly text: string
  readonly html: string | null
  readonly headers: { readonly name: string; readonly value: string }[]
}

export type MailCatcher = {
  readonly smtpPort: number
  /** Of the outbox page and its API. */
  readonly url: string
  /** Newest first. */
  mails(to?: string): Promise<CaughtMailView[]>
  mail(id: string): Promise<CaughtMailDetail>
  bytesOf(attachment: { url: string }): Promise<Buffer>
  setState(state: 'up' | 'down'): Promise<void>
  clear(): Promise<void>
  close(): Promise<void>
}

/** The outbox of the demo on free ports, with a directory of its own that goes with it. */
export async function openMailCatcher(): Promise<MailCatcher> {
  const directory = await mkdtemp(join(tmpdir(), 'fapiao-outbox-'))
  const outbox = await openOutbox({ directory, smtpPort: 0, httpPort: 0, now: () => new Date() })
  const url = `http://127.0.0.1:${outbox.httpPort}`
  const call = async (path: string, init?: RequestInit): Promise<Response> => {
    const reply = await fetch(`${url}${path}`, init)
    if (!reply.ok) throw new Error(`${path} answered ${reply.status}`)
    return reply
  }
  return {
    smtpPort: outbox.smtpPort,
    url,
    async mails(to) {
      const query = to === undefined ? '' : `&to=${encodeURIComponent(to)}`
      const { mails } = await readJson<{ mails: CaughtMailView[] }>(
        await call(`/api/mails?limit=200${query}`),
      )
      return mails
    },
    mail: async (id) => readJson<CaughtMailDetail>(await call(`/api/mails/${id}`)),
    bytesOf: async (attachment) => Buffer.from(await (await call(attachment.url)).arrayBuffer()),
    async setState(state) {
      const headers = { 'content-type': 'application/json' }
      await call('/api/state', { method: 'POST', headers, body: JSON.stringify({ state }) })
    },
    async clear() {
      await call('/api/mails', { method: 'DELETE' })
    },
    async close() {
      await outbox.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Our own server in our own test: taken at its word, and wrong fields fail the assertion that reads them. */
async function readJson<T>(reply: Response): Promise<T> {
  return (await reply.json()) as T
}
