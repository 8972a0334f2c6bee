import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { MailStore, MailSummary } from './mail-store.ts'
import { OUTBOX_CSS, OUTBOX_ICON, OUTBOX_JS } from './outbox-assets.ts'
import { renderMail, renderNotFound, renderOutbox } from './outbox-page.ts'
import type { OutboxLanguage } from './outbox-words.ts'
import type { SmtpCatcher } from './smtp-catcher.ts'

type Deps = { readonly store: MailStore; readonly catcher: SmtpCatcher }

const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
  "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self' http://127.0.0.1:* http://localhost:*"
/** The mail's own HTML: inline styles as every mail has them, and nothing else. Links open a new window. */
const BODY_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; " +
  "frame-ancestors 'self'"
const FILE_POLICY = "sandbox; default-src 'none'"

const MAX_LIST = 200

/**
 * The outbox page and its JSON (`/api/mails?to=&limit=`, `/api/mails/:id`, `/api/state`). For this machine only:
 * names other than the loopback ones are refused, so a page in the same browser cannot reach it by a name of
 * its own (DNS rebinding), and changes are taken from its own pages and from programs, not from other sites.
 */
export function buildOutboxHttp(deps: Deps): FastifyInstance {
  const app = Fastify({ logger: false, bodyLimit: 4_096, forceCloseConnections: true })
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(String(body))))
    },
  )
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    if (!isLocal(request) || !isOwnChange(request)) return reply.code(403).send({ code: 'not_from_here' })
  })
  pages(app, deps)
  files(app, deps)
  api(app, deps)
  return app
}

function pages(app: FastifyInstance, { store, catcher }: Deps): void {
  app.get('/', async (request, reply) => {
    const to = readTo(request.query)
    const { total, mails } = await store.list({ to, limit: MAX_LIST })
    const language = languageOf(request)
    return sendPage(
      reply,
      renderOutbox({ language, path: request.url, isDown: catcher.isDown(), to, total, mails }),
    )
  })
  app.get<{ Params: { id: string } }>('/mails/:id', async (request, reply) => {
    const mail = await store.find(request.params.id)
    const language = languageOf(request)
    if (mail === null) return sendPage(reply.code(404), renderNotFound(language))
    return sendPage(reply, renderMail({ language, path: request.url, mail }))
  })
  app.post('/state', async (request, reply) => {
    const state = readState(request.body)
    if (state !== null) catcher.setDown(state === 'down')
    return reply.redirect(`/?lang=${languageOf(request)}`, 303)
  })
  app.post('/clear', async (request, reply) => {
    await store.clear()
    return reply.redirect(`/?lang=${languageOf(request)}`, 303)
  })
}

