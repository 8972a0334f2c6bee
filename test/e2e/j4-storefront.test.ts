import { importJWK, type JWTPayload, SignJWT } from 'jose'
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs'
import type { Frame } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser, type TestBrowser, type TestPage } from '../support/browser.ts'
import { hammer, inspect, openFrame } from '../support/journey.ts'
import { openStack, type Stack } from '../support/stack.ts'

const MARKUP = '<img src=x onerror=alert(1)>'
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

/** The storefront; `sessionSeconds` makes its backend ask for sessions as short as that. */
async function openStorefront(sessionSeconds?: number, search = ''): Promise<TestPage> {
  const page = await browser.newPage()
  if (sessionSeconds !== undefined) {
    await page.route('**/api/launch', (route) =>
      route.continue({ postData: JSON.stringify({ surface: 'storefront', sessionSeconds }) }),
    )
  }
  await page.goto(`${stack.demoUrl}/storefront${search}`)
  return page
}

/** The widget's own page; it stands in a shadow root. */
async function openWidget(page: TestPage): Promise<Frame> {
  const frame = await openFrame(page)
  await frame.locator('.frame').waitFor()
  return frame
}

describe('J4: a shopper on a storefront', () => {
  test('1: under a strict policy three orders are listed, and the refunded one says so', async () => {
    const reply = await fetch(`${stack.demoUrl}/storefront`)
    const policy = reply.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(policy).not.toContain('unsafe')

    const page = await openStorefront()
    const widget = await openWidget(page)
    await widget.locator('.choice').first().waitFor()
    const orders = await widget.locator('.choice').allTextContents()
    expect(orders.map((text) => /WX-\d{4}/.exec(text)?.[0])).toEqual(['WX-2001', 'WX-2002', 'WX-2003'])
    expect(orders[0]).toContain('99.90')
    expect(orders[1]).toContain('已全额退款')
    const closed = widget.locator('.choice', { hasText: 'WX-2002' })
    expect(await closed.isDisabled()).toBe(true)
    expect(await widget.locator('.choice', { hasText: 'WX-2003' }).isEnabled()).toBe(true)

    await inspect(page, 'j4-orders')
    expect(page.problems).toEqual([])
    await page.close()
  })

  test('1: in English, in a dialog, and back', async () => {
    const page = await openStorefront(undefined, '?lang=en')
    const widget = await openWidget(page)
    await widget.getByText('WX-2003').waitFor()
    await inspect(page, 'j4-orders-en')
    await page.locator('#dialog').click()
    await page.locator('dialog iframe').waitFor()
    await expect.poll(() => page.frames().length).toBe(3)
    await page.frames().at(-1)?.locator('.choice').first().waitFor()
    await inspect(page, 'j4-dialog-en')
    await page.keyboard.press('Escape')
    await expect.poll(() => page.locator('dialog').count()).toBe(0)
    expect(page.problems).toEqual([])
    await page.close()
  })
})

describe('J4.4: a session that ends while the form is open', () => {
  /** The session's own life, and what the server grants to clocks that differ. */
  const OVER_MS = 5_000 + 30_000 + 1_500
  let withCallback: TestPage
  let without: TestPage
  let minted = 0

  async function fillIn(widget: Frame): Promise<void> {
    await widget.locator('.choice', { hasText: 'WX-2001' }).click()
    await widget.locator('#title-name').fill('上海演示贸易有限公司')
    await widget.locator('#title-taxId').fill('91310000MA1FL0QA1C')
    await widget.locator('#title-email').fill('j4@example.com')
  }

  beforeAll(async () => {
    withCallback = await openStorefront(5)
    await fillIn(await openWidget(withCallback))
    without = await openStorefront(5)
    await openWidget(without)
    const another = without.waitForEvent('frameattached')
    await without.locator('#without').check()
    await another
    await fillIn(await openWidget(without))
    withCallback.on('request', (request) => {
      if (request.url().endsWith('/api/launch')) minted++
    })
    await without.waitForTimeout(OVER_MS)
  })

  test('is minted anew through the callback of the page, and what was typed stays', async () => {
    const widget = await openWidget(withCallback)
    await widget.getByRole('button', { name: '下一步' }).click()
    await widget.getByRole('heading', { name: '核对开票信息' }).waitFor()
    expect(minted).toBe(1)
    await widget.getByText('上海演示贸易有限公司').first().waitFor()
    await inspect(withCallback, 'j4-check')
    await widget.getByRole('button', { name: '修改' }).click()
    expect(await widget.locator('#title-email').inputValue()).toBe('j4@example.com')
    expect(withCallback.problems.filter((problem) => !problem.includes('401'))).toEqual([])
    await withCallback.close()
  })

  test('is said to be over where the page has no callback, and what was typed stays', async () => {
    const widget = await openWidget(without)
    await widget.getByRole('button', { name: '下一步' }).click()
    await widget.getByText(/会话已过期，请刷新页面/).waitFor()
    expect(await widget.getByText(/会话已过期/).count(), 'it is said once').toBe(1)
    expect(await widget.locator('#title-name').inputValue()).toBe('上海演示贸易有限公司')
    expect(await widget.locator('#title-email').inputValue()).toBe('j4@example.com')
    await inspect(without, 'j4-expired')
    await without.close()
  })
})

