import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inTransactionOf, openDatabase } from '../../../server/database/database.ts'
import { ResetRefused, resetDemo } from '../../../server/demo/reset.ts'
import { seedDemo } from '../../../server/demo/seed.ts'
import { openVault, prepareVault } from '../../../server/privacy/vault.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { openTestVault, stageMerchant } from '../../support/stage.ts'

let stage: TestDatabase
let dataDir: string

beforeEach(async () => {
  stage = await createTestDatabase()
  dataDir = mkdtempSync(join(tmpdir(), 'fapiao-reset-'))
})

afterEach(async () => {
  await stage.drop()
  rmSync(dataDir, { recursive: true })
})

const masterKey = randomBytes(32)

async function seed(): Promise<number> {
  const database = openDatabase({ url: stage.url, poolSize: 2 })
  const vault = openVault(database, masterKey)
  await prepareVault(database, vault)
  const inTransaction = inTransactionOf(database)
  await seedDemo({ database, inTransaction, vault, now: () => new Date(), dataDir, demoPort: 8788 })
  const orders = await database.order.count()
  await database.$disconnect()
  return orders
}

test('a reset stage is the one of the first day, without the traces of the last one', async () => {
  const orders = await seed()
  await stage.database.order.updateMany({ where: { number: 'TM-1001' }, data: { claimedFen: 1n } })
  await stage.database.$disconnect()
  const documents = join(dataDir, 'documents')
  mkdirSync(documents)
  writeFileSync(join(documents, 'old.pdf'), 'old')

  let again = 0
  await resetDemo({
    url: stage.url,
    directories: [documents],
    seed: async () => {
      again = await seed()
    },
  })

  expect(again).toBe(orders)
  expect(existsSync(documents)).toBe(false)
  expect(await stage.database.order.count({ where: { claimedFen: 1n } })).toBe(0)
})

test('a database with a real merchant is never dropped', async () => {
  const vault = await openTestVault(stage.database)
  const shops = { real: {} }
  await stageMerchant(stage.database, vault, { name: '真实商户', taxId: '91420100MA4KTEXT0N', shops })
  await stage.database.$disconnect()

  const reset = resetDemo({ url: stage.url, directories: [], seed: async () => undefined })

  await expect(reset).rejects.toThrow(ResetRefused)
  expect(await stage.database.merchant.count()).toBe(1)
})

test('a stage that a server is using is not pulled from under it', async () => {
  await stage.database.$queryRaw`SELECT 1`

  const reset = resetDemo({ url: stage.url, directories: [], seed: async () => undefined })

  await expect(reset).rejects.toThrow('stop it')
})
