import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  openBrowser,
  type TestBrowser,
  type TestPage,
  throttle,
  WECHAT_USER_AGENT,
} from '../support/browser.ts'
import { compose, doubleTap, expectPicture, inspect, readQr, watchRequest } from '../support/journey.ts'
import { openStack, type ShopLink, type Stack } from '../support/stack.ts'

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

const SHOP = '邮驿文创官方商城'
const HUBEI = { name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' }

/** A phone in WeChat. */
async function openPhone(): Promise<TestPage> {
  const viewport = { width: 360, height: 640 }
  const phone = await browser.newPage({ viewport, userAgent: WECHAT_USER_AGENT, isPhone: true })
  return phone
}

/** What the page keeps beyond its own life, as anybody with the phone in hand could read it. */
async function readLocalStorage(page: Page): Promise<string> {
  return JSON.stringify(await page.evaluate('({ ...localStorage })'))
}

async function countRequests(orderNumber: string): Promise<number> {
  const [row] = await stack.query<{ count: string }>(
    `SELECT count(*) FROM request_share JOIN "order" ON "order".id = order_id WHERE number = $1`,
    [orderNumber],
  )
  return Number(row?.count)
}

const errorOf = (page: Page, id: string) => page.locator(`#${id}-error`)

describe('J2: a customer scans the code of an order', () => {
  let link: ShopLink
  let phone: TestPage

  test('pre: the code made in the console is the link that the API makes a picture of', async () => {
    link = await stack.link('a-wx', 'WX-2001')
    expect(readQr(link.qrPng)).toBe(link.url)

    const console = await browser.newPage()
    await console.goto(`${stack.demoUrl}/console`)
    const panel = console.frameLocator('iframe')
    await panel.getByText('TM-1001').first().waitFor()
    await panel.locator('#order').fill('WX-2001')
    await panel.locator('#order').press('Enter')
    await panel.getByText('让客户自己开').click()
    await panel.locator('img.qr').scrollIntoViewIfNeeded()
    await expect
      .poll(async () => readQr(await panel.locator('img.qr').screenshot()))
      .toMatch(new RegExp(`^${stack.publicUrl}/i/a-wx#t=`))
    expect(console.problems).toEqual([])
    await console.close()
  })

  test('1: the code opens the order masked, with nothing to type, on a slow phone', async () => {
    phone = await openPhone()
    await throttle(phone, '3g')
    const since = Date.now()
    await phone.goto(link.url)
    await phone.getByText('WX-2001').first().waitFor()
    const readMs = Date.now() - since
    const paintMs = await phone.evaluate<number>(
      "performance.getEntriesByName('first-contentful-paint')[0].startTime",
    )
    console.log(
      `J2.1: on 3G the page shows after ${Math.round(paintMs)} ms, and the order after ${readMs} ms`,
    )

    expect(await phone.locator('.shop-name').textContent()).toBe(SHOP)
    await phone.locator('.shop-logo').waitFor()
    await phone.locator('.money').filter({ hasText: '99.90' }).first().waitFor()
    expect(await phone.locator('body').textContent()).toMatch(/买家\S\*\S?下单时间/)
    expect(await phone.locator('#order-number').count()).toBe(0)
    expect(phone.url(), 'the token has left the address').toBe(`${stack.publicUrl}/i/a-wx`)
    await inspect(phone, 'j2-form')
  })

  test('2: suggestions wait until the input method is done, and fill in the tax id', async () => {
    await phone.locator('label', { hasText: '企业' }).first().click()
    const searched: string[] = []
    phone.on('request', (request) => {
      if (request.url().endsWith('/titles/search')) searched.push(request.postData() ?? '')
    })
    await compose(phone.locator('#title-name'), {
      steps: ['h', 'hu', "hu'b", "hu'bei", "hu'bei's", "hu'bei'shi"],
      text: '湖北示',
      within: async () => {
        await phone.waitForTimeout(600) // Longer than the pause after which a word is looked up.
        expect(searched).toEqual([])
        expect(await phone.getByRole('listbox').count()).toBe(0)
      },
    })
    await phone.getByRole('option', { name: HUBEI.name }).waitFor()
    expect(searched).toEqual([JSON.stringify({ text: '湖北示' })])
    await inspect(phone, 'j2-suggestions', [320, 360])

    await phone.getByRole('option', { name: HUBEI.name }).tap()
    expect(await phone.locator('#title-name').inputValue()).toBe(HUBEI.name)
    expect(await phone.locator('#title-taxId').inputValue()).toBe(HUBEI.taxId)
  })

  test('3: a wrong address is named at its field, has the focus, and nothing is sent', async () => {
    await phone.locator('#title-email').fill('a@@x')
    const sent: string[] = []
    phone.on('request', (request) => sent.push(request.url()))
    await phone.getByRole('button', { name: '下一步' }).tap()

    await errorOf(phone, 'title-email').waitFor()
    expect(await errorOf(phone, 'title-email').textContent()).toContain('邮箱格式不对')
    expect(await phone.evaluate('document.activeElement.id')).toBe('title-email')
    expect(sent.filter((url) => url.includes('invoice-requests'))).toEqual([])
    await inspect(phone, 'j2-wrong-email', [320, 360])
  })

  test('S2-15: what was typed survives a reload, back and forward', async () => {
    await phone.locator('#title-email').fill('j2@example.com')
    await phone.reload()
    await phone.locator('#title-email').waitFor()
    expect(await phone.locator('#title-email').inputValue()).toBe('j2@example.com')
    expect(await phone.locator('#title-name').inputValue()).toBe(HUBEI.name)

    await phone.getByRole('button', { name: '下一步' }).tap()
    await phone.getByRole('heading', { name: '核对开票信息' }).waitFor()
    await phone.goBack()
    await phone.locator('#title-email').waitFor()
    expect(await phone.locator('#title-taxId').inputValue()).toBe(HUBEI.taxId)
    await phone.goForward()
    await phone.getByRole('heading', { name: '核对开票信息' }).waitFor()
    await phone.reload()
    await phone.getByRole('heading', { name: '核对开票信息' }).waitFor()
    await inspect(phone, 'j2-check')
  })

  test('4: the sheet reads back what will be issued, and two taps are one request', async () => {
    const sheet = await phone.locator('main').textContent()
    for (const fact of [HUBEI.name, HUBEI.taxId, 'j2@example.com', '99.90', '11.49'])
      expect(sheet).toContain(fact)

    await stack.bureau('settings', { latency: { minMs: 3_000, maxMs: 3_000 } })
    const watched = await watchRequest(phone)
    await doubleTap(phone.getByRole('button', { name: '提交开票' }))
    await phone.getByText('申请编号').waitFor()
    await inspect(phone, 'j2-progress', [320, 360])
    await phone.getByRole('heading', { name: '发票已开具' }).first().waitFor()
    await stack.bureau('settings', { latency: { minMs: 300, maxMs: 300 } })

    expect(await countRequests('WX-2001')).toBe(1)
    const { states, tickets } = await watched()
    expect(tickets, 'one ticket screen').toHaveLength(1)
    expect(states).toContain('开票中')
    const order = ['已受理', '排队开票', '开票中', '已开具'].filter((state) => states.includes(state))
    expect(states, 'forwards only, and nothing that was not so').toEqual(order)
  })

  test('5: preview, files, link and mail are there', async () => {
    await expectPicture(phone.locator('img.preview-image'))
    await inspect(phone, 'j2-invoice')

    const pdf = await fetch((await phone.getByRole('link', { name: '打开 PDF' }).getAttribute('href')) ?? '')
    expect(pdf.headers.get('content-type')).toBe('application/pdf')
    expect(pdf.headers.get('content-disposition')).toMatch(/^inline;.*\.pdf/)
    expect(
      Buffer.from(await pdf.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-')
    const xml = await fetch((await phone.getByRole('link', { name: '下载 XML' }).getAttribute('href')) ?? '')
    expect(xml.headers.get('content-type')).toContain('application/xml')
    expect(await xml.text()).toContain(HUBEI.taxId)

    await phone.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await phone.getByRole('button', { name: '复制链接' }).tap()
    await phone.getByRole('button', { name: '已复制' }).waitFor()
    const copied = await phone.evaluate<string>('navigator.clipboard.readText()')
    expect((await fetch(copied)).headers.get('content-type')).toBe('application/pdf')

    const mail = await stack.waitForMail('j2@example.com')
    expect(mail.subject).toContain('99.90')
    const types = mail.attachments.map(({ mediaType }) => mediaType)
    expect(types).toContain('application/pdf')
    await phone.getByText('已发出').or(phone.getByText('已送达')).first().waitFor()
  })

  test('5: the file can be sent to another address', async () => {
    await phone.locator('#send-email').fill('colleague@example.com')
    await phone.getByRole('button', { name: '再次发送' }).tap()
    const mail = await stack.waitForMail('colleague@example.com')
    expect(mail.recipients).toEqual(['colleague@example.com'])
    await phone.getByText('还可发送 2 次').waitFor()
  })

  test('S2-15: Back never submits again', async () => {
    await phone.goBack().catch(() => null)
    await phone.waitForLoadState()
    await phone.getByRole('heading', { name: '发票已开具' }).first().waitFor()
    expect(await phone.getByRole('button', { name: '提交开票' }).count()).toBe(0)
    expect(await countRequests('WX-2001')).toBe(1)
  })

  test('6: scanned again, the code opens the invoice and no form', async () => {
    const again = await openPhone()
    await again.goto(link.url)
    await again.getByRole('heading', { name: '发票已开具' }).first().waitFor()
    await expectPicture(again.locator('img.preview-image'))
    expect(await again.locator('#title-name').count()).toBe(0)
    expect(again.problems).toEqual([])
    await again.close()
  })

  test('N: no third party is asked, no cookie is set, and localStorage knows nothing', async () => {
    expect(await phone.context().cookies()).toEqual([])
    expect(await readLocalStorage(phone)).not.toMatch(/eyJ|9142|湖北|@example/)
    const hosts = await phone.evaluate<string[]>(
      '[...new Set(performance.getEntriesByType("resource").map(({ name }) => new URL(name).origin))]',
    )
    expect(hosts).toEqual([stack.publicUrl])
    expect(phone.problems).toEqual([])
    await phone.close()
  })
})

describe('J2: a customer scans the poster of a shop', () => {
  let phone: TestPage

  test('7: the number is not enough; the amount paid is asked for', async () => {
    const poster = await stack.link('a-tm')
    expect(readQr(poster.qrPng)).toBe(poster.url)
    phone = await openPhone()
    await phone.goto(poster.url)
    await phone.locator('#order-number').waitFor()
    await inspect(phone, 'j2-number')
    await phone.locator('#order-number').fill('TM-1001')
    await phone.getByRole('button', { name: '下一步' }).tap()

    await phone.getByText('订单 TM-1001').waitFor()
    expect(await phone.locator('main').textContent(), 'nothing of the order').not.toMatch(/299|手账|\*/)
    await inspect(phone, 'j2-proof')
  })

  test('7: an invented number is answered word for word as a wrong proof', async () => {
    const words: string[] = []
    const bodies: string[] = []
    for (const number of ['TM-1001', 'TM-9876']) {
      const stranger = await openPhone()
      await stranger.goto(stack.h5Url())
      await stranger.locator('#order-number').fill(number)
      await stranger.getByRole('button', { name: '下一步' }).tap()
      await stranger.locator('#proof').fill('1.00')
      const answer = stranger.waitForResponse((reply) => reply.url().endsWith('/orders/look-up'))
      await stranger.getByRole('button', { name: '下一步' }).tap()
      const reply = await answer
      const { requestId: _, ...rest } = JSON.parse(await reply.text())
      bodies.push(`${reply.status()} ${JSON.stringify(rest)}`)
      words.push((await stranger.getByRole('alert').textContent()) ?? '')
      if (number === 'TM-9876') await inspect(stranger, 'j2-not-found', [360])
      await stranger.close()
    }
    expect(bodies[0]).toBe(bodies[1])
    expect(words[0]).toBe(words[1])
    expect(words[0]).toContain('没有找到对得上的订单')
  })

  test('7: after five wrong proofs the number rests, whoever asks', async () => {
    await phone.locator('#order-number').or(phone.locator('#proof')).first().waitFor()
    await phone.goBack()
    await phone.locator('#order-number').fill('FILL-0007')
    await phone.getByRole('button', { name: '下一步' }).tap()
    for (const amount of ['1.00', '2.00', '3.00', '4.00', '5.00', '6.00']) {
      const answer = phone.waitForResponse((reply) => reply.url().endsWith('/orders/look-up'))
      await phone.locator('#proof').fill(amount)
      await phone.getByRole('button', { name: '下一步' }).tap()
      await answer
    }
    await phone.getByText(/尝试次数过多，请在 1[45]:\d\d 后再试/).waitFor()
    await inspect(phone, 'j2-cool-down', [320, 360])

    const other = await openPhone()
    await other.goto(stack.h5Url())
    await other.locator('#order-number').fill('FILL-0007')
    await other.getByRole('button', { name: '下一步' }).tap()
    await other.locator('#proof').fill('7.00')
    await other.getByRole('button', { name: '下一步' }).tap()
    await other
      .getByText(/尝试次数过多/)
      .first()
      .waitFor()
    await other.close()
  })

  test('8: an order past its deadline says since when, and the shop can be asked', async () => {
    await phone.goto('about:blank')
    await phone.goto(stack.h5Url())
    await phone.locator('#order-number').fill('TM-1010')
    await phone.getByRole('button', { name: '下一步' }).tap()
    await phone.locator('label', { hasText: '手机后四位' }).tap()
    await phone.locator('#proof').fill('1010')
    await phone.getByRole('button', { name: '下一步' }).tap()

    await phone.getByText(/自助开票已于 \d{4}年\d{1,2}月\d{1,2}日 截止/).waitFor()
    await inspect(phone, 'j2-deadline')
    await phone.getByRole('button', { name: '找客服补开' }).tap()
    await phone.getByText('已提交给客服').waitFor()
    await inspect(phone, 'j2-ticket', [320, 360])
    const tickets = await stack.query('SELECT number FROM ticket')
    expect(tickets).toHaveLength(1)
    expect(phone.problems.filter((problem) => !problem.includes('status of 4'))).toEqual([])
    await phone.close()
  })
})

describe('J2 N: a link that is not ours', () => {
  test('altered, expired, revoked, foreign and empty ones get one neutral message', async () => {
    const good = await stack.link('a-wx', 'WX-2003')
    const [expired, revoked] = [await stack.link('a-wx', 'WX-2003'), await stack.link('a-wx', 'WX-2003')]
    await stack.query(`UPDATE link SET expires_at = now() - interval '1 day' WHERE id = $1`, [expired.id])
    expect((await stack.api('a-wx', `/links/${revoked.id}`, { method: 'DELETE' })).status).toBe(204)
    // Not the last letter: its low bits are not part of the signature.
    const altered = good.url.replace(/.(.{9})$/, (tail) => `${tail[0] === 'A' ? 'B' : 'A'}${tail.slice(1)}`)
    const launch = await stack.launch('a-wx', { role: 'customer' })
    const urls = [altered, expired.url, revoked.url, `${stack.publicUrl}/i/a-wx#t=${launch}`]
    const said = new Set<string>()
    for (const url of [...urls, `${stack.publicUrl}/i/a-wx`, `${stack.publicUrl}/i/a-wx#t=x`]) {
      const phone = await openPhone()
      await phone.goto(url)
      said.add((await phone.getByRole('alert').textContent()) ?? '')
      if (url === altered) await inspect(phone, 'j2-link-invalid')
      await phone.close()
    }
    expect([...said]).toEqual(['这个链接已失效或不完整，请向商家索取新的开票链接。'])
  })
})

describe('J2 in English', () => {
  test('the same way can be gone by somebody who reads no Chinese', async () => {
    const { url } = await stack.link('a-wx', 'WX-2003')
    const phone = await browser.newPage({
      viewport: { width: 360, height: 640 },
      isPhone: true,
      locale: 'en-GB',
    })
    await phone.goto(url)
    await phone.locator('#title-email').waitFor()
    await inspect(phone, 'j2-form-en')
    await phone.locator('label', { hasText: 'Individual' }).tap()
    await phone.locator('#title-email').fill('english@example.com')
    await phone.locator('button[type=submit]').tap()
    await phone.locator('.lines').first().waitFor()
    await inspect(phone, 'j2-check-en')
    await stack.bureau('settings', { latency: { minMs: 3_000, maxMs: 3_000 } })
    await phone.locator('.button-primary').tap()
    await phone.locator('.step-now').waitFor()
    await inspect(phone, 'j2-progress-en', [320])
    await expectPicture(phone.locator('img.preview-image'))
    await inspect(phone, 'j2-invoice-en')
    expect(await phone.locator('html').getAttribute('lang')).toBe('en')
    expect(phone.problems).toEqual([])
    await phone.close()
  })
})
