import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildInvoiceMail } from '../../../server/delivery/mail/invoice-mail.ts'
import { createMailDelivery, type MailDelivery } from '../../../server/delivery/mail/mail.delivery.ts'
import type { MailMessage } from '../../../server/delivery/mail/mail-message.ts'
import { type MailCatcher, openMailCatcher } from '../../support/mail-catcher.ts'
import { blue, invoiceMail, sender } from './mail.fixture.ts'

const never = new AbortController().signal

const server = (port: number, timeoutMs = 10_000) =>
  ({ host: '127.0.0.1', port, tls: 'none', login: null, timeoutMs, maxConnections: 2 }) as const

let catcher: MailCatcher
let delivery: MailDelivery

beforeAll(async () => {
  catcher = await openMailCatcher()
  delivery = createMailDelivery(server(catcher.smtpPort))
})

afterAll(async () => {
  delivery.close()
  await catcher.close()
})

beforeEach(() => catcher.clear())

const message = (changed: Partial<MailMessage> = {}): MailMessage => ({
  ...buildInvoiceMail(sender, invoiceMail()),
  ...changed,
})

describe('a mail that is sent', () => {
  test('arrives with every byte of its attachments and their Chinese names', async () => {
    const answer = await delivery.send(message(), never)

    const [mail] = await catcher.mails('buyer@mail.example')
    expect(answer).toMatchObject({
      kind: 'accepted',
      providerId: expect.stringContaining(mail?.id ?? 'none'),
    })
    expect(mail?.attachments.map(({ fileName }) => fileName)).toEqual(
      blue.files.map(({ fileName }) => fileName),
    )
    const bytes = await Promise.all(
      (mail?.attachments ?? []).map((attachment) => catcher.bytesOf(attachment)),
    )
    expect(
      bytes.map((file) => file.equals(Buffer.from(blue.files[bytes.indexOf(file)]?.bytes ?? []))),
    ).toEqual([true, true])
  })

  test('arrives as it was built: subject, both bodies, one recipient, Message-ID', async () => {
    const sent = message()
    await delivery.send(sent, never)

    const [found] = await catcher.mails()
    const mail = await catcher.mail(found?.id ?? '')
    expect(mail).toMatchObject({
      subject: sent.subject,
      messageId: sent.messageId,
      recipients: ['buyer@mail.example'],
      from: { name: '样例旗舰店', address: 'invoice@shop.example' },
    })
    expect(mail.html?.trim()).toBe(sent.html.trim())
    expect(mail.text.trim()).toBe(sent.text.trim())
    expect(mail.headers).toContainEqual({ name: 'Auto-Submitted', value: 'auto-generated' })
  })

  test.for<[string, string]>([
    ['emoji', '🧾🇨🇳👨‍👩‍👧 发票'],
    ['Arabic', 'فاتورة ٢٩٩'],
    ['a reversed direction', 'a\u202eb'],
    ['a script', '<script>alert(1)</script>'],
    ['an equation', 'a=? b?'],
    ['what looks like a header', 'Bcc: all@mail.example'],
    ['300 characters', '发'.repeat(300)],
  ])('keeps a subject of %s to the character', async ([, subject]) => {
    await delivery.send(message({ subject }), never)

    const [mail] = await catcher.mails()
    expect(mail).toMatchObject({ subject, recipients: ['buyer@mail.example'] })
  })

  test('sent again for the same delivery carries the same Message-ID', async () => {
    await delivery.send(message(), never)
    await delivery.send(message(), never)

    const ids = (await catcher.mails()).map(({ messageId }) => messageId)
    expect(ids).toEqual([message().messageId, message().messageId])
  })
})

describe('a mail that would add a header or a recipient', () => {
  const breaks = [
    '\r\nBcc: x@mail.example',
    '=?utf-8?q?=0A?=',
    '\n',
    '\r',
    '\0',
    '\u0085',
    '\u2028',
    '\u2029',
  ]
  const addresses = [
    '',
    'buyer',
    'a@@x',
    'a@x@mail.example',
    'a@mail.example,b@mail.example',
    'a@mail.example, b@mail.example',
    '<a@mail.example>',
    'A <a@mail.example>',
    '"a b"@mail.example',
    'a@mail.example (b)',
    'a@localhost',
    'a@127.0.0.1',
    'a@[127.0.0.1]',
    'a@-x.example',
    'ä@mail.example',
    'a@例子.example',
    ' a@mail.example',
    `${'a'.repeat(65)}@mail.example`,
    `a@${'b.'.repeat(130)}example`,
    'a@mail.example\r\nRCPT TO:<b@mail.example>',
    ...breaks.map((text) => `a@mail.example${text}`),
  ]
  const file = { fileName: 'a.pdf', mediaType: 'application/pdf', bytes: Uint8Array.of(1) }
  const table: [string, Partial<MailMessage>][] = [
    ...breaks.map((text): [string, Partial<MailMessage>] => ['subject', { subject: `发票${text}` }]),
    ...breaks.map((text): [string, Partial<MailMessage>] => [
      'from.name',
      { from: { name: `店${text}`, address: 'a@shop.example' } },
    ]),
    ...breaks.map((text): [string, Partial<MailMessage>] => [
      'attachments.fileName',
      { attachments: [{ ...file, fileName: `a${text}.pdf` }] },
    ]),
    ...breaks.map((text): [string, Partial<MailMessage>] => [
      'attachments.mediaType',
      { attachments: [{ ...file, mediaType: `application/pdf${text}` }] },
    ]),
    ...breaks.map((text): [string, Partial<MailMessage>] => [
      'messageId',
      { messageId: `<a${text}@shop.example>` },
    ]),
    ...addresses.map((to): [string, Partial<MailMessage>] => ['to', { to }]),
    ...addresses.map((replyTo): [string, Partial<MailMessage>] => ['replyTo', { replyTo }]),
    ['from.address', { from: { name: '', address: 'a@shop.example>\r\nRCPT TO:<b@mail.example' } }],
    ['subject', { subject: 'x'.repeat(401) }],
    ['subject', { subject: '=?UTF-8?B?DQpCY2M6IHhAeS56?=' }],
    ['attachments', { attachments: [{ ...file, bytes: new Uint8Array(7 * 1024 * 1024 + 1) }] }],
  ]

  test(`is refused before a connection is used, ${table.length} ways`, async () => {
    for (const [field, changed] of table) {
      const answer = await delivery.send(message(changed), never)
      expect.soft(answer, JSON.stringify(changed).slice(0, 120)).toEqual({
        kind: 'failed',
        reason: `mail_not_allowed ${field}`,
        retry: false,
      })
    }
    expect(await catcher.mails()).toEqual([])
  })
})

