import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildProgram } from '../../../server/cli/program.ts'
import { inTransactionOf } from '../../../server/database/database.ts'
import { MERCHANTS } from '../../../server/demo/stage.ts'
import { insertRequest } from '../../../server/invoicing/request.store.ts'
import { RULES } from '../../../server/invoicing/rules/rules.ts'
import { reserveOrder } from '../../../server/orders/order.store.ts'
import { openVault } from '../../../server/privacy/vault.ts'
import { TOKEN_ISSUER } from '../../../server/services.ts'
import { MERCHANT_EXAMPLE } from '../../../server/shops/merchant-example.ts'
import { openTokenStore } from '../../../server/tokens/token.store.ts'
import { verifyToken } from '../../../server/tokens/verify-token.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'

const ROOT = join(import.meta.dirname, '../../..')
const SAMPLE = join(ROOT, 'test/fixtures/samples/taobao-export-orders.csv')
const dir = mkdtempSync(join(tmpdir(), 'fapiao-cli-'))
const masterKey = randomBytes(32)
const merchantA = MERCHANTS[0]?.id ?? ''

let stage: TestDatabase

/** A process of its own, as a person starts it. */
async function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, ['server/cli/cli.ts', ...args], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      DATABASE_URL: stage.url,
      FAPIAO_DATA_DIR: dir,
      FAPIAO_MASTER_KEY: masterKey.toString('hex'),
      FAPIAO_DEMO: '1',
    },
  })
  const [out, err] = [child.stdout, child.stderr].map((stream) => {
    const parts: string[] = []
    stream.setEncoding('utf8').on('data', (part: string) => parts.push(part))
    return parts
  })
  const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1)))
  return { code, out: out?.join('') ?? '', err: err?.join('') ?? '' }
}

beforeAll(async () => {
  stage = await createTestDatabase()
  expect(await cli('demo', 'reset')).toMatchObject({ code: 0, err: '' })
})

afterAll(async () => {
  await stage.drop()
  rmSync(dir, { recursive: true })
})

const store = () => {
  const { database } = stage
  const vault = openVault(database, masterKey)
  return openTokenStore({ database, vault, inTransaction: inTransactionOf(database), now: () => new Date() })
}
const verifying = () => ({ findKey: store().findKey, issuer: TOKEN_ISSUER, now: () => new Date() })

describe('help', () => {
  test('lists every command, and each of them shows an example', async () => {
    const { code, out } = await cli('--help')

    expect(code).toBe(0)
    const commands = [
      ...out.matchAll(/^ {2}((?:merchant|order|token|key|link|session|review|rule|audit|demo) [a-z]+)/gm),
    ]
    expect(commands.map(([, command]) => command)).toEqual([
      ...[
        'merchant apply',
        'merchant example',
        'merchant list',
        'merchant preview',
        'order import',
        'order show',
      ],
      ...['token launch', 'token api', 'token session', 'token link', 'token download'],
      ...['key create', 'key list', 'key revoke', 'key rotate'],
      ...['link create', 'link revoke', 'session end'],
      ...['review list', 'review approve', 'review reject', 'rule list', 'audit verify', 'demo reset'],
    ])
    for (const [, command = ''] of commands) expect(helpOf(command)).toMatch(/Examples?:\n {2}\S/)
  })

  test('a command that is not there is an error that says where to look', async () => {
    expect(await cli('order', 'burn')).toMatchObject({ code: 1, err: expect.stringContaining('--help') })
  })
})

/** What `<command> --help` prints, without a process of its own. */
function helpOf(command: string): string {
  const parts: string[] = []
  let found = buildProgram()
  for (const name of command.split(' ')) found = found.commands.find((one) => one.name() === name) ?? found
  found.configureOutput({ writeOut: (part) => parts.push(part) }).outputHelp()
  return parts.join('')
}

describe('rule', () => {
  test('every rule is listed with its code and its basis', async () => {
    const { code, out } = await cli('rule', 'list')

    expect(code).toBe(0)
    expect(out).toMatch(/^rule set \d+$/m)
    expect(out).toMatch(/^title-tax-id-check +title_tax_id_check_failed +on +1 +GB 32100-2015$/m)
    expect(out.split('\n').filter((line) => / (on|off) +\d/.test(line)).length).toBe(RULES.length)
  })
})

