import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import PostalMime from 'postal-mime'

export const MAX_MAILS = 2_000

export type MailSummary = {
  readonly id: string
  readonly receivedAt: Date
  /** Of the envelope: who was really meant, whatever the headers say. */
  readonly recipients: readonly string[]
  readonly from: { readonly name: string; readonly address: string }
  readonly subject: string
  readonly messageId: string
  readonly attachments: readonly {
    readonly fileName: string
    readonly mediaType: string
    readonly sizeBytes: number
    readonly sha256: string
  }[]
  readonly sizeBytes: number
}

export type CaughtMail = MailSummary & {
  readonly text: string
  readonly html: string | null
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  /** The bytes of `attachments`, in the same order. */
  readonly files: readonly Uint8Array[]
}

export type MailStore = {
  /** Returns when the mail is on the disk; the oldest beyond `MAX_MAILS` goes. */
  add(raw: Uint8Array, recipients: readonly string[], receivedAt: Date): Promise<string>
  /** Newest first. */
  list(query: { to: string | null; limit: number }): Promise<{ total: number; mails: MailSummary[] }>
  find(id: string): Promise<CaughtMail | null>
  findRaw(id: string): Promise<Uint8Array | null>
  clear(): Promise<void>
}

const RECIPIENT_HEADER = 'delivered-to'
const ID = /^(\d{13})-\d{6}$/

/**
 * Mails as `.eml` files of one directory, named `<ms since 1970>-<counter>`: any mail program opens them, and
 * the directory listing is the index. The envelope stands in front as `Delivered-To` headers, as maildirs do.
 */
export async function openMailStore(directory: string): Promise<MailStore> {
  await mkdir(directory, { recursive: true })
  const files = (await readdir(directory)).filter((name) => name.endsWith('.eml'))
  let ids = files.map((name) => name.slice(0, -'.eml'.length)).filter((id) => ID.test(id))
  ids.sort()
  // Without bodies and files: 2,000 mails with their PDFs would be half a gigabyte.
  const summaries = new Map<string, MailSummary>()
  let counter = 0

  const pathOf = (id: string) => join(directory, `${id}.eml`)
  const findRaw = async (id: string) => (ids.includes(id) ? readFile(pathOf(id)).catch(() => null) : null)
  const find = async (id: string) => {
    const raw = await findRaw(id)
    return raw === null ? null : readMail(id, raw)
  }
  const summaryOf = async (id: string) => {
    const known = summaries.get(id)
    if (known !== undefined) return known
    const mail = await find(id)
    if (mail === null) return null
    const { text, html, headers, files, ...summary } = mail
    summaries.set(id, summary)
    return summary
  }
  // One after the other: a directory full of PDFs is read at the first look, not all at once into memory.
  const summariesOf = async (wanted: readonly string[]) => {
    const found: MailSummary[] = []
    for (const id of wanted) {
      const summary = await summaryOf(id)
      if (summary !== null) found.push(summary)
    }
    return found
  }
  const forget = async (id: string) => {
    summaries.delete(id)
    await rm(pathOf(id), { force: true })
  }

  return {
    async add(raw, recipients, receivedAt) {
      counter = (counter + 1) % 1_000_000
      const id = `${String(receivedAt.getTime()).padStart(13, '0')}-${String(counter).padStart(6, '0')}`
      const envelope = recipients.map((address) => `Delivered-To: ${address}\r\n`).join('')
      await writeDurably(directory, pathOf(id), [Buffer.from(envelope), raw])
      ids.push(id)
      const surplus = ids.slice(0, Math.max(0, ids.length - MAX_MAILS))
      ids = ids.slice(surplus.length)
      await Promise.all(surplus.map(forget))
      return id
    },
    async list({ to, limit }) {
      const newestFirst = [...ids].reverse()
      if (to === null)
        return { total: newestFirst.length, mails: await summariesOf(newestFirst.slice(0, limit)) }
      const recipient = to.toLowerCase()
      const theirs = (await summariesOf(newestFirst)).filter(({ recipients }) =>
        recipients.includes(recipient),
      )
      return { total: theirs.length, mails: theirs.slice(0, limit) }
    },
    find,
    findRaw,
    async clear() {
      const all = ids
      ids = []
      await Promise.all(all.map(forget))
    },
  }
}

/** On the disk before it has its name: after a crash a mail is there whole or not at all. */
async function writeDurably(directory: string, path: string, chunks: readonly Uint8Array[]): Promise<void> {
  const written = `${path}.part`
  const file = await open(written, 'w')
  try {
    for (const chunk of chunks) await file.writeFile(chunk)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(written, path)
  const parent = await open(directory, 'r')
  try {
    await parent.sync()
  } finally {
    await parent.close()
  }
}

async function readMail(id: string, raw: Uint8Array): Promise<CaughtMail> {
  const email = await PostalMime.parse(raw)
  const recipients = email.headers.filter(({ key }) => key === RECIPIENT_HEADER).map(({ value }) => value)
  const from = email.from?.group === undefined ? email.from : undefined
  const files = email.attachments.map(({ content }) =>
    typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content),
  )
  return {
    id,
    receivedAt: new Date(Number(ID.exec(id)?.[1])),
    recipients: recipients.map((address) => address.toLowerCase()),
    from: from ?? { name: '', address: '' },
    subject: email.subject ?? '',
    messageId: email.messageId ?? '',
    text: email.text ?? '',
    html: email.html ?? null,
    headers: email.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    attachments: email.attachments.map(({ filename, mimeType }, index) => {
      const bytes = files[index] ?? new Uint8Array()
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      return { fileName: filename ?? 'attachment', mediaType: mimeType, sizeBytes: bytes.byteLength, sha256 }
    }),
    files,
    sizeBytes: raw.byteLength,
  }
}
