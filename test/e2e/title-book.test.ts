import { readFile } from 'node:fs/promises'
import type { Frame } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser, type TestBrowser, type TestPage } from '../support/browser.ts'
import { inspect, openFrame } from '../support/journey.ts'
import { openStack, type Stack } from '../support/stack.ts'

const NAME = '湖北示例科技有限公司'
const TAX_ID = '91420111MA49QA0X10'

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

async function openOrder(number: string, search = ''): Promise<{ page: TestPage; widget: Frame }> {
  const page = await browser.newPage()
  await page.goto(`${stack.demoUrl}/storefront${search}`)
  const widget = await openFrame(page)
  await widget.locator('.choice', { hasText: number }).click()
  return { page, widget }
}

const keptCount = async () => (await stack.query('SELECT id FROM customer_title')).length

describe('a shopper’s titles (S1-01)', () => {
  test('are kept with consent, which is off', async () => {
    const { page, widget } = await openOrder('WX-2001')
    await widget.locator('#title-name').fill(NAME)
    await widget.locator('#title-taxId').fill(TAX_ID)
    await widget.locator('#title-email').fill('book@example.com')
    await widget.getByRole('button', { name: '下一步' }).click()
    const consent = widget.getByRole('checkbox', { name: /^记住这个抬头/ })
    expect(await consent.isChecked()).toBe(false)
    await inspect(page, 'titles-consent')

    await consent.check()
    await widget.getByRole('button', { name: '提交开票' }).click()

    await expect.poll(keptCount).toBe(1)
    expect(page.problems).toEqual([])
    await page.close()
  })

  test('fill the next form with one key, and what was typed comes back', async () => {
    const { page, widget } = await openOrder('WX-2003')
    const chip = widget.getByRole('button', { name: NAME })
    await chip.waitFor()
    expect(await widget.locator('#title-name').inputValue()).toBe('')
    await inspect(page, 'titles-offer')
    await widget.locator('#title-name').fill('手打的公司')

    await chip.focus()
    await page.keyboard.press('Enter')
    expect(await widget.locator('#title-name').inputValue()).toBe(NAME)
    expect(await widget.locator('#title-taxId').inputValue()).toBe(TAX_ID)
    await inspect(page, 'titles-filled')

    await widget.getByRole('button', { name: '恢复刚才填写的内容' }).click()
    expect(await widget.locator('#title-name').inputValue()).toBe('手打的公司')
    expect(page.problems).toEqual([])
    await page.close()
  })

  test('are looked after in English', async () => {
    const { page, widget } = await openOrder('WX-2003', '?lang=en')
    await widget.getByRole('button', { name: NAME }).click()
    await inspect(page, 'titles-filled-en')
    await widget.getByRole('button', { name: 'Manage' }).click()
    await widget.getByRole('button', { name: `Make default ${NAME}` }).click()
    await widget.getByText(`Default now: ${NAME}`).waitFor()
    await inspect(page, 'titles-manage-en')
    await widget.getByRole('button', { name: 'Delete all' }).click()
    await inspect(page, 'titles-forget-en')
    expect(page.problems).toEqual([])
    await page.close()
  })

  test('are taken along as a file, and forgotten', async () => {
    const { page, widget } = await openOrder('WX-2003')
    await widget.getByRole('button', { name: '管理' }).click()
    await inspect(page, 'titles-manage')
    const download = page.waitForEvent('download')
    await widget.getByRole('button', { name: '导出（JSON）' }).click()
    const file: unknown = JSON.parse(await readFile(await (await download).path(), 'utf8'))
    expect(file).toMatchObject({
      items: [{ title: { name: NAME, taxId: TAX_ID }, email: 'book@example.com' }],
    })

    await widget.getByRole('button', { name: '全部删除' }).click()
    await widget.getByRole('button', { name: '确认全部删除' }).click()

    await widget.getByText('已全部删除。').waitFor()
    expect(await keptCount()).toBe(0)
    expect(page.problems).toEqual([])
    await page.close()
  })
})

test('the phone page leads to the verification page', async () => {
  const page = await browser.newPage()
  await page.goto(`${stack.h5Url()}`)
  const link = page.getByRole('link', { name: '发票查验' })
  await inspect(page, 'h5-foot')
  const opened = page.context().waitForEvent('page')
  await link.click()
  await (await opened).getByRole('heading', { name: '发票查验' }).waitFor()
  await page.close()
})
