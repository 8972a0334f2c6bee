import { join } from 'node:path'
import { URI } from 'otpauth'
import type { Frame, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mintApiToken } from '../../embed-demo/merchant.ts'
import { type DemoAccount, readAccounts } from '../../embed-demo/staff.ts'
import { openBrowser, type TestBrowser, type TestPage } from '../support/browser.ts'
import { hammer, inspect, openFrame } from '../support/journey.ts'
import { openStack, type Stack } from '../support/stack.ts'

const RENAMED = '湖北示例科技发展有限公司'
const SHANGHAI_RENAMED = '上海演示国际贸易有限公司'
const MAIL = 'finance-hubei@example.com'

let browser: TestBrowser
let stack: Stack
let desk: TestPage
let panel: Frame
/** The same agent in English, in a panel of its own: it hears everything that the first one does. */
let english: TestPage

beforeAll(async () => {
  ;[stack, browser] = await Promise.all([openStack(), openBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await stack?.stop()
})

type Paper = { id: string; number: string; colour: 'blue' | 'red'; state: string; fen: number }

/** Every invoice of an order of shop A-TM, in the order in which they came to be. */
function papersOf(orderNumber: string): Promise<Paper[]> {
  return stack.query<Paper>(
    `SELECT invoice.id, invoice.number, colour, invoice.state, gross_fen::int AS fen FROM invoice
     JOIN invoice_allocation ON invoice_id = invoice.id JOIN "order" ON "order".id = order_id
     JOIN shop ON shop.id = "order".shop_id WHERE "order".number = $1 AND code = 'a-tm'
     ORDER BY invoice.created_at`,
    [orderNumber],
  )
}

const shown = (papers: readonly Paper[]) =>
  papers.map(({ colour, state, fen }) => `${colour} ${state} ${fen}`)

async function openDesk(): Promise<void> {
  desk = await browser.newPage()
  await desk.goto(`${stack.demoUrl}/console`)
  await desk.getByRole('button', { name: '路过的访客' }).click()
  panel = await openFrame(desk)
}

async function openEnglish(): Promise<void> {
  english = await browser.newPage({ viewport: { width: 360, height: 720 }, locale: 'en' })
  const token = await stack.launch('a-tm', { role: 'agent', subject: 'agent-lin', shopId: null })
  await english.goto(`${stack.publicUrl}/sidebar/a-tm?lang=en#t=${token}`)
}

async function find(place: Frame | TestPage, number: string): Promise<void> {
  await place.locator('#order').fill(number)
  await place.locator('#order').press('Enter')
  await place.locator('.card b.digits', { hasText: number }).waitFor()
}

const click = (name: string) => panel.getByRole('button', { name }).click()
const stateOf = (place: Frame | TestPage) => place.locator('#reissue-state')
const planFacts = () => panel.locator('section[aria-labelledby=plan] .facts').textContent()
const reissueFacts = () => panel.locator('.card:has(#reissue-state) .facts').textContent()

/** From the invoice on the screen to the plan for another name. */
async function planRename(name: string): Promise<void> {
  await click('抬头错了，重开')
  await panel.locator('#correct-name').fill(name)
  await click('查看更正方案')
  await panel.getByRole('heading', { name: '核对更正方案' }).waitFor()
}

async function openPhone(url: string): Promise<TestPage> {
  const phone = await browser.newPage({ viewport: { width: 360, height: 640 }, isPhone: true })
  await phone.goto(url)
  return phone
}

let finance: TestPage
let account: DemoAccount
let used: string

const codeNow = () => URI.parse(account.totpUri).generate()

test('pre: finance signs in early: a code is good once, and the next one takes half a minute', async () => {
  const accounts = await readAccounts(join(stack.dataDir, 'demo'))
  account = accounts.find(({ role }) => role === 'finance') ?? accounts[0] ?? expect.unreachable()
  finance = await browser.newPage()
  await finance.goto(`${stack.publicUrl}/console?lang=zh-CN`)
  await finance.getByLabel('账号').fill(account.login)
  await finance.getByLabel('密码', { exact: true }).fill(account.password)
  await finance.getByRole('button', { name: '下一步' }).click()
  used = codeNow()
  await finance.getByLabel('动态验证码').fill(used)
  await finance.getByRole('button', { name: '登录' }).click()
  await finance.getByRole('heading', { name: '待审核' }).waitFor()
})

describe('J3: a wrong title becomes a red and a new blue', () => {
  let oldLink: string
  /** Stands on the old invoice from before. */
  let old: TestPage
  const sent: Request[] = []

  test('pre: the stage has issued both invoices', async () => {
    for (const number of ['TM-1007', 'TM-1008']) {
      await expect.poll(() => papersOf(number)).toHaveLength(1)
    }
  })

  test('1: the plan names both documents, reason, consent, platform, old link and time', async () => {
    oldLink = (await stack.link('a-tm', 'TM-1007')).url
    old = await openPhone(oldLink)
    await old.getByRole('heading', { name: '发票已开具' }).first().waitFor()
    await Promise.all([openDesk(), openEnglish()])
    desk.on('request', (request) => request.method() === 'POST' && sent.push(request))

    await find(panel, 'TM-1007')
    await planRename(RENAMED)

    const documents = await panel.locator('.documents summary').allTextContents()
    expect(documents).toEqual(['红字发票−¥299.00', '新蓝字发票+¥299.00'])
    const facts = await planFacts()
    for (const fact of ['开票有误', '无需审核', '一般无需', '显示“已被替换”，并指向新发票']) {
      expect(facts).toContain(fact)
    }
    expect(facts).toContain('店铺未接平台，无需回传')
    expect(facts).toMatch(/约 \d+ (秒|分钟)/)
    expect(await papersOf('TM-1007'), 'a plan is no act').toHaveLength(1)
    await inspect(desk, 'j3-plan', [1280])
  })

  test('2: one field before and after, and the customer’s tick appears by itself', async () => {
    const changes = panel.locator('.changes .change')
    expect(await changes.count()).toBe(1)
    expect(await changes.locator('del').textContent()).toBe('湖北示例科技有限公司')
    expect(await changes.locator('ins').textContent()).toBe(RENAMED)

    await click('保存方案')
    await panel.getByText('客户还没有确认改动').waitFor()
    await click('请客户确认改动')
    await panel.getByText('已放入回复框，请检查后发送。').waitFor()
    const url = /https?:\/\/\S+#t=[\w.-]+/.exec(await desk.locator('#box').inputValue())?.[0] ?? ''
    await inspect(desk, 'j3-planned', [1280])
    await find(english, 'TM-1007')
    await stateOf(english).waitFor()
    await inspect(english, 'j3-planned-en', [320])

    const customer = await openPhone(url)
    await customer.getByRole('heading', { name: '请确认发票的改动' }).waitFor()
    expect(await customer.locator('.changes ins').allTextContents()).toEqual([RENAMED])
    await inspect(customer, 'j3-acknowledge', [320])
    await customer.getByRole('button', { name: '确认无误' }).click()
    await customer.getByText('您已确认').waitFor()
    await panel.getByText(/✓ 客户已于 .* 确认改动/).waitFor()
    expect(customer.problems).toEqual([])
    await customer.close()
  })

  test('3: red, then blue, linked both ways; the old link leads on; one mail with both', async () => {
    const before = (await stack.mails(MAIL)).length
    const since = Date.now()
    await hammer(panel.getByRole('button', { name: '执行换开' }), 3)
    await panel.getByText('换开发票 · 已完成').waitFor()
    console.log(`J3.3: done after ${Date.now() - since} ms`)

    const papers = await papersOf('TM-1007')
    const [blue, red, fresh] = papers
    expect(shown(papers)).toEqual(['blue replaced 29900', 'red issued -29900', 'blue issued 29900'])
    const related = panel.locator('.papers')
    expect(await related.textContent()).toMatch(
      new RegExp([blue, red, fresh].map((x) => x?.number).join('.*')),
    )
    expect(await reissueFacts()).toContain('未接平台，无需回传')
    await inspect(desk, 'j3-done', [1280])
    await english.getByText('Reissue · Done').waitFor()
    await inspect(english, 'j3-done-en', [320, 400])

    await click(fresh?.number ?? '')
    await panel.getByRole('heading', { name: '相关发票' }).waitFor()
    await click(blue?.number ?? '')
    await click(red?.number ?? '')
    await panel.locator('.facts').getByText('−¥299.00').first().waitFor()
    await inspect(desk, 'j3-red', [1280])
    await click('返回')

    // Nobody touched this page: it heard of it.
    await old.getByText('已红冲、已被替换').waitFor()
    await inspect(old, 'j3-old')
    await old.getByRole('button', { name: '查看新发票' }).click()
    await old
      .getByText(fresh?.number ?? '')
      .first()
      .waitFor()
    await inspect(old, 'j3-new', [320])
    const again = await openPhone(oldLink)
    await again
      .getByText(fresh?.number ?? '')
      .first()
      .waitFor()
    await inspect(again, 'j3-old-link', [320])
    await again.close()

    await expect.poll(async () => (await stack.mails(MAIL)).length).toBe(before + 1)
    const [mail] = await stack.mails(MAIL)
    for (const number of [red?.number, fresh?.number]) {
      expect(mail?.subject).toContain(number)
      const names = mail?.attachments.map(({ fileName }) => fileName) ?? []
      expect(names.filter((name) => name.includes(number ?? '?') && name.endsWith('.pdf'))).toHaveLength(1)
    }
  })

  test('4: carrying out again, and the same calls with the same keys, are the same reissue', async () => {
    const [asked, started] = ['/reissues', '/execute'].map((end) =>
      sent.filter((call) => call.url().endsWith(end)),
    )
    expect(asked?.length, 'three clicks were one call').toBe(1)
    const first = await asked?.[0]?.response().then((reply) => reply?.json())
    for (const call of [asked?.[0], asked?.[0], started?.[0], started?.[0]]) {
      const reply = await repeat(call)
      expect(await reply.json()).toMatchObject({ id: first.id })
      expect(reply.ok).toBe(true)
    }

    expect(await panel.getByRole('button', { name: '执行换开' }).count()).toBe(0)
    expect(await papersOf('TM-1007')).toHaveLength(3)
    const made = await stack.query('SELECT id FROM reissue WHERE invoice_id = $1', [first.original.id])
    expect(made).toHaveLength(1)
    expect(desk.problems.filter((problem) => !problem.includes('409'))).toEqual([])
  })
})

/** The very call that the page made, once more from outside. */
async function repeat(call: Request | undefined): Promise<Response> {
  if (call === undefined) throw new Error('the page made no such call')
  const headers = await call.allHeaders()
  const kept = ['authorization', 'content-type', 'idempotency-key'].filter((name) => name in headers)
  const body = call.postData()
  return fetch(call.url(), {
    method: 'POST',
    headers: Object.fromEntries(kept.map((name) => [name, headers[name] ?? ''])),
    ...(body === null ? {} : { body }),
  })
}

describe('J3.5: a special invoice that its buyer has deducted', () => {
  test('the plan says that finance reviews, and carrying it out waits for them', async () => {
    await stack.bureau('mark-used', { orderNumber: 'TM-1008', usage: 'deducted' })
    await find(english, 'TM-1008')
    await find(panel, 'TM-1008')
    await planRename(SHANGHAI_RENAMED)
    expect(await planFacts()).toContain('专票，由财务审核')
    await inspect(desk, 'j3-special-plan', [1280])
    await click('保存方案')
    await click('执行换开')

    await panel.getByText('换开发票 · 待财务审核').waitFor()
    expect(await panel.getByRole('button', { name: /通过|批准/ }).count()).toBe(0)
    expect(shown(await papersOf('TM-1008'))).toEqual(['blue issued 64000'])
  })

  test('finance sees what changes and lets it go with a fresh code', async () => {
    await finance.getByRole('button', { name: /TM-1008/ }).click()
    await finance.locator('.changes ins').getByText(SHANGHAI_RENAMED).waitFor()
    await inspect(finance, 'j3-review', [360, 1280])
    await finance.getByRole('button', { name: '通过' }).click()
    await finance.getByRole('heading', { name: '请再次输入动态验证码' }).waitFor()
    await expect.poll(codeNow, { timeout: 35_000, interval: 250 }).not.toBe(used)
    await finance.getByLabel('动态验证码').fill(codeNow())
    await finance.getByRole('button', { name: '验证并继续' }).click()
    await finance.getByText(/^已通过/).waitFor()
    await finance.close()
  })

  test('it stops at the buyer with a countdown, and goes on by itself after the consent', async () => {
    await panel.getByText('换开发票 · 待购方确认').waitFor()
    expect(await panel.getByText(/购方还有 7[12] 小时 \d+ 分，截止/).count()).toBe(1)
    expect(shown(await papersOf('TM-1008')), 'the blue is valid').toEqual(['blue issued 64000'])
    await inspect(desk, 'j3-waiting', [1280])
    await english.getByText('Reissue · Waiting for the buyer').waitFor()
    await inspect(english, 'j3-waiting-en', [320])

    const bureau = await browser.newPage()
    await bureau.goto(stack.bureauUrl)
    await bureau.getByRole('row', { name: '待购方确认' }).getByRole('button', { name: '购方同意' }).click()
    await bureau.getByText('04 购销双方已确认').waitFor()
    await bureau.close()
    const since = Date.now()
    await panel.getByText('换开发票 · 已完成').waitFor()
    console.log(`J3.5: done ${Date.now() - since} ms after the consent`)

    const papers = await papersOf('TM-1008')
    expect(shown(papers)).toEqual(['blue replaced 64000', 'red issued -64000', 'blue issued 64000'])
    await inspect(desk, 'j3-special-done', [1280])
  })
})

describe('J3.6 and J3.7: the customer corrects it alone, once', () => {
  let phone: TestPage

  test('6: the own invoice page offers the allowed fields, and one correction', async () => {
    await issue('TM-1001')
    phone = await openPhone((await stack.link('a-tm', 'TM-1001')).url)
    await phone.getByRole('heading', { name: '信息填错了？' }).waitFor()
    await phone.getByText('还可自助修改 1 次').waitFor()
    await inspect(phone, 'j3-offer', [320])
    await phone.getByRole('button', { name: '修改并重开' }).tap()

    await phone.locator('#correct-name').waitFor()
    expect(await phone.getByText('发票类型').count(), 'the kind moves rights').toBe(0)
    expect(await phone.getByText(/金额|数量/).count(), 'so do amounts').toBe(0)
    await inspect(phone, 'j3-correct', [320])
    await phone.locator('#correct-name').fill(RENAMED)
    await phone.getByRole('button', { name: '查看更正方案' }).tap()
    await phone.getByRole('heading', { name: '核对更正方案' }).waitFor()
    await phone.getByText('提交后自助修改次数用完').waitFor()
    await inspect(phone, 'j3-own-plan', [320])
    await phone.getByRole('button', { name: '确认修改并重开' }).tap()
    await phone.getByText('换开发票 · 已完成').waitFor()
    await inspect(phone, 'j3-own-done', [320])
  })

  test('7: the second try is refused to the customer, with who can help', async () => {
    await phone.getByRole('button', { name: '查看新发票' }).tap()
    await phone.getByText('自助换开次数已用完。如还需更正，请联系商家客服。').waitFor()
    expect(await phone.getByRole('button', { name: '修改并重开' }).count()).toBe(0)
    await inspect(phone, 'j3-own-limit', [320])
    expect(phone.problems.filter((problem) => !/409/.test(problem))).toEqual([])
  })

  test('7: the API uses up the order’s cap, once per key; after that nobody can', async () => {
    const [, , blue] = await papersOf('TM-1001')
    const path = `/v1/invoices/${blue?.id}/reissues`
    const renamed = (name: string) => ({ cause: 'title', title: { ...HUBEI, name } })
    const key = crypto.randomUUID()
    const [first, second] = [
      await call(path, renamed(HUBEI.name), key),
      await call(path, renamed(HUBEI.name), key),
    ]
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.body).toEqual(first.body)
    for (let count = 0; count < 2; count += 1) await call(`/v1/reissues/${first.body.id}/execute`)
    await expect.poll(async () => (await papersOf('TM-1001')).length).toBe(5)

    const last = (await papersOf('TM-1001')).at(-1)
    const refused = await call(`/v1/invoices/${last?.id}/reissues`, renamed(RENAMED))
    expect(refused).toMatchObject({ status: 409, body: { code: 'reissue_limit_reached' } })
    await find(panel, 'TM-1001')
    await panel.getByText('次数上限是店铺设置，确需再换开请商家管理员调高').waitFor()
    expect(await panel.getByRole('button', { name: '抬头错了，重开' }).count()).toBe(0)
    await inspect(desk, 'j3-limit', [1280])
    await find(english, 'TM-1001')
    await english.getByText('its administrator can raise it').waitFor()
    await inspect(english, 'j3-limit-en', [320])
  })
})

const HUBEI = { kind: 'company', name: '湖北示例科技有限公司', taxId: '91420111MA49QA0X10' }

/** A call of the merchant's own system. */
async function call(path: string, body: object = {}, key: string = crypto.randomUUID()) {
  const token = await mintApiToken(stack.merchant('a-tm'), ['invoices'], new Date())
  const reply = await fetch(stack.publicUrl + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'idempotency-key': key, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  // Our own server: a wrong field fails the assertion that reads it.
  return { status: reply.status, body: (await reply.json()) as { id: string; code?: string } }
}

async function issue(orderNumber: string): Promise<void> {
  const [order] = await stack.query<{ id: string }>(
    `SELECT "order".id FROM "order" JOIN shop ON shop.id = shop_id WHERE number = $1 AND code = 'a-tm'`,
    [orderNumber],
  )
  const asked = await call('/v1/invoice-requests', { orderIds: [order?.id], kind: 'ordinary', title: HUBEI })
  expect(asked.status).toBe(202)
  await expect.poll(() => papersOf(orderNumber)).toHaveLength(1)
}

type LedgerRow = { number: string; grossFen: number; state: string }
type FormRow = { redNumber: string | null; blueNumber: string; grossFen: number }

describe('J3 N: the books at the end', () => {
  test('no red takes back more than its blue, and ours are the bureau’s', async () => {
    const rows = await stack.query<{ number: string; fen: number; original: string | null }>(
      `SELECT i.number, i.gross_fen::int AS fen, b.number AS original FROM invoice i
       LEFT JOIN invoice b ON b.id = i.original_id AND i.colour = 'red' ORDER BY i.number`,
    )
    const left = new Map(
      rows.filter(({ original }) => original === null).map(({ number, fen }) => [number, fen]),
    )
    for (const { original, fen } of rows) {
      if (original !== null) left.set(original, (left.get(original) ?? Number.NaN) + fen)
    }
    expect([...left.values()].every((fen) => fen >= 0)).toBe(true)
    expect(
      [...left.values()].filter((fen) => fen === 0),
      'four blues are taken back whole',
    ).toHaveLength(4)

    const reply = await fetch(`${stack.bureauUrl}/ledger`)
    // The bureau's own list; a wrong field fails the comparison.
    const { invoices, forms } = (await reply.json()) as { invoices: LedgerRow[]; forms: FormRow[] }
    const blues = invoices.map(({ number, grossFen }) => ({ number, fen: grossFen, original: null }))
    const reds = forms.map(({ redNumber, grossFen, blueNumber }) => {
      return { number: redNumber, fen: grossFen, original: blueNumber }
    })
    expect([...blues, ...reds].sort((a, b) => ((a.number ?? '') < (b.number ?? '') ? -1 : 1))).toEqual(rows)
  })
})
