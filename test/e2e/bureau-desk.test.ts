import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSandboxIssuer } from '../../server/issuers/sandbox/sandbox.issuer.ts'
import { findViolations } from '../support/axe.ts'
import { openBrowser, PHONE, type TestBrowser } from '../support/browser.ts'
import { type RunningBureau, startBureau } from '../support/bureau.ts'
import { makeRedSending, makeSending, SELLER_TAX_ID } from '../support/sendings.ts'

const soon = () => AbortSignal.timeout(5_000)

let browser: TestBrowser
let bureau: RunningBureau
let sandbox: ReturnType<typeof createSandboxIssuer>

beforeAll(async () => {
  bureau = await startBureau()
  sandbox = createSandboxIssuer({ baseUrl: bureau.baseUrl, timeoutMs: 2_000, sellerTaxId: SELLER_TAX_ID })
  for (const order of ['TM-1001', 'DEMO-SLOW', 'DEMO-REJECT']) await sandbox.issue(makeSending(order), soon())
  browser = await openBrowser()
})
afterAll(async () => {
  await browser.close()
  sandbox.close()
  await bureau.stop()
})

test('the desk shows the ledger, takes an account offline and brings it back', async () => {
  const page = await browser.newPage()
  await page.goto(bureau.baseUrl)
  expect(await page.getByRole('row', { name: 'TM-1001' }).textContent()).toContain('已开具')
  expect(await findViolations(page)).toEqual([])

  await page.getByRole('button', { name: '下线 1101', exact: true }).click()
  await page.getByText('登录失效').waitFor()
  expect(await sandbox.session(soon())).toMatchObject({ kind: 'offline' })

  await page.getByRole('button', { name: '恢复在线' }).click()
  await page.getByText('在线', { exact: true }).waitFor()
  expect(await sandbox.session(soon())).toEqual({ kind: 'online' })
  expect(page.problems).toEqual([])
})

test('a drawer scans the code and confirms on the page behind it', async () => {
  await bureau.admin('offline', { account: SELLER_TAX_ID, code: '1102' })
  const session = await sandbox.session(soon())
  if (session.kind !== 'offline' || session.scan === null) throw new Error('a code was expected')
  const page = await browser.newPage()
  await page.goto(session.scan.url)

  await page.getByRole('button', { name: '确认登录' }).click()

  await page.getByText('开票通道恢复').waitFor()
  expect(await sandbox.session(soon())).toEqual({ kind: 'online' })
  expect(page.problems).toEqual([])
})

test('a tester plays the buyer on a phone: marks an invoice used, and agrees to its red', async () => {
  const blue = await sandbox.issue(makeSending('TM-1008'), soon())
  if (blue.kind !== 'issued') throw new Error('the blue must be issued')
  const page = await browser.newPage({ viewport: PHONE })
  await page.goto(bureau.baseUrl)

  const invoice = page.getByRole('row', { name: 'TM-1008' })
  await invoice.getByRole('button', { name: '用途确认' }).click()
  await invoice.getByText('已用途确认').waitFor()
  const form = makeRedSending({ blueNumber: blue.facts.number })
  expect((await sandbox.requestRed(form, soon())).kind).toBe('waiting_buyer')

  await page.getByRole('link', { name: '刷新' }).click()
  expect(await findViolations(page)).toEqual([])
  await page.getByRole('row', { name: '待购方确认' }).getByRole('button', { name: '购方同意' }).click()
  await page.getByText('04 购销双方已确认').waitFor()

  await expect.poll(async () => (await sandbox.queryRed(form.formSerial, soon())).kind).toBe('issued')
  expect(page.problems).toEqual([])
})

test('in English the desk stays English over an act, and 72 hours pass with one click', async () => {
  const blue = await sandbox.issue(makeSending('X-DEMO-USED-DEDUCTED'), soon())
  if (blue.kind !== 'issued') throw new Error('the blue must be issued')
  const form = makeRedSending({ blueNumber: blue.facts.number })
  await sandbox.requestRed(form, soon())
  const page = await browser.newPage()
  await page.goto(bureau.baseUrl)

  await page.getByRole('link', { name: 'English' }).click()
  await page.getByText('02 waiting for the buyer').waitFor()
  await page.getByRole('button', { name: '+72 hours' }).click()

  await page.getByText('07 lapsed').waitFor()
  expect(await page.evaluate('document.documentElement.lang')).toBe('en')
  expect(await sandbox.queryRed(form.formSerial, soon())).toMatchObject({ kind: 'ended', how: 'lapsed' })
})