function files(app: FastifyInstance, { store }: Deps): void {
  app.get('/outbox.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(OUTBOX_CSS))
  app.get('/outbox.js', (_request, reply) => reply.type('text/javascript; charset=utf-8').send(OUTBOX_JS))
  app.get('/outbox-icon.svg', (_request, reply) => reply.type('image/svg+xml').send(OUTBOX_ICON))
  app.get<{ Params: { id: string } }>('/mails/:id/body', async (request, reply) => {
    const mail = await store.find(request.params.id)
    reply.header('content-security-policy', BODY_POLICY).type('text/html; charset=utf-8')
    return mail?.html == null ? reply.code(404).send('') : mail.html
  })
  app.get<{ Params: { id: string; index: string } }>(
    '/mails/:id/attachments/:index',
    async (request, reply) => {
      const mail = await store.find(request.params.id)
      const index = Number(request.params.index)
      const attachment = mail?.attachments[index]
      const bytes = mail?.files[index]
      if (attachment === undefined || bytes === undefined)
        return reply.code(404).send({ code: 'mail_not_found' })
      return sendFile(reply, attachment.fileName, bytes)
    },
  )
  app.get<{ Params: { id: string } }>('/mails/:id/source', async (request, reply) => {
    const raw = await store.findRaw(request.params.id)
    if (raw === null) return reply.code(404).send({ code: 'mail_not_found' })
    return sendFile(reply, `${request.params.id}.eml`, raw)
  })
}

function api(app: FastifyInstance, { store, catcher }: Deps): void {
  const state = () => ({ state: catcher.isDown() ? 'down' : 'up', smtpPort: catcher.port })
  app.get('/api/state', async () => state())
  app.post('/api/state', async (request, reply) => {
    const wanted = readState(request.body)
    if (wanted === null) return reply.code(422).send({ code: 'request_invalid' })
    catcher.setDown(wanted === 'down')
    return state()
  })
  app.get<{ Querystring: { limit?: string } }>('/api/mails', async (request) => {
    const limit = Math.min(Math.max(Number.parseInt(request.query.limit ?? '50', 10) || 50, 1), MAX_LIST)
    const { total, mails } = await store.list({ to: readTo(request.query), limit })
    return { total, mails: mails.map(viewSummary) }
  })
  app.get<{ Params: { id: string } }>('/api/mails/:id', async (request, reply) => {
    const mail = await store.find(request.params.id)
    if (mail === null) return reply.code(404).send({ code: 'mail_not_found' })
    return { ...viewSummary(mail), text: mail.text, html: mail.html, headers: mail.headers }
  })
  app.delete('/api/mails', async (_request, reply) => {
    await store.clear()
    catcher.reset()
    return reply.code(204).send()
  })
}

function viewSummary({
  id,
  receivedAt,
  recipients,
  from,
  subject,
  messageId,
  attachments,
  sizeBytes,
}: MailSummary) {
  return {
    id,
    receivedAt: receivedAt.toISOString(),
    recipients,
    from,
    subject,
    messageId,
    sizeBytes,
    attachments: attachments.map((attachment, index) => ({
      ...attachment,
      url: `/mails/${id}/attachments/${index}`,
    })),
  }
}

function sendPage(reply: FastifyReply, markup: string): FastifyReply {
  return reply.header('content-security-policy', PAGE_POLICY).type('text/html; charset=utf-8').send(markup)
}

/** Always a download: an attachment must never be drawn under this origin, whatever type it claims. */
function sendFile(reply: FastifyReply, fileName: string, bytes: Uint8Array): FastifyReply {
  const encoded = encodeURIComponent(fileName.toWellFormed()).replace(/['()*]/g, escapeCharacter)
  return reply
    .headers({
      'content-security-policy': FILE_POLICY,
      'content-disposition': `attachment; filename="file"; filename*=UTF-8''${encoded}`,
    })
    .type('application/octet-stream')
    .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

const escapeCharacter = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase()}`

function isLocal(request: FastifyRequest): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes((request.headers.host ?? '').replace(/:\d+$/, ''))
}

function isOwnChange(request: FastifyRequest): boolean {
  if (request.method === 'GET' || request.method === 'HEAD') return true
  const site = request.headers['sec-fetch-site']
  return site === undefined || site === 'same-origin' || site === 'none'
}

function languageOf(request: FastifyRequest): OutboxLanguage {
  const asked = readText(request.query, 'lang')
  if (asked === 'zh' || asked === 'en') return asked
  return /^en\b/i.test(request.headers['accept-language'] ?? '') ? 'en' : 'zh'
}

function readTo(query: unknown): string | null {
  const to = readText(query, 'to')?.trim() ?? ''
  return to === '' ? null : to
}

function readState(body: unknown): 'up' | 'down' | null {
  const state = readText(body, 'state')
  return state === 'up' || state === 'down' ? state : null
}

function readText(source: unknown, name: string): string | null {
  if (typeof source !== 'object' || source === null) return null
  const entry = Object.entries(source).find(([key]) => key === name)
  return typeof entry?.[1] === 'string' ? entry[1] : null
}
