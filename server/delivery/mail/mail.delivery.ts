import type { NodemailerError, SendMailOptions } from 'nodemailer'
import { createTransport } from 'nodemailer'
import type { Delivery, DeliveryAnswer } from '../delivery.ts'
import { findMailFault, type MailMessage } from './mail-message.ts'

export type MailServer = {
  readonly host: string
  readonly port: number
  /** `required`: STARTTLS or nothing. `implicit`: TLS from the first byte (465). `none`: a catcher on this machine. */
  readonly tls: 'required' | 'implicit' | 'none'
  readonly login: { readonly user: string; readonly password: string } | null
  /** For the whole mail, waiting for a free connection included. */
  readonly timeoutMs: number
  readonly maxConnections: number
}

export type MailDelivery = Delivery<MailMessage> & { close(): void }

/**
 * SMTP over a pool of connections. One recipient a mail; a message with a line break in a header or with
 * anything but one plain address is refused before a connection is used (facts/trust.md §6).
 *
 * 5xx to the recipient or to the content is `bounced`. 4xx, no connection, no answer in time are `failed`
 * with retry: the server may have taken the mail just before, so the next attempt carries the same Message-ID.
 * 5xx to our login or our sender address is our own mistake, so it is `failed` and not held against the recipient.
 */
export function createMailDelivery(server: MailServer): MailDelivery {
  const transport = createTransport({
    pool: true,
    host: server.host,
    port: server.port,
    secure: server.tls === 'implicit',
    requireTLS: server.tls === 'required',
    ignoreTLS: server.tls === 'none',
    ...(server.login === null ? {} : { auth: { user: server.login.user, pass: server.login.password } }),
    maxConnections: server.maxConnections,
    // Once: an idle connection that the server has closed meanwhile. More attempts are the job's to make.
    maxRequeues: 1,
    connectionTimeout: server.timeoutMs,
    greetingTimeout: server.timeoutMs,
    socketTimeout: server.timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    maxRecipients: 1,
  })

  let isClosed = false
  return {
    async send(message, signal) {
      const fault = findMailFault(message)
      if (fault !== null) return { kind: 'failed', reason: `mail_not_allowed ${fault}`, retry: false }
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(server.timeoutMs)])
      try {
        const sent = await transport.sendMail({ ...structured(message), signal: deadline })
        return { kind: 'accepted', providerId: cleanReason(sent.response ?? sent.messageId) }
      } catch (cause) {
        if (isClosed) return { kind: 'failed', reason: 'mail_closed', retry: true }
        return readFailure(cause)
      }
    },
    close() {
      isClosed = true
      transport.close({ force: true })
    },
  }
}

/** Objects, not strings: a string would be read as a list of addresses. No envelope: it follows from these. */
function structured(message: MailMessage): SendMailOptions {
  return {
    messageId: message.messageId,
    from: { name: message.from.name, address: message.from.address },
    to: { name: '', address: message.to },
    ...(message.replyTo === null ? {} : { replyTo: { name: '', address: message.replyTo } }),
    subject: message.subject,
    text: message.text,
    html: message.html,
    headers: {
      'Content-Language': message.language,
      // Out-of-office programs must not answer a machine (RFC 3834).
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
    },
    attachments: message.attachments.map(({ fileName, mediaType, bytes }) => ({
      filename: fileName,
      contentType: mediaType,
      content: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    })),
  }
}

/** Commands whose refusal is about this recipient or this content. */
const ABOUT_THE_MAIL: ReadonlySet<string> = new Set(['RCPT TO', 'DATA'])

function readFailure(cause: unknown): DeliveryAnswer {
  if (!isMailError(cause)) throw cause
  const { responseCode, response, command, permanent, code } = cause
  if (responseCode === undefined) return readSilence(cause)

  const said = cleanReason(response ?? String(responseCode))
  if (code === 'EAUTH') return { kind: 'failed', reason: `mail_login ${said}`, retry: true }
  if (permanent !== true) return { kind: 'failed', reason: `mail_deferred ${said}`, retry: true }
  if (command === 'MAIL FROM') return { kind: 'failed', reason: `mail_sender_refused ${said}`, retry: false }
  if (command === undefined || !ABOUT_THE_MAIL.has(command)) {
    return { kind: 'failed', reason: `mail_connection ${said}`, retry: true }
  }
  return { kind: 'bounced', reason: `mail_refused ${said}` }
}

/** No answer at all: refused connection, unknown host, deadline. */
function readSilence({ code, originalCode }: NodemailerError): DeliveryAnswer {
  const word = code === 'EABORT' || code === 'ETIMEDOUT' ? 'mail_timeout' : 'mail_connection'
  return { kind: 'failed', reason: `${word} ${originalCode ?? code}`, retry: true }
}

function isMailError(cause: unknown): cause is NodemailerError {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
}

/** Servers like to repeat the address in their answer; it must not reach a log or a table of attempts. */
function cleanReason(answer: string): string {
  return answer
    .replace(/[^\s<>@]+@[^\s<>@]+/g, '[address]')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 200)
}