describe('J4.2 and J4.3: two orders on one invoice', () => {
  let page: TestPage
  let widget: Frame
  let number = ''

  beforeAll(async () => {
    page = await openStorefront()
    widget = await openWidget(page)
    await widget.locator('.choice').first().waitFor()
  })
  afterAll(() => page?.close())

  const tick = (at: Frame, name: string) => at.getByRole('checkbox', { name: `合并 ${name}` })

  test('2: the total and the tax come from the server, with a note on the cent', async () => {
    expect(await tick(widget, 'WX-2002').isDisabled()).toBe(true)
    await tick(widget, 'WX-2001').check()
    await tick(widget, 'WX-2003').check()
    const bar = widget.locator('.merge-bar')
    await bar.getByText('其中税额 18.39').waitFor()
    expect(await bar.locator('.total').textContent()).toMatch(/2 个订单合计.*159\.90/)
    expect(await bar.textContent()).toMatch(/为 18\.39；若按合计计算则为 18\.40/)
    await inspect(page, 'j4-merge-bar')
  })

  test('2: one title, one invoice, and both orders carry its number', async () => {
    await widget.getByRole('button', { name: '合并开票（2 个订单）' }).click()
    await widget.getByRole('heading', { name: '合并开票', exact: true }).waitFor()
    await widget.locator('#title-name').fill('上海演示贸易有限公司')
    await widget.locator('#title-taxId').fill('91310000MA1FL0QA1C')
    await widget.locator('#title-email').fill('merge@example.com')
    await inspect(page, 'j4-merge-form')
    await widget.getByRole('button', { name: '下一步' }).click()

    await widget.getByRole('heading', { name: '核对开票信息' }).waitFor()
    await widget.getByText('其中税额').or(widget.getByText('18.39')).first().waitFor()
    const sheet = (await widget.locator('.page-main').textContent()) ?? ''
    for (const fact of ['159.90', '141.51', '18.39', '18.40']) expect(sheet).toContain(fact)
    await inspect(page, 'j4-merge-check')

    await hammer(widget.getByRole('button', { name: '提交开票' }), 2)
    await widget.getByRole('heading', { name: '发票已开具' }).first().waitFor()
    const rows = await stack.query<{ number: string; tax: string; gross: string; orders: string }>(
      `SELECT i.number, i.tax_fen AS tax, i.gross_fen AS gross,
         string_agg(o.number || ' ' || a.amount_fen, ', ' ORDER BY o.number) AS orders
       FROM invoice i JOIN invoice_allocation a ON a.invoice_id = i.id JOIN "order" o ON o.id = a.order_id
       WHERE o.number IN ('WX-2001', 'WX-2003') GROUP BY i.id`,
    )
    expect(rows).toEqual([
      { number: rows[0]?.number, tax: '1839', gross: '15990', orders: 'WX-2001 9990, WX-2003 6000' },
    ])
    number = rows[0]?.number ?? ''
    expect(number).toMatch(/^\d{20}$/)
    const shown = (await widget.locator('.page-main').textContent()) ?? ''
    for (const fact of [number, '159.90', 'WX-2001', 'WX-2003']) expect(shown).toContain(fact)
    await inspect(page, 'j4-merge-issued')
  })

  test('2: the taxes stand on the lines as they add up: 11.49 + 6.90', async () => {
    const lines = await stack.query<{ tax: string }>(
      `SELECT l.tax_fen AS tax FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id
       WHERE i.number = $1 ORDER BY l.line_no`,
      [number],
    )
    expect(lines.map(({ tax }) => tax)).toEqual(['1149', '690'])
  })

  test.for(['zh', 'en'])(
    '3: each of the two alone is on that invoice, which is one tap away (%s)',
    async (lang) => {
      const isEnglish = lang === 'en'
      const later = await openStorefront(undefined, isEnglish ? '?lang=en' : '')
      const frame = await openWidget(later)
      for (const name of ['WX-2001', 'WX-2003']) {
        const row = frame.locator('.choice', { hasText: name })
        await row.waitFor()
        expect(await row.textContent()).toContain(
          isEnglish ? `It is on invoice ${number}` : `已合并开具在 ${number}`,
        )
      }
      await inspect(later, `j4-merged-list-${lang}`)
      await frame.locator('.choice', { hasText: 'WX-2001' }).click()
      await frame.getByText(isEnglish ? `It is on invoice ${number}` : `已合并开具在 ${number}`).waitFor()
      expect(await frame.locator('#title-name').count()).toBe(0)
      await inspect(later, `j4-merged-${lang}`)
      await frame.getByRole('button', { name: isEnglish ? 'Open invoice' : '查看发票' }).click()
      await frame.getByText(number).first().waitFor()
      await frame.getByText('159.90').first().waitFor()
      expect(later.problems).toEqual([])
      await later.close()
    },
  )
})

