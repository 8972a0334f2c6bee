import { Readable } from 'node:stream'
import multipart from '@fastify/multipart'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { ImportView } from '../../contract/imports.ts'
import { Problem } from '../../contract/problem.ts'
import { Id, shape } from '../../contract/shape.ts'
import type { Database } from '../../database/database.ts'
import { type GrantDeps, grantOf, requireApi } from '../../http/grant.ts'
import { gateText } from '../../http/text-gate.ts'
import type { Vault } from '../../privacy/vault.ts'
import { CSV_BOM } from '../../reports/csv.ts'
import { actorOf } from '../../tokens/grant.ts'
import { findImport, readHeaders, readRejections, type StoredImport } from './import.store.ts'
import type { ImportDesk } from './import-desk.ts'
import type { Locale } from './import-texts.ts'
import { IMPORT_LIMITS } from './source.ts'
import { spoolUpload } from './spool-upload.ts'
import { VIEWED_REJECTIONS, viewImport, writeRejection, writeRejectionHeader } from './view-import.ts'

export type ImportRouteDeps = {
  readonly grants: GrantDeps
  readonly database: Database
  readonly vault: Vault
  readonly desk: ImportDesk
  /** Where uploads wait; made when it is missing. */
  readonly uploadDir: string
  /** Of whichever merchant. */
  findShopByCode(code: string): Promise<{ readonly id: string; readonly merchantId: string } | null>
}

/** A file that comes as the body itself, its name in the header `file-name`. */
const RAW_TYPES = [
  'application/octet-stream',
  'text/csv',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
]

/** The parts around a file of the largest size. */
const MULTIPART_BYTES = 16_384
/** Long enough for the largest file on a slow line. */
const UPLOAD_MS = 120_000

/** For the API document: the reply is a stream. */
const CsvFile = {
  description: 'Rejected rows',
  content: { 'text/csv': { schema: Type.Unsafe<Readable>({ type: 'string' }) } },
}

/** `POST /v1/imports`, `GET /v1/imports/:id`, `GET /v1/imports/:id/rejected.csv`, for a merchant's backend. */
export function importRoutes(deps: ImportRouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.addHook('onRequest', requireApi(deps.grants, 'imports'))
    await app.register(multipart, {
      throwFileSizeLimit: true,
      limits: { files: 1, fields: 0, parts: 1, fileSize: IMPORT_LIMITS.csvBytes, headerPairs: 20 },
    })
    // The stream is handed on: nothing of a file is held in memory.
    app.addContentTypeParser(RAW_TYPES, (_request, payload, done) => done(null, payload))

    const security = [{ api: [] }]
    const post = {
      schema: {
        querystring: shape({
          shop: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,31}$' }),
          dry_run: Type.Optional(Type.Boolean()),
        }),
        response: { 202: ImportView },
        security,
      },
      bodyLimit: IMPORT_LIMITS.csvBytes + MULTIPART_BYTES,
      handlerTimeout: UPLOAD_MS,
    }
    app.post('/v1/imports', post, async (request, reply) => {
      const grant = grantOf(request)
      const { merchantId } = grant
      const { shop: code, dry_run: isDryRun = false } = request.query
      const shop = await deps.findShopByCode(code)
      if (shop?.merchantId !== merchantId) throw new Problem('shop_not_found', { field: '/shop' })

      const upload = await readUpload(request)
      const { source, close } = await spoolUpload(deps.uploadDir, upload.stream)
      const { fileName } = upload
      const ask = { merchantId, shopId: shop.id, actor: actorOf(grant), fileName, isDryRun, source }
      const id = await orClose(close, async () => {
        await upload.assertLast()
        return deps.desk.take(ask, close)
      })
      const stored = await getImport(deps, merchantId, id)
      return reply
        .code(202)
        .header('Location', `/v1/imports/${id}`)
        .send(viewImport(stored, [], localeOf(request)))
    })

    const params = shape({ id: Id })
    app.get(
      '/v1/imports/:id',
      { schema: { params, response: { 200: ImportView }, security } },
      async (request) => {
        const { merchantId } = grantOf(request)
        const stored = await getImport(deps, merchantId, request.params.id)
        const page = { after: 0, limit: VIEWED_REJECTIONS }
        const rejections = await readRejections(deps.vault, deps.database, stored, page)
        return viewImport(stored, rejections, localeOf(request))
      },
    )

    app.get(
      '/v1/imports/:id/rejected.csv',
      { schema: { params, response: { 200: CsvFile }, security } },
      async (request, reply) => {
        const { merchantId } = grantOf(request)
        const stored = await getImport(deps, merchantId, request.params.id)
        return reply
          .type('text/csv; charset=utf-8')
          .header('Content-Disposition', `attachment; filename="rejected-${stored.id}.csv"`)
          .send(Readable.from(writeRejectedCsv(deps, stored, localeOf(request))))
      },
    )
  }
}

