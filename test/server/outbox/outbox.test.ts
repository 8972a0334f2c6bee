import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { MAX_MAILS, openMailStore } from '../../../server/outbox/mail-store.ts'
import { openOutbox } from '../../../server/outbox/outbox.ts'
import { type MailCatcher, openMailCatcher } from '../../support/mail-catcher.ts'

const evil = '<script>alert(1)</script><img src=x onerror=alert(1)>'

let catcher: MailCatcher

beforeAll(async () => {
  catcher = await openMailCatcher()
})
afterAll(() => catcher.close())
beforeEach(() => catcher.clear())

const send = (
  port: number,
  mail: { to: string; subject?: string; text?: string; html?: string; fileName?: string },
) =>
  createTransport({ host: '127.0.0.1', port, ignoreTLS: true }).sendMail({
    from: { name: '店', address: 'shop@shop.example' },
    to: { name: '', address: mail.to },
    subject: mail.subject ?? '发票',
    text: mail.text ?? '正文',
    ...(mail.html === undefined ? {} : { html: mail.html }),
    attachments:
      mail.fileName === undefined ? [] : [{ filename: mail.fileName, content: Buffer.from('PDF') }],
  })

const get = async (path: string, init?: RequestInit) =>
  fetch(`${catcher.url}${path}`, { redirect: 'manual', ...init })

