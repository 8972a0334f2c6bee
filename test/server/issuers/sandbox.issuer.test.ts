import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createSandboxIssuer } from '../../../server/issuers/sandbox/sandbox.issuer.ts'
import { describeIssuer } from '../../contract/issuer.contract.ts'
import { type RunningBureau, startBureau } from '../../support/bureau.ts'
import { makeRedOf, makeSending, SELLER_TAX_ID } from '../../support/sendings.ts'

const SETTINGS = { slowMs: 400, inDoubtLagMs: 300, faultShares: {}, asyncShare: 0, queryErrorShare: 0 }
const soon = () => AbortSignal.timeout(5_000)

let bureau: RunningBureau
beforeAll(async () => {
  bureau = await startBureau(SETTINGS)
})
afterAll(() => bureau.stop())

const open = () =>
  createSandboxIssuer({ baseUrl: bureau.baseUrl, timeoutMs: 4_000, sellerTaxId: SELLER_TAX_ID })

const subject = (settings: object) => async () => {
  await bureau.admin('settings', settings)
  const issuer = open()
  const unreachable = createSandboxIssuer({ baseUrl: 'http://127.0.0.1:1', timeoutMs: 4_000 })
  return {
    issuer,
    unreachable,
    makeSending: () => makeSending(),
    makeRedSending: makeRedOf,
    buyer: {
      use: async (number: string) => {
        await bureau.admin('mark-used', { number, usage: 'deducted' })
      },
      answer: async (formSerial: string, act: 'confirm' | 'refuse') => {
        await bureau.admin('form', { formSerial, act })
      },
      letLapse: async () => {
        await bureau.admin('advance', { hours: 72 })
      },
    },
    async lost() {
      await bureau.admin('fail-next', { fault: 'timeout_issued' })
      return AbortSignal.timeout(200)
    },
    async close() {
      issuer.close()
      await bureau.admin('settings', SETTINGS)
    },
  }
}

describeIssuer('sandbox', subject({}))
describeIssuer('sandbox that only accepts at first', subject({ asyncShare: 1, asyncDelay: '20-120' }))

describe('magic orders', () => {
  const issuer = () => {
    const made = open()
    opened.push(made)
    return made
  }
  const opened: { close(): void }[] = []
  afterEach(() => {
    for (const made of opened.splice(0)) made.close()
  })

  test('DEMO-OFFLINE takes its seller offline until somebody logs in; then the same sending is issued', async () => {
    const sandbox = issuer()
    const magic = makeSending('A-TM-DEMO-OFFLINE')
    const plain = makeSending()

    const held = { kind: 'held', reason: 'offline', message: expect.stringContaining('登录') }
    expect(await sandbox.issue(magic, soon())).toEqual(held)
    expect(await sandbox.issue(plain, soon())).toEqual(held)
    expect(await sandbox.query(plain.serial, soon())).toEqual({ kind: 'absent' })
    const session = await sandbox.session(soon())
    expect(session).toMatchObject({ kind: 'offline', reason: 'offline' })

    await bureau.admin('online', { account: SELLER_TAX_ID })

    expect(await sandbox.session(soon())).toEqual({ kind: 'online' })
    expect(await sandbox.issue(magic, soon())).toMatchObject({ kind: 'issued' })
    expect(await sandbox.issue(plain, soon())).toMatchObject({ kind: 'issued' })
  })

  test('a drawer who scans the code of the session brings the account back, once', async () => {
    const sandbox = issuer()
    await bureau.admin('offline', { account: SELLER_TAX_ID, code: '1102' })
    const session = await sandbox.session(soon())
    if (session.kind !== 'offline' || session.scan === null) throw new Error('a code was expected')
    expect(session.reason).toBe('login_needed')
    expect(session.scan.expiresAt.getTime()).toBeGreaterThan(Date.now())

    const confirmed = await fetch(session.scan.url, { method: 'POST' })
    const again = await fetch(session.scan.url, { method: 'POST' })

    expect([confirmed.status, again.status]).toEqual([200, 410])
    expect(await sandbox.session(soon())).toEqual({ kind: 'online' })
  })

  test('DEMO-CREDIT ends the credit, naming what was asked and what is free, until the line is raised', async () => {
    const sandbox = issuer()
    const magic = makeSending('DEMO-CREDIT', 11_300n)

    expect(await sandbox.issue(magic, soon())).toMatchObject({
      kind: 'held',
      reason: 'credit_exhausted',
      requestedFen: 10_000n,
      availableFen: 0n,
    })
    expect(await sandbox.credit(soon())).toMatchObject({ kind: 'known', availableFen: 0n })

    await bureau.admin('credit', { account: SELLER_TAX_ID, lineFen: 10_000_000 })

    expect(await sandbox.issue(magic, soon())).toMatchObject({ kind: 'issued' })
  })

  test('the credit line is spent tax-exclusive and to the fen', async () => {
    const sandbox = issuer()
    const before = await sandbox.credit(soon())
    if (before.kind !== 'known') throw new Error('credit was expected')
    const used = before.lineFen - before.availableFen
    await bureau.admin('credit', { account: SELLER_TAX_ID, lineFen: Number(used) + 25_000 })

    const answers = []
    for (let i = 0; i < 3; i++) answers.push(await sandbox.issue(makeSending('TM-1', 11_300n), soon()))

    expect(answers.map(({ kind }) => kind)).toEqual(['issued', 'issued', 'held'])
    expect(answers[2]).toMatchObject({ requestedFen: 10_000n, availableFen: 5_000n })
    await bureau.admin('credit', { account: SELLER_TAX_ID, lineFen: 100_000_000_000 })
  })

  test('DEMO-INDOUBT issues and never answers; a query finds it after a while', async () => {
    const sandbox = issuer()
    const magic = makeSending('DEMO-INDOUBT')

    expect(await sandbox.issue(magic, AbortSignal.timeout(150))).toEqual({ kind: 'unknown' })

    expect(await sandbox.query(magic.serial, soon())).toEqual({ kind: 'absent' })
    await expect.poll(async () => (await sandbox.query(magic.serial, soon())).kind).toBe('issued')
  })

  test('DEMO-SLOW is accepted at once and issued later, found by query only', async () => {
    const sandbox = issuer()
    const magic = makeSending('DEMO-SLOW')

    expect(await sandbox.issue(magic, soon())).toMatchObject({ kind: 'accepted', pollAfterMs: 500 })

    expect(await sandbox.query(magic.serial, soon())).toMatchObject({ kind: 'accepted' })
    await expect.poll(async () => (await sandbox.query(magic.serial, soon())).kind).toBe('issued')
  })

  test('DEMO-REJECT is refused as a data anomaly, the second time too', async () => {
    const sandbox = issuer()
    const magic = makeSending('DEMO-REJECT')
    const refused = { kind: 'rejected', code: '1108', message: expect.stringContaining('开票数据异常') }

    expect(await sandbox.issue(magic, soon())).toEqual(refused)
    expect(await sandbox.issue(magic, soon())).toEqual(refused)
    expect(await sandbox.query(magic.serial, soon())).toEqual(refused)
  })

  test('an order that only mentions a magic word inside is an ordinary one', async () => {
    expect(await issuer().issue(makeSending('DEMO-REJECT-2'), soon())).toMatchObject({ kind: 'issued' })
  })
})

