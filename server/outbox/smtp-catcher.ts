import type { AddressInfo } from 'node:net'
import PostalMime from 'postal-mime'
import type { SMTPServerDataStream, SMTPServerSession } from 'smtp-server'
import { SMTPServer } from 'smtp-server'
import type { MailStore } from './mail-store.ts'

export const MAX_MAIL_BYTES = 10 * 1024 * 1024
/** How often a recipient with `slow` or `defer` in the local part is put off. */
export const DEFERRALS = 2

export type SmtpCatcher = {
  readonly port: number
  isDown(): boolean
  /** Down: new connections are answered with 421, open ones are cut. Mails that were taken stay. */
  setDown(isDown: boolean): void
  /** Forgets who was put off how often. */
  reset(): void
  close(): Promise<void>
}

type Options = { readonly port: number; readonly store: MailStore; readonly now: () => Date }

/**
 * An SMTP server of the loopback interface that keeps every mail and sends none on. Recipients choose their
 * fate by name: `mailfail` or `bounce` in the local part is refused with 550, `slow` or `defer` is put off with
 * 451 twice. The invoice of the order DEMO-MAILFAIL is refused whoever it goes to. A mail is answered with 250
 * only when it is on the disk.
 */
export async function openSmtpCatcher({ port, store, now }: Options): Promise<SmtpCatcher> {
  let isDown = false
  const deferred = new Map<string, number>()

  const server = new SMTPServer({
    name: 'outbox.local',
    banner: 'Fapiao Sidecar outbox',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAX_MAIL_BYTES,
    rejectOversized: true,
    maxClients: 100,
    closeTimeout: 500,
    logger: false,
    onConnect: (_session, callback) => callback(isDown ? refusal(421, 'outbox is switched off') : null),
    onMailFrom: (_address, _session, callback) =>
      callback(isDown ? refusal(421, 'outbox is switched off') : null),
    onRcptTo: ({ address }, _session, callback) => callback(judgeRecipient(deferred, address)),
    onData: (stream, session, callback) => {
      keep(store, { stream, session, now }).then(
        (id) => callback(null, `kept as ${id}`),
        (error: unknown) => callback(isRefusal(error) ? error : refusal(451, 'could not be kept')),
      )
    },
  })
  // Cut connections are reported here; nobody else listens, and an unheard error ends the process.
  server.on('error', () => {})

  const listening = await listen(server, port)
  return {
    port: listening,
    isDown: () => isDown,
    setDown(next) {
      isDown = next
      if (isDown) for (const connection of server.connections) connection.close()
    },
    reset: () => deferred.clear(),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function judgeRecipient(deferred: Map<string, number>, address: string): Error | null {
  const recipient = address.toLowerCase()
  const local = recipient.slice(0, recipient.lastIndexOf('@'))
  if (/mailfail|bounce/.test(local)) return refusal(550, '5.1.1 no such mailbox')
  if (!/slow|defer/.test(local)) return null
  const times = deferred.get(recipient) ?? 0
  if (times >= DEFERRALS) return null
  // Bounded: forgetting only means that somebody is put off again.
  if (deferred.size >= 10_000) deferred.clear()
  deferred.set(recipient, times + 1)
  return refusal(451, '4.7.1 try again later')
}

type Incoming = { stream: SMTPServerDataStream; session: SMTPServerSession; now: () => Date }

async function keep(store: MailStore, { stream, session, now }: Incoming): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) {
    // Read to the end, or the client never hears the refusal; kept only as far as it is allowed.
    if (!stream.sizeExceeded) chunks.push(chunk)
  }
  if (stream.sizeExceeded) throw new Error('too large')
  const mail = Buffer.concat(chunks)
  if (await bringsMagicOrder(mail)) throw refusal(550, '5.7.1 refused for the demo')
  const recipients = session.envelope.rcptTo.map(({ address }) => address)
  return store.add(mail, recipients, now())
}

/** The order whose mail always fails (F4). Its number stands in the remark of the invoice's data file. */
const MAGIC_ORDER = 'DEMO-MAILFAIL'

async function bringsMagicOrder(mail: Buffer): Promise<boolean> {
  const { attachments } = await PostalMime.parse(mail)
  return attachments.some(
    ({ mimeType, content }) => mimeType.includes('xml') && textOf(content).includes(MAGIC_ORDER),
  )
}

function textOf(content: ArrayBuffer | Uint8Array | string): string {
  return typeof content === 'string' ? content : new TextDecoder().decode(content)
}

function isRefusal(error: unknown): error is Error {
  return error instanceof Error && 'responseCode' in error
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}

function listen(server: SMTPServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const listener = server.listen(port, '127.0.0.1', () => {
      const address: AddressInfo | string | null = listener.address()
      if (address === null || typeof address === 'string') reject(new Error('no port'))
      else resolve(address.port)
    })
    listener.once('error', reject)
  })
}