describe('order', () => {
  test('an export is tried, imported, and imported again', async () => {
    const rejected = join(dir, 'rejected.csv')

    const dry = await cli('order', 'import', SAMPLE, '--shop', 'a-tm', '--dry-run')
    expect(dry.out).toMatch(/orders would be created\s+\d+/)
    expect(await stage.database.order.count({ where: { origin: 'import' } })).toBe(0)

    const first = await cli('order', 'import', SAMPLE, '--shop', 'a-tm', '--rejected', rejected)
    const created = await stage.database.order.count({ where: { origin: 'import' } })
    expect(first.out).toMatch(new RegExp(`orders created\\s+${created}`))
    expect(first.code).toBe(/rows rejected\s+0/.test(first.out) ? 0 : 2)
    expect(readFileSync(rejected, 'utf8')).toContain('"行号"')
    expect(statSync(rejected).mode & 0o777).toBe(0o600)

    const again = await cli('order', 'import', SAMPLE, '--shop', 'a-tm')
    expect(again.out).toMatch(new RegExp(`orders unchanged\\s+${created}`))
  }, 60_000)

  test('rejected rows end it with 2, a file that is no table with 1', async () => {
    const bad = join(dir, 'bad.csv')
    writeFileSync(bad, '订单号,实付金额,订单状态,商品名称\nCLI-1,1.00,已完成,手账\nCLI-2,1.234,已完成,手账\n')

    const some = await cli('order', 'import', bad, '--shop', 'a-tm')
    expect(some.code).toBe(2)
    expect(some.out).toMatch(/2\s+实付金额\s+1\.234\s+bad_amount/)

    writeFileSync(bad, 'a,b\n1,2\n')
    const none = await cli('order', 'import', bad, '--shop', 'a-tm')
    expect(none).toMatchObject({ code: 1, err: expect.stringContaining('import_layout_unknown') })
  }, 60_000)

  test('an order is shown with its amounts and without its buyer', async () => {
    const { out } = await cli('order', 'show', 'ｔｍ－1004')

    expect(out).toMatch(/paid\s+500\.00/)
    expect(out).toMatch(/refunded\s+120\.00 \(partial\)/)
    expect(out).toMatch(/invoiceable\s+380\.00/)
    expect(out).not.toMatch(/138\d{8}|example\.com/)
  })

  test('a shop that is not there is named with the ones that are', async () => {
    expect(await cli('order', 'import', SAMPLE, '--shop', 'zz')).toMatchObject({
      code: 1,
      err: expect.stringContaining('a-pdd, a-tm, a-wx, b-tm'),
    })
  })
})

describe('token and key', () => {
  test('a launch token of the demo merchant is one that the server accepts', async () => {
    const { out } = await cli('token', 'launch', '--shop', 'a-wx', '--role', 'customer', '--order', 'WX-2001')

    expect(await verifyToken('launch', out.trim(), verifying())).toMatchObject({
      merchant: merchantA,
      role: 'customer',
      orders: ['WX-2001'],
    })
  })

  test('a session token carries the orders that were named', async () => {
    const { out } = await cli(
      'token',
      'session',
      '--shop',
      'a-tm',
      '--role',
      'customer',
      '--order',
      'TM-1001',
    )
    const order = await stage.database.order.findFirst({
      where: { number: 'TM-1001', shop: { code: 'a-tm' } },
    })

    const session = await verifyToken('session', out.trim(), verifying())

    expect(session.orders).toEqual([order?.id])
  })

  test.for(['EdDSA', 'ES256', 'RS256', 'HS256'])(
    'a new %s key signs until it is revoked',
    { timeout: 60_000 },
    async (alg) => {
      const file = join(dir, `${alg}.json`)
      const made = await cli('key', 'create', '--merchant', '91420100MA4KTEXT0N', '--alg', alg, '--out', file)
      expect(made.code).toBe(0)
      expect(statSync(file).mode & 0o777).toBe(0o600)
      const { kid } = JSON.parse(readFileSync(file, 'utf8'))

      const { out } = await cli('token', 'api', '--key', file, '--scope', 'imports')
      expect(await verifyToken('api', out.trim(), verifying())).toMatchObject({ scopes: ['imports'], kid })

      expect((await cli('key', 'revoke', kid)).code).toBe(0)
      await expect(verifyToken('api', out.trim(), verifying())).rejects.toThrow('token_invalid')
      expect((await cli('key', 'list')).out).toMatch(new RegExp(`${kid}.*revoked`))
    },
  )

  test("the server's own keys get successors, and what the old ones signed stays good", async () => {
    const { out } = await cli('token', 'session', '--shop', 'a-tm', '--role', 'agent')

    const rotated = await cli('key', 'rotate')

    expect(rotated.out).toMatch(/^session tokens are signed with \w[\w-]{21}$/m)
    expect(await verifyToken('session', out.trim(), verifying())).toMatchObject({ role: 'agent' })
    const { out: next } = await cli('token', 'session', '--shop', 'a-tm', '--role', 'agent')
    const [, kid = ''] = /session tokens are signed with (\S+)/.exec(rotated.out) ?? []
    expect(await verifyToken('session', next.trim(), verifying())).toMatchObject({ kid })
  })

  test('a key file that is there is not overwritten', async () => {
    const file = join(dir, 'mine.json')
    writeFileSync(file, 'mine')

    const made = await cli('key', 'create', '--merchant', '91420100MA4KTEXT0N', '--out', file)

    expect(made.code).toBe(1)
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })
})

