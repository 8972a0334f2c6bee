import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser, type TestBrowser, type TestPage, WECHAT_USER_AGENT } from '../support/browser.ts'
import { expectPicture, inspect, readQr } from '../support/journey.ts'
import { openStack, type Stack } from '../support/stack.ts'

const SAMPLES = join(import.meta.dirname, '../fixtures/samples')

/** Exports as the platforms write them, and one order of each that a customer asks an invoice for. */
const EXPORTS = [
  {
    platform: 'Taobao',
    shop: 'a-tm',
    file: 'taobao-export-orders.csv',
    encoding: 'GB18030',
    number: '3232626562884484902',
    paid: '273.50',
    title: { name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' },
    email: 'taobao@example.com',
  },
  {
    platform: 'Pinduoduo',
    shop: 'a-pdd',
    file: 'pdd-export-orders.csv',
    encoding: 'UTF-8 with BOM',
    number: '261015-990620671853767',
    paid: '73.00',
    title: { name: '上海演示贸易有限公司', taxId: '91310000MA1FL0QA1C' },
    email: 'pinduoduo@example.com',
  },
] as const

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

async function countOrders(shop: string): Promise<number> {
  const [row] = await stack.query<{ count: string }>(
    `SELECT count(*) FROM "order" JOIN shop ON shop.id = shop_id WHERE code = $1`,
    [shop],
  )
  return Number(row?.count)
}

describe.for(EXPORTS)('the $platform export ($encoding)', ({ shop, file, number, paid, title, email }) => {
  test('is checked and imported on the import page', async () => {
    const before = await countOrders(shop)
    const page = await browser.newPage()
    await page.goto(`${stack.demoUrl}/import`)
    await page.locator(`#shop option[value="${shop}"]`).waitFor({ state: 'attached' })
    await page.locator('#file').setInputFiles(join(SAMPLES, file))
    await page.locator('#shop').selectOption(shop)
    await page.getByRole('button', { name: '先检查' }).click()
    await page.getByRole('heading', { name: '检查：完成' }).waitFor()
    const checked = await readCounts(page)
    expect(checked.rows).toBe(30)
    expect(checked.created).toBeGreaterThan(20)
    await inspect(page, `samples-${shop}-checked`, [320, 1280])

    await page.getByRole('button', { name: '导入合格的行' }).click()
    await page.getByRole('heading', { name: '导入：完成' }).waitFor()
    expect(await readCounts(page)).toEqual(checked)
    expect(await countOrders(shop)).toBe(before + checked.created)
    expect(page.problems).toEqual([])
    await page.close()
  })

  test('the same file again adds nothing', async () => {
    const before = await countOrders(shop)
    const page = await browser.newPage()
    await page.goto(`${stack.demoUrl}/import`)
    await page.locator(`#shop option[value="${shop}"]`).waitFor({ state: 'attached' })
    await page.locator('#file').setInputFiles(join(SAMPLES, file))
    await page.locator('#shop').selectOption(shop)
    await page.getByRole('button', { name: '先检查' }).click()
    await page.getByRole('heading', { name: '检查：完成' }).waitFor()
    expect((await readCounts(page)).created).toBe(0)
    expect(await countOrders(shop)).toBe(before)
    await page.close()
  })

  test('a customer of it comes from the poster to an invoice by mail', async () => {
    // The undo window of the shop is tried elsewhere; here nobody waits two minutes for it.
    await stack.query('UPDATE shop SET undo_seconds = 0 WHERE code = $1', [shop])
    const poster = await stack.link(shop)
    const phone = await browser.newPage({
      viewport: { width: 360, height: 640 },
      userAgent: WECHAT_USER_AGENT,
      isPhone: true,
    })
    await phone.goto(readQr(poster.qrPng) ?? '')
    await phone.locator('#order-number').fill(number)
    await phone.getByRole('button', { name: '下一步' }).tap()
    await phone.locator('#proof').fill(paid)
    await phone.getByRole('button', { name: '下一步' }).tap()
    await phone.locator('#title-name').fill(title.name)
    await phone.locator('#title-taxId').fill(title.taxId)
    await phone.locator('#title-email').fill(email)
    await inspect(phone, `samples-${shop}-form`, [320, 360])
    await phone.getByRole('button', { name: '下一步' }).tap()
    await phone.getByRole('heading', { name: '核对开票信息' }).waitFor()
    await inspect(phone, `samples-${shop}-check`, [320, 360])
    await phone.getByRole('button', { name: '提交开票' }).tap()
    await phone.getByRole('heading', { name: '发票已开具' }).first().waitFor()
    await expectPicture(phone.locator('img.preview-image'))
    await phone.locator('.facts-total', { hasText: paid }).waitFor()

    const mail = await stack.waitForMail(email)
    expect(mail.subject).toContain('武汉邮驿文创有限公司')
    expect(mail.subject).toContain(paid)
    const pdf = mail.attachments.find(({ mediaType }) => mediaType === 'application/pdf')
    if (pdf === undefined) throw new Error('the mail has no PDF')
    const bytes = await stack.bytesOf(pdf)
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-')
    expect(bytes.length).toBe(pdf.sizeBytes)
    expect(phone.problems).toEqual([])
    await phone.close()
  })
})

async function readCounts(page: TestPage) {
  const counts = (await page.locator('#counts dd').allTextContents()).map(Number)
  const [rows = -1, created = -1, updated = -1, unchanged = -1, rejected = -1] = counts
  return { rows, created, updated, unchanged, rejected }
}
