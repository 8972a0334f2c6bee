import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser, type TestBrowser } from '../support/browser.ts'
import { inspect } from '../support/journey.ts'
import { openStack, type Stack } from '../support/stack.ts'

const ROOT = join(import.meta.dirname, '../..')

let browser: TestBrowser
let stack: Stack

beforeAll(async () => {
  stack = await openStack()
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await stack?.stop()
})

async function countOrders(): Promise<number> {
  const [row] = await stack.query<{ count: string }>('SELECT count(*) FROM "order"')
  return Number(row?.count)
}

describe('J7.1: one command starts everything', () => {
  test('PostgreSQL 18, server, simulator, outbox and demo pages run, and the banner says where', async () => {
    console.log(`J7.1: the first start took ${stack.startMs()} ms`)
    const [row] = await stack.query<{ server_version: string }>('SHOW server_version')
    expect(row?.server_version).toMatch(/^18\./)

    const output = stack.output()
    for (const url of [stack.demoUrl, stack.outboxUrl, stack.bureauUrl, stack.publicUrl]) {
      expect(output).toContain(url)
    }
    expect(stack.h5Url()).toContain('/i/a-tm#t=')
    expect(output).toContain('▄▄▄▄▄▄▄')
    for (const url of [stack.demoUrl, stack.outboxUrl, stack.bureauUrl, `${stack.publicUrl}/readyz`]) {
      expect((await fetch(url)).status, url).toBe(200)
    }
  })

  test('the demo page leads to every surface', async () => {
    const page = await browser.newPage()
    await page.goto(stack.demoUrl)
    await page.getByText('TM-1001').waitFor()
    expect(await page.locator('.door').count()).toBe(4)
    await inspect(page, 'j7-demo')
    await page.goto(`${stack.demoUrl}/?lang=en`)
    await page.getByText('TM-1001').waitFor()
    await inspect(page, 'j7-demo-en')
    await page.goto(`${stack.demoUrl}/receipt`)
    await page.getByRole('button', { name: '打印' }).click()
    await page.locator('#qr').waitFor()
    await inspect(page, 'j7-receipt')
    expect(page.problems).toEqual([])
    await page.close()
  })

  test('the README shows the three embeds', async () => {
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
    for (const part of [
      'npm ci',
      'npm start',
      '## Three ways to embed',
      '/sidebar/',
      '<fapiao-widget',
      '/embed.js',
    ]) {
      expect(readme).toContain(part)
    }
  })
})

describe('J7.3: an order is pushed', () => {
  const order = {
    shop: 'a-tm',
    number: 'J7-0001',
    state: 'completed',
    paidFen: 12_345,
    completedAt: new Date().toISOString(),
    lines: [{ title: '驿站书签', quantity: '3', amountFen: 12_345 }],
  }

  test('twice under one key it is one order and one answer', async () => {
    const before = await countOrders()
    const answers = []
    for (const _ of ['first', 'again']) {
      const reply = await stack.api('a-tm', '/orders', { body: order, key: 'push-1' })
      answers.push({ status: reply.status, body: await reply.text() })
    }
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]?.body).toContain('"outcome":"created"')
    expect(await countOrders()).toBe(before + 1)
  })

  test('the same key with another body is a conflict', async () => {
    const other = { ...order, number: 'J7-0002' }
    const reply = await stack.api('a-tm', '/orders', { body: other, key: 'push-1' })
    expect(reply.status).toBe(409)
    expect(await reply.json()).toMatchObject({ code: 'idempotency_key_reused', source: 'client' })
  })

  test.for([
    { name: 'negative', change: { paidFen: -1 }, field: '/paidFen' },
    { name: 'not whole', change: { paidFen: 1.5 }, field: '/paidFen' },
    { name: 'a text', change: { paidFen: '12.00' }, field: '/paidFen' },
    { name: 'too large', change: { paidFen: 1e17 }, field: '/paidFen' },
    { name: 'not the sum', change: { paidFen: 99 }, field: null },
    {
      name: 'wrong in a line',
      change: { lines: [{ title: '驿站书签', amountFen: -5 }] },
      field: '/lines/0/amountFen',
    },
  ])('an amount that is $name is refused with its path and source', async ({ change, field }) => {
    const before = await countOrders()
    const body = { ...order, number: 'J7-0003', ...change }
    const reply = await stack.api('a-tm', '/orders', { body, key: crypto.randomUUID() })
    expect(reply.status).toBe(422)
    expect(reply.headers.get('content-type')).toContain('application/problem+json')
    expect(await reply.json()).toMatchObject({ source: 'client', ...(field === null ? {} : { field }) })
    expect(await countOrders()).toBe(before)
  })
})

