import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inTransactionOf } from '../../../../server/database/database.ts'
import { openSessionLocks } from '../../../../server/database/session-locks.ts'
import { readRejections } from '../../../../server/orders/import/import.store.ts'
import { writeRejectedCsv } from '../../../../server/orders/import/routes.ts'
import { type ImportDeps, runImport, startImport } from '../../../../server/orders/import/run-import.ts'
import { bytesSource, type ImportSource } from '../../../../server/orders/import/source.ts'
import { findIssuePolicy } from '../../../../server/shops/issue-policy.store.ts'
import { createTestDatabase } from '../../../support/database.ts'
import { openTestVault, stageMerchant } from '../../../support/stage.ts'

const SAMPLES = join(import.meta.dirname, '../../../fixtures/samples')

export const sample = (name: string): ImportSource => bytesSource(readFileSync(join(SAMPLES, name)))

/** Our own layout: 订单号,实付金额,订单状态,商品名称 and whatever columns follow. */
export const table = (...rows: readonly string[]): ImportSource =>
  bytesSource(Buffer.from(['订单号,实付金额,订单状态,商品名称', ...rows].join('\n'), 'utf8'))

/** One merchant with one shop, and imports into it. */
export async function openImportStage() {
  const { database, url, drop } = await createTestDatabase()
  const vault = await openTestVault(database)
  const merchant = await stageMerchant(database, vault, {
    name: '武汉邮驿文创',
    taxId: '91420100MA4KTEXT0N',
    shops: { 'a-tm': {} },
  })
  const shopId = merchant.shops['a-tm']?.id
  if (shopId === undefined) throw new Error('no shop')
  const locks = openSessionLocks(url)
  const bugs: unknown[] = []
  const deps: ImportDeps = {
    vault,
    now: () => new Date(),
    inTransaction: inTransactionOf(database),
    issuePolicyOf: findIssuePolicy,
    holdRun: locks.hold,
    releaseRun: locks.release,
    reportBug: (error) => bugs.push(error),
  }
  const ask = {
    merchantId: merchant.id,
    shopId,
    actor: { kind: 'merchant', id: 'key-1' },
    fileName: 'orders.csv',
    isDryRun: false,
  } as const

  return {
    database,
    url,
    vault,
    deps,
    ask,
    bugs,
    read: (id: string) => database.import.findUniqueOrThrow({ where: { id } }),
    rejections: (id: string) =>
      readRejections(vault, database, { id, merchantId: merchant.id }, { after: 0, limit: 1_000 }),
    async download(id: string) {
      const parts: string[] = []
      const run = { id, merchantId: merchant.id }
      for await (const part of writeRejectedCsv({ vault, database }, run, 'zh')) parts.push(part)
      return parts.join('')
    },
    /** Runs to the end; answers the row. */
    async run(source: ImportSource, { isDryRun = false, signal = new AbortController().signal } = {}) {
      const started = await startImport(deps, { ...ask, isDryRun, source })
      await runImport(deps, started, signal)
      return database.import.findUniqueOrThrow({ where: { id: started.run.id } })
    },
    async close() {
      await locks.close()
      await drop()
    },
  }
}

export type ImportStage = Awaited<ReturnType<typeof openImportStage>>
