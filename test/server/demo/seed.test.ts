import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inTransactionOf } from '../../../server/database/database.ts'
import { COMPANIES } from '../../../server/demo/companies.ts'
import { type SeedDeps, seedDemo } from '../../../server/demo/seed.ts'
import { MERCHANTS, ORDERS_TO_INVOICE } from '../../../server/demo/stage.ts'
import { buildLines } from '../../../server/invoicing/build-lines.ts'
import { judgeInvoiceability } from '../../../server/orders/invoiceability.ts'
import { findOrdersByNumber, openBuyer } from '../../../server/orders/order.store.ts'
import { invoiceableFen, type Order } from '../../../server/orders/order.ts'
import { findSeller } from '../../../server/shops/seller.store.ts'
import { importSigningKey } from '../../../server/tokens/import-key.ts'
import { readKeyFile } from '../../../server/tokens/key-file.ts'
import { newTokenId } from '../../../server/tokens/make-key.ts'
import { signToken } from '../../../server/tokens/sign-token.ts'
import { openTokenStore } from '../../../server/tokens/token.store.ts'
import { verifyToken } from '../../../server/tokens/verify-token.ts'
import { checkTaxId } from '../../../widget/title/tax-id.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { openTestVault } from '../../support/stage.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'fapiao-seed-'))
const [merchantA, merchantB] = MERCHANTS
if (merchantA === undefined || merchantB === undefined) throw new Error('the stage has two merchants')

let stage: TestDatabase
let deps: SeedDeps
let now = new Date('2026-11-22T08:00:00Z')

beforeAll(async () => {
  stage = await createTestDatabase()
  const { database } = stage
  const vault = await openTestVault(database)
  const inTransaction = inTransactionOf(database)
  deps = { database, inTransaction, vault, now: () => now, dataDir, demoPort: 8788 }
  await seedDemo(deps)
})

afterAll(async () => {
  await stage.drop()
  rmSync(dataDir, { recursive: true })
})

async function stageOrder(number: string, shopCode = 'a-tm'): Promise<Order> {
  const merchant = shopCode === 'b-tm' ? merchantB : merchantA
  const shopId = merchant?.shops.find(({ code }) => code === shopCode)?.id
  if (merchant === undefined || shopId === undefined) throw new Error(`no shop ${shopCode}`)
  const [order] = await findOrdersByNumber(deps.database, { merchantId: merchant.id, shopId, number })
  if (order === undefined) throw new Error(`no order ${number} in ${shopCode}`)
  return order
}

async function linesOf(order: Order) {
  const seller = await findSeller(deps.vault, deps.database, order)
  return buildLines(order, {
    rules: seller?.rules ?? [],
    on: '2026-11-22',
    presentation: { showGifts: true, showDiscounts: false, showRemark: true },
    naming: 'detail',
    limits: { decimals: 13, canShowGifts: true },
  })
}

function verdictOf(order: Order) {
  const asker = {
    role: 'customer',
    selfServiceDays: 365,
    hasRunningRequest: false,
    invoice: null,
  } as const
  return judgeInvoiceability(order, asker, now)
}

