import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ImportView } from '../../../../server/contract/imports.ts'
import { openSessionLocks, type SessionLocks } from '../../../../server/database/session-locks.ts'
import { type App, createApp } from '../../../../server/http/create-app.ts'
import { type ImportDesk, openImportDesk } from '../../../../server/orders/import/import-desk.ts'
import { importRoutes } from '../../../../server/orders/import/routes.ts'
import { findIssuePolicy } from '../../../../server/shops/issue-policy.store.ts'
import { findShopByCode } from '../../../../server/shops/shop.store.ts'
import { bearer, type GrantStage, openGrantStage, PUBLIC_URL } from '../../../support/grants.ts'

const uploadDir = join(mkdtempSync(join(tmpdir(), 'fapiao-import-')), 'uploads')
const gbk = readFileSync(join(import.meta.dirname, '../../../fixtures/samples/taobao-export-orders.csv'))

let stage: GrantStage
let app: App
let desk: ImportDesk
let locks: SessionLocks
const bugs: unknown[] = []
let auth: ReturnType<typeof bearer>

beforeAll(async () => {
  stage = await openGrantStage()
  locks = openSessionLocks(stage.databaseUrl)
  const { database, inTransaction, vault, clock, store } = stage
  const now = () => clock.now
  desk = openImportDesk({
    ...{ vault, now, inTransaction, issuePolicyOf: findIssuePolicy },
    holdRun: locks.hold,
    releaseRun: locks.release,
    reportBug: (error) => bugs.push(error),
  })
  app = await createApp({
    publicUrl: PUBLIC_URL,
    isProduction: false,
    logLevel: 'silent',
    trustedProxies: [],
    version: '0.0.0',
    assertReady: async () => undefined,
  })
  await app.register(
    importRoutes({
      ...{ database, vault, desk, uploadDir },
      grants: {
        findKey: store.findKey,
        issuer: PUBLIC_URL,
        now,
        isStaffLive: async () => true,
        isEnded: async () => false,
      },
      findShopByCode: (code) => findShopByCode(database, code),
    }),
  )
  await app.ready()
})

beforeEach(async () => {
  auth = bearer(await stage.a.signApi(['imports']))
})

afterAll(async () => {
  expect(bugs).toEqual([])
  await app.close()
  await desk.stop()
  await locks.close()
  await stage.close()
  rmSync(join(uploadDir, '..'), { recursive: true })
})

const post = (payload: Buffer | string, headers: Record<string, string> = {}, query = 'shop=a-tm') =>
  app.inject({
    method: 'POST',
    url: `/v1/imports?${query}`,
    headers: { ...auth, 'content-type': 'text/csv', ...headers },
    payload,
  })

const get = (id: string, headers = auth) => app.inject({ url: `/v1/imports/${id}`, headers })

async function ended(id: string): Promise<ImportView> {
  await expect.poll(async () => (await get(id)).json().state).not.toBe('running')
  return (await get(id)).json()
}

const rows = (...lines: string[]) => ['订单号,实付金额,订单状态,商品名称', ...lines].join('\n')

describe('a merchant uploads an export', () => {
  test('it is taken at once and read in the background', async () => {
    const reply = await post(gbk, { 'file-name': encodeURIComponent('淘宝订单.csv') })

    expect(reply.statusCode).toBe(202)
    expect(reply.json()).toMatchObject({ state: 'running', fileName: '淘宝订单.csv', bytesTotal: gbk.length })
    const view = await ended(reply.json().id)
    expect(view).toMatchObject({ state: 'done', layout: 'taobao_order', problemCode: null })
    expect(view.created).toBe(await stage.database.order.count({ where: { origin: 'import' } }))
    expect(view.rejections.length).toBe(view.rejected)
  })

  test('a form with a file does the same, and twice adds nothing', async () => {
    const boundary = 'x-boundary'
    const body = Buffer.concat([
      Buffer.from(
        `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="../../o.csv"\r\n\r\n`,
      ),
      gbk,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ])
    const type = { 'content-type': `multipart/form-data; boundary=${boundary}` }

    const reply = await post(body, type)

    expect(reply.statusCode).toBe(202)
    const view = await ended(reply.json().id)
    expect(view).toMatchObject({ state: 'done', fileName: 'o.csv', created: 0 })
    expect(view.unchanged).toBeGreaterThan(0)
  })

  test('a dry run reports row, column, value and reason, and the download repeats them', async () => {
    const reply = await post(
      rows('DRY-1,10.00,已完成,手账', 'DRY-2,1.234,已完成,=1+1'),
      {},
      'shop=a-tm&dry_run=true',
    )

    const view = await ended(reply.json().id)

    expect(view).toMatchObject({ isDryRun: true, created: 1, rejected: 1 })
    expect(view.rejections).toEqual([
      {
        rowNumber: 2,
        column: '实付金额',
        value: '1.234',
        code: 'bad_amount',
        detail: '金额不正确，应为不小于 0 且最多两位小数的数字。',
      },
    ])
    expect(await stage.database.order.count({ where: { number: 'DRY-1' } })).toBe(0)
    const csv = await app.inject({ url: `/v1/imports/${view.id}/rejected.csv`, headers: auth })
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(csv.headers['content-disposition']).toContain('attachment')
    expect(csv.body).toContain(`"'=1+1"`)
  })

  test('nothing of an upload stays on the disk', async () => {
    await ended((await post(rows('DISK-1,10.00,已完成,手账'))).json().id)

    expect(existsSync(uploadDir) && readdirSync(uploadDir)).toEqual([])
  })

  test('reasons come in the language of the caller', async () => {
    const reply = await post(rows('LANG-1,1.234,已完成,手账'))
    await ended(reply.json().id)

    const english = await get(reply.json().id, { ...auth, 'accept-language': 'en-GB' } as typeof auth)

    expect(english.json().rejections[0].detail).toContain('at most two decimals')
  })
})

describe('what is refused', () => {
  test.for([
    ["another merchant's shop", 'shop=b-tm', 404, 'shop_not_found'],
    ['a shop that nobody has', 'shop=zz', 404, 'shop_not_found'],
    ['no shop', '', 422, 'request_invalid'],
  ] as const)('%s', async ([, query, status, code]) => {
    const reply = await post(rows('X-1,1.00,已完成,手账'), {}, query)

    expect([reply.statusCode, reply.json().code]).toEqual([status, code])
  })

  test('a token for other things', async () => {
    auth = bearer(await stage.a.signApi(['links']))

    expect((await post('x')).json().code).toBe('token_not_allowed')
  })

  test('another merchant who knows the id', async () => {
    const { id } = (await post(rows('MINE-1,1.00,已完成,手账'))).json()
    await ended(id)

    const other = bearer(await stage.b.signApi(['imports']))

    expect((await get(id, other)).json().code).toBe('import_not_found')
    const csv = await app.inject({ url: `/v1/imports/${id}/rejected.csv`, headers: other })
    expect(csv.json().code).toBe('import_not_found')
  })

  test('JSON instead of a file', async () => {
    const reply = await post('{}', { 'content-type': 'application/json' })

    expect(reply.json().code).toBe('media_type_unsupported')
  })

  test('a file above 50 MB, while it arrives', async () => {
    const reply = await post(Buffer.alloc(50 * 1024 * 1024 + 1, 'a'))

    expect([reply.statusCode, reply.json().code]).toEqual([413, 'import_file_too_large'])
    expect(readdirSync(uploadDir)).toEqual([])
  })
})
