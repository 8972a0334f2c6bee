import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { URI } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DemoAccount, readAccounts } from '../../embed-demo/staff.ts'
import { findViolations } from '../support/axe.ts'
import { openBrowser, type TestBrowser, type TestPage } from '../support/browser.ts'
import { openStack, type Stack } from '../support/stack.ts'

let browser: TestBrowser
let stack: Stack
let accounts: readonly DemoAccount[]

beforeAll(async () => {
  ;[stack, browser] = await Promise.all([openStack(), openBrowser()])
  accounts = await readAccounts(join(stack.dataDir, 'demo'))
})
afterAll(async () => {
  await browser?.close()
  await stack?.stop()
})

function account(role: string): DemoAccount {
  const found = accounts.find((one) => one.role === role)
  if (found === undefined) throw new Error(`the demo has no ${role}`)
  return found
}

const codeOf = ({ totpUri }: DemoAccount) => URI.parse(totpUri).generate()

/** Half a minute each: a used code is never good again, so a test waits for the next one as a person does. */
async function nextCodeOf(one: DemoAccount, used: string): Promise<string> {
  await expect.poll(() => codeOf(one), { timeout: 40_000, interval: 500 }).not.toBe(used)
  return codeOf(one)
}

async function enterPassword(page: TestPage, one: DemoAccount): Promise<void> {
  await page.getByLabel('账号').fill(one.login)
  await page.getByLabel('密码', { exact: true }).fill(one.password)
  await page.getByRole('button', { name: '下一步' }).click()
}

async function enterCode(page: TestPage, code: string): Promise<void> {
  await page.getByLabel('动态验证码').fill(code)
  const answered = page.waitForResponse(/staff\/sessions/)
  await page.getByRole('button', { name: '登录' }).click()
  await answered
}

async function signIn(page: TestPage, one: DemoAccount, code: string): Promise<void> {
  await enterPassword(page, one)
  await enterCode(page, code)
}

async function openConsole(): Promise<TestPage> {
  const page = await browser.newPage()
  await page.goto(`${stack.publicUrl}/console?lang=zh-CN`)
  return page
}

test('five wrong codes lock, a shop admin unlocks, and finance signs in (J6.1)', async () => {
  const finance = account('finance')
  const page = await openConsole()
  expect(await findViolations(page)).toEqual([])
  await enterPassword(page, finance)
  for (let count = 0; count < 5; count += 1) {
    await enterCode(page, '000000')
    await page.getByText('验证码不正确或已用过').waitFor()
  }
  await enterCode(page, codeOf(finance))
  await page.getByText('账号已锁定').waitFor()

  const admin = await openConsole()
  await signIn(admin, account('shop_admin'), codeOf(account('shop_admin')))
  await admin
    .getByRole('listitem')
    .filter({ hasText: finance.login })
    .getByRole('button', { name: '解锁' })
    .click()
  await admin.getByText(`${finance.login} 已解锁`).waitFor()

  await enterCode(page, codeOf(finance))
  await page.getByRole('heading', { name: '待审核' }).waitFor()
  expect(page.problems.filter((problem) => !/40[13]|429/.test(problem))).toEqual([])
})

test('an item stands on one screen, and is approved with a fresh code (J6.2, J6.3)', async () => {
  const finance = account('finance')
  const page = await openConsole()
  const used = await nextCodeOf(finance, codeOf(finance))
  await signIn(page, finance, used)
  await page.getByRole('button', { name: /上海演示贸易有限公司/ }).click()
  for (const heading of ['购方信息', '检查', '将开出', '经过']) {
    await page.getByRole('heading', { name: heading }).waitFor()
  }
  await page.getByText('91310000MA1FL0QA1C').waitFor()
  await page.getByText('规则全部通过').waitFor()
  expect(await findViolations(page)).toEqual([])
  const colleague = await openConsole()
  await signIn(colleague, account('auditor'), codeOf(account('auditor')))
  const shown = colleague.getByRole('button', { name: /上海演示贸易有限公司/ })
  await shown.waitFor()

  await page.getByRole('button', { name: '通过' }).click()
  await page.getByRole('heading', { name: '请再次输入动态验证码' }).waitFor()
  await page.getByLabel('动态验证码').fill(await nextCodeOf(finance, used))
  await page.getByRole('button', { name: '验证并继续' }).click()
  await page.getByText('已通过：上海演示贸易有限公司').waitFor()
  await expect.poll(() => page.getByRole('button', { name: /上海演示贸易有限公司/ }).count()).toBe(0)
  // Told, not found by reading now and then: that comes every 20 s.
  await expect.poll(() => shown.count(), { timeout: 15_000 }).toBe(0)
  expect(page.problems.filter((problem) => !problem.includes('403'))).toEqual([])
})

test('the start names the console and its demo account, and nothing else does', async () => {
  const { login, password } = account('finance')
  expect(stack.output()).toContain(`${stack.publicUrl}/console   ${login}   ${password}`)
  const file = await readFile(join(stack.dataDir, 'demo/merchant-a.json'), 'utf8')
  expect(file).not.toContain(password)
})