describe('link', () => {
  test('a link comes with its QR code and can be revoked', async () => {
    const [png, svg] = [join(dir, 'qr.png'), join(dir, 'qr.svg')]
    const made = await cli(
      ...['link', 'create', '--shop', 'a-wx', '--order', 'WX-2001', '--days', '3'],
      ...['--png', png, '--svg', svg],
    )

    const [, token = ''] = /\/i\/a-wx#t=(\S+)/.exec(made.out) ?? []
    const link = await verifyToken('link', token, verifying())
    expect(link.order).not.toBeNull()
    expect(readFileSync(png).subarray(1, 4).toString()).toBe('PNG')
    expect(readFileSync(svg, 'utf8')).toContain('<svg')

    expect((await cli('link', 'revoke', link.lid)).code).toBe(0)
    expect(await stage.database.link.findUnique({ where: { id: link.lid } })).toMatchObject({
      revokedAt: expect.any(Date),
    })
  })
})

describe('review', () => {
  /** A 专票 of somebody, waiting for a person. */
  async function putInReview(number: string): Promise<string> {
    const { database } = stage
    const order = await database.order.findFirstOrThrow({ where: { number, shop: { code: 'a-tm' } } })
    const vault = openVault(database, masterKey)
    const buyer = {
      ...{ name: '上海演示贸易有限公司', taxId: '91310000MA1FL0QA1C' },
      ...{ address: null, phone: null, bankName: null, bankAccount: null },
    }
    const id = await inTransactionOf(database)(async (tx) => {
      await reserveOrder(tx, order.id, order.paidFen)
      return insertRequest(vault, tx, new Date(), {
        merchantId: order.merchantId,
        shopId: order.shopId,
        surface: 'sidebar',
        kind: 'special',
        isPerson: false,
        title: { buyer, email: null, phone: null },
        remark: '',
        actor: { kind: 'agent', id: 'agent-7' },
        shares: [{ orderId: order.id, amountFen: order.paidFen }],
        reviewReason: 'special',
        notBefore: new Date(),
        state: 'in_review',
      })
    })
    return (await database.invoiceRequest.findUniqueOrThrow({ where: { id } })).ticketNumber
  }

  test('one who asked cannot approve; another can, and the request is queued', async () => {
    const ticket = await putInReview('TM-1001')
    expect((await cli('review', 'list')).out).toMatch(new RegExp(`${ticket}\\s+special\\s+299\\.00.*TM-1001`))

    const own = await cli('review', 'approve', ticket, '--reviewer', 'agent-7')
    expect(own).toMatchObject({ code: 1, err: expect.stringContaining('review_own_request') })

    const approved = await cli('review', 'approve', ticket, '--reviewer', 'finance-1')
    expect(approved).toMatchObject({ code: 0, out: `${ticket} is queued\n` })
  })

  test('a rejected request gives back what it held', async () => {
    const ticket = await putInReview('TM-1009')

    const rejected = await cli('review', 'reject', ticket, '--reviewer', 'finance-1', '--reason', '税号不符')

    expect(rejected.out).toBe(`${ticket} is rejected\n`)
    expect(await stage.database.order.findFirst({ where: { number: 'TM-1009' } })).toMatchObject({
      claimedFen: 0n,
    })
  })
})