describe('J4.5: a title that looks like markup is plain text everywhere', () => {
  const dialogs: string[] = []

  async function openQuiet(url: string): Promise<TestPage> {
    const page = await browser.newPage()
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message())
      dialog.dismiss().catch(() => undefined)
    })
    await page.goto(url)
    return page
  }

  test('in the H5, from the form to the invoice, and in its PDF', async () => {
    const { url } = await stack.link('a-tm', 'FILL-0005')
    const page = await openQuiet(url)
    await page.locator('#title-name').fill(MARKUP)
    await page.locator('#title-taxId').fill(TAX_ID)
    await page.locator('#title-email').fill('markup@example.com')
    await page.getByRole('button', { name: '下一步' }).click()
    await page.getByRole('heading', { name: '核对开票信息' }).waitFor()
    await page.getByText(MARKUP).first().waitFor()
    await page.getByRole('button', { name: '提交开票' }).click()
    await page.getByRole('heading', { name: '发票已开具' }).first().waitFor()
    await page.getByText(MARKUP).first().waitFor()
    await inspect(page, 'j4-markup', [320])

    const href = (await page.getByRole('link', { name: '打开 PDF' }).getAttribute('href')) ?? ''
    const pdf = await getDocument({ data: new Uint8Array(await (await fetch(href)).arrayBuffer()) }).promise
    const content = await (await pdf.getPage(1)).getTextContent()
    const text = content.items.map((item) => ('str' in item ? item.str : '')).join('')
    expect(text.replaceAll(/\s/g, '')).toContain(MARKUP.replaceAll(/\s/g, ''))
    expect(page.problems).toEqual([])
    await page.close()
  })

  test('in the console', async () => {
    const page = await openQuiet(`${stack.demoUrl}/console`)
    const panel = await openFrame(page)
    await panel.getByText('TM-1001').first().waitFor()
    await panel.locator('#order').fill('FILL-0005')
    await panel.locator('#order').press('Enter')
    await panel.getByText(MARKUP).first().waitFor()
    expect(await panel.locator('img[src="x"]').count()).toBe(0)
    expect(page.problems).toEqual([])
    await page.close()
  })

  test('in the mail', async () => {
    const { id } = await stack.waitForMail('markup@example.com')
    const { text, html } = await stack.mail(id)
    expect(text).toContain(MARKUP)
    expect(html).not.toContain('<img src=x')
    const page = await openQuiet(`${stack.outboxUrl}/mails/${id}?lang=zh`)
    await page.frameLocator('iframe').getByText(MARKUP).first().waitFor()
    expect(await page.frameLocator('iframe').locator('img[src="x"]').count()).toBe(0)
    await page.close()
  })

  test('in the table of refused rows, on the page and as CSV', async () => {
    const csv = `订单号,实付金额\n"${MARKUP}",1.00\n"=HYPERLINK(""http://x.example"")",1.00\nOK-1,abc\n`
    const page = await openQuiet(`${stack.demoUrl}/import`)
    await page.locator('#shop option[value="a-tm"]').waitFor({ state: 'attached' })
    await page.locator('#file').setInputFiles({
      name: '表格.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(csv),
    })
    await page.locator('#shop').selectOption('a-tm')
    await page.getByRole('button', { name: '先检查' }).click()
    await page.locator('#rejections tr').first().waitFor()
    await page.getByText(MARKUP).first().waitFor()
    expect(await page.locator('img[src="x"]').count()).toBe(0)
    const href = (await page.locator('#download').getAttribute('href')) ?? ''
    const refused = await fetch(`${stack.demoUrl}${href}`)
    expect(refused.headers.get('content-type')).toContain('text/csv')
    expect(refused.headers.get('content-disposition')).toContain('attachment')
    const rows = await refused.text()
    expect(rows).toContain(MARKUP)
    expect(rows, 'no cell is a formula').not.toMatch(/(^|,|\n)"?[=+\-@]/)
    await page.close()
  })

  test('and nothing of it ever ran', () => {
    expect(dialogs).toEqual([])
  })
})