describe('J7.4: a table with ten good and three bad rows', () => {
  const FILES = [
    { name: 'GBK', file: 'ten-good-gbk.csv' },
    { name: 'UTF-8 with BOM', file: 'ten-good-bom.csv' },
  ]

  test.for(FILES)(
    'in $name: checked first, then the good ten are in, and only once',
    async ({ name, file }) => {
      const before = await countOrders()
      const page = await browser.newPage()
      await page.goto(`${stack.demoUrl}/import`)
      await page.locator('#shop option[value="a-tm"]').waitFor({ state: 'attached' })
      if (name === 'GBK') await inspect(page, 'j7-import-empty', [320, 1280])
      await page.locator('#file').setInputFiles(join(ROOT, 'test/fixtures/imports', file))
      await page.locator('#shop').selectOption('a-tm')
      await page.getByRole('button', { name: '先检查' }).click()
      await page.getByRole('heading', { name: '检查：完成' }).waitFor()

      const isSecond = name !== 'GBK'
      const counts = async () => (await page.locator('#counts dd').allTextContents()).map(Number)
      expect(await counts()).toEqual([13, isSecond ? 0 : 10, 0, isSecond ? 10 : 0, 3])
      const reasons = await page.locator('#rejections tr').allTextContents()
      expect(reasons).toHaveLength(3)
      expect(reasons.join('\n')).toMatch(/金额/)
      expect(reasons.join('\n')).toMatch(/单元格是公式/)
      expect(reasons.join('\n')).toMatch(/缺少订单号/)
      expect(await countOrders(), 'a check saves nothing').toBe(before)
      if (!isSecond) await inspect(page, 'j7-import-checked')

      if (!isSecond) {
        await page.getByRole('button', { name: '导入合格的行' }).click()
        await page.getByRole('heading', { name: '导入：完成' }).waitFor()
        expect(await countOrders()).toBe(before + 10)
        await inspect(page, 'j7-import-done', [320, 1280])
      }
      expect(page.problems).toEqual([])
      await page.close()
    },
  )
})

describe('J7.1: stopping, starting again, and the hard way', () => {
  test('Ctrl-C stops everything, and nothing is left running', async () => {
    const family = stack.processes()
    expect(family.length).toBeGreaterThan(5) // Server, guard, PostgreSQL, simulator, outbox, demo pages, …
    expect(await stack.interrupt()).toBe(0)
    expect(stack.processes().slice(1)).toEqual([])
  })

  test('a second start keeps the data', async () => {
    await stack.start()
    console.log(`J7.1: the second start took ${stack.startMs()} ms`)
    const [row] = await stack.query(`SELECT FROM "order" WHERE number = 'J7-0001'`)
    expect(row).toBeDefined()
  })

  test('after kill -9 of the server the next start recovers by itself', async () => {
    const before = await countOrders()
    await stack.kill9()
    await stack.start() // At once: what the killed one left behind may still be going down.
    console.log(`J7.1: the start after kill -9 took ${stack.startMs()} ms`)
    expect(await countOrders()).toBe(before)
    const page = await browser.newPage({ viewport: { width: 360, height: 640 } })
    await page.goto((await stack.link('a-tm', 'FILL-0002')).url)
    await page.locator('label', { hasText: '个人' }).click()
    await page.getByRole('button', { name: '下一步' }).click()
    await page.getByRole('button', { name: '提交开票' }).click()
    await page.getByRole('heading', { name: '发票已开具' }).first().waitFor()
    await page.close()
  })
})