describe('audit and demo', () => {
  test('a log that somebody changed is broken, with place and kind', async () => {
    expect(await cli('audit', 'verify')).toMatchObject({
      code: 0,
      out: expect.stringContaining('every chain holds'),
    })

    const owner = new pg.Client({ connectionString: stage.url })
    await owner.connect()
    await owner.query('ALTER TABLE audit_entry DISABLE TRIGGER ALL')
    await owner.query(
      `UPDATE audit_entry SET bytes = '\\x00' WHERE id = (SELECT entry_id FROM audit_leaf
       WHERE merchant_id = $1 AND index = 3)`,
      [merchantA],
    )
    await owner.end()

    const broken = await cli('audit', 'verify')
    expect(broken.code).toBe(1)
    expect(broken.err).toContain(`broken at #3 of merchant ${merchantA}: changed`)
  })

  test('a reset while a server is connected is refused, and works when it has gone', async () => {
    await stage.database.$queryRaw`SELECT 1`
    expect(await cli('demo', 'reset')).toMatchObject({ code: 1, err: expect.stringContaining('stop it') })

    await stage.database.$disconnect()
    expect(await cli('demo', 'reset')).toMatchObject({ code: 0 })
    expect(await stage.database.order.count({ where: { origin: 'import' } })).toBe(0)
    expect(existsSync(join(dir, 'demo/merchant-a.json'))).toBe(true)
  })
})

// Last: a database with a merchant of its own is no demo that can be reset.
describe('merchant', () => {
  test('the example is applied as it is printed, and a second time changes nothing', async () => {
    const file = join(dir, 'merchant.json')
    writeFileSync(file, (await cli('merchant', 'example')).out)

    const first = await cli('merchant', 'apply', file)
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(first.out).toMatch(/seller\s+made\nshop example-own\s+made\nshop example-tm\s+made\nrules\s+3/)
    expect((await cli('merchant', 'apply', file)).out).toContain('nothing changed')
    expect((await cli('merchant', 'list')).out).toMatch(
      /91330100MA0DEMR013 {2}杭州示例茶具有限公司\s+example-own, example-tm {2}3$/m,
    )
  }, 60_000)

  test('shows a real order as a file would invoice it, and applies nothing', async () => {
    const file = join(dir, 'draft.json')
    const { seller, rules } = MERCHANT_EXAMPLE
    const shops = [{ code: 'a-tm', name: '邮驿文创旗舰店', platform: 'tmall', lineNaming: 'category' }]
    const taxId = MERCHANTS[0]?.taxId
    const anyGoods = rules.filter(({ matcher }) => matcher === 'any')
    writeFileSync(file, JSON.stringify({ seller: { ...seller, taxId }, shops, rules: anyGoods }))
    const templates = () => stage.database.shopTemplate.count()
    const before = await templates()

    const { code, out } = await cli('merchant', 'preview', file, 'TM-1002')

    expect(code).toBe(0)
    expect(out).toContain('*日用杂品*日用杂品')
    expect(out).toMatch(/total\s+[\d.]+\s+[\d.]+\s+1200\.00\n/)
    expect(out).toMatch(/remark\s+订单号：TM-1002\ndrawer\s+示例开票员/)
    expect(await templates()).toBe(before)
  }, 60_000)

  test('a file with faults is refused with all of them', async () => {
    const file = join(dir, 'faulty.json')
    writeFileSync(file, '{"seller":{"name":"示例"},"shops":[],"rules":[]}')

    const { code, err } = await cli('merchant', 'apply', file)

    expect(code).toBe(1)
    expect(err).toMatch(/\/seller\/taxId is missing\n.*\/seller\/drawer is missing\n.*\/shops must NOT have/s)
  })
})
