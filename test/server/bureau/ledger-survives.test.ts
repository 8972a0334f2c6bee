import { once } from 'node:events'
import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Issuer, IssuerAnswer, Sending } from '../../../server/issuers/issuer.ts'
import { createSandboxIssuer } from '../../../server/issuers/sandbox/sandbox.issuer.ts'
import { type RunningBureau, spawnBureau, startBureau } from '../../support/bureau.ts'
import { makeRedSending, makeSending, SELLER_TAX_ID } from '../../support/sendings.ts'

const soon = () => AbortSignal.timeout(10_000)

let bureau: RunningBureau
let issuer: Issuer & { close(): void }

beforeEach(async () => {
  bureau = await startBureau()
  issuer = createSandboxIssuer({ baseUrl: bureau.baseUrl, timeoutMs: 5_000, sellerTaxId: SELLER_TAX_ID })
})
afterEach(async () => {
  issuer.close()
  await bureau.stop()
})

const numberOf = (answer: { kind: string; facts?: { number: string } }) => answer.facts?.number

test('after kill -9 amid 200 invoices none that was answered is forgotten, and none exists twice', async () => {
  await bureau.admin('settings', { asyncShare: 0.3, asyncDelay: 1_000, latency: '0-3000' })
  const sendings = Array.from({ length: 200 }, (_, index) => makeSending(`TM-${index}`))

  let answers = 0
  const halfway = Promise.withResolvers<void>()
  const issueOne = async (sending: Sending): Promise<[Sending, IssuerAnswer]> => {
    const answer = await issuer.issue(sending, soon())
    answers += 1
    if (answers === 80) halfway.resolve()
    return [sending, answer]
  }
  const running = Promise.all(sendings.map(issueOne))
  await halfway.promise
  await bureau.kill()
  const first = await running
  await bureau.restart()

  // Some were answered and some cut off, or the test has not tested anything.
  const kinds = new Set(first.map(([, { kind }]) => kind))
  expect(kinds).toEqual(new Set(['issued', 'accepted', 'unknown']))
  for (const [sending, answer] of first) {
    const found = await issuer.query(sending.serial, soon())
    if (answer.kind === 'issued') expect(found).toEqual(answer)
    if (answer.kind === 'accepted') expect(['accepted', 'issued']).toContain(found.kind)
  }

  // Sending everything again completes what was lost and repeats nothing.
  await Promise.all(sendings.map((sending) => issuer.issue(sending, soon())))
  const settled = () => Promise.all(sendings.map(async ({ serial }) => issuer.query(serial, soon())))
  await expect
    .poll(async () => new Set((await settled()).map(({ kind }) => kind)))
    .toEqual(new Set(['issued']))
  expect(new Set((await settled()).map(numberOf)).size).toBe(200)
  expect(await bureau.get('/admin/state')).toMatchObject({ entries: 200, numbered: 200 })
})

test('credit that was spent and an account that went offline are remembered', async () => {
  await bureau.admin('credit', { account: SELLER_TAX_ID, lineFen: 50_000 })
  await issuer.issue(makeSending('TM-1', 11_300n), soon())
  const offline = makeSending('DEMO-OFFLINE')
  await issuer.issue(offline, soon())

  await bureau.kill()
  await bureau.restart()

  expect(await issuer.credit(soon())).toMatchObject({ lineFen: 50_000n, availableFen: 40_000n })
  expect(await issuer.session(soon())).toMatchObject({ kind: 'offline', reason: 'offline' })
  await bureau.admin('online')
  expect(await issuer.issue(offline, soon())).toMatchObject({ kind: 'issued' })
})

test('a torn last line was never answered: it is cut off, and the ledger goes on', async () => {
  const kept = makeSending()
  const answer = await issuer.issue(kept, soon())
  await bureau.kill()
  const whole = (await readFile(bureau.ledgerPath)).byteLength
  await appendFile(bureau.ledgerPath, '{"t":"numbered","serial":"torn-')

  await bureau.restart()

  expect((await readFile(bureau.ledgerPath)).byteLength).toBe(whole)
  expect(await issuer.query(kept.serial, soon())).toEqual(answer)
  const next = await issuer.issue(makeSending(), soon())
  await bureau.kill()
  await bureau.restart()
  expect(numberOf(next)).toMatch(/0000000002$/)
  expect(await bureau.get('/admin/state')).toMatchObject({ numbered: 2 })
})