describe('faults', () => {
  const ISSUED_ANYWAY = ['timeout_issued', 'error_issued', 'reset_issued', 'garbled_issued']
  const LOST = ['timeout_lost', 'error_lost', 'reset_lost']

  test.for([...ISSUED_ANYWAY, ...LOST])(
    '%s is unknown, and a query tells whether it exists',
    async (fault) => {
      const sandbox = createSandboxIssuer({ baseUrl: bureau.baseUrl, timeoutMs: 300 })
      const sending = makeSending()
      await bureau.admin('fail-next', { fault })

      const answer = await sandbox.issue(sending, soon())
      const found = await sandbox.query(sending.serial, soon())
      sandbox.close()

      expect(answer).toEqual({ kind: 'unknown' })
      expect(found.kind).toBe(ISSUED_ANYWAY.includes(fault) ? 'issued' : 'absent')
    },
  )

  test('a serial that stands for other bytes is unknown, and its query finds the first invoice', async () => {
    const sandbox = open()
    const first = makeSending('TM-1', 11_300n)
    const payload = first.payload.replace('帆布包', '皮包')
    await sandbox.issue(first, soon())

    expect(await sandbox.issue({ ...first, payload }, soon())).toEqual({ kind: 'unknown' })

    expect(await sandbox.query(first.serial, soon())).toMatchObject({
      kind: 'issued',
      facts: { grossFen: 11_300n },
    })
    sandbox.close()
  })
})

describe('what a channel can (SIM8)', () => {
  test.for([
    ['no_partial', { canReversePart: false }],
    ['no_merge', { canMerge: false }],
    ['no_ofd', { formats: ['pdf', 'xml'] }],
    ['full', { canReversePart: true, canMerge: true, formats: ['pdf', 'ofd', 'xml'] }],
  ] as const)('%s is learned when an issuer is opened', async ([profile, learned]) => {
    await bureau.admin('settings', { profile })

    const sandbox = open()

    await expect.poll(() => sandbox.capabilities()).toMatchObject(learned)
    sandbox.close()
    await bureau.admin('settings', { profile: 'full' })
  })
})

describe('a channel that is busy', () => {
  test('holds what is sent, is left alone for as long as it asks, and then works', async () => {
    const sandbox = open()
    const [first, second] = [makeSending(), makeSending()]
    await bureau.admin('fail-next', { fault: 'busy' })

    const held = { kind: 'held', reason: 'offline', message: expect.stringContaining('繁忙') }
    expect(await sandbox.issue(first, soon())).toEqual(held)
    expect(await sandbox.issue(second, soon())).toEqual(held)
    expect(await sandbox.query(first.serial, soon())).toEqual({ kind: 'unknown' })
    // Nothing was taken in, and the second never left.
    expect(await bureau.get(`/api/query?serial=${first.serial}`)).toMatchObject({ state: 'absent' })

    await expect.poll(async () => (await sandbox.issue(second, soon())).kind).toBe('issued')
    sandbox.close()
  })
})

describe('a serial that is too old (6904)', () => {
  test('is refused only after a query: what was refused before needs a new serial', async () => {
    const sandbox = open()
    const refused = makeSending('DEMO-REJECT')
    const issued = makeSending('TM-1001')
    expect(await sandbox.issue(refused, soon())).toMatchObject({ code: '1108' })
    const first = await sandbox.issue(issued, soon())

    await bureau.admin('advance', { hours: 13 })

    expect(await sandbox.issue(refused, soon())).toMatchObject({ kind: 'rejected', code: '6904' })
    expect(await sandbox.issue(issued, soon())).toEqual(first)
    sandbox.close()
  })

  test('while nobody can be asked it stays unknown', async () => {
    const sandbox = open()
    const refused = makeSending('DEMO-REJECT')
    await sandbox.issue(refused, soon())
    await bureau.admin('advance', { hours: 13 })
    await bureau.admin('settings', { queryErrorShare: 1 })

    expect(await sandbox.issue(refused, soon())).toEqual({ kind: 'unknown' })

    await bureau.admin('settings', { queryErrorShare: 0 })
    sandbox.close()
  })
})
