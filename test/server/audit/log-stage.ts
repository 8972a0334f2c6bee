import { randomUUID } from 'node:crypto'
import type { Database } from '../../../server/database/database.ts'

/** A merchant whose log is written to. Answers with its id. */
export async function insertMerchant(database: Database): Promise<string> {
  const id = randomUUID()
  await database.merchant.create({
    data: { id, name: '测试商户', taxId: id.slice(0, 18), drawerSealed: new Uint8Array(1) },
  })
  return id
}
