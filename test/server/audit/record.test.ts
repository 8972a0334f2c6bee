import { createHmac, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hidePersonal, newSalt } from '../../../server/audit/personal.ts'
import { type AuditAct, auditBytes, recordAudit } from '../../../server/audit/record.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { insertMerchant } from './log-stage.ts'

const AT = new Date('2026-11-20T01:02:03.004Z')
const MERCHANT = '01981a3b-0000-7000-8000-000000000001'

const ACT = {
  merchantId: MERCHANT,
  actor: { kind: 'staff', id: 's-1', role: 'finance' },
  act: 'invoice_request.approved',
  object: 'request:r-1',
  before: { state: 'in_review' },
  facts: { state: 'approved', amountFen: '30900', isLast: false, part: 1, note: null },
} as const satisfies AuditAct

const textOf = (act: AuditAct) => Buffer.from(auditBytes(AT, act)).toString('utf8')

describe('the bytes of an entry', () => {
  test('say who did what to what as whom, from what to what, sorted and without white space', () => {
    expect(textOf({ ...ACT, onBehalf: 'agent:a-1', reason: '核对"无误"' })).toBe(
      '{"action":"invoice_request.approved","actor":"staff:s-1",' +
        '"after":{"amountFen":"30900","isLast":false,"note":null,"part":1,"state":"approved"},' +
        '"at":"2026-11-20T01:02:03.004Z","before":{"state":"in_review"},' +
        `"merchant":"${MERCHANT}","object":"request:r-1","onBehalf":"agent:a-1",` +
        '"reason":"核对\\"无误\\"","role":"finance","v":2}',
    )
  })

  test('have nothing where nothing is to say, and the kind of the actor where no session gave a role', () => {
    const act = { merchantId: MERCHANT, act: 'job.done', object: 'job:1' }
    expect(JSON.parse(textOf({ ...act, actor: { kind: 'worker', id: 'w' } }))).toMatchObject({
      ...{ role: 'worker', before: null, after: null, onBehalf: null, reason: null },
    })
  })

  test('are the same whatever the order in which facts were named', () => {
    expect(textOf({ ...ACT, facts: { b: 1, a: 2, Z: 3 } })).toBe(
      textOf({ ...ACT, facts: { Z: 3, a: 2, b: 1 } }),
    )
  })

  test('take whole numbers only: others have no one way to be written', () => {
    expect(() => textOf({ ...ACT, facts: { rate: 0.13 } })).toThrow('rate is no whole number')
  })
})

describe('personal values', () => {
  const key = randomBytes(32)
  const vault = {
    index: (merchantId: string, field: string, value: string) =>
      new Uint8Array(createHmac('sha256', key).update(`${merchantId} ${field} ${value}`).digest()),
  }
  const values = { name: '王小明', phone: '13800005678', email: null }
  const hide = (salt: Uint8Array) =>
    hidePersonal(vault, { merchantId: MERCHANT, salt }, ['name', 'email'], values)

  test('enter as hashes of the named fields; none stays none', () => {
    const hidden = hide(newSalt())
    expect(hidden).toEqual({ name: expect.stringMatching(/^[\w-]{43}$/), email: null })
  })

  test('look the same under one salt and different under another', () => {
    const salt = newSalt()
    expect(hide(salt)).toEqual(hide(salt))
    expect(hide(salt)).not.toEqual(hide(newSalt()))
  })
})

describe('an act in a transaction', () => {
  let place: TestDatabase
  let merchantId: string
  beforeAll(async () => {
    place = await createTestDatabase()
    merchantId = await insertMerchant(place.database)
  })
  afterAll(() => place?.drop())

  const record = (act: Partial<AuditAct>) =>
    place.database.$transaction((tx) => recordAudit(tx, AT, { ...ACT, merchantId, ...act }))

  test('keeps the salt beside the entry, where there is one', async () => {
    await record({ object: 'request:plain' })
    const salt = newSalt()
    await record({ object: 'request:personal', salt })

    const entry = await place.database.auditEntry.findFirstOrThrow({ where: { object: 'request:personal' } })
    expect(await place.database.auditSalt.findMany()).toEqual([{ entryId: entry.id, merchantId, salt }])
    expect(await place.database.auditPending.count()).toBe(2)
  })

  test('that is rolled back leaves nothing', async () => {
    const before = await place.database.auditEntry.count()
    const undone = place.database.$transaction(async (tx) => {
      await recordAudit(tx, AT, { ...ACT, merchantId, salt: newSalt() })
      throw new Error('undo')
    })

    await expect(undone).rejects.toThrow('undo')
    expect(await place.database.auditEntry.count()).toBe(before)
    expect(await place.database.auditPending.count()).toBe(before)
  })
})
