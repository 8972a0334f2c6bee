import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Frame, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, SIDEBAR, type TestBrowser, type TestPage } from '../support/browser.ts'
import { openConsoleServers, SECRET } from '../support/console-servers.ts'
import { inspect, openFrame } from '../support/journey.ts'
import { openStack, type Stack } from '../support/stack.ts'

let browser: TestBrowser
let stack: Stack
let consoles: Awaited<ReturnType<typeof openConsoleServers>>
let directory: string
let secretFile: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fapiao-doors-'))
  secretFile = join(directory, 'console.secret')
  await writeFile(secretFile, `${SECRET}\n`)
  consoles = await openConsoleServers()
  stack = await openStack({ FAPIAO_PRIVATE_HOSTS: consoles.host })
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await stack?.stop()
  await consoles?.close()
  await rm(directory, { recursive: true, force: true })
})

const addAccount = (host: string, ...settings: string[]) => {
  const pairs = settings.flatMap((setting) => ['--set', setting])
  return stack.cli('host', 'add', '--shop', 'a-wx', '--host', host, ...pairs, '--secret-file', secretFile)
}

async function findOrder(panel: Page | Frame): Promise<void> {
  await panel.locator('#order').fill('WX-2001')
  await panel.locator('#order').press('Enter')
  await panel.getByText('已完成').first().waitFor()
}

test('an operator adds an account, and what it prints opens the panel without secret or token in its address', async () => {
  const said = await addAccount('front')
  const door = /register (\S+)/.exec(said)?.[1] ?? ''
  expect(door.startsWith(`${stack.publicUrl}/hosts/front/`)).toBe(true)

  const page = await browser.newPage({ viewport: SIDEBAR, locale: 'zh-CN' })
  await page.goto(`${door}?auth_secret=${SECRET}`)
  await findOrder(page)
  expect(page.url()).toBe(`${stack.publicUrl}/sidebar/a-wx?host=front`)
  expect(page.problems).toEqual([])
})

test('a door with a wrong secret opens nothing, and does not say what was wrong', async () => {
  const door = /register (\S+)/.exec(await addAccount('front'))?.[1] ?? ''
  const page = await browser.newPage({ viewport: SIDEBAR })
  const answer = await page.goto(`${door}?auth_secret=${SECRET}x`)
  expect(answer?.status()).toBe(401)
})

/** Framed as Chatwoot frames it: the page around the panel tells what is open, and signs nothing. */
async function openDashboard(conversation: number, locale: string): Promise<[TestPage, Frame]> {
  const page = await browser.newPage({ viewport: SIDEBAR, locale })
  await page.goto(`${stack.demoUrl}/console`)
  const data = {
    conversation: { id: conversation, account_id: 3, messages: [], meta: {} },
    contact: {},
    currentAgent: { id: 5, name: 'Lin' },
  }
  const panel = `${stack.publicUrl}/sidebar/a-wx?host=chatwoot`
  await page.evaluate(`(() => {
    const told = ${JSON.stringify(JSON.stringify({ event: 'appContext', data }))}
    addEventListener('message', ({ data, source }) => {
      if (data === 'chatwoot-dashboard-app:fetch-info') source.postMessage(told, '*')
    })
    const frame = Object.assign(document.createElement('iframe'), { title: 'Panel', src: '${panel}' })
    frame.style.cssText = 'border:0;width:100%;height:600px'
    const main = document.createElement('main')
    main.append(frame)
    document.body.replaceChildren(main)
  })()`)
  const frame = await openFrame(page)
  await frame.waitForURL(/host=chatwoot/)
  return [page, frame]
}

test('an agent of Chatwoot reads a code in a private note, and types it into the panel', async () => {
  const said = await addAccount('chatwoot', `baseUrl=${consoles.url}`, 'accountId=3')
  expect(said).toContain(`${stack.publicUrl}/sidebar/a-wx?host=chatwoot`)
  const [page, panel] = await openDashboard(17, 'zh-CN')
  const send = panel.getByRole('button', { name: '发送验证码' })
  await send.waitFor()
  await inspect(page, 'agent-code-ask')
  await send.click()
  const code = panel.getByLabel('验证码')
  await code.waitFor()
  expect(await code.evaluate((field) => field === field.ownerDocument.activeElement)).toBe(true)
  await inspect(page, 'agent-code')

  const right = /\d{6}/.exec(consoles.notes.at(-1)?.content ?? '')?.[0] ?? ''
  await code.fill(right === '000000' ? '111111' : '000000')
  await code.press('Enter')
  await panel.getByText('验证码不正确或已过期').waitFor()
  await inspect(page, 'agent-code-wrong')
  // As people paste it.
  await code.fill(` ${right.slice(0, 3)} ${right.slice(3)} `)
  await code.press('Enter')
  await findOrder(panel)
})

test('in English, and with too few digits, the field says what it wants', async () => {
  const [page, panel] = await openDashboard(17, 'en-GB')
  await panel.getByRole('button', { name: 'Send the code' }).click()
  await panel.getByLabel('Code').fill('12')
  await panel.getByRole('button', { name: 'Open the panel' }).click()
  await panel.getByText('Please enter six digits.').waitFor()
  await inspect(page, 'agent-code-en')
})

test('who is not of the account gets no note, and is told where to look', async () => {
  const before = consoles.notes.length
  const [, panel] = await openDashboard(18, 'zh-CN')
  await panel.getByRole('button', { name: '发送验证码' }).click()
  await panel.getByText('请确认这个会话属于本店绑定的账户').waitFor()
  expect(consoles.notes).toHaveLength(before)
})
