import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransactionOf, sqlState } from '../../../server/database/database.ts'
import { v7 } from '../../../server/database/ids.ts'
import { insertRows, type NewRow } from '../../../server/database/insert-rows.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { openTestVault, stageMerchant } from '../../support/stage.ts'

let stage: TestDatabase
let base: { merchantId: string; shopId: string }

beforeAll(async () => {
  stage = await createTestDatabase()
  const vault = await openTestVault(stage.database)
  const merchant = await stageMerchant(stage.database, vault, {
    name: '武汉邮驿文创',
    taxId: '91420100MA4KTEXT0N',
    shops: { 'a-tm': {} },
  })
  base = { merchantId: merchant.id, shopId: merchant.shops['a-tm']?.id ?? '' }
})

afterAll(() => stage.drop())

const orderRow = (number: string) => ({
  ...base,
  id: v7(),
  number,
  state: 'pending_payment',
  origin: 'import',
  rawStatus: `it's "quoted" \\x00 \t\n 交易成功 𠮷 😀 NULL`,
  statusKnown: false,
  goodsFen: 99_999_999_999_999n,
  paidFen: 0n,
  revision: '',
  buyerSealed: Uint8Array.from([0, 255, 92, 120]),
  hintSealed: null,
  orderedAt: new Date('2026-02-28T23:59:59.123Z'),
})

const insert = (rows: readonly NewRow[]) =>
  inTransactionOf(stage.database)((tx) => insertRows(tx, 'order', rows))

test('what goes in comes out, and columns that were not named have their defaults', async () => {
  const rows = [orderRow('A-1'), orderRow('A-2')]

  await insert(rows)

  for (const row of rows) {
    const read = await stage.database.order.findUniqueOrThrow({ where: { id: row.id } })
    expect(read).toMatchObject(row)
    expect(read).toMatchObject({ version: 1, refundState: 'none', freightFen: 0n, paidAt: null })
  }
})

test('no rows are no statement', async () => {
  await insert([])
})

test('a constraint speaks as it does for any insert', async () => {
  const error = await insert([{ ...orderRow('A-3'), state: 'dreaming' }]).catch((thrown: unknown) => thrown)

  expect(sqlState(error)).toBe('23514')
})

test('a row without a column of the first is a bug, and so is a name that is no column', async () => {
  const { revision: _, ...shorter } = orderRow('A-4')

  await expect(insert([orderRow('A-5'), shorter])).rejects.toThrow('columns of the first')
  await expect(insert([{ 'id") VALUES (1); --': 'x' }])).rejects.toThrow('is not a column')
})
