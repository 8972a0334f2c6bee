import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Problem } from '../../../server/contract/problem.ts'
import { inTransactionOf } from '../../../server/database/database.ts'
import {
  type Keyed,
  onceByKey,
  readIdempotencyKey,
  type StoredReply,
} from '../../../server/http/idempotency.ts'
import type { Vault } from '../../../server/privacy/vault.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { openTestVault, type StagedMerchant, stageMerchant } from '../../support/stage.ts'

let base: TestDatabase
let vault: Vault
let merchant: StagedMerchant
beforeAll(async () => {
  base = await createTestDatabase()
  vault = await openTestVault(base.database)
  merchant = await stageMerchant(base.database, vault, { name: 'A', taxId: '91420100MA4KTEXT0N', shops: {} })
})
afterAll(() => base.drop())

let keys = 0
const keyed = (changes: Partial<Keyed> = {}): Keyed => ({
  merchantId: merchant.id,
  principal: 'agent:7',
  route: 'POST /v1/things',
  key: `key-${++keys}`,
  body: { a: 1, b: [2] },
  ...changes,
})

/** Counts how often the work was really done. */
function openDesk() {
  const done: number[] = []
  const work = async (): Promise<StoredReply> => {
    done.push(done.length + 1)
    return { status: 201, body: { number: done.length, name: '王小明' } }
  }
  const once = (ask: Keyed, task = work) =>
    inTransactionOf(base.database)((tx) => onceByKey({ vault }, tx, ask, task))
  return { done, once }
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Problem ? error.code : 'bug'),
  )

describe('the same key', () => {
  test('with the same body is the first reply again, whatever the order of its fields', async () => {
    const { done, once } = openDesk()
    const ask = keyed()
    const first = await once(ask)

    const again = await once({ ...ask, body: { b: [2], a: 1 } })

    expect(again).toEqual({ ...first, isReplay: true })
    expect(done).toEqual([1])
  })

  test('with another body is refused', async () => {
    const { done, once } = openDesk()
    const ask = keyed()
    await once(ask)
    expect(await codeOf(once({ ...ask, body: { a: 2, b: [2] } }))).toBe('idempotency_key_reused')
    expect(done).toEqual([1])
  })

  test('while the first one runs is told to wait', async () => {
    const { done, once } = openDesk()
    const ask = keyed()
    let second = ''
    await once(ask, async () => {
      second = await codeOf(once(ask))
      return { status: 200, body: null }
    })
    expect(second).toBe('request_in_progress')
    expect(done).toEqual([])
  })

  test('after a refusal may be sent again', async () => {
    const { done, once } = openDesk()
    const ask = keyed()
    const refusal = () => Promise.reject(new Problem('order_not_paid'))
    expect(await codeOf(once(ask, refusal))).toBe('order_not_paid')
    expect(await once(ask)).toMatchObject({ status: 201, isReplay: false })
    expect(done).toEqual([1])
  })

  test.for([{ principal: 'agent:8' }, { route: 'POST /v1/others' }])(
    'of %o is another key',
    async (other) => {
      const { done, once } = openDesk()
      const ask = keyed()
      await once(ask)
      await once({ ...ask, ...other })
      expect(done).toEqual([1, 2])
    },
  )
})

test('a stored reply is sealed', async () => {
  const ask = keyed()
  await openDesk().once(ask)
  const { replySealed } = await base.database.idempotencyKey.findFirstOrThrow({ where: { key: ask.key } })
  expect(Buffer.from(replySealed).includes('王小明')).toBe(false)
})

test.for([
  ['abc', 'abc'],
  ['"abc"', 'abc'],
  ['  abc ', 'abc'],
  [undefined, 'idempotency_key_missing'],
  ['', 'idempotency_key_invalid'],
  ['""', 'idempotency_key_invalid'],
  ['a b', 'idempotency_key_invalid'],
  ['键', 'idempotency_key_invalid'],
  ['x'.repeat(256), 'idempotency_key_invalid'],
] as const)('the header %j is read as %s', ([header, expected]) => {
  const read = () => {
    try {
      return readIdempotencyKey(header)
    } catch (error) {
      if (error instanceof Problem) return error.code
      throw error
    }
  }
  expect(read()).toBe(expected)
})