test('damage in the middle is not guessed at: the bureau refuses to start and names the line', async () => {
  await issuer.issue(makeSending(), soon())
  await issuer.issue(makeSending(), soon())
  await bureau.kill()
  const text = await readFile(bureau.ledgerPath, 'utf8')
  await writeFile(bureau.ledgerPath, text.replace('"t":"numbered"', '"t":numbered"'))

  await expect(bureau.restart()).rejects.toThrow('ledger is damaged at line 2')

  await truncate(bureau.ledgerPath, 0)
  await bureau.restart()
})

test('a second bureau on the same ledger is refused, and the first goes on', async () => {
  await expect(spawnBureau(bureau.ledgerPath, '0')).rejects.toThrow('in use by another process')

  expect(await issuer.issue(makeSending(), soon())).toMatchObject({ kind: 'issued' })
})

test('a bureau started with its parent ends when the parent is gone', async () => {
  const { child } = await spawnBureau(`${bureau.ledgerPath}.other`, '0')

  child.stdin.end()

  expect(await once(child, 'exit')).toEqual([0, null])
})

test('a wiped ledger numbers differently: an old number never comes back', async () => {
  const before = await issuer.issue(makeSending(), soon())
  await bureau.kill()
  // The first five digits of the serial part are drawn by lot; a lot of ours proves that they are used.
  await writeFile(bureau.ledgerPath, '{"t":"opened","version":1,"id":"00000"}\n')
  await bureau.restart()

  const after = await issuer.issue(makeSending(), soon())

  expect(numberOf(after)).toMatch(/^\d{2}882000000000000001$/)
  expect(numberOf(before)?.slice(10)).toBe(numberOf(after)?.slice(10))
})

test('killed between taking a red form and answering: after the restart the form is there, once', async () => {
  const blue = await issuer.issue(makeSending(), soon())
  const sending = makeRedSending({ blueNumber: numberOf(blue) ?? '' })
  await bureau.admin('settings', { latency: 3_000 })

  const asked = issuer.requestRed(sending, soon())
  // Written before the latency runs: the form is in the file while its sender still waits.
  await expect.poll(async () => readFile(bureau.ledgerPath, 'utf8')).toContain(sending.formSerial)
  await bureau.kill()
  expect(await asked).toEqual({ kind: 'unknown' })
  await bureau.restart()

  const found = await issuer.queryRed(sending.formSerial, soon())
  expect(found).toMatchObject({ kind: 'issued', facts: { blueNumber: numberOf(blue) } })
  expect(await issuer.requestRed(sending, soon())).toEqual(found)
  expect(await bureau.get('/ledger')).toMatchObject({
    invoices: [{ number: numberOf(blue), colour: 'blue' }],
    forms: [{ formSerial: sending.formSerial, redNumber: found.kind === 'issued' && found.facts.number }],
  })
})

test('after kill -9 amid 60 red forms none that was answered is forgotten, and no blue is taken back twice', async () => {
  const blues = await Promise.all(
    Array.from({ length: 60 }, (_, index) => issuer.issue(makeSending(`TM-${index}`), soon())),
  )
  const forms = blues.map((blue) => makeRedSending({ blueNumber: numberOf(blue) ?? '' }))
  await bureau.admin('settings', { latency: '0-3000' })

  let answers = 0
  const halfway = Promise.withResolvers<void>()
  const running = Promise.all(
    forms.map(async (form) => {
      const answer = await issuer.requestRed(form, soon())
      answers += 1
      if (answers === 20) halfway.resolve()
      return answer
    }),
  )
  await halfway.promise
  await bureau.kill()
  const first = await running
  await bureau.restart()

  expect(new Set(first.map(({ kind }) => kind))).toEqual(new Set(['issued', 'unknown']))
  for (const [index, answer] of first.entries()) {
    const found = await issuer.queryRed(forms[index]?.formSerial ?? '', soon())
    if (answer.kind === 'issued') expect(found).toEqual(answer)
  }
  const again = await Promise.all(forms.map((form) => issuer.requestRed(form, soon())))
  expect(new Set(again.map(({ kind }) => kind))).toEqual(new Set(['issued']))
  expect(new Set(again.map(numberOf)).size).toBe(60)
  expect(await bureau.get('/admin/state')).toMatchObject({ numbered: 60, forms: 60 })
})