type Upload = {
  readonly fileName: string
  readonly stream: Readable
  /** Once the stream has been read: a second file would be lost without a word. */
  assertLast(): Promise<void>
}

/** The one file of a request. Refuses with `media_type_unsupported`, `request_invalid`, `text_not_allowed`. */
async function readUpload(request: FastifyRequest): Promise<Upload> {
  if (request.isMultipart()) {
    const files = request.files()
    const { value: part } = await files.next().catch(refuseBrokenForm)
    if (part === undefined) throw new Problem('request_invalid', { field: '/file' })
    const assertLast = async () => {
      const next = await files.next().catch(refuseBrokenForm)
      if (next.done !== true) throw new Problem('request_invalid', { field: '/file' })
    }
    return { fileName: readFileName(part.filename), stream: part.file, assertLast }
  }
  if (!(request.body instanceof Readable)) throw new Problem('media_type_unsupported')
  const header = request.headers['file-name']
  return {
    fileName: readFileName(typeof header === 'string' ? decodeName(header) : ''),
    stream: request.body,
    assertLast: async () => undefined,
  }
}

/** The form's reader throws plain Errors about the form; what has a status is answered by it. */
function refuseBrokenForm(cause: unknown): never {
  if (cause instanceof Error && 'statusCode' in cause) throw cause
  throw new Problem('request_malformed', { cause })
}

/** Header values are ASCII: a Chinese name comes percent-encoded. */
function decodeName(header: string): string {
  try {
    return decodeURIComponent(header)
  } catch {
    throw new Problem('request_invalid', { field: '/file-name' })
  }
}

/** What a person sees later; no path, and never used as one. */
function readFileName(name: string): string {
  const last = name.split(/[/\\]/).at(-1)?.trim()
  if (last === undefined || last === '') return 'orders'
  return String(gateText(last, '/file-name')).slice(0, 200)
}

async function orClose<T>(close: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await close()
    throw error
  }
}

async function getImport(
  { database }: Pick<ImportRouteDeps, 'database'>,
  merchantId: string,
  id: string,
): Promise<StoredImport> {
  const stored = await findImport(database, merchantId, id)
  if (stored === null) throw new Problem('import_not_found')
  return stored
}

const PAGE = 500

/** All rejected rows as a table that Excel opens with right Chinese and runs no formula of, page by page. */
export async function* writeRejectedCsv(
  { vault, database }: Pick<ImportRouteDeps, 'vault' | 'database'>,
  run: { id: string; merchantId: string },
  locale: Locale,
): AsyncGenerator<string> {
  yield CSV_BOM + writeRejectionHeader(await readHeaders(vault, database, run), locale)
  for (let after = 0; ; ) {
    const page = await readRejections(vault, database, run, { after, limit: PAGE })
    yield page.map((rejection) => writeRejection(rejection, locale)).join('')
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = last.position
  }
}

function localeOf({ headers }: FastifyRequest): Locale {
  return headers['accept-language']?.trim().toLowerCase().startsWith('en') === true ? 'en' : 'zh'
}
