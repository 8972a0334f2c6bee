import { expect, test } from 'vitest'
import { inTransactionOf, openDatabase } from '../../../server/database/database.ts'
import { asProblem } from '../../../server/http/answer-problem.ts'
import { createTestDatabase } from '../../support/database.ts'

test('who finds every connection in use is asked to come again, and not told of a bug', async () => {
  const own = await createTestDatabase()
  const database = openDatabase({ url: own.url, poolSize: 1 })
  const inTransaction = inTransactionOf(database)
  let letGo = () => {}
  let hold = () => {}
  const held = new Promise<void>((resolve) => {
    hold = resolve
  })
  const holding = inTransaction(async (tx) => {
    await tx.$executeRaw`SELECT 1`
    hold()
    await new Promise<void>((resolve) => {
      letGo = resolve
    })
  })
  await held

  const refusals = await Promise.all([
    inTransaction((tx) => tx.$executeRaw`SELECT 1`).catch(asProblem),
    database.merchant.count().catch(asProblem),
    database.$queryRaw`SELECT 1`.catch(asProblem),
  ])
  letGo()
  await holding
  await database.$disconnect()
  await own.drop()

  expect(refusals).toMatchObject(Array.from({ length: 3 }, () => ({ code: 'service_unavailable' })))
})