describe('a mail that cannot be delivered', () => {
  test.for(['mailfail@mail.example', 'will.bounce@mail.example'])('bounces for good at %s', async (to) => {
    const answer = await delivery.send(message({ to }), never)

    expect(answer).toEqual({ kind: 'bounced', reason: 'mail_refused 550 5.1.1 no such mailbox' })
    expect(await catcher.mails()).toEqual([])
  })

  test('is put off twice and then accepted where the mailbox is slow', async () => {
    const slow = message({ to: 'slow@mail.example' })

    const answers = [
      await delivery.send(slow, never),
      await delivery.send(slow, never),
      await delivery.send(slow, never),
    ]

    expect(answers[0]).toEqual({
      kind: 'failed',
      reason: 'mail_deferred 451 4.7.1 try again later',
      retry: true,
    })
    expect(answers.map(({ kind }) => kind)).toEqual(['failed', 'failed', 'accepted'])
  })

  test('fails with a retry while the mail server is down, and passes when it is back', async () => {
    await catcher.setState('down')
    expect(await delivery.send(message(), never)).toMatchObject({ kind: 'failed', retry: true })

    await catcher.setState('up')
    expect(await delivery.send(message(), never)).toMatchObject({ kind: 'accepted' })
  })

  test('fails with a retry where nobody listens', async () => {
    const lonely = createMailDelivery(server(await freePort()))
    const answer = await lonely.send(message(), never)
    lonely.close()

    expect(answer).toEqual({ kind: 'failed', reason: 'mail_connection ECONNREFUSED', retry: true })
  })

  test('fails with a retry when the server says nothing until the deadline', async () => {
    await withServer(
      () => {},
      async (port) => {
        const patient = createMailDelivery(server(port, 200))
        const answer = await patient.send(message(), never)
        patient.close()
        expect(answer).toMatchObject({
          kind: 'failed',
          reason: expect.stringContaining('mail_timeout'),
          retry: true,
        })
      },
    )
  })

  test('fails with a retry when the caller gives up', async () => {
    await withServer(
      () => {},
      async (port) => {
        const patient = createMailDelivery(server(port))
        const caller = new AbortController()
        const sending = patient.send(message(), caller.signal)
        caller.abort()
        expect(await sending).toEqual({ kind: 'failed', reason: 'mail_timeout EABORT', retry: true })
        patient.close()
      },
    )
  })

  test('is our own failure, and no bounce, when our sender address is refused', async () => {
    const script: Record<string, string> = {
      EHLO: '250 ok',
      MAIL: '550 5.7.1 <invoice@shop.example> not yours',
      RSET: '250 ok',
    }
    await withServer(
      (say, line) => say(line === null ? '220 hi' : (script[line.slice(0, 4)] ?? '221 bye')),
      async (port) => {
        const refused = createMailDelivery(server(port))
        const answer = await refused.send(message(), never)
        refused.close()
        expect(answer).toEqual({
          kind: 'failed',
          reason: 'mail_sender_refused 550 5.7.1 <[address]> not yours',
          retry: false,
        })
      },
    )
  })
})

type Talk = (say: (line: string) => void, line: string | null) => void

/** A server that says what `talk` says, line by line; `null` is the new connection. */
async function withServer(talk: Talk, use: (port: number) => Promise<void>): Promise<void> {
  const listener = createServer((socket) => {
    const say = (line: string) => socket.write(`${line}\r\n`)
    talk(say, null)
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) talk(say, line)
    })
    socket.on('error', () => {})
  })
  const port = await portOf(listener)
  await use(port)
  await new Promise((resolve) => listener.close(resolve))
}

async function freePort(): Promise<number> {
  const listener = createServer()
  const port = await portOf(listener)
  await new Promise((resolve) => listener.close(resolve))
  return port
}

async function portOf(listener: Server): Promise<number> {
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