describe('J4 N: tokens that must not open anything', () => {
  type Change = { name: string; claims?: JWTPayload; alg?: 'none'; typ?: string; merchant?: string }
  const CHANGES: readonly Change[] = [
    { name: 'wrong origin', claims: { origin: 'https://evil.example' } },
    { name: 'wrong audience', claims: { aud: 'somebody-else' } },
    { name: 'wrong merchant', claims: { merchant: '01890000-0000-7000-8000-00000000000b' } },
    { name: 'alg none', alg: 'none' },
    { name: 'expired', claims: { iat: seconds(-900), exp: seconds(-600) } },
  ]

  function seconds(ago: number): number {
    return Math.floor(Date.now() / 1_000) + ago
  }

  async function forge(from: Stack, { claims = {}, alg }: Change): Promise<string> {
    const { merchantId, issuer, kid, algorithm, privateJwk } = from.merchant('a-wx')
    const payload: JWTPayload = {
      iss: issuer,
      aud: 'fapiao-sidecar',
      sub: 'buyer-1',
      merchant: merchantId,
      role: 'customer',
      orders: ['WX-2001'],
      origin: new URL(from.publicUrl).origin,
      jti: crypto.randomUUID(),
      iat: seconds(0),
      exp: seconds(300),
      ...claims,
    }
    if (alg === 'none') {
      const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
      return `${encode({ alg, kid, typ: 'launch+jwt' })}.${encode(payload)}.`
    }
    return new SignJWT(payload)
      .setProtectedHeader({ alg: algorithm, kid, typ: 'launch+jwt' })
      .sign(await importJWK(privateJwk, algorithm))
  }

  async function exchange(at: Stack, launchToken: string) {
    const reply = await fetch(`${at.publicUrl}/v1/sessions/launch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ launchToken }),
    })
    const body: unknown = await reply.json()
    return { status: reply.status, body: typeof body === 'object' ? { ...body, requestId: '' } : body }
  }

  const wordsOf = ({ body }: { body: unknown }) => {
    const { code, reason } = Object(body)
    return `${code} ${reason}`
  }

  test('the unchanged token opens a session, once', async () => {
    const token = await forge(stack, { name: 'good' })
    expect((await exchange(stack, token)).status).toBe(200)
    expect(await exchange(stack, token)).toMatchObject({ status: 401, body: { code: 'token_replayed' } })
  })

  test('in development each is refused with 401 and a reason of its own', async () => {
    const said = new Set<string>()
    for (const change of CHANGES) {
      const answer = await exchange(stack, await forge(stack, change))
      expect(answer.status, change.name).toBe(401)
      said.add(wordsOf(answer))
    }
    expect([...said]).toHaveLength(CHANGES.length)
  })

  test('in production all of them get one neutral answer', async () => {
    const production = await openStack({ NODE_ENV: 'production' })
    try {
      const good = await exchange(production, await forge(production, { name: 'good' }))
      expect(good.status).toBe(200)
      const said = new Set<string>()
      for (const change of CHANGES) {
        said.add(JSON.stringify(await exchange(production, await forge(production, change))))
      }
      expect([...said]).toHaveLength(1)
      expect([...said][0]).toContain('"status":401')
    } finally {
      await production.stop()
    }
  })
})