describe('the demo stage', () => {
  test.for([
    // number, shop, state, paid, refunded, invoiceable, why not
    ['TM-1001', 'a-tm', 'completed', 299_00n, 0n, 299_00n, null],
    ['TM-1002', 'a-tm', 'completed', 1200_00n, 0n, 1200_00n, null],
    ['TM-1003', 'a-tm', 'pending_payment', 0n, 0n, 0n, 'order_not_paid'],
    ['TM-1004', 'a-tm', 'completed', 500_00n, 120_00n, 380_00n, null],
    ['TM-1005', 'a-tm', 'completed', 260_00n, 0n, 260_00n, 'order_refund_in_progress'],
    ['TM-1006', 'a-tm', 'cancelled', 0n, 0n, 0n, 'order_cancelled'],
    ['TM-1007', 'a-tm', 'completed', 299_00n, 0n, 299_00n, null],
    ['TM-1008', 'a-tm', 'completed', 640_00n, 0n, 640_00n, null],
    ['TM-1009', 'a-tm', 'completed', 219_00n, 0n, 219_00n, null],
    ['TM-1010', 'a-tm', 'completed', 158_00n, 0n, 158_00n, 'order_deadline_passed'],
    ['TM-3002', 'a-tm', 'completed', 12_000_00n, 0n, 12_000_00n, null],
    ['TM-3003', 'a-tm', 'completed', 268_00n, 0n, 268_00n, 'order_deadline_passed'],
    ['TM-3004', 'a-tm', 'completed', 1_580_00n, 0n, 1_580_00n, null],
    ['WX-2001', 'a-wx', 'completed', 99_90n, 0n, 99_90n, null],
    ['WX-2002', 'a-wx', 'completed', 45_00n, 45_00n, 0n, 'order_fully_refunded'],
    ['WX-2003', 'a-wx', 'completed', 60_00n, 0n, 60_00n, null],
    ['DUP-4001', 'a-tm', 'completed', 100_00n, 0n, 100_00n, null],
    ['DUP-4001', 'a-pdd', 'completed', 36_00n, 0n, 36_00n, null],
    ['TM-1001', 'b-tm', 'completed', 88_00n, 0n, 88_00n, null],
    ['DEMO-OFFLINE', 'a-wx', 'completed', 50_00n, 0n, 50_00n, null],
    ['DEMO-CREDIT', 'a-wx', 'completed', 50_00n, 0n, 50_00n, null],
    ['DEMO-INDOUBT', 'a-wx', 'completed', 50_00n, 0n, 50_00n, null],
    ['DEMO-SLOW', 'a-wx', 'completed', 50_00n, 0n, 50_00n, null],
    ['DEMO-REJECT', 'a-wx', 'completed', 50_00n, 0n, 50_00n, null],
    ['DEMO-USED-DEDUCTED', 'a-wx', 'completed', 50_00n, 0n, 50_00n, null],
    ['DEMO-MAILFAIL', 'a-wx', 'completed', 50_00n, 0n, 50_00n, null],
    ['MAN-0020', 'a-tm', 'pending_review', 0n, 0n, 0n, 'order_in_review'],
  ] as const)(
    '%s of %s stands as the story says',
    async ([number, shop, state, paidFen, refundedFen, left, why]) => {
      const order = await stageOrder(number, shop)

      expect(order).toMatchObject({ state, paidFen, refundedFen })
      expect(invoiceableFen(order)).toBe(left)
      expect(verdictOf(order).code).toBe(why)
    },
  )

  test('every order that can be invoiced has a rate for each line', async () => {
    const rows = await deps.database.order.findMany({ include: { shop: true } })
    for (const { number, shop } of rows) {
      expect({ number, faults: (await linesOf(await stageOrder(number, shop.code))).faults }).toEqual({
        number,
        faults: [],
      })
    }
  })

  test('the discount of TM-1002 falls on its lines to the fen, and so does its tax', async () => {
    const order = await stageOrder('TM-1002')
    const { lines } = await linesOf(order)

    expect(order.lines.map(({ discountFen }) => discountFen)).toEqual([31_19n, 31_19n, 17_62n, 0n])
    expect(lines.map(({ taxFen }) => taxFen)).toEqual([53_82n, 53_82n, 30_42n])
  })

  test('TM-1009 carries 13 % and 6 %, and the merged orders their own cents', async () => {
    const taxOf = async (number: string, shop: string) =>
      (await linesOf(await stageOrder(number, shop))).lines.map(({ rateBp, taxFen }) => [rateBp, taxFen])

    expect(await taxOf('TM-1009', 'a-tm')).toEqual([
      [1300, 13_00n],
      [600, 6_00n],
    ])
    expect(await taxOf('WX-2001', 'a-wx')).toEqual([[1300, 11_49n]])
    expect(await taxOf('WX-2003', 'a-wx')).toEqual([[1300, 6_90n]])
  })

  test('one person bought WX-2001 to WX-2003, and the forty others are forty people', async () => {
    const buyerOf = async (number: string, shop: string) =>
      openBuyer(deps.vault, deps.database, await stageOrder(number, shop))
    const wx = await Promise.all(['WX-2001', 'WX-2002', 'WX-2003'].map((number) => buyerOf(number, 'a-wx')))
    const fill = await Promise.all(
      Array.from({ length: 40 }, (_, index) => buyerOf(`FILL-${String(index + 1).padStart(4, '0')}`, 'a-tm')),
    )

    expect(new Set(wx.map((buyer) => JSON.stringify(buyer))).size).toBe(1)
    for (const field of ['phone', 'address', 'email'] as const) {
      expect(new Set(fill.map((buyer) => buyer[field])).size).toBe(40)
    }
    expect(fill.every(({ phone }) => /^138\d{8}$/.test(phone ?? ''))).toBe(true)
  })

  test('its companies have tax ids that a title check takes', () => {
    const ids = COMPANIES.map(([taxId]) => taxId)

    expect(new Set(ids).size).toBe(COMPANIES.length)
    for (const id of [...ids, ...MERCHANTS.map(({ taxId }) => taxId)]) {
      expect({ id, ...checkTaxId(id) }).toEqual({ id, kind: 'valid' })
    }
  })

  test('what it wants invoiced is there and can be', async () => {
    for (const { number, shopCode, ask } of ORDERS_TO_INVOICE) {
      const { isInvoiceable, code } = verdictOf(await stageOrder(number, shopCode))
      const expected = ask.override === undefined ? [true, null] : [false, 'order_deadline_passed']
      expect([number, isInvoiceable, code]).toEqual([number, ...expected])
    }
  })

  test('a token signed with the key file of merchant A is accepted as A', async () => {
    const file = await readKeyFile(join(dataDir, 'demo/merchant-a.json'))
    if (file === null) throw new Error('no key file')
    const store = openTokenStore(deps)
    const stored = await store.findKey(file.kid)
    if (stored === null) throw new Error('the key is not registered')
    const key = await importSigningKey(stored, file.privateJwk)
    const at = { now, issuer: file.issuer, jti: newTokenId() }
    const token = await signToken('api', { merchant: file.merchantId, scopes: ['imports'] }, key, at)

    const verified = await verifyToken('api', token, {
      findKey: store.findKey,
      issuer: 'x',
      now: () => now,
    })

    expect(verified.merchant).toBe(merchantA.id)
    expect(statSync(join(dataDir, 'demo/merchant-a.json')).mode & 0o777).toBe(0o600)
  })

  test('seeding again, days later, changes nothing', async () => {
    const snapshot = async () => ({
      orders: await deps.database.order.findMany({ orderBy: { id: 'asc' } }),
      lines: await deps.database.orderLine.count(),
      audit: await deps.database.auditEntry.count(),
      rules: await deps.database.goodsRule.count(),
      keys: await deps.database.merchantKey.count(),
      companies: await deps.database.companyDirectory.count(),
      file: readFileSync(join(dataDir, 'demo/merchant-a.json'), 'utf8'),
    })
    const before = await snapshot()

    now = new Date(now.getTime() + 3 * 86_400_000)
    await seedDemo(deps)

    expect(await snapshot()).toEqual(before)
  })
})