describe('the outbox page', () => {
  test('lists the newest mail first and finds those of one recipient', async () => {
    await send(catcher.smtpPort, { to: 'a@mail.example', subject: '第一封' })
    await send(catcher.smtpPort, { to: 'B@mail.example', subject: '第二封' })

    expect((await catcher.mails()).map(({ subject }) => subject)).toEqual(['第二封', '第一封'])
    expect((await catcher.mails('b@MAIL.example')).map(({ subject }) => subject)).toEqual(['第二封'])
    expect(await (await get('/?to=a@mail.example&lang=en')).text()).toMatch(/Outbox.*1 mail.*第一封/s)
  })

  test('shows what strangers wrote as text, and their HTML only in a frame that runs nothing', async () => {
    await send(catcher.smtpPort, {
      to: 'a@mail.example',
      subject: evil,
      text: evil,
      html: evil,
      fileName: evil,
    })
    const [mail] = await catcher.mails()
    const id = mail?.id ?? ''

    for (const path of ['/?lang=zh', `/mails/${id}`, `/?to=${encodeURIComponent(evil)}`]) {
      const page = await get(path)
      const markup = await page.text()
      expect(markup).not.toMatch(/<script>alert|<img src=x/)
      expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
    }
    const body = await get(`/mails/${id}/body`)
    expect(body.headers.get('content-security-policy')).toMatch(
      /^sandbox allow-popups[^;]*; default-src 'none'/,
    )
    expect(body.headers.get('content-security-policy')).not.toMatch(/allow-scripts|allow-same-origin/)
    expect(await body.text()).toContain('<script>')
  })

  test('gives attachments as downloads under their Chinese names', async () => {
    await send(catcher.smtpPort, { to: 'a@mail.example', fileName: "发票 (1)'*.pdf" })
    const [mail] = await catcher.mails()
    const file = await get(mail?.attachments[0]?.url ?? '')

    const disposition = file.headers.get('content-disposition') ?? ''
    expect(decodeURIComponent(disposition.split("UTF-8''")[1] ?? '')).toBe("发票 (1)'*.pdf")
    expect(disposition).toMatch(/^attachment; filename="file"; filename\*=UTF-8''[\w%.-]+$/)
    expect(file.headers.get('content-type')).toBe('application/octet-stream')
    expect(await file.text()).toBe('PDF')
  })

  test.for([
    '/mails/x',
    '/mails/..%2f..%2fetc%2fpasswd/source',
    '/mails/0000000000000-000001/body',
    '/api/mails/x',
  ])('has nothing at %s', async (path) => {
    expect((await get(path)).status).toBe(404)
  })

  test('is not for other host names, nor for changes by other sites', async () => {
    const { port } = new URL(catcher.url)
    const status = await new Promise((resolve, reject) => {
      const asked = request(
        { port, host: '127.0.0.1', headers: { host: `evil.example:${port}` } },
        (reply) => {
          reply.resume()
          resolve(reply.statusCode)
        },
      )
      asked.on('error', reject).end()
    })
    expect(status).toBe(403)

    const headers = { 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' }
    const change = await get('/api/state', { method: 'POST', headers, body: '{"state":"down"}' })
    expect(change.status).toBe(403)
    expect(await (await get('/api/state')).json()).toMatchObject({ state: 'up' })
  })

  test('switches the mail service off and on', async () => {
    const press = (state: string) =>
      get('/state?lang=en', { method: 'POST', body: new URLSearchParams({ state }) })

    expect((await press('down')).headers.get('location')).toBe('/?lang=en')
    expect(await (await get('/?lang=en')).text()).toContain('Mail service is off')
    await expect(send(catcher.smtpPort, { to: 'a@mail.example' })).rejects.toMatchObject({
      responseCode: 421,
    })

    await press('up')
    await send(catcher.smtpPort, { to: 'a@mail.example' })
    expect(await catcher.mails()).toHaveLength(1)
  })
})

describe('what the outbox keeps', () => {
  test('refuses a mail above 10 MiB and goes on working', async () => {
    const big = 'x'.repeat(10 * 1024 * 1024)
    await expect(send(catcher.smtpPort, { to: 'a@mail.example', text: big })).rejects.toMatchObject({
      responseCode: 552,
    })
    await send(catcher.smtpPort, { to: 'a@mail.example' })
    expect(await catcher.mails()).toHaveLength(1)
  })

  test('is still there after a restart, half-written mails excepted', async () => {
    await withDirectory(async (directory) => {
      const open = () => openOutbox({ directory, smtpPort: 0, httpPort: 0, now: () => new Date() })
      const before = await open()
      await send(before.smtpPort, { to: 'a@mail.example', subject: '留下' })
      await before.close()
      await writeFile(join(directory, '1700000000000-000009.eml.part'), 'Subject: half')

      const after = await open()
      const reply = await fetch(`http://127.0.0.1:${after.httpPort}/api/mails`)
      expect(await reply.json()).toMatchObject({ total: 1, mails: [{ subject: '留下' }] })
      await after.close()
    })
  })

  test(`is at most ${MAX_MAILS} mails: the oldest goes`, async () => {
    await withDirectory(async (directory) => {
      const names = Array.from({ length: MAX_MAILS }, (_, index) => `${1_700_000_000_000 + index}-000001.eml`)
      await Promise.all(names.map((name) => writeFile(join(directory, name), 'Subject: old\r\n\r\n')))
      const store = await openMailStore(directory)

      await store.add(
        Buffer.from('Subject: new\r\n\r\nhello'),
        ['a@mail.example'],
        new Date('2026-11-22T00:00:00Z'),
      )

      const { total, mails } = await store.list({ to: null, limit: 1 })
      expect([total, mails[0]?.subject]).toEqual([MAX_MAILS, 'new'])
      const left = await readdir(directory)
      expect(left).toHaveLength(MAX_MAILS)
      expect(left).not.toContain(names[0])
      expect(left).toContain(names[1])
    })
  })
})

test('the outbox process says its ports and ends with its parent', async () => {
  await withDirectory(async (directory) => {
    const main = new URL('../../../server/outbox/main.ts', import.meta.url).pathname
    const child = spawn(
      process.execPath,
      [main, '--dir', directory, '--smtp-port', '0', '--http-port', '0', '--with-parent'],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    )
    const [line] = await once(createInterface(child.stdout), 'line')
    const { smtpPort, page } = JSON.parse(String(line))
    await send(smtpPort, { to: 'a@mail.example' })
    expect((await fetch(page)).status).toBe(200)

    const ended = once(child, 'exit')
    child.stdin.end()
    expect(await ended).toEqual([0, null])
  })
})

async function withDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'fapiao-outbox-test-'))
  try {
    await use(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

test('the invoice of DEMO-MAILFAIL is refused whoever it goes to, and other invoices are taken', async () => {
  const bring = (remark: string) =>
    createTransport({ host: '127.0.0.1', port: catcher.smtpPort, ignoreTLS: true }).sendMail({
      from: 'shop@shop.example',
      to: 'buyer@mail.example',
      subject: '发票',
      text: '正文',
      attachments: [
        { filename: 'a.xml', contentType: 'application/xml', content: `<Remark>${remark}</Remark>` },
      ],
    })

  await expect(bring('订单号：DEMO-MAILFAIL')).rejects.toMatchObject({ responseCode: 550 })
  await bring('订单号：TM-1001')

  expect(await catcher.mails('buyer@mail.example')).toHaveLength(1)
})
