import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser, type TestBrowser, type TestPage } from '../support/browser.ts'
import { inspect } from '../support/journey.ts'
import { openStack, type Stack } from '../support/stack.ts'

let browser: TestBrowser
let stack: Stack
let invoice: { number: string; date: string; amount: string; files: Map<string, Buffer> }

beforeAll(async () => {
  stack = await openStack()
  browser = await openBrowser()
  invoice = await issueOne()
})
afterAll(async () => {
  await browser?.close()
  await stack?.stop()
})

/** An invoice that the demo's bureau numbered, and the files a customer gets by mail. */
async function issueOne() {
  const to = 'verify@example.com'
  const token = await stack.launch('a-tm', { role: 'agent', origin: stack.publicUrl })
  const session = await post('/v1/sessions/launch', { launchToken: token })
  const bearer = `Bearer ${session.token}`
  const [order] = await stack.query<{ id: string }>(`SELECT id FROM "order" WHERE number = 'TM-1002'`)
  const body = {
    orderIds: [order?.id],
    kind: 'ordinary',
    title: { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' },
    email: to,
  }
  await post('/v1/invoice-requests', body, { authorization: bearer, 'idempotency-key': 'verify-1' })
  const mail = await stack.mail((await stack.waitForMail(to)).id)
  const files = new Map<string, Buffer>()
  for (const attachment of mail.attachments) {
    const ending = attachment.fileName.slice(attachment.fileName.lastIndexOf('.') + 1)
    files.set(ending, await stack.bytesOf(attachment))
  }
  const [row] = await stack.query<{ number: string; date: string; fen: string }>(
    `SELECT i.number, i.business_date::text AS date, i.gross_fen::text AS fen FROM invoice i
     JOIN invoice_allocation a ON a.invoice_id = i.id WHERE a.order_id = $1`,
    [order?.id],
  )
  if (row === undefined) throw new Error('nothing was issued')
  const amount = `${row.fen.slice(0, -2)}.${row.fen.slice(-2)}`
  return { number: row.number, date: row.date, amount, files }
}

async function post(path: string, body: object, headers: Record<string, string> = {}) {
  const reply = await fetch(`${stack.publicUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`)
  return reply.json() as Promise<{ token: string }> // of the session; not read elsewhere
}

async function openPage(query = ''): Promise<TestPage> {
  const page = await browser.newPage()
  await page.goto(`${stack.publicUrl}/verify${query}`)
  await page.locator('h1').waitFor()
  return page
}

async function type(page: TestPage, { number, date, amount }: Omit<typeof invoice, 'files'>) {
  await page.locator('#number').fill(number)
  await page.locator('#date').fill(date)
  await page.locator('#amount').fill(amount)
}

const drop = (page: TestPage, ending: string, buffer: Buffer) =>
  page.locator('#file').setInputFiles({ name: `发票.${ending}`, mimeType: 'application/pdf', buffer })

describe('anybody with an invoice in hand', () => {
  test('types what stands on it and reads that it is valid, by keyboard alone', async () => {
    const page = await openPage()
    await inspect(page, 'verify-empty')
    await page.locator('#number').focus()
    await page.keyboard.type(invoice.number)
    await page.locator('#date').fill(invoice.date)
    await page.locator('#amount').focus()
    await page.keyboard.type(`¥${invoice.amount}`)
    await page.keyboard.press('Enter')

    await page.getByRole('heading', { name: '有效' }).waitFor()
    expect(await page.evaluate('document.activeElement.id')).toBe('verdict')
    expect(await page.locator('.verdict').textContent()).toContain('演示票据，不作报销凭证')
    await inspect(page, 'verify-valid')
    expect(page.problems).toEqual([])
    await page.close()
  })

  test.for(['pdf', 'ofd', 'xml'])(
    'chooses the %s that came by mail; it never leaves the device',
    async (ending) => {
      const page = await openPage('?lang=en')
      const sent: string[] = []
      page.on('request', (request) => sent.push(request.postData() ?? ''))
      await drop(page, ending, invoice.files.get(ending) ?? Buffer.alloc(0))
      await page.getByRole('button', { name: 'Verify' }).click()

      await page.getByRole('heading', { name: 'Valid' }).waitFor()
      expect(Math.max(...sent.map((body) => body.length))).toBeLessThan(100)
      if (ending === 'pdf') await inspect(page, 'verify-file-en')
      await page.close()
    },
  )

  test('learns that the file was altered while the record is right', async () => {
    const page = await openPage()
    const altered = Buffer.from(invoice.files.get('xml') ?? Buffer.alloc(0))
    altered[altered.length - 2] = 32
    await type(page, invoice)
    await drop(page, 'xml', altered)
    await page.getByRole('button', { name: '查验' }).click()

    await page.getByRole('heading', { name: '有效，但文件不是原件' }).waitFor()
    expect(await page.locator('.notice-ok').count()).toBe(0)
    await inspect(page, 'verify-altered')
    await page.close()
  })

  test('reads that nothing was found for an amount that is a fen off', async () => {
    const page = await openPage()
    await type(page, {
      ...invoice,
      amount: `${invoice.amount}`.replace(/.$/, (last) => (last === '9' ? '8' : '9')),
    })
    await page.getByRole('button', { name: '查验' }).click()

    await page.getByRole('heading', { name: '未查到' }).waitFor()
    await inspect(page, 'verify-unknown')
    await page.close()
  })

  test('is told field by field what is missing', async () => {
    const page = await openPage()
    await page.getByRole('button', { name: '查验' }).click()
    await page.getByText('请填写票面信息，或选择发票文件').waitFor()
    await page.locator('#number').fill('123')
    await page.getByRole('button', { name: '查验' }).click()

    expect(await page.locator('.field-error').allTextContents()).toEqual([
      '发票号码是 20 位数字。',
      '请选择票面上的开票日期。',
      '请填写金额，例如 299.00。',
    ])
    await inspect(page, 'verify-faults')
    await page.close()
  })
})
